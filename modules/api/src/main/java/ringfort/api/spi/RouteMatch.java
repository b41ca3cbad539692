package ringfort.api.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringfort.api.Handler;
import ringfort.api.HttpException;
import ringfort.api.syntax.PercentDecoding;

/** What the table found for one request. Immutable; any thread. Parameter values become strings when asked for. */
public final class RouteMatch {
    private static final int[] NO_BOUNDS = new int[0];
    private static final Handler UNROUTED = _ -> {
        throw new IllegalStateException("This request was made for a test and not routed; call the handler itself");
    };

    private final Mount mount;
    private final String path;
    private final @Nullable String rawQuery;
    private final List<String> names;
    private final int[] bounds;
    private final @Nullable List<String> values;

    /** {@code bounds} holds begin and end in {@code path} of each parameter. */
    RouteMatch(Mount mount, String path, @Nullable String rawQuery, int[] bounds) {
        this.mount = mount;
        this.path = path;
        this.rawQuery = rawQuery;
        this.names = mount.parameters();
        this.bounds = bounds;
        this.values = null;
    }

    RouteMatch(Mount mount, String path, @Nullable String rawQuery) {
        this(mount, path, rawQuery, NO_BOUNDS);
    }

    private RouteMatch(Mount mount, String path, @Nullable String rawQuery, Map<String, String> parameters) {
        this.mount = mount;
        this.path = path;
        this.rawQuery = rawQuery;
        this.names = List.copyOf(parameters.keySet());
        this.bounds = NO_BOUNDS;
        this.values = List.copyOf(parameters.values());
    }

    /**
     * A match without a table, for requests made in tests.
     *
     * @param pathAndQuery path and query as a client would send them
     * @param parameters path parameters, decoded
     * @return a match whose mount has no handler
     */
    public static RouteMatch unrouted(String pathAndQuery, Map<String, String> parameters) {
        Mount mount = Mount.unmatched("not routed", UNROUTED, GuardedErrors.PLAIN);
        int question = pathAndQuery.indexOf('?');
        String rawPath = question < 0 ? pathAndQuery : pathAndQuery.substring(0, question);
        String rawQuery = question < 0 ? null : pathAndQuery.substring(question + 1);
        String path;
        try {
            path = PercentDecoding.path(rawPath);
        } catch (HttpException _) {
            path = rawPath; // as with a table, which answers such requests with 400
        }
        return new RouteMatch(mount, path, rawQuery, new LinkedHashMap<>(parameters));
    }

    /**
     * What to run.
     *
     * @return the mount, also for 404, 405 and other answers the table gives by itself
     */
    public Mount mount() {
        return mount;
    }

    /**
     * The path the table looked at.
     *
     * @return the path, decoded once, dot segments removed, encoded slashes as {@code %2F}; as sent when it is malformed
     */
    public String path() {
        return path;
    }

    /**
     * The query.
     *
     * @return the query as sent, without the question mark; null when there is none
     */
    public @Nullable String rawQuery() {
        return rawQuery;
    }

    /**
     * A path parameter.
     *
     * @param name name in the pattern
     * @return its value, or null when the pattern has no such parameter
     */
    public @Nullable String parameter(String name) {
        int index = names.indexOf(name);
        return index < 0 ? null : value(index);
    }

    /**
     * All path parameters.
     *
     * @return values by name, in the order of the pattern; unmodifiable
     */
    public Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            parameters.put(names.get(i), value(i));
        }
        return Collections.unmodifiableMap(parameters);
    }

    private String value(int index) {
        return values != null ? values.get(index) : path.substring(bounds[2 * index], bounds[2 * index + 1]);
    }
}
