package ringfort.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One address that a server listens on, and whether it speaks TLS there. A server has one by {@link Server#http(int)} or
 * {@link Server#https(int, Tls)}, and gets more by {@link Server#listen}. Immutable; any thread.
 *
 * @param host name or address of this machine; null for the host of the server's options
 * @param port 0 to 65535; 0 takes a free one
 * @param tls how TLS is spoken; null for plain HTTP
 * @param proxyProtocol whether each connection begins with a header of the PROXY protocol
 */
public record Listener(
        @Nullable String host, int port, @Nullable Tls tls, boolean proxyProtocol) {
    /** Refuses what is no port. */
    public Listener {
        OptionKeys.PORT.check(port, "the program");
    }

    /**
     * Plain HTTP on the host of the server's options.
     *
     * @param port 1 to 65535, or 0 for a free one
     * @return the listener
     */
    public static Listener http(int port) {
        return new Listener(null, port, null, false);
    }

    /**
     * Plain HTTP.
     *
     * @param host name or address of this machine
     * @param port 1 to 65535, or 0 for a free one
     * @return the listener
     */
    public static Listener http(String host, int port) {
        return new Listener(Objects.requireNonNull(host, "host"), port, null, false);
    }

    /**
     * HTTP over TLS on the host of the server's options.
     *
     * @param port 1 to 65535, or 0 for a free one
     * @param tls certificates, and what is asked of clients
     * @return the listener
     */
    public static Listener https(int port, Tls tls) {
        return new Listener(null, port, Objects.requireNonNull(tls, "tls"), false);
    }

    /**
     * HTTP over TLS.
     *
     * @param host name or address of this machine
     * @param port 1 to 65535, or 0 for a free one
     * @param tls certificates, and what is asked of clients
     * @return the listener
     */
    public static Listener https(String host, int port, Tls tls) {
        return new Listener(Objects.requireNonNull(host, "host"), port, Objects.requireNonNull(tls, "tls"), false);
    }

    /**
     * The same address, where each connection begins with a header of the PROXY protocol, version 1 or 2, which names the
     * client. Only peers in the networks of option {@code proxy-protocol-from} are let in.
     *
     * @return the listener
     */
    public Listener withProxyProtocol() {
        return new Listener(host, port, tls, true);
    }
}
