package ringfort.rules;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ringfort.rules.ClassCode.Call;
import ringfort.rules.ClassCode.Kept;
import ringfort.rules.ClassCode.MethodCode;
import ringfort.rules.ClassCode.Returned;
import ringfort.rules.ClassCode.Use;
import ringfort.rules.ClassCode.Value;

/** Finds the handlers of an application: what implements the functional interfaces of {@code ringfort.api}. */
final class Handlers {
    static final String HANDLER = "ringfort.api.Handler";
    private static final String ROUTE = "ringfort.api.Route";
    private static final Set<String> ROUTING =
            Set.of("ringfort.api.Routing", "ringfort.api.Routes", "ringfort.api.Server");

    private static final Map<String, String> FUNCTIONS = Map.of(
            HANDLER,
            "handle",
            "ringfort.api.Filter",
            "filter",
            "ringfort.api.ErrorHandler",
            "handle",
            "ringfort.api.BodyWriter",
            "writeTo");

    /**
     * Handlers registered with {@code Route.inline()}.
     *
     * @param bodies what runs in the completion loop
     * @param unknown registrations whose handler comes from where it cannot be followed
     */
    record Inline(Set<Code> bodies, List<String> unknown) {}

    private Handlers() {}

    static Set<Code> all(CallGraph graph) {
        Set<Code> all = new LinkedHashSet<>();
        FUNCTIONS.forEach((type, method) -> all.addAll(graph.implementations(type, method)));
        return all;
    }

    static Inline inline(CallGraph graph) {
        Set<Code> bodies = new LinkedHashSet<>();
        List<String> unknown = new ArrayList<>();
        for (MethodCode method : graph.methods()) {
            for (Use use : method.uses()) {
                if (use instanceof Call call && isInlineRegistration(call)) {
                    Value handler = call.arguments().get(call.arguments().size() - 2);
                    Set<Code> found = bodies(graph, handler);
                    bodies.addAll(found);
                    if (found.isEmpty()) {
                        unknown.add(method.code().qualifiedName()
                                + " registers an inline handler that cannot be followed: give the route a lambda, a method"
                                + " reference or a new object  (" + graph.sourceFile(method.code()) + ":" + call.line()
                                + ")");
                    }
                }
            }
        }
        return new Inline(bodies, unknown);
    }

    private static boolean isInlineRegistration(Call call) {
        List<Value> arguments = call.arguments();
        return ROUTING.contains(call.target().owner())
                && arguments.size() >= 2
                && call.target().descriptor().contains("Lringfort/api/Handler;Lringfort/api/Route;)")
                && isInline(arguments.getLast());
    }

    /** {@code Route.inline()}, also with further settings made on it. */
    private static boolean isInline(Value route) {
        return route instanceof Returned(Code from, Value receiver)
                && from.owner().equals(ROUTE)
                && (from.name().equals("inline") || isInline(receiver));
    }

    private static Set<Code> bodies(CallGraph graph, Value handler) {
        Set<Code> bodies = new LinkedHashSet<>();
        switch (handler) {
            case ClassCode.Function function -> bodies.addAll(graph.resolve(function.body(), function.dispatched()));
            case ClassCode.Instance(String type) -> {
                for (Code code : graph.implementations(HANDLER, "handle")) {
                    if (graph.isA(type, code.owner())) {
                        bodies.add(code);
                    }
                }
            }
            case ClassCode.Held held -> {
                for (MethodCode method : graph.methods()) {
                    for (Use use : method.uses()) {
                        if (use instanceof Kept kept
                                && kept.owner().equals(held.owner())
                                && kept.name().equals(held.name())) {
                            bodies.addAll(bodies(graph, kept.value()));
                        }
                    }
                }
            }
            case Returned _, ClassCode.Unknown _ -> {}
        }
        bodies.removeIf(code -> graph.method(code) == null);
        return bodies;
    }
}
