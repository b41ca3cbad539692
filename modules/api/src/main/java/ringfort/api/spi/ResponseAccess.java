package ringfort.api.spi;

import org.jspecify.annotations.Nullable;
import ringfort.api.Response;

/**
 * Lets an engine keep header fields that several responses share in the form it sends: those of a constant response, or
 * of all that {@link Response#text} makes.
 *
 * <p>Any thread. The slot is not synchronised: two threads may both attach, one wins, and a reader may see null for a
 * while. That is safe when what is attached is immutable with final fields and derived from the fields alone.
 */
public final class ResponseAccess {
    private ResponseAccess() {}

    /**
     * What an engine attached.
     *
     * @param response a response
     * @return the attached form of its header fields; null when there is none, or none yet seen by this thread
     */
    public static @Nullable Object attached(Response response) {
        return response.headers() instanceof EngineAttachment fields ? fields.attached : null;
    }

    /**
     * Attaches a form of the response's header fields, for later responses with the same.
     *
     * @param response a response
     * @param form immutable, with final fields, and owing nothing to the response but its header fields
     */
    public static void attach(Response response, Object form) {
        if (response.headers() instanceof EngineAttachment fields) {
            fields.attached = form;
        }
    }
}
