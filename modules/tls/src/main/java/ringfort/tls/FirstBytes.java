package ringfort.tls;

/**
 * What a connection speaks, by its first bytes. A server asks on a TLS port in order to answer plain HTTP in plain, and on
 * a plain port in order to close on TLS instead of reading its bytes as a request.
 */
public enum FirstBytes {
    /** Too few to say. */
    UNDECIDED,
    /** A TLS record with a handshake message: octet 22 (RFC 8446, 5.1). No HTTP request begins like that. */
    TLS,
    /** A method and a space (RFC 9112, 3): plain HTTP, or the preface of HTTP/2. */
    HTTP,
    /** Neither. */
    OTHER;

    private static final int HANDSHAKE = 22;
    private static final int MOST_METHOD_BYTES = 20; // the longest registered one, UPDATEREDIRECTREF, has 17

    /** Looks at {@code buffer[from, to)}, the beginning of what the peer has sent. At most 21 bytes are ever needed. */
    public static FirstBytes of(byte[] buffer, int from, int to) {
        if (from == to) {
            return UNDECIDED;
        }
        if (buffer[from] == HANDSHAKE) {
            return TLS;
        }
        for (int i = from; i < to && i <= from + MOST_METHOD_BYTES; i++) {
            byte octet = buffer[i];
            if (octet == ' ') {
                return i > from ? HTTP : OTHER;
            }
            boolean method = (octet >= 'A' && octet <= 'Z') || octet == '-';
            if (!method || i == from + MOST_METHOD_BYTES) {
                return OTHER;
            }
        }
        return UNDECIDED;
    }
}
