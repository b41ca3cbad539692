package ringfort.rules;

import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import ringfort.rules.CallGraph.Edge;

/**
 * Rules for the handlers, filters, error handlers and body writers of an application: what implements the interfaces of
 * {@code ringfort.api}, as a class, a lambda or a method reference.
 */
public final class HandlerRules {
    /** What ends a server, and returns when it has ended. */
    private static final Set<String> ENDS = Set.of("stop", "close", "awaitStop");

    /**
     * A handler runs for many requests at once, so it neither assigns fields nor changes collections that outlive the
     * request. Volatile fields, concurrent and atomic types, and code that takes a lock are left to their author.
     */
    public static final ArchRule HANDLERS_SHARE_NO_MUTABLE_STATE = GraphRule.of(
            "not change state that handlers share",
            Advice.of(
                    "HandlerRules.HANDLERS_SHARE_NO_MUTABLE_STATE",
                    "each request runs its handler on a thread of its own: updates are lost, and a HashMap may loop for ever",
                    "use a concurrent or atomic type, take a lock, or make the object in the handler"),
            List.of(),
            graph -> new SharedState(graph).violations());

    /** What is registered with {@code Route.inline()} runs in the worker's own loop, so it does not wait for anything. */
    public static final ArchRule INLINE_HANDLERS_DO_NOT_BLOCK = inlineHandlersDoNotBlock();

    /** Handlers answer with a {@code Response}; they write no status line and do not use the encoder of the engine. */
    public static final ArchRule RESPONSES_ARE_NOT_BUILT_BY_HAND = GraphRule.of(
            "not build responses by hand from raw bytes",
            Advice.of(
                    "HandlerRules.RESPONSES_ARE_NOT_BUILT_BY_HAND",
                    "one encoder decides framing; a status line written by hand is where response splitting begins",
                    "return Response.of(status) and give it headers and a body"),
            List.of(),
            graph -> new RawResponses(graph).violations());

    /**
     * No handler stops its server or waits until it has stopped: the server waits for the request that this handler
     * answers. Another thread may do it.
     */
    public static final ArchRule HANDLERS_DO_NOT_STOP_THEIR_SERVER = handlersDoNotStopTheirServer();

    private HandlerRules() {}

    /** {@link #INLINE_HANDLERS_DO_NOT_BLOCK}, except for what the exemptions name. */
    public static ArchRule inlineHandlersDoNotBlock(Exemption... exemptions) {
        List<Exemption> exempt = List.of(exemptions);
        return GraphRule.of(
                "not block where they are inline handlers",
                Advice.of(
                        "HandlerRules.INLINE_HANDLERS_DO_NOT_BLOCK",
                        "an inline handler holds every connection of its worker for as long as it waits",
                        "drop Route.inline(), or use Route.offload() for files, name look-up and native code"),
                exempt,
                graph -> {
                    Handlers.Inline inline = Handlers.inline(graph);
                    List<String> violations = new ArrayList<>(inline.unknown());
                    inline.bodies()
                            .forEach(handler -> violations.addAll(
                                    WorkerRules.blockingInline(graph, handler, exempt, "is an inline handler")));
                    inline.perhaps().forEach((handler, where) -> {
                        if (!inline.bodies().contains(handler)) {
                            String what = "may be an inline handler, since its route cannot be followed" + where + ",";
                            violations.addAll(WorkerRules.blockingInline(graph, handler, exempt, what));
                        }
                    });
                    return violations;
                });
    }

    /** {@link #HANDLERS_DO_NOT_STOP_THEIR_SERVER}, except for what the exemptions name. */
    public static ArchRule handlersDoNotStopTheirServer(Exemption... exemptions) {
        List<Exemption> exempt = List.of(exemptions);
        return GraphRule.of(
                "not stop or await their server where they are handlers",
                Advice.of(
                        "HandlerRules.HANDLERS_DO_NOT_STOP_THEIR_SERVER",
                        "a server that stops waits for the requests it serves, and this request waits for the server",
                        "answer first, and stop it from another thread: Thread.ofPlatform().start(server::stop)"),
                exempt,
                graph -> stops(graph, exempt));
    }

    private static List<String> stops(CallGraph graph, List<Exemption> exempt) {
        List<String> violations = new ArrayList<>();
        Paths paths = Paths.from(
                graph,
                Handlers.all(graph),
                edge -> exempt.stream().noneMatch(one -> one.matches(edge.to()) || one.matches(edge.via())));
        for (Code code : paths.reached()) {
            if (exempt.stream().anyMatch(one -> one.matches(code))) {
                continue;
            }
            for (Edge edge : graph.edgesFrom(code)) {
                if (ENDS.contains(edge.via().name()) && graph.isA(edge.via().owner(), "ringfort.api.RunningServer")) {
                    List<Edge> path = new ArrayList<>(paths.to(code));
                    path.add(edge);
                    Code handler = path.getFirst().from();
                    violations.add(Paths.subject(graph, handler) + " is a handler and waits for its server to stop:"
                            + Paths.describe(graph, handler, path));
                }
            }
        }
        return violations;
    }
}
