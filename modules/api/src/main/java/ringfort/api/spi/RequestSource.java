package ringfort.api.spi;

import java.io.InputStream;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import ringfort.api.Headers;
import ringfort.api.TlsPeer;

/**
 * A request as the engine holds it; {@link ringfort.api.Request} is the view handlers get. Called on the handler's
 * thread only. Everything should be made on demand: a request that is not asked for something should not pay for it.
 */
public interface RequestSource {
    /**
     * The method.
     *
     * @return the method token, case as sent
     */
    String method();

    /**
     * The request target.
     *
     * @return the target as sent
     */
    String target();

    /**
     * The part of the target that routes are matched against.
     *
     * @return path and query as sent, still encoded; {@code *} for {@code OPTIONS *}
     */
    String pathAndQuery();

    /**
     * The protocol that the peer speaks.
     *
     * @return {@code HTTP/1.0}, {@code HTTP/1.1} or {@code HTTP/2}
     */
    String protocol();

    /**
     * The header section.
     *
     * @return the fields
     */
    Headers headers();

    /**
     * The content, as a blocking stream. Reading it is what asks for {@code 100 Continue}. The same stream each time.
     *
     * @return the stream; at its end at once when there is no content
     */
    InputStream body();

    /**
     * The announced length of the content.
     *
     * @return bytes; 0 without content, -1 when chunked
     */
    long contentLength();

    /**
     * The trailer section.
     *
     * @return the fields, known once {@link #body()} was read to its end; empty before that
     */
    Headers trailers();

    /**
     * The other end of the connection.
     *
     * @return its address
     */
    InetSocketAddress peer();

    /**
     * This end of the connection.
     *
     * @return its address
     */
    InetSocketAddress local();

    /**
     * The authority the request is for.
     *
     * @return host and optional port, from the target or the {@code Host} field; null when there is neither
     */
    @Nullable String authority();

    /**
     * Whether the connection is encrypted.
     *
     * @return true for TLS
     */
    boolean secure();

    /**
     * What the connection's TLS handshake has agreed on.
     *
     * @return what was agreed on; null where this server speaks no TLS on the connection
     */
    default @Nullable TlsPeer tls() {
        return null;
    }

    /**
     * The protocols the peer would rather speak, when it may be taken at its word: in HTTP/1.1, where {@code Connection}
     * names {@code Upgrade}, without content, and not for HEAD; in HTTP/2 for an extended CONNECT (RFC 8441), of which
     * {@link #method()} is GET.
     *
     * @return the list as sent, or null
     */
    @Nullable String upgrade();

    /**
     * Sends an interim response in front of the final one, unless the peer speaks HTTP/1.0 or is gone. 100 is sent only
     * to a peer that waits for it. The caller has checked status and fields.
     *
     * @param status 100 to 199, but not 101
     * @param fields its fields
     * @throws IllegalStateException when the final response has begun
     */
    void inform(int status, Headers fields);

    /**
     * Has an action run when the answer can no longer reach the peer.
     *
     * @param action what to do; run once, on a virtual thread of its own, at once if the peer is gone already, and never when
     *     the answer was complete before that
     */
    void onGone(Runnable action);
}
