package ringfort.api;

import ringfort.api.spi.LogQueue;

/** The filters most servers want. Stateless; any thread. */
public final class Filters {
    private Filters() {}

    /**
     * Turns every exception of what it wraps into the response of the server's {@link ErrorHandler}, so that filters
     * outside it always see a response. Without it the same response is sent, only they do not see it.
     *
     * @return the filter
     */
    public static Filter recover() {
        return (request, next) -> {
            try {
                return next.handle(request);
            } catch (Throwable failure) { // errors too: the client gets an answer, the report gets the trace
                return request.match().mount().errors().handle(request, failure);
            }
        };
    }

    /**
     * Answers conditional and range requests for what it wraps, by the {@code ETag} and {@code Last-Modified} that
     * handlers give their responses: each is sent through {@link Response#conditional}.
     *
     * @return the filter
     */
    public static Filter conditional() {
        return (request, next) -> next.handle(request).conditional(request);
    }

    /**
     * Sends clients of a plain listener to the one that speaks TLS: the same host, path and query, on another port. Requests that
     * came encrypted go on. The answer is 308 (RFC 9110, 15.4.9), so that a client repeats method and content. A request that names
     * no host, as HTTP/1.0 allows, is answered 400, and one for the server as a whole ({@code OPTIONS *}) goes on.
     *
     * @param port where this server speaks TLS, as clients reach it; 443 is left out of the location
     * @return the filter
     */
    public static Filter redirectToHttps(int port) {
        return (request, next) -> {
            String path = request.source().pathAndQuery();
            if (request.secure() || !path.startsWith("/")) {
                return next.handle(request);
            }
            String authority = request.host();
            if (authority == null || authority.isEmpty()) {
                throw HttpException.badRequest(
                        "This port speaks plain HTTP, and the request names no host to be sent to");
            }
            int colon = authority.lastIndexOf(':');
            String host = colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
            return Response.redirect(308, "https://" + host + (port == 443 ? "" : ":" + port) + path);
        };
    }

    /**
     * Logs one line per request, in the Common Log Format, to the {@link System.Logger} {@code ringfort.access}: who
     * asked, when, for what, the status, and the length of the content when it is known before it is sent. As a filter of
     * the whole server it also logs requests that the engine refuses before they reach a filter, such as malformed ones,
     * by as much of their first line as was read.
     *
     * <p>Lines are written by a thread of their own from a bounded queue; a line that finds it full is dropped and
     * counted in {@code ringfort_log_lines_dropped_total}. The caller never waits.
     *
     * @return the filter
     */
    public static Filter accessLog() {
        return new AccessLog(LogQueue.shared());
    }
}
