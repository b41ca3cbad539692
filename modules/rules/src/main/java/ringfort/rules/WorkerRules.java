package ringfort.rules;

import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import ringfort.rules.CallGraph.Edge;
import ringfort.rules.CallGraph.Handed;
import ringfort.rules.ClassCode.MethodCode;

/**
 * What a worker owns is touched by the worker alone, and a worker never waits.
 *
 * <p>The worker's code is what is marked {@code ringfort.sys.OnWorker}. The rules colour the call graph of all imported
 * classes; what they can see and what not is said in {@code docs/RULES.md}.
 */
public final class WorkerRules {
    private static final int CALLERS_SHOWN = 8;

    /** Application code: who calls it from a worker is asked about placement, and inline handlers have their own rule. */
    private static final List<String> APPLICATION = List.of(
            "ringfort.api.Handler", "ringfort.api.Filter", "ringfort.api.ErrorHandler", "ringfort.api.BodyWriter");

    /**
     * Code that reaches a submission queue entry, or anything else marked {@code @OnWorker}, is marked itself. Nothing
     * else may call it: the kernel accepts entries of one thread only, and nothing else on a worker is locked.
     */
    public static final ArchRule ONLY_THE_WORKER_TOUCHES_THE_RING = onlyTheWorkerTouchesTheRing();

    /** Nothing marked {@code @OnWorker}, nor what it calls, waits: every connection of that worker would wait with it. */
    public static final ArchRule NOTHING_ON_A_WORKER_BLOCKS = nothingOnAWorkerBlocks();

    /** Handlers, filters, error handlers and body writers reach nothing of the worker's: they run on threads of their own. */
    public static final ArchRule HANDLERS_STAY_OFF_THE_WORKER = handlersStayOffTheWorker();

    private WorkerRules() {}

    /** {@link #ONLY_THE_WORKER_TOUCHES_THE_RING}, except for what the exemptions name. */
    public static ArchRule onlyTheWorkerTouchesTheRing(Exemption... exemptions) {
        List<Exemption> exempt = List.of(exemptions);
        return GraphRule.of(
                "reach what is @OnWorker only if they are @OnWorker",
                "the ring has one issuer and what a worker owns has no lock: another thread there corrupts both",
                exempt,
                graph -> trespassers(graph, exempt));
    }

    private static List<String> trespassers(CallGraph graph, List<Exemption> exempt) {
        Predicate<Edge> follow = notExempt(exempt);
        Map<Code, Trespass> direct = new LinkedHashMap<>();
        for (MethodCode method : graph.methods()) {
            Code code = method.code();
            if (graph.mark(code) != Mark.ON && !code.isLambda() && !matches(exempt, code)) {
                List<Edge> path = toWorkerCode(graph, code, follow);
                if (path != null) {
                    List<Edge> end = lastStep(path);
                    Code nearest = end.getFirst().from();
                    Trespass trespass = direct.computeIfAbsent(nearest, _ -> new Trespass(end, new TreeSet<>()));
                    if (!nearest.equals(code)) {
                        trespass.callers().add(code.toString());
                    }
                }
            }
        }
        List<String> violations = new ArrayList<>();
        direct.forEach((code, trespass) ->
                violations.add(code.qualifiedName() + " reaches what is @OnWorker and is not @OnWorker itself:"
                        + describe(graph, code, trespass.path(), follow)
                        + reachedFrom(trespass.callers())));
        violations.addAll(handedTrespassers(graph, exempt, follow));
        return violations;
    }

    private static String reachedFrom(Set<String> callers) {
        if (callers.isEmpty()) {
            return "";
        }
        int more = callers.size() - CALLERS_SHOWN;
        return "\n      and so do its callers: "
                + callers.stream().limit(CALLERS_SHOWN).collect(Collectors.joining(", "))
                + (more > 0 ? " and " + more + " more" : "");
    }

    /**
     * Code next to the worker's.
     *
     * @param path from there to the worker's code
     * @param callers what comes there from further away, and so reaches the worker's code too
     */
    private record Trespass(List<Edge> path, Set<String> callers) {}

    private static List<String> handedTrespassers(CallGraph graph, List<Exemption> exempt, Predicate<Edge> follow) {
        List<String> violations = new ArrayList<>();
        for (Handed handed : graph.handed()) {
            if (handed.mark() == Mark.OFF && !matches(exempt, handed.by())) {
                for (Code body : handed.bodies()) {
                    List<Edge> path = graph.mark(body) == Mark.ON ? List.of() : toWorkerCode(graph, body, follow);
                    if (path != null) {
                        String what = path.isEmpty() ? " is @OnWorker" : " reaches what is @OnWorker";
                        violations.add(body.qualifiedName() + what + " and is handed to another thread by "
                                + handed.by() + ":" + describe(graph, body, path, follow));
                    }
                }
            }
        }
        return violations;
    }

    /** The shortest way from code that is not the worker's to code that is; null if there is none. */
    private static @Nullable List<Edge> toWorkerCode(CallGraph graph, Code start, Predicate<Edge> follow) {
        Paths outside =
                Paths.from(graph, List.of(start), edge -> graph.mark(edge.from()) != Mark.ON && follow.test(edge));
        return outside.reached().stream()
                .filter(code -> graph.mark(code) == Mark.ON)
                .findFirst()
                .map(outside::to)
                .orElse(null);
    }

    /** The part of a path that begins at the last method which is no lambda, short of the worker's code. */
    private static List<Edge> lastStep(List<Edge> path) {
        int at = path.size() - 1;
        while (at > 0 && path.get(at).from().isLambda()) {
            at--;
        }
        return path.subList(at, path.size());
    }

    /** Says a path to the worker's code, and goes on to the ring if there is a way. */
    private static String describe(CallGraph graph, Code start, List<Edge> path, Predicate<Edge> follow) {
        Code end = path.isEmpty() ? start : path.getLast().to();
        List<Edge> whole = new ArrayList<>(path);
        whole.addAll(toTheRing(graph, end, follow));
        return Paths.describe(graph, start, whole);
    }

    private static List<Edge> toTheRing(CallGraph graph, Code from, Predicate<Edge> follow) {
        Paths inside = Paths.from(graph, List.of(from), follow);
        return inside.reached().stream()
                .filter(code -> RingTypes.isRing(code) && graph.mark(code) == Mark.ON)
                .findFirst()
                .map(inside::to)
                .orElse(List.of());
    }

    /** {@link #NOTHING_ON_A_WORKER_BLOCKS}, except for what the exemptions name. */
    public static ArchRule nothingOnAWorkerBlocks(Exemption... exemptions) {
        List<Exemption> exempt = List.of(exemptions);
        return GraphRule.of(
                "not block where they are @OnWorker",
                "while a worker waits for a lock, a file or a name server, no deadline of its connections is kept",
                exempt,
                graph -> blockingFrom(graph, workerCode(graph), exempt, "is @OnWorker"));
    }

    private static Set<Code> workerCode(CallGraph graph) {
        Set<Code> starts = new LinkedHashSet<>();
        for (MethodCode method : graph.methods()) {
            if (graph.mark(method.code()) == Mark.ON) {
                starts.add(method.code());
            }
        }
        for (Handed handed : graph.handed()) {
            if (handed.mark() == Mark.ON) {
                starts.addAll(handed.bodies());
            }
        }
        return starts;
    }

    /** All that the worker's code reaches. */
    static Paths fromWorkerCode(CallGraph graph, List<Exemption> exempt) {
        return pathsFrom(graph, workerCode(graph), exempt);
    }

    private static Paths pathsFrom(CallGraph graph, Set<Code> starts, List<Exemption> exempt) {
        Predicate<Edge> follow = notExempt(exempt)
                .and(edge -> APPLICATION.stream()
                        .noneMatch(type -> graph.isA(edge.via().owner(), type)));
        return Paths.from(
                graph, starts.stream().filter(code -> !matches(exempt, code)).toList(), follow);
    }

    /** Finds where code that is reached from {@code starts} may wait, and how it gets there. */
    static List<String> blockingFrom(CallGraph graph, Set<Code> starts, List<Exemption> exempt, String what) {
        Paths paths = pathsFrom(graph, starts, exempt);
        List<String> violations = new ArrayList<>();
        for (Code code : paths.reached()) {
            MethodCode method = graph.method(code);
            if (method == null) {
                continue;
            }
            for (Blocking.Site site : Blocking.in(graph, method)) {
                List<Edge> path = paths.to(code);
                Code start = path.isEmpty() ? code : path.getFirst().from();
                violations.add(start.qualifiedName() + " " + what + " and blocks:" + Paths.describe(graph, start, path)
                        + "\n        " + site.what() + "  (" + graph.sourceFile(code) + ":" + site.line() + ")");
            }
        }
        return violations;
    }

    /** {@link #HANDLERS_STAY_OFF_THE_WORKER}, except for what the exemptions name. */
    public static ArchRule handlersStayOffTheWorker(Exemption... exemptions) {
        List<Exemption> exempt = List.of(exemptions);
        return GraphRule.of(
                "not reach what is @OnWorker from handlers, filters, error handlers or body writers",
                "handlers run on virtual threads, which the ring takes for strangers; they answer by what they return",
                exempt,
                graph -> handlersOnWorker(graph, exempt));
    }

    private static List<String> handlersOnWorker(CallGraph graph, List<Exemption> exempt) {
        List<String> violations = new ArrayList<>();
        Set<Code> inline = Handlers.inline(graph).bodies();
        for (Code handler : Handlers.all(graph)) {
            if (inline.contains(handler) || matches(exempt, handler)) {
                continue;
            }
            Paths paths = Paths.from(graph, List.of(handler), notExempt(exempt));
            paths.reached().stream()
                    .filter(code -> graph.mark(code) == Mark.ON)
                    .findFirst()
                    .ifPresent(code -> {
                        violations.add(handler.qualifiedName() + " is a handler and reaches what is @OnWorker:"
                                + describe(graph, handler, paths.to(code), notExempt(exempt)));
                    });
        }
        return violations;
    }

    private static boolean matches(List<Exemption> exempt, Code code) {
        return exempt.stream().anyMatch(exemption -> exemption.matches(code));
    }

    private static Predicate<Edge> notExempt(List<Exemption> exempt) {
        return edge -> !matches(exempt, edge.to()) && !matches(exempt, edge.via());
    }
}
