package ringfort.websocket;

/** Speaks on a socket, on a virtual thread; it may block. */
@FunctionalInterface
public interface SocketHandler {
    /**
     * Speaks until it returns, which closes the socket with 1000. An exception closes it with 1011 and is reported, unless
     * it is the connection that failed.
     *
     * @param socket the socket, valid until this returns
     * @throws Exception whatever ends it badly; an IOException of the socket is best let through
     */
    void handle(WebSocket socket) throws Exception;
}
