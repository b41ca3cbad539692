package ringfort.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ringfort.api.ErrorHandler;
import ringfort.api.Placement;
import ringfort.api.Response;
import ringfort.api.ServerStartException;
import ringfort.api.spi.Mount;
import ringfort.api.spi.RouteMatch;
import ringfort.api.spi.RouteSettings;
import ringfort.api.spi.RouteTable;
import ringfort.api.syntax.Fields;

/**
 * {@link RouteTable}: the route it finds, and its parameters, are those that a naive search finds, which compares segment
 * by segment with each pattern and takes the most specific.
 *
 * <p>The input is text in lines: routes such as {@code GET /a/{b}}, an empty line, and requests such as {@code GET /a/x}.
 */
public final class RouteTables {
    private static final ErrorHandler NO_ERRORS = (_, _) -> Response.of(500);
    /** Methods that have rules of their own, which the naive search does not know. TRACE has no routes. */
    private static final Set<String> SPECIAL = Set.of("HEAD", "OPTIONS", "TRACE");

    private static final int MOST_ROUTES = 12;
    private static final int MOST_REQUESTS = 12;

    private RouteTables() {}

    private record Route(String method, String pattern) {
        List<String> segments() {
            return Arrays.asList(pattern.substring(1).split("/", -1));
        }
    }

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        List<String> lines = Check.text(data).lines().toList();
        List<Route> routes = new ArrayList<>();
        int at = 0;
        while (at < lines.size() && !lines.get(at).isEmpty() && routes.size() < MOST_ROUTES) {
            String line = lines.get(at++);
            int space = line.indexOf(' ');
            Route route =
                    space < 0 ? new Route("GET", line) : new Route(line.substring(0, space), line.substring(space + 1));
            boolean simple = !SPECIAL.contains(route.method());
            if (simple && Fields.isToken(route.method())) {
                routes.add(route);
            }
        }
        RouteTable table = compile(routes);
        if (table != null) {
            lines.stream().skip(at).limit(MOST_REQUESTS).forEach(line -> request(table, routes, line));
        }
    }

    /** Null when the routes are refused, as some must be. */
    private static @Nullable RouteTable compile(List<Route> routes) {
        List<Mount> mounts = new ArrayList<>();
        try {
            for (Route route : routes) {
                mounts.add(new Mount(
                        route.method(),
                        route.pattern(),
                        _ -> Response.noContent(),
                        NO_ERRORS,
                        Placement.CARRIED,
                        RouteSettings.INHERITED,
                        "here"));
            }
        } catch (IllegalArgumentException _) {
            return null;
        }
        try {
            return RouteTable.compile(mounts, handler -> handler, null, NO_ERRORS);
        } catch (ServerStartException conflict) {
            Check.that(conflicts(routes), "routes that do not conflict: " + conflict.getMessage());
            return null;
        }
    }

    private static boolean conflicts(List<Route> routes) {
        return routes.stream().map(RouteTables::shape).distinct().count() < routes.size();
    }

    private static String shape(Route route) {
        var shape = new StringBuilder(route.method());
        for (String segment : route.segments()) {
            shape.append('/').append(isRest(segment) ? "{...}" : isParameter(segment) ? "{}" : segment);
        }
        return shape.toString();
    }

    private static void request(RouteTable table, List<Route> routes, String line) {
        int space = line.indexOf(' ');
        String method = space < 0 ? "GET" : line.substring(0, space);
        RouteMatch match = table.match(method, line.substring(space + 1));
        Check.that(match.mount().pattern().length() > 0, "no mount");
        String found = match.mount().pattern();
        String path = match.path();
        if (!path.startsWith("/") || found.equals("(malformed path)")) {
            Check.that(found.startsWith("("), "a route for what is no path: " + found);
            return;
        }
        Route best = null;
        for (Route route : routes) {
            if (answers(route, method) && matches(route, path) && (best == null || moreSpecific(route, best))) {
                best = route;
            }
        }
        if (best == null) {
            Check.that(found.startsWith("("), "found " + found + " for " + line + ", where nothing matches");
        } else {
            Check.same("the route for " + line, best.pattern(), found);
            Check.same("the method for " + line, best.method(), match.mount().method());
            Check.same("the parameters of " + line, parameters(best, path), match.parameters());
        }
    }

    private static boolean answers(Route route, String method) {
        return route.method().equals(method)
                || (method.equals("HEAD") && route.method().equals("GET"));
    }

    private static boolean isParameter(String segment) {
        return segment.startsWith("{");
    }

    private static boolean isRest(String segment) {
        return segment.endsWith("...}");
    }

    private static boolean matches(Route route, String path) {
        List<String> wanted = route.segments();
        List<String> there = Arrays.asList(path.substring(1).split("/", -1));
        boolean rest = isRest(wanted.getLast());
        if (rest ? there.size() < wanted.size() : there.size() != wanted.size()) {
            return false;
        }
        for (int i = 0; i < wanted.size() - (rest ? 1 : 0); i++) {
            boolean fits = isParameter(wanted.get(i))
                    ? !there.get(i).isEmpty()
                    : wanted.get(i).equals(there.get(i));
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** Segment by segment from the left: literal text before a parameter before the rest. */
    private static boolean moreSpecific(Route route, Route other) {
        List<String> segments = route.segments();
        List<String> others = other.segments();
        for (int i = 0; i < Math.min(segments.size(), others.size()); i++) {
            int difference = rank(others.get(i)) - rank(segments.get(i));
            if (difference != 0) {
                return difference > 0;
            }
        }
        return segments.size() > others.size();
    }

    private static int rank(String segment) {
        return isRest(segment) && isParameter(segment) ? 2 : isParameter(segment) ? 1 : 0;
    }

    private static Map<String, String> parameters(Route route, String path) {
        Map<String, String> parameters = new LinkedHashMap<>();
        List<String> wanted = route.segments();
        for (int i = 0; i < wanted.size(); i++) {
            String segment = wanted.get(i);
            if (isParameter(segment)) {
                String rest = tail(path.substring(1), i);
                int slash = rest.indexOf('/');
                boolean whole = isRest(segment) || slash < 0;
                String name = segment.substring(1, segment.length() - (isRest(segment) ? 4 : 1));
                parameters.put(name, whole ? rest : rest.substring(0, slash));
            }
        }
        return parameters;
    }

    /** What follows so many slashes. */
    private static String tail(String path, int slashes) {
        int at = 0;
        for (int i = 0; i < slashes; i++) {
            at = path.indexOf('/', at) + 1;
        }
        return path.substring(at);
    }
}
