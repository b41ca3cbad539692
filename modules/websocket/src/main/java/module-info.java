import org.jspecify.annotations.NullMarked;

/**
 * WebSocket (RFC 6455) with per-message deflate (RFC 7692): a codec without input or output, and sockets for handlers.
 *
 * <p>Exports {@code ringfort.websocket}, which applications call, and {@code ringfort.websocket.codec}, which reads and
 * writes frames for anyone who has a transport of their own. It knows no engine: it lives on a tunnel of the API.
 */
@NullMarked
module ringfort.websocket {
    requires static org.jspecify;
    requires transitive ringfort.api;
    requires ringfort.timers;

    exports ringfort.websocket;
    exports ringfort.websocket.codec;
}
