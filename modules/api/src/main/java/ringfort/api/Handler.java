package ringfort.api;

/**
 * Answers one request. A plain blocking function: a test calls it without a server.
 *
 * <p>It runs on a virtual thread unless its {@link Route} says otherwise, so it may block. Requests of different
 * connections run at the same time: what a handler shares, it must guard.
 *
 * <p>When its answer can no longer reach the peer, because the peer has reset the connection for example, a handler that has
 * not begun to answer is interrupted ({@link ServerOptions#interruptOnReset()}), unless it waits for the content of the request:
 * then that read fails, as do all reads and writes from then on. {@link Request#onGone} tells it, too. What it throws then is
 * not reported. An inline handler is not interrupted.
 *
 * <p>A handler counts against {@link ServerOptions#maxHandlers()} until its code has returned, whether or not its connection
 * lives.
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
