package ringfort.server.protocol;

import java.util.Map;
import java.util.Objects;

/**
 * What lies between the transport and HTTP on one port of a server: nothing, or encryption. The workers share it; any thread,
 * but for {@link #over}.
 */
public interface Layer extends AutoCloseable {
    /** HTTP/1 by its name for ALPN (RFC 7301, 6): what a client gets that does not ask. */
    String HTTP_1 = "http/1.1";

    /** HTTP/2 over TLS by its name for ALPN (RFC 9113, 3.2). */
    String HTTP_2 = "h2";

    /** What is spoken where nothing is agreed on by name: the first bytes of a connection choose. No name for ALPN. */
    String UNNAMED = "";

    /** Nothing: the bytes of the transport are those of HTTP. */
    Layer NONE = new Layer() {
        @Override
        public Protocols over(WorkerRoom room, Map<String, Protocols> byName) {
            return Objects.requireNonNull(byName.get(UNNAMED), UNNAMED);
        }

        @Override
        public String scheme() {
            return "http";
        }
    };

    /**
     * What the bytes of this port mean to the connections of one worker.
     *
     * @param room what the protocols of the worker share
     * @param byName what lends the protocols without a layer, by their names for ALPN, and {@link #UNNAMED}
     */
    Protocols over(WorkerRoom room, Map<String, Protocols> byName);

    /** How clients name it in a URI. */
    String scheme();

    /** Whether a peer that is turned away can be told so in clear. */
    default boolean isClear() {
        return true;
    }

    /** Whether there is work enough, so that new connections are left in the kernel's queue for a moment. */
    default boolean isFull() {
        return false;
    }

    /** The server has ended. */
    @Override
    default void close() {}
}
