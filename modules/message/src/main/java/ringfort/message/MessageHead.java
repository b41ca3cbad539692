package ringfort.message;

import org.jspecify.annotations.Nullable;

/**
 * The head of a request, as far as it means the same in every version of HTTP (RFC 9110, 6.1 and 9). Immutable, any
 * thread.
 */
public interface MessageHead {
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

    /** The header fields. */
    FieldSection fields();
}
