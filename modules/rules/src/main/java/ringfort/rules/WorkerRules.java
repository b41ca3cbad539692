package ringfort.rules;

import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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

    /** The methods of application code. Its callers are asked about placement, and inline handlers have their own rule. */
    private static final Map<String, String> APPLICATION = Map.of(
            "ringfort.api.Handler", "handle",
            "ringfort.api.Filter", "filter",
            "ringfort.api.ErrorHandler", "handle",
            "ringfort.api.BodyWriter", "writeTo");

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
                Advice.of(
                        "WorkerRules.ONLY_THE_WORKER_TOUCHES_THE_RING",
                        "the ring has one issuer and what a worker owns has no lock: another thread there corrupts both",
                        "mark the method @OnWorker if only the worker calls it; otherwise hand the worker a task"),
                exempt,
                graph -> trespassers(graph, exempt));
    }

    private static List<String> trespassers(CallGraph graph, List<Exemption> exempt) {
        Predicate<Edge> follow = notExempt(exempt);
        WaysToWorkers ways = new WaysToWorkers(graph, follow);
        Map<Code, Trespass> direct = new LinkedHashMap<>();
        for (MethodCode method : graph.methods()) {
            Code code = method.code();
            if (graph.mark(code) != Mark.ON && !code.isLambda() && !method.isBridge() && !matches(exempt, code)) {
                List<Edge> path = ways.from(code);
                if (!path.isEmpty()) {
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
        direct.forEach((code, trespass) -> violations.add(Paths.subject(graph, code)
                + " reaches what is @OnWorker and is not @OnWorker itself:"
                + describe(graph, code, trespass.path(), follow)
                + reachedFrom(trespass.callers())));
        violations.addAll(handedTrespassers(graph, exempt, follow, ways));
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

    private static List<String> handedTrespassers(
            CallGraph graph, List<Exemption> exempt, Predicate<Edge> follow, WaysToWorkers ways) {
        List<String> violations = new ArrayList<>();
        for (Handed handed : graph.handed()) {
            if (handed.mark() == Mark.OFF && !matches(exempt, handed.by())) {
                for (Code body : handed.bodies()) {
                    boolean marked = graph.mark(body) == Mark.ON;
                    List<Edge> path = marked ? List.of() : ways.from(body);
                    if (marked || (handed.isFunction() && !path.isEmpty())) {
                        String what = marked ? " is @OnWorker" : " reaches what is @OnWorker";
                        violations.add(Paths.subject(graph, body) + what + " and is handed to another thread by "
                                + handed.by() + "  (" + graph.sourceFile(handed.by()) + ":" + handed.line() + "):"
                                + describe(graph, body, path, follow));
                    }
                }
            }
        }
        return violations;
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
                Advice.of(
                        "WorkerRules.NOTHING_ON_A_WORKER_BLOCKS",
                        "while a worker waits for a lock, a file or a name server, no deadline of its connections is kept",
                        "give the work to another thread, and let that hand the result to the worker as a task"),
                exempt,
                graph -> {
                    List<String> violations = new ArrayList<>(handedWaits(graph, exempt));
                    violations.addAll(blockingFrom(graph, graph.workerCode(), exempt, "is @OnWorker"));
                    return violations;
                });
    }

    /** Methods of the JDK that wait and are handed to a worker by their names alone. */
    private static List<String> handedWaits(CallGraph graph, List<Exemption> exempt) {
        List<String> violations = new ArrayList<>();
        for (Handed handed : graph.handed()) {
            for (Code body : handed.bodies()) {
                String kind = graph.method(body) == null ? Blocking.kind(graph, body) : null;
                if (handed.mark() == Mark.ON && kind != null && !matches(exempt, handed.by())) {
                    violations.add(handed.by().qualifiedName() + " hands to a worker what blocks:\n      "
                            + handed.by() + "\n        hands over " + body + " (" + kind + ")  ("
                            + graph.sourceFile(handed.by()) + ":" + handed.line() + ")");
                }
            }
        }
        return violations;
    }

    /** All that the worker's code reaches. */
    static Paths fromWorkerCode(CallGraph graph, List<Exemption> exempt) {
        return pathsFrom(graph, graph.workerCode(), exempt);
    }

    private static Paths pathsFrom(CallGraph graph, Set<Code> starts, List<Exemption> exempt) {
        return Paths.from(
                graph,
                starts.stream().filter(code -> !matches(exempt, code)).toList(),
                notExempt(exempt).and(edge -> !isOfApplication(graph, edge)));
    }

    /** Where a handler runs that is called here is asked where it is registered. Its other methods run where it runs. */
    private static boolean isOfApplication(CallGraph graph, Edge edge) {
        return APPLICATION.entrySet().stream()
                .anyMatch(method -> edge.via().name().equals(method.getValue())
                        && graph.isA(edge.via().owner(), method.getKey()));
    }

    /** Finds where an inline handler may wait, and the handlers that it is known to call. */
    static List<String> blockingInline(CallGraph graph, Code handler, List<Exemption> exempt, String what) {
        Predicate<Edge> follow = notExempt(exempt).and(edge -> edge.isCertain() || !isOfApplication(graph, edge));
        Set<Code> starts = matches(exempt, handler) ? Set.of() : Set.of(handler);
        return blocking(graph, Paths.from(graph, starts, follow), what);
    }

    /** Finds where code that is reached from {@code starts} may wait, and how it gets there. */
    static List<String> blockingFrom(CallGraph graph, Set<Code> starts, List<Exemption> exempt, String what) {
        return blocking(graph, pathsFrom(graph, starts, exempt), what);
    }

    private static List<String> blocking(CallGraph graph, Paths paths, String what) {
        List<String> violations = new ArrayList<>();
        for (Code code : paths.reached()) {
            MethodCode method = graph.method(code);
            if (method == null) {
                continue;
            }
            for (Blocking.Site site : Blocking.in(graph, method)) {
                List<Edge> path = paths.to(code);
                Code start = path.isEmpty() ? code : path.getFirst().from();
                violations.add(Paths.subject(graph, start) + " " + what + " and blocks:"
                        + Paths.describe(graph, start, path) + "\n        " + site.what() + "  ("
                        + graph.sourceFile(code) + ":" + site.line() + ")");
            }
        }
        return violations;
    }

    /** {@link #HANDLERS_STAY_OFF_THE_WORKER}, except for what the exemptions name. */
    public static ArchRule handlersStayOffTheWorker(Exemption... exemptions) {
        List<Exemption> exempt = List.of(exemptions);
        return GraphRule.of(
                "not reach what is @OnWorker from handlers, filters, error handlers or body writers",
                Advice.of(
                        "WorkerRules.HANDLERS_STAY_OFF_THE_WORKER",
                        "handlers run on virtual threads, which the ring takes for strangers",
                        "return a Response: the engine sends it"),
                exempt,
                graph -> handlersOnWorker(graph, exempt));
    }

    private static List<String> handlersOnWorker(CallGraph graph, List<Exemption> exempt) {
        List<String> violations = new ArrayList<>();
        Set<Code> inline = Handlers.inline(graph).bodies();
        WaysToWorkers ways = new WaysToWorkers(graph, notExempt(exempt).and(edge -> !isOfApplication(graph, edge)));
        for (Code handler : Handlers.all(graph)) {
            if (inline.contains(handler) || matches(exempt, handler)) {
                continue;
            }
            List<Edge> path = ways.from(handler);
            if (!path.isEmpty()) {
                violations.add(Paths.subject(graph, handler) + " is a handler and reaches what is @OnWorker:"
                        + describe(graph, handler, path, notExempt(exempt)));
            }
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
