package ringfort.api;

import java.util.Objects;

/**
 * Wraps a handler: runs before it, after it, around it, or instead of it. A plain function, tested without a server.
 *
 * <p>Runs on the thread of the handler it wraps, and may block where that handler may.
 */
@FunctionalInterface
public interface Filter {
    /**
     * Answers the request, usually by calling {@code next} once.
     *
     * @param request the request
     * @param next the handler with the filters declared after this one already around it
     * @return the response of {@code next}, one derived from it, or another
     * @throws Exception what {@code next} throws, or the filter's own
     */
    Response filter(Request request, Handler next) throws Exception;

    /**
     * Composes two filters; this one is the outer.
     *
     * @param inner the filter that runs inside this one
     * @return both as one
     */
    default Filter andThen(Filter inner) {
        Objects.requireNonNull(inner, "inner");
        return (request, next) -> filter(request, inner.around(next));
    }

    /**
     * Puts this filter around a handler.
     *
     * @param next what the filter wraps
     * @return a handler that runs this filter, then {@code next}
     */
    default Handler around(Handler next) {
        Objects.requireNonNull(next, "next");
        return request -> filter(request, next);
    }
}
