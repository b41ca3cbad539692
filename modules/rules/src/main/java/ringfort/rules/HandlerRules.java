package ringfort.rules;

import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import ringfort.rules.CallGraph.Edge;
import ringfort.rules.ClassCode.Call;
import ringfort.rules.ClassCode.FieldUse;
import ringfort.rules.ClassCode.Held;
import ringfort.rules.ClassCode.Instance;
import ringfort.rules.ClassCode.Kept;
import ringfort.rules.ClassCode.MethodCode;
import ringfort.rules.ClassCode.Monitor;
import ringfort.rules.ClassCode.Text;
import ringfort.rules.ClassCode.Use;

/**
 * Rules for the handlers, filters, error handlers and body writers of an application: what implements the interfaces of
 * {@code ringfort.api}, as a class, a lambda or a method reference.
 */
public final class HandlerRules {
    /** Collections and other types of the JDK that two threads must not change at once. */
    private static final Set<String> UNSAFE_TYPES = Set.of(
            "java.util.HashMap",
            "java.util.LinkedHashMap",
            "java.util.TreeMap",
            "java.util.WeakHashMap",
            "java.util.IdentityHashMap",
            "java.util.EnumMap",
            "java.util.HashSet",
            "java.util.LinkedHashSet",
            "java.util.TreeSet",
            "java.util.ArrayList",
            "java.util.LinkedList",
            "java.util.ArrayDeque",
            "java.util.PriorityQueue",
            "java.util.BitSet",
            "java.lang.StringBuilder",
            "java.text.SimpleDateFormat",
            "java.text.DecimalFormat");

    private static final Set<String> HARMLESS_METHODS = Set.of(
            "get",
            "getOrDefault",
            "getFirst",
            "getLast",
            "contains",
            "containsKey",
            "containsValue",
            "isEmpty",
            "size",
            "length",
            "forEach",
            "iterator",
            "stream",
            "indexOf",
            "toArray",
            "peek",
            "equals",
            "hashCode",
            "toString");

    /**
     * A handler runs for many requests at once, so it neither assigns fields nor changes collections that outlive the
     * request. Volatile fields, concurrent and atomic types, and code that takes a lock are left to their author.
     */
    public static final ArchRule HANDLERS_SHARE_NO_MUTABLE_STATE = GraphRule.of(
            "not change state that handlers share",
            "each request runs its handler on a thread of its own: updates are lost, and a HashMap may loop for ever",
            List.of(),
            HandlerRules::sharedState);

    /** What is registered with {@code Route.inline()} runs in the worker's own loop, so it does not wait for anything. */
    public static final ArchRule INLINE_HANDLERS_DO_NOT_BLOCK = inlineHandlersDoNotBlock();

    /** Handlers answer with a {@code Response}; they write no status line and do not use the encoder of the engine. */
    public static final ArchRule RESPONSES_ARE_NOT_BUILT_BY_HAND = GraphRule.of(
            "not build responses by hand from raw bytes",
            "one encoder decides framing; a status line written by hand is where response splitting begins",
            List.of(),
            HandlerRules::rawResponses);

    private HandlerRules() {}

    /** {@link #INLINE_HANDLERS_DO_NOT_BLOCK}, except for what the exemptions name. */
    public static ArchRule inlineHandlersDoNotBlock(Exemption... exemptions) {
        List<Exemption> exempt = List.of(exemptions);
        return GraphRule.of(
                "not block where they are inline handlers",
                "an inline handler holds every connection of its worker for as long as it waits",
                exempt,
                graph -> {
                    Handlers.Inline inline = Handlers.inline(graph);
                    List<String> violations = new ArrayList<>(inline.unknown());
                    inline.bodies()
                            .forEach(handler -> violations.addAll(
                                    WorkerRules.blockingFrom(graph, Set.of(handler), exempt, "is an inline handler")));
                    return violations;
                });
    }

    private static List<String> sharedState(CallGraph graph) {
        List<String> violations = new ArrayList<>();
        Predicate<Edge> sameSource =
                edge -> topLevel(edge.from().owner()).equals(topLevel(edge.to().owner())) && !isConstructor(edge.to());
        Paths paths = Paths.from(graph, Handlers.all(graph), sameSource);
        for (Code code : paths.reached()) {
            MethodCode method = graph.method(code);
            if (method == null || locks(method)) {
                continue;
            }
            for (Use use : method.uses()) {
                String what = changes(graph, code, use);
                if (!what.isEmpty()) {
                    List<Edge> path = paths.to(code);
                    Code handler = path.isEmpty() ? code : path.getFirst().from();
                    violations.add(handler.qualifiedName() + " is a handler and " + what + ":"
                            + Paths.describe(graph, handler, path) + "\n        there  (" + graph.sourceFile(code) + ":"
                            + use.line() + ")");
                }
            }
        }
        return violations;
    }

    private static boolean locks(MethodCode method) {
        return method.isSynchronized()
                || method.uses().stream()
                        .anyMatch(use -> use instanceof Monitor
                                || (use instanceof Call call
                                        && call.target().name().equals("lock")));
    }

    /** What of shared state a single step changes; empty if nothing. */
    private static String changes(CallGraph graph, Code code, Use use) {
        if (use instanceof FieldUse field
                && field.isWrite()
                && !(field.receiver() instanceof Instance)
                && topLevel(field.owner()).equals(topLevel(code.owner()))
                && !graph.isVolatile(field.owner(), field.name())) {
            return "assigns the field " + field.owner() + "." + field.name();
        }
        if (use instanceof Call call
                && call.receiver() instanceof Held held
                && !HARMLESS_METHODS.contains(call.target().name())) {
            for (String type : typesHeld(graph, held)) {
                if (UNSAFE_TYPES.contains(type)) {
                    return "changes the " + type.substring(type.lastIndexOf('.') + 1) + " in the field " + held.owner()
                            + "." + held.name() + " by " + call.target().name();
                }
            }
        }
        return "";
    }

    /** The declared type of a field, and those of the objects made for it. */
    private static Set<String> typesHeld(CallGraph graph, Held held) {
        Set<String> types = new LinkedHashSet<>();
        types.add(held.type());
        for (MethodCode method : graph.methods()) {
            for (Use use : method.uses()) {
                if (use instanceof Kept kept
                        && kept.value() instanceof Instance(String type)
                        && kept.owner().equals(held.owner())
                        && kept.name().equals(held.name())) {
                    types.add(type);
                }
            }
        }
        return types;
    }

    private static List<String> rawResponses(CallGraph graph) {
        List<String> violations = new ArrayList<>();
        Paths paths = Paths.from(
                graph, Handlers.all(graph), edge -> !edge.to().owner().startsWith("ringfort."));
        for (Code code : paths.reached()) {
            MethodCode method = graph.method(code);
            if (method == null || code.owner().startsWith("ringfort.api.")) {
                continue;
            }
            for (Use use : method.uses()) {
                String what = rawBytes(use);
                if (!what.isEmpty()) {
                    List<Edge> path = paths.to(code);
                    Code handler = path.isEmpty() ? code : path.getFirst().from();
                    violations.add(handler.qualifiedName() + " is a handler and " + what + ":"
                            + Paths.describe(graph, handler, path) + "\n        there  (" + graph.sourceFile(code) + ":"
                            + use.line() + ")");
                }
            }
        }
        return violations;
    }

    private static String rawBytes(Use use) {
        if (use instanceof Text text && text.text().startsWith("HTTP/1.")) {
            return "writes a status line by hand";
        }
        if (use instanceof Call call && call.target().owner().startsWith("ringfort.h1.")) {
            return "uses the engine's protocol code, " + call.target();
        }
        return "";
    }

    private static boolean isConstructor(Code code) {
        return code.name().equals(Code.CONSTRUCTOR);
    }

    private static String topLevel(String type) {
        int nested = type.indexOf('$');
        return nested < 0 ? type : type.substring(0, nested);
    }
}
