package ringfort.h1;

/**
 * The forms of a request target (RFC 9112, 3.2). The authority form belongs to CONNECT, which is refused with 501 before
 * a head exists.
 */
public enum TargetForm {
    /** {@code /path?query}. */
    ORIGIN,
    /** {@code http://authority/path?query}. */
    ABSOLUTE,
    /** {@code *}, with OPTIONS only. */
    ASTERISK
}
