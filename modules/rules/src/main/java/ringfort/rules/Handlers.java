package ringfort.rules;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ringfort.rules.ClassCode.MethodCode;
import ringfort.rules.Use.Call;
import ringfort.rules.Use.FieldUse;
import ringfort.rules.Use.Function;
import ringfort.rules.Use.Made;

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

    /** Where a route's handler runs, as far as imported code shows it. */
    private enum Place {
        INLINE,
        ELSEWHERE,
        UNKNOWN
    }

    /**
     * Handlers that run, or may run, in the completion loop.
     *
     * @param bodies registered with {@code Route.inline()}
     * @param perhaps registered with a route that cannot be followed, and where
     * @param unknown registrations whose handler comes from where it cannot be followed
     */
    record Inline(Set<Code> bodies, Map<Code, String> perhaps, List<String> unknown) {}

    /** What may be registered: methods that are known, and whether there may be others. */
    private record Bodies(Set<Code> known, boolean others) {}

    private Handlers() {}

    static Set<Code> all(CallGraph graph) {
        Set<Code> all = new LinkedHashSet<>();
        FUNCTIONS.forEach((type, method) -> all.addAll(graph.implementations(type, method)));
        return all;
    }

    static Inline inline(CallGraph graph) {
        Inline inline = new Inline(new LinkedHashSet<>(), new LinkedHashMap<>(), new ArrayList<>());
        for (MethodCode method : graph.methods()) {
            if (!method.code().owner().startsWith("ringfort.api.")) {
                for (Use use : method.uses()) {
                    if (use instanceof Call call && isRegistration(call)) {
                        register(graph, call, inline);
                    }
                }
            }
        }
        return inline;
    }

    private static boolean isRegistration(Call call) {
        return ROUTING.contains(call.target().owner())
                && call.target().descriptor().contains("Lringfort/api/Handler;Lringfort/api/Route;)");
    }

    private static void register(CallGraph graph, Call call, Inline inline) {
        Place place = place(graph, call.arguments.getLast().values());
        if (place == Place.ELSEWHERE) {
            return;
        }
        Bodies bodies =
                bodies(graph, call.arguments.get(call.arguments.size() - 2).values());
        String where = "  (" + graph.sourceFile(call.in()) + ":" + call.line() + ")";
        if (place == Place.INLINE) {
            inline.bodies().addAll(bodies.known());
        } else {
            bodies.known().forEach(body -> inline.perhaps().putIfAbsent(body, where));
        }
        if (bodies.others()) {
            String what = place == Place.INLINE
                    ? " registers an inline handler that cannot be followed: give the route"
                    : " registers a handler that cannot be followed, with a route that cannot be followed either: give it";
            inline.unknown()
                    .add(Paths.subject(graph, call.in()) + what + " a lambda, a method reference or a new object"
                            + where);
        }
    }

    /** {@code Route.inline()}, also with further settings made on it, or through a constant, a method or a table. */
    private static Place place(CallGraph graph, Collection<Value> routes) {
        Place found = Place.ELSEWHERE;
        for (Value route : graph.flow().origins(routes)) {
            Place one = placeOf(graph, route);
            if (one == Place.INLINE) {
                return Place.INLINE;
            }
            found = one == Place.UNKNOWN ? Place.UNKNOWN : found;
        }
        return found;
    }

    private static Place placeOf(CallGraph graph, Value route) {
        if (!(route instanceof Call call)) {
            return Place.UNKNOWN;
        }
        if (call.target().owner().equals(ROUTE)) {
            return switch (call.target().name()) {
                case "inline" -> Place.INLINE;
                case "carried", "offload" -> Place.ELSEWHERE;
                default -> place(graph, call.receiver.values());
            };
        }
        boolean any = false;
        for (Value inside : graph.flow().originsThroughContainers(Set.of(route))) {
            if (inside instanceof Call made && made.target().owner().equals(ROUTE)) {
                any = true;
                if (placeOf(graph, made) != Place.ELSEWHERE) {
                    return Place.INLINE;
                }
            } else if (inside instanceof Value.Parameter) {
                return Place.UNKNOWN;
            }
        }
        return any ? Place.ELSEWHERE : Place.UNKNOWN;
    }

    private static Bodies bodies(CallGraph graph, Collection<Value> handlers) {
        Set<Code> known = new LinkedHashSet<>();
        boolean others = false;
        boolean outside = false;
        for (Value handler : graph.flow().originsThroughContainers(handlers)) {
            switch (handler) {
                case Function function
                when graph.isA(function.type(), HANDLER) -> {
                    List<Code> bodies = graph.bodies(function);
                    known.addAll(bodies);
                    outside |= bodies.stream().anyMatch(body -> graph.method(body) == null);
                }
                case Made made
                when graph.isA(made.type(), HANDLER) -> known.addAll(implementations(graph, made.type()));
                case Value.Parameter parameter
                when graph.isA(parameter.type(), HANDLER) -> {
                    Set<Code> ofThis = parameter.index() == 0 ? implementations(graph, parameter.type()) : Set.of();
                    known.addAll(ofThis);
                    others |= ofThis.isEmpty();
                }
                case FieldUse field when graph.isA(field.type(), HANDLER) -> others = true;
                default -> {}
            }
        }
        known.removeIf(code -> graph.method(code) == null);
        return new Bodies(known, others || outside || known.isEmpty());
    }

    /** What objects of the class, or of a subclass, run as handlers. */
    private static Set<Code> implementations(CallGraph graph, String type) {
        Set<Code> found = new LinkedHashSet<>();
        for (Code code : graph.implementations(HANDLER, "handle")) {
            if (graph.isA(type, code.owner()) || graph.isA(code.owner(), type)) {
                found.add(code);
            }
        }
        return found;
    }
}
