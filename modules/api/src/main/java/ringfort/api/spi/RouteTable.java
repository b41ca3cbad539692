package ringfort.api.spi;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import ringfort.api.ErrorHandler;
import ringfort.api.Handler;
import ringfort.api.HttpException;
import ringfort.api.Response;
import ringfort.api.ServerStartException;
import ringfort.api.syntax.PercentDecoding;

/**
 * The routes of an application, compiled. Immutable; any thread.
 *
 * <p>Among the routes whose method and pattern both match, the most specific wins: segment by segment from the left,
 * literal text before {@code {param}} before {@code {rest...}}. A route of another method never hides one that would
 * answer: with {@code GET /users/me} and {@code DELETE /users/{id}}, {@code DELETE /users/me} reaches the second. HEAD
 * is answered by HEAD's route or else GET's. A trailing slash makes another path, and so does a double one.
 *
 * <p>A path without parameters is found by one look-up of the path as sent; everything else is decoded first (see
 * {@link RouteMatch#path()}) and searched in a radix tree.
 */
public final class RouteTable {
    private static final Set<String> STANDARD =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE");

    private final Map<String, MethodTable> plainPaths = new HashMap<>();
    private final PathTree tree = new PathTree();
    private final Set<String> methods = new HashSet<>();
    private final UnaryOperator<Handler> filters;
    private final ErrorHandler errors;
    private final Mount notFound;
    private final Mount malformed;
    private final Mount notImplemented;
    /** By the value of {@code Allow}; there are at most as many as sets of methods that occur together. */
    private final Map<String, Mount> notAllowed = new ConcurrentHashMap<>();

    private final Map<String, Mount> allowed = new ConcurrentHashMap<>();

    private RouteTable(UnaryOperator<Handler> filters, @Nullable Handler notFound, ErrorHandler errors) {
        this.filters = filters;
        this.errors = errors;
        this.notFound = unmatched(
                "not found",
                notFound != null
                        ? notFound
                        : _ -> {
                            throw HttpException.notFound();
                        });
        this.malformed = unmatched("malformed path", request -> {
            PercentDecoding.path(request.path());
            throw HttpException.badRequest("");
        });
        this.notImplemented = unmatched("not implemented", _ -> {
            throw new HttpException(501, "");
        });
    }

    /**
     * Compiles routes.
     *
     * @param mounts the routes, filters already around their handlers
     * @param filters puts the filters of the whole server around an answer the table gives by itself
     * @param notFound answers what no route matches; null for 404 through the error handler
     * @param errors what answers when a handler throws; must not throw itself
     * @return the table
     * @throws ServerStartException when two routes match the same requests; names both places
     */
    public static RouteTable compile(
            List<Mount> mounts, UnaryOperator<Handler> filters, @Nullable Handler notFound, ErrorHandler errors) {
        RouteTable table = new RouteTable(filters, notFound, errors);
        List<String> conflicts = new ArrayList<>();
        for (Mount mount : mounts) {
            Pattern pattern = Pattern.parse(mount.pattern());
            MethodTable methodsHere = table.tree.add(pattern);
            Mount present = methodsHere.add(mount, mount.pattern());
            if (present != null) {
                conflicts.add(mount + " matches the same requests as " + present);
            }
            if (pattern.isPlain()) {
                table.plainPaths.put(mount.pattern(), methodsHere);
            }
            table.methods.add(mount.method());
        }
        if (!conflicts.isEmpty()) {
            throw new ServerStartException(
                    "Routes conflict: " + String.join("; ", conflicts) + ". Remove one of each.");
        }
        return table;
    }

    /**
     * Finds what answers a request. There is always something: 400 for a malformed path, 404, 405 with {@code Allow},
     * 501 and automatic OPTIONS are mounts too, with the filters of the whole server around them.
     *
     * @param method the method token
     * @param pathAndQuery path and query as sent; {@code *} for {@code OPTIONS *}
     * @return the match
     */
    public RouteMatch match(String method, String pathAndQuery) {
        int question = pathAndQuery.indexOf('?');
        String rawPath = question < 0 ? pathAndQuery : pathAndQuery.substring(0, question);
        MethodTable plain = plainPaths.get(rawPath);
        if (plain != null) {
            RouteMatch match = plain.plainMatch(method);
            if (match != null) {
                return question < 0
                        ? match
                        : new RouteMatch(match.mount(), match.path(), pathAndQuery.substring(question + 1));
            }
        }
        return search(method, rawPath, question < 0 ? null : pathAndQuery.substring(question + 1));
    }

    private RouteMatch search(String method, String rawPath, @Nullable String rawQuery) {
        if (!methods.contains(method) && !STANDARD.contains(method)) {
            return new RouteMatch(notImplemented, rawPath, rawQuery);
        }
        if (method.equals("TRACE") || rawPath.equals("*")) {
            return new RouteMatch(withoutPath(method), rawPath, rawQuery);
        }
        String path;
        try {
            path = PercentDecoding.path(rawPath);
        } catch (HttpException _) {
            return new RouteMatch(malformed, rawPath, rawQuery);
        }
        int[] bounds = tree.newBounds();
        Mount mount = tree.find(method, path, bounds);
        return mount != null
                ? new RouteMatch(mount, path, rawQuery, bounds)
                : new RouteMatch(otherwise(method, path), path, rawQuery);
    }

    private Mount otherwise(String method, String path) {
        Set<String> there = new TreeSet<>();
        tree.addMethodsTo(there, path);
        return there.isEmpty() ? notFound : byAllow(method, there);
    }

    /** {@code OPTIONS *} speaks of the whole server; TRACE, which would reflect credentials, is refused by it. */
    private Mount withoutPath(String method) {
        return method.equals("OPTIONS") || method.equals("TRACE") ? byAllow(method, new TreeSet<>(methods)) : malformed;
    }

    private Mount byAllow(String method, Set<String> there) {
        if (there.contains("GET")) {
            there.add("HEAD");
        }
        there.add("OPTIONS");
        String allow = String.join(", ", there);
        return method.equals("OPTIONS")
                ? allowed.computeIfAbsent(allow, this::options)
                : notAllowed.computeIfAbsent(allow, this::methodNotAllowed);
    }

    private Mount options(String allow) {
        Response response = Response.noContent().header("Allow", allow);
        return unmatched("options", _ -> response);
    }

    private Mount methodNotAllowed(String allow) {
        return unmatched("method not allowed", _ -> {
            throw HttpException.methodNotAllowed(List.of(allow));
        });
    }

    private Mount unmatched(String name, Handler handler) {
        return Mount.unmatched(name, filters.apply(handler), errors);
    }
}
