package ringfort.message;

import org.jspecify.annotations.Nullable;

/**
 * The head of a request, as far as it means the same in every version of HTTP (RFC 9110, 6.1 and 9). Immutable, any
 * thread.
 */
public interface MessageHead {
    /** The protocol the peer speaks: {@code HTTP/1.0}, {@code HTTP/1.1}, {@code HTTP/2}. */
    String protocol();

    /** The method, as it was sent. */
    String method();

    /** Whether the method is HEAD, so that no response to it has content. */
    boolean isHead();

    /** The request target, as it was sent. */
    String target();

    /** Path and query without an authority: begins with {@code /}, or is {@code *}. */
    String pathAndQuery();

    /** Host and optional port, as they were sent; null when the request names none. */
    @Nullable String authority();

    /** The announced length of the content, in bytes; -1 when none is announced. */
    long contentLength();

    /** Whether there is content to read. */
    boolean hasBody();

    /** Whether the peer understands interim responses (RFC 9110, 15.2). */
    default boolean knowsInterim() {
        return true;
    }

    /** Whether trailers can be sent to the peer (RFC 9110, 6.5). */
    default boolean knowsTrailers() {
        return true;
    }

    /** The protocols the peer would rather speak, as it listed them; null when it asks for none, or cannot (RFC 9110, 7.8). */
    default @Nullable String upgrade() {
        return null;
    }

    /**
     * Whether this is a CONNECT that asks for the protocol {@link #upgrade()} on its stream (RFC 8441, 4). What then comes as
     * its content is that protocol's.
     */
    default boolean isExtendedConnect() {
        return false;
    }

    /** The header fields. */
    FieldSection fields();
}
