package ringfort.api;

/**
 * Answers one request. A plain blocking function: a test calls it without a server.
 *
 * <p>It runs on a virtual thread unless its {@link Route} says otherwise, so it may block. Requests of different
 * connections run at the same time: what a handler shares, it must guard.
 */
@FunctionalInterface
public interface Handler {
    /**
     * Answers the request.
     *
     * @param request the request; valid until the response is complete
     * @return the response, never null
     * @throws Exception anything: {@link HttpException} becomes its status, everything else 500 through the
     *     {@link ErrorHandler}
     */
    Response handle(Request request) throws Exception;
}
