import org.jspecify.annotations.NullMarked;

/**
 * What all versions of HTTP share (RFC 9110): fields, what may be a trailer, status codes and their phrases, the date,
 * classes of bytes.
 *
 * <p>The module knows no framing, socket, thread or clock and requires nothing at run time. It exports its only package,
 * because the modules of HTTP/1 and HTTP/2 stand on it, and their users meet its types.
 */
@NullMarked
module ringfort.message {
    requires static org.jspecify;

    exports ringfort.message;
}
