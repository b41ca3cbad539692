package ringfort.message;

/**
 * The authority of a request: host and optional port (RFC 9110, 7.2; RFC 3986, 3.2), without user information.
 *
 * <p>A host is judged by byte class, not resolved. Percent-encoded hosts are refused: no host in DNS needs one, and
 * recipients disagree on when to decode them.
 */
public final class Authority {
    private static final int MOST_PORT_DIGITS = 5;
    private static final int MOST_PORT = 65_535;

    private Authority() {}

    /** Whether {@code buffer[from, to)} is a host that is not empty, and perhaps a port. */
    public static boolean isValid(byte[] buffer, int from, int to) {
        int hostEnd = hostEnd(buffer, from, to);
        return hostEnd > from && (hostEnd == to || (buffer[hostEnd] == ':' && port(buffer, hostEnd + 1, to, 0) >= 0));
    }

    /** Whether two valid authorities in one buffer name the same host and port. */
    public static boolean same(byte[] buffer, int from, int to, int otherFrom, int otherTo, int defaultPort) {
        int hostEnd = hostEnd(buffer, from, to);
        int otherHostEnd = hostEnd(buffer, otherFrom, otherTo);
        return Octets.matches(buffer, from, hostEnd, otherFrom, otherHostEnd)
                && port(buffer, hostEnd + 1, to, defaultPort) == port(buffer, otherHostEnd + 1, otherTo, defaultPort);
    }

    /** Where the host ends; {@code from} when it is not one. */
    private static int hostEnd(byte[] buffer, int from, int to) {
        if (from == to || buffer[from] != '[') {
            return Octets.skip(Octets.HOST, buffer, from, to);
        }
        int end = Octets.skip(Octets.IPV6, buffer, from + 1, to);
        boolean closed = end < to && buffer[end] == ']' && end - from > 2;
        return closed ? end + 1 : from;
    }

    /** The port, the default when there are no digits, -1 when it is not a port. */
    private static int port(byte[] buffer, int from, int to, int defaultPort) {
        if (from >= to) {
            return defaultPort;
        } else if (to - from > MOST_PORT_DIGITS) {
            return -1;
        }
        int port = 0;
        for (int i = from; i < to; i++) {
            if (!Octets.isDigit(buffer[i])) {
                return -1;
            }
            port = port * 10 + buffer[i] - '0';
        }
        return port <= MOST_PORT ? port : -1;
    }
}
