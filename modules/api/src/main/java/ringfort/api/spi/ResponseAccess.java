package ringfort.api.spi;

import org.jspecify.annotations.Nullable;
import ringfort.api.Response;

/**
 * Lets an engine keep a response that applications share between requests (a constant) in the form it sends.
 *
 * <p>Any thread. The slot is not synchronised: two threads may both attach, one wins, and a reader may see null for a
 * while. That is safe when what is attached is immutable with final fields and derived from the response alone.
 */
public final class ResponseAccess {
    private ResponseAccess() {}

    /**
     * What an engine attached.
     *
     * @param response a response
     * @return the attached form; null when there is none, or none yet seen by this thread
     */
    public static @Nullable Object attached(Response response) {
        return ((EngineAttachment) response).attached;
    }

    /**
     * Attaches a form of the response for later requests.
     *
     * @param response a response
     * @param form immutable, with final fields, and owing nothing to the request at hand
     */
    public static void attach(Response response, Object form) {
        ((EngineAttachment) response).attached = form;
    }
}
