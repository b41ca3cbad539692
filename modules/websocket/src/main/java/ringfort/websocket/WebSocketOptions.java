package ringfort.websocket;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import ringfort.websocket.codec.ReaderLimits;

/**
 * How a route accepts sockets. Immutable; any thread.
 *
 * @param limits what a peer may ask us to keep
 * @param timeouts how long a peer may take
 * @param subprotocols those that the handler speaks; the first of the client's that is among them is chosen
 * @param origins which values of {@code Origin} may connect; null for that of the request's host only. A request without
 *     the field, which no browser sends, is always allowed (RFC 6455, section 10.2)
 * @param compression whether per-message deflate is agreed on with clients that offer it
 */
public record WebSocketOptions(
        ReaderLimits limits,
        SocketTimeouts timeouts,
        List<String> subprotocols,
        @Nullable Predicate<String> origins,
        boolean compression) {
    /** Messages of 1 MiB, no subprotocol, same origin, no compression. */
    public static final WebSocketOptions DEFAULT =
            new WebSocketOptions(ReaderLimits.DEFAULT, SocketTimeouts.DEFAULT, List.of(), null, false);

    /** Keeps a copy of the list. */
    public WebSocketOptions {
        subprotocols = List.copyOf(subprotocols);
    }

    /**
     * With another size of a message.
     *
     * @param bytes most bytes of a message that is received, at least 125
     * @return the options
     */
    public WebSocketOptions withMessageBytes(int bytes) {
        return new WebSocketOptions(limits.withMessageBytes(bytes), timeouts, subprotocols, origins, compression);
    }

    /**
     * With other timeouts.
     *
     * @param newTimeouts the timeouts
     * @return the options
     */
    public WebSocketOptions withTimeouts(SocketTimeouts newTimeouts) {
        return new WebSocketOptions(limits, newTimeouts, subprotocols, origins, compression);
    }

    /**
     * With subprotocols.
     *
     * @param names tokens
     * @return the options
     */
    public WebSocketOptions withSubprotocols(String... names) {
        return new WebSocketOptions(limits, timeouts, List.of(names), origins, compression);
    }

    /**
     * With a choice of origins.
     *
     * @param allowed says of a value of {@code Origin} whether it may connect
     * @return the options
     */
    public WebSocketOptions withOrigins(Predicate<String> allowed) {
        return new WebSocketOptions(limits, timeouts, subprotocols, allowed, compression);
    }

    /**
     * With per-message deflate, which costs an inflater of 40 KiB for each compressed message under way.
     *
     * @return the options
     */
    public WebSocketOptions withCompression() {
        return new WebSocketOptions(limits, timeouts, subprotocols, origins, true);
    }
}
