package ringfort.rules;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ringfort.rules.CallGraph.Edge;
import ringfort.rules.ClassCode.FieldCode;
import ringfort.rules.ClassCode.MethodCode;
import ringfort.rules.Use.ArrayMade;
import ringfort.rules.Use.Call;
import ringfort.rules.Use.FieldUse;
import ringfort.rules.Use.Function;
import ringfort.rules.Use.Made;
import ringfort.rules.Use.Monitor;

/**
 * Finds where handlers change what they share: objects that are there before the request and after it. Shared are the
 * object of a handler, what its lambda took along, static fields, and whatever is read from what is shared. Not shared is
 * what the handler's own code makes.
 */
final class SharedState {
    private final CallGraph graph;
    private final Set<Code> handlers;
    private final Paths paths;

    SharedState(CallGraph graph) {
        this.graph = graph;
        this.handlers = Handlers.all(graph);
        this.paths = Paths.from(graph, handlers, this::follow);
    }

    /** Methods in the same source file; not those called under a lock, which are left to their author. */
    private boolean follow(Edge edge) {
        MethodCode from = graph.method(edge.from());
        return Names.topLevel(edge.from().owner())
                        .equals(Names.topLevel(edge.to().owner()))
                && !edge.to().name().equals(Code.CONSTRUCTOR)
                && from != null
                && !locks(from);
    }

    List<String> violations() {
        Set<String> violations = new LinkedHashSet<>();
        for (Code code : paths.reached()) {
            MethodCode method = graph.method(code);
            if (method == null || locks(method)) {
                continue;
            }
            for (Use use : method.uses()) {
                String what = change(use);
                if (!what.isEmpty()) {
                    List<Edge> path = paths.to(code);
                    Code handler = path.isEmpty() ? code : path.getFirst().from();
                    violations.add(Paths.subject(graph, handler) + " is a handler and " + what + ":"
                            + Paths.describe(graph, handler, path) + "\n        there  (" + graph.sourceFile(code) + ":"
                            + use.line() + ")");
                }
            }
        }
        return List.copyOf(violations);
    }

    private static boolean locks(MethodCode method) {
        return method.isSynchronized()
                || method.uses().stream()
                        .anyMatch(use -> use instanceof Monitor
                                || (use instanceof Call call
                                        && Set.of("lock", "tryLock", "lockInterruptibly", "writeLock")
                                                .contains(call.target().name())));
    }

    /** What of shared state a single step changes; empty if nothing. */
    private String change(Use use) {
        return switch (use) {
            case FieldUse field when field.isWrite() -> assignment(field);
            case Use.ArrayStore store -> {
                Value array = firstShared(store.array().values());
                yield array == null ? "" : "changes the array in " + place(array);
            }
            case Call call -> change(call);
            case Function function -> change(function);
            default -> "";
        };
    }

    private String assignment(FieldUse field) {
        FieldCode declared = graph.types().field(field.owner(), field.name());
        if (declared == null || declared.isVolatile()) {
            return "";
        }
        boolean shared = declared.isStatic() || firstShared(field.receiver.values()) != null;
        return shared ? "assigns the field " + field.owner() + "." + field.name() : "";
    }

    private String change(Call call) {
        Set<Value> changed = Mutable.changesFirstArgument(call.target())
                ? call.arguments.getFirst().values()
                : call.receiver.values();
        for (Value target : changed) {
            if (isAccessOrdered(call, target) && isShared(target, new HashSet<>())) {
                return "looks into the map in access order in " + place(target) + " by "
                        + call.target().name();
            }
        }
        return change(call.target(), changed);
    }

    /** A method reference such as {@code list::add} changes what it was taken from. */
    private String change(Function function) {
        boolean isBound = function.isDispatched() && function.captured.size() == 1;
        return isBound ? change(function.body(), function.captured.getFirst().values()) : "";
    }

    private String change(Code method, Set<Value> targets) {
        for (Value target : targets) {
            if (isShared(target, new HashSet<>())) {
                for (String type : concreteTypes(target)) {
                    if (Mutable.isChangedBy(graph, type, method)) {
                        return "changes the " + Names.simple(type) + " in " + place(target) + " by " + method.name();
                    }
                }
            }
        }
        return "";
    }

    /** The class of the object, or that of the collection of which it is a view. */
    private Set<String> concreteTypes(Value target) {
        Set<String> types = new LinkedHashSet<>();
        for (Value origin : graph.flow().origins(Set.of(target))) {
            if (origin instanceof ArrayMade) {
                types.add(Mutable.ARRAY);
            } else if (origin instanceof Call call && Mutable.isView(graph, call)) {
                call.receiver.values().forEach(receiver -> types.addAll(concreteTypes(receiver)));
            } else if (origin instanceof Call call && Mutable.isContent(graph, call)) {
                for (Value inside : graph.flow().originsThroughContainers(Set.of(call))) {
                    types.addAll(contentTypes(inside));
                }
            } else {
                types.add(ValueFlow.typeOf(origin));
            }
        }
        if (target instanceof FieldUse field) {
            FieldCode declared = graph.types().field(field.owner(), field.name());
            types.add(declared != null && declared.isArray() ? Mutable.ARRAY : field.type());
        }
        types.remove("");
        return types;
    }

    /** What a container may hold: what was put into it, or what a function that it was given returns. */
    private Set<String> contentTypes(Value inside) {
        if (inside instanceof Made made) {
            return Set.of(made.type());
        }
        Set<String> types = new HashSet<>();
        if (inside instanceof Function function) {
            for (Code body : graph.bodies(function)) {
                MethodCode method = graph.method(body);
                if (body.name().equals(Code.CONSTRUCTOR)) {
                    types.add(body.owner());
                } else if (method != null) {
                    method.uses().stream()
                            .filter(use -> use instanceof Use.Return)
                            .flatMap(use -> ((Use.Return) use).value().values().stream())
                            .map(ValueFlow::typeOf)
                            .forEach(types::add);
                }
            }
        }
        return types;
    }

    /** A look-up moves the entry that it finds to the end, in a map made for that. */
    private boolean isAccessOrdered(Call call, Value target) {
        if (!Set.of("get", "getOrDefault").contains(call.target().name())) {
            return false;
        }
        for (Value origin : graph.flow().origins(Set.of(target))) {
            if (origin instanceof Made made) {
                Call constructor = graph.flow().constructorCall(made);
                if (constructor != null && (setsOrder(constructor) || superSetsOrder(made.type()))) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean superSetsOrder(String type) {
        return graph.methods().stream()
                .filter(method -> method.code().owner().equals(type)
                        && method.code().name().equals(Code.CONSTRUCTOR))
                .flatMap(method -> method.uses().stream())
                .anyMatch(use -> use instanceof Call call && setsOrder(call));
    }

    private static boolean setsOrder(Call constructor) {
        return constructor.target().owner().equals("java.util.LinkedHashMap")
                && constructor.target().descriptor().equals("(IFZ)V")
                && !constructor.arguments.getLast().values().equals(Set.of(new Value.IntConstant(0)));
    }

    // What is shared.

    private @Nullable Value firstShared(Set<Value> values) {
        return values.stream()
                .filter(value -> isShared(value, new HashSet<>()))
                .findFirst()
                .orElse(null);
    }

    private boolean isAnyShared(Set<Value> values, Set<Value> seen) {
        return values.stream().anyMatch(value -> isShared(value, seen));
    }

    private boolean isShared(Value value, Set<Value> seen) {
        if (!seen.add(value)) {
            return false;
        }
        return switch (value) {
            case Value.Parameter parameter -> isShared(parameter, seen);
            case Value.Element(Value array) -> isShared(array, seen);
            case FieldUse field -> {
                FieldCode declared = graph.types().field(field.owner(), field.name());
                boolean isStatic = declared == null ? field.receiver.values().isEmpty() : declared.isStatic();
                yield isStatic || isAnyShared(field.receiver.values(), seen);
            }
            case Call call -> isShared(call, seen);
            case Made made -> !paths.isReached(made.in()) && !isInitializer(made.in());
            default -> false;
        };
    }

    private static boolean isInitializer(Code code) {
        return code.name().equals(Code.CONSTRUCTOR);
    }

    private boolean isShared(Value.Parameter parameter, Set<Value> seen) {
        MethodCode method = graph.method(parameter.of());
        if (method == null) {
            return false;
        }
        boolean isSelf = !method.isStatic() && parameter.index() == 0;
        boolean found =
                isSelf && handlers.contains(parameter.of()) && !parameter.of().isLambda();
        for (Function function : graph.flow().functionsOf(parameter.of())) {
            if (parameter.index() < function.captured.size()) {
                Set<Value> captured = function.captured.get(parameter.index()).values();
                found |= paths.isReached(function.in()) ? isAnyShared(captured, seen) : !captured.isEmpty();
            }
        }
        for (Call call : graph.flow().callers(parameter.of())) {
            if (paths.isReached(call.in())) {
                int index = parameter.index() - (method.isStatic() ? 0 : 1);
                Set<Value> given = isSelf
                        ? call.receiver.values()
                        : index < call.arguments.size()
                                ? call.arguments.get(index).values()
                                : Set.of();
                found |= isAnyShared(given, seen);
            }
        }
        return found;
    }

    private boolean isShared(Call call, Set<Value> seen) {
        if (Mutable.isView(graph, call) || Mutable.isContent(graph, call)) {
            return isAnyShared(call.receiver.values(), seen);
        }
        return isAnyShared(graph.flow().results(call), seen);
    }

    /** Names the field that something shared is in, or the lambda that took it along. */
    private String place(Value value) {
        FieldUse field = field(value, new HashSet<>());
        if (field != null) {
            return "the field " + field.owner() + "." + field.name();
        }
        return "a variable that the lambda took along";
    }

    private @Nullable FieldUse field(Value value, Set<Value> seen) {
        if (!seen.add(value)) {
            return null;
        }
        Set<Value> behind = new LinkedHashSet<>();
        switch (value) {
            case FieldUse field -> {
                return field;
            }
            case Value.Element(Value array) -> behind.add(array);
            case Call call -> {
                behind.addAll(graph.flow().results(call));
                behind.addAll(call.receiver.values());
            }
            case Value.Parameter parameter -> behind.addAll(graph.flow().argumentsFor(parameter));
            default -> {}
        }
        for (Value next : new ArrayList<>(behind)) {
            FieldUse found = field(next, seen);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
