package ringfort.filters;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import ringfort.api.Filter;
import ringfort.api.Handler;
import ringfort.api.Request;
import ringfort.api.Response;

/**
 * Lets pages of other origins read what this server answers (Fetch, section 3.3), errors included, and answers preflights by
 * itself. As a filter of the whole server it also sees 404 and 405. Immutable; any thread.
 */
public final class Cors implements Filter {
    private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";

    private final Predicate<String> origins;
    private final boolean anyOrigin;
    private final boolean credentials;
    private final String methods;
    private final String headers;
    private final String exposed;
    private final Duration maxAge;

    private Cors(
            Predicate<String> origins,
            boolean anyOrigin,
            boolean credentials,
            String methods,
            String headers,
            String exposed,
            Duration maxAge) {
        this.origins = origins;
        this.anyOrigin = anyOrigin;
        this.credentials = credentials;
        this.methods = methods;
        this.headers = headers;
        this.exposed = exposed;
        this.maxAge = maxAge;
    }

    private static Cors of(Predicate<String> origins, boolean any) {
        return new Cors(
                origins,
                any,
                false,
                "GET, HEAD, POST, PUT, PATCH, DELETE",
                "Content-Type, Authorization",
                "",
                Duration.ofMinutes(10));
    }

    /**
     * For pages of any origin, without cookies and the like.
     *
     * @return the filter
     */
    public static Cors any() {
        return of(_ -> true, true);
    }

    /**
     * For pages of some origins.
     *
     * @param origins such as {@code https://app.example.org}, written as browsers do: in small letters, without a path
     * @return the filter
     */
    public static Cors of(String... origins) {
        for (String origin : origins) {
            if (origin.equals("*") || origin.endsWith("/") || !origin.contains("://")) {
                throw new IllegalArgumentException("origin " + origin + " must be scheme://host, with a port if it has"
                        + " one; Cors.any() is for all");
            }
        }
        return of(Set.of(origins)::contains, false);
    }

    /**
     * For pages of the origins that a test accepts. It must not accept {@code null}, which sandboxed pages of anybody send.
     *
     * @param test takes an origin
     * @return the filter
     */
    public static Cors matching(Predicate<String> test) {
        return of(test, false);
    }

    /**
     * Also with cookies and the like.
     *
     * @return another filter
     * @throws IllegalStateException when any origin is allowed: that would be all of a user's data to every page
     */
    public Cors withCredentials() {
        if (anyOrigin) {
            throw new IllegalStateException("credentials need named origins");
        }
        return new Cors(origins, false, true, methods, headers, exposed, maxAge);
    }

    /**
     * With methods in place of the usual ones.
     *
     * @param allowed the methods
     * @return another filter
     */
    public Cors methods(String... allowed) {
        return new Cors(origins, anyOrigin, credentials, joined(allowed), headers, exposed, maxAge);
    }

    /**
     * With fields that requests may have, in place of {@code Content-Type} and {@code Authorization}.
     *
     * @param allowed their names
     * @return another filter
     */
    public Cors headers(String... allowed) {
        return new Cors(origins, anyOrigin, credentials, methods, joined(allowed), exposed, maxAge);
    }

    /**
     * With fields of responses that pages may read.
     *
     * @param names their names
     * @return another filter
     */
    public Cors exposing(String... names) {
        return new Cors(origins, anyOrigin, credentials, methods, headers, joined(names), maxAge);
    }

    /**
     * With a time for which browsers may remember a preflight.
     *
     * @param time rounded down to seconds
     * @return another filter
     */
    public Cors maxAge(Duration time) {
        return new Cors(origins, anyOrigin, credentials, methods, headers, exposed, time);
    }

    private static String joined(String... names) {
        return String.join(", ", new TreeSet<>(Set.of(names)));
    }

    @Override
    public Response filter(Request request, Handler next) throws Exception {
        String origin = request.header("Origin");
        boolean preflight = request.method().equals("OPTIONS")
                && origin != null
                && request.headers().contains("Access-Control-Request-Method");
        Response response = preflight ? Response.noContent() : Answers.of(request, next);
        if (!anyOrigin) {
            response = response.vary("Origin");
        }
        if (origin == null || !origins.test(origin)) {
            return response;
        }
        response = response.header(ALLOW_ORIGIN, anyOrigin ? "*" : origin);
        if (credentials) {
            response = response.header("Access-Control-Allow-Credentials", "true");
        }
        if (preflight) {
            return response.header("Access-Control-Allow-Methods", methods)
                    .header("Access-Control-Allow-Headers", headers)
                    .header("Access-Control-Max-Age", Long.toString(maxAge.toSeconds()));
        }
        return exposed.isEmpty() ? response : response.header("Access-Control-Expose-Headers", exposed);
    }
}
