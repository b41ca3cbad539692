package ringfort.websocket;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import ringfort.api.Handler;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Upgrade;
import ringfort.websocket.codec.CloseCode;

/**
 * Accepts WebSockets, and knows those that are open. Thread-safe.
 *
 * <p>A server does not know of what is spoken on its tunnels: for its stop to close them with 1001, give it
 * {@link #stop} as a hook.
 *
 * {@snippet :
 * void greet(Server server) {
 *     WebSockets sockets = new WebSockets(WebSocketOptions.DEFAULT);
 *     server.get("/ws", sockets.to(socket -> socket.send("hello"))).onStopping(sockets::stop);
 * }
 * }
 */
public final class WebSockets {
    private final WebSocketOptions options;
    private final Set<WebSocket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping; // set by the thread that stops the server

    /**
     * With options for all of its sockets.
     *
     * @param options limits, timeouts, subprotocols, origins, compression
     */
    public WebSockets(WebSocketOptions options) {
        this.options = options;
    }

    /**
     * The shortest way: a route with {@link WebSocketOptions#DEFAULT}.
     *
     * @param handler speaks on each socket
     * @return a handler for {@code GET}
     */
    public static Handler route(SocketHandler handler) {
        return new WebSockets(WebSocketOptions.DEFAULT).to(handler);
    }

    /**
     * A route.
     *
     * @param handler speaks on each socket
     * @return a handler for {@code GET}
     */
    public Handler to(SocketHandler handler) {
        return request -> accept(request, handler);
    }

    /**
     * Answers the request that opens a socket (RFC 6455, section 4.2).
     *
     * @param request the request
     * @param handler speaks on the socket
     * @return 101, or what stands for it in HTTP/2; 400 for a malformed request, 426 for another version, 403 for an origin that may not connect, 503
     *     once {@link #stop} was called
     */
    public Response accept(Request request, SocketHandler handler) {
        // A stream of HTTP/2 has no key (RFC 8441, section 5), and the server has judged its extended CONNECT.
        boolean isStream = request.version().equals("HTTP/2");
        String key = isStream ? null : Opening.key(request);
        if (isStream ? !request.asksForUpgrade("websocket") : key == null) {
            return Response.text("this is the address of a WebSocket (RFC 6455, section 4.2.1)\n")
                    .status(400);
        }
        if (stopping) {
            return Response.of(503);
        }
        Opening opening = Opening.judge(request, options);
        if (opening.refusal() != null) {
            return opening.refusal();
        }
        Upgrade upgrade = new Upgrade(
                "websocket",
                (in, out) -> new WebSocket(request, options, opening, in, out).run(handler, open, () -> stopping),
                Duration.ZERO);
        Response response = Response.upgrade(request, upgrade);
        if (key != null) {
            response = response.header("Sec-WebSocket-Accept", Opening.accept(key));
        }
        if (opening.subprotocol() != null) {
            response = response.header("Sec-WebSocket-Protocol", opening.subprotocol());
        }
        return opening.extensions() == null
                ? response
                : response.header("Sec-WebSocket-Extensions", opening.extensions());
    }

    /** Closes all sockets with 1001 and accepts no more. Does not wait. */
    public void stop() {
        stopping = true;
        for (WebSocket socket : open) {
            socket.closeLater(CloseCode.GOING_AWAY, "the server stops");
        }
    }

    /**
     * How many sockets are open.
     *
     * @return the number
     */
    public int size() {
        return open.size();
    }
}
