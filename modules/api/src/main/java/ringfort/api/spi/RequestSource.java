package ringfort.api.spi;

import java.io.InputStream;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import ringfort.api.Headers;

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
     * The minor version of HTTP/1.
     *
     * @return 0 or 1
     */
    int minorVersion();

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
}
