package ringfort.api;

/**
 * Turns a failure of a handler or a filter, or an unrouted request, into a response.
 *
 * <p>Called on the thread of the failed handler, at most once per request. When it throws or returns null itself, the
 * client gets the plain default response and the failure is reported.
 */
@FunctionalInterface
public interface ErrorHandler {
    /**
     * Answers for a failure.
     *
     * @param request the request that failed; its body may be partly read
     * @param failure what was thrown: {@link HttpException} for the expected (404, 405, 413 and so on), anything else
     *     for a fault of the application
     * @return the response to send instead; with the status of an {@link HttpException} it gets those fields of the exception
     *     that it does not have itself
     * @throws Exception when it cannot answer either; the default response is sent then
     */
    Response handle(Request request, Throwable failure) throws Exception;
}
