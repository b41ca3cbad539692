package ringfort.server.exchange;

import org.jspecify.annotations.Nullable;
import ringfort.api.Response;
import ringfort.api.Upgrade;

/** What a handler left for its peer: published once by the handler's side, then read by the worker. */
public sealed interface Answer {
    /** The response the handler returned. */
    Response response();

    /**
     * A response whose content is there whole.
     *
     * @param content what a short stream wrote; null when the content is the response's own
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Whole(Response response, byte @Nullable [] content) implements Answer {}

    /**
     * A response whose content comes piece by piece.
     *
     * @param stream where the pieces are
     */
    record Streamed(Response response, ResponseStream stream) implements Answer {}

    /**
     * A response behind which the connection speaks another protocol.
     *
     * @param upgrade which one, and the handler that speaks it
     * @param input what the peer sends from here on
     * @param output what the handler sends from here on
     */
    record Switched(Response response, Upgrade upgrade, RequestBody input, ResponseStream output) implements Answer {}
}
