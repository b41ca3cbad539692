package ringfort.tls;

/**
 * Reads along in what the server sends of a handshake in clear, to learn whether a session is resumed; {@link
 * javax.net.ssl.SSLEngine} does not tell.
 *
 * <ul>
 *   <li>TLS 1.3: the ServerHello accepts a pre-shared key or it does not (RFC 8446, 4.2.11).
 *   <li>TLS 1.2: behind the ServerHello comes a Certificate, or at once NewSessionTicket or ChangeCipherSpec (RFC 5246,
 *       7.3; RFC 5077, 3.1).
 * </ul>
 */
final class ServerFlight {
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HANDSHAKE = 22;
    private static final int SERVER_HELLO = 2;
    private static final int CERTIFICATE = 11;
    private static final int MESSAGE_HEADER_BYTES = 4;
    private static final int VERSION_AND_RANDOM_BYTES = 2 + 32;
    private static final int CIPHER_AND_COMPRESSION_BYTES = 2 + 1;
    private static final int EXTENSION_PRE_SHARED_KEY = 41;
    private static final int EXTENSION_SUPPORTED_VERSIONS = 43;

    private enum State {
        BEFORE_HELLO,
        BEHIND_HELLO_OF_1_2,
        KNOWN
    }

    private State state = State.BEFORE_HELLO;
    private boolean resumed;

    boolean resumed() {
        return resumed;
    }

    /** One record on its way to the peer. */
    void record(byte[] bytes, int from, int to) {
        int type = bytes[from];
        if (type == CHANGE_CIPHER_SPEC && state == State.BEHIND_HELLO_OF_1_2) {
            known(true);
        }
        int at = from + RecordReader.HEADER_BYTES;
        while (type == HANDSHAKE && state != State.KNOWN && at + MESSAGE_HEADER_BYTES <= to) {
            int length = ((bytes[at + 1] & 0xFF) << 16) | unsigned16(bytes, at + 2);
            int end = at + MESSAGE_HEADER_BYTES + length;
            if (bytes[at] == SERVER_HELLO && end <= to) {
                hello(bytes, at + MESSAGE_HEADER_BYTES, end);
            } else if (state == State.BEHIND_HELLO_OF_1_2) {
                known(bytes[at] != CERTIFICATE);
            }
            at = end;
        }
    }

    private void known(boolean isResumed) {
        resumed = isResumed;
        state = State.KNOWN;
    }

    /** A HelloRetryRequest has this form too, and no pre-shared key in it; the ServerHello behind it decides anew. */
    private void hello(byte[] bytes, int from, int to) {
        int session = from + VERSION_AND_RANDOM_BYTES;
        int at = session + 1 + (bytes[session] & 0xFF) + CIPHER_AND_COMPRESSION_BYTES + 2;
        boolean preSharedKey = false;
        boolean tls13 = false;
        while (at + 4 <= to) {
            int type = unsigned16(bytes, at);
            preSharedKey |= type == EXTENSION_PRE_SHARED_KEY;
            tls13 |= type == EXTENSION_SUPPORTED_VERSIONS;
            at += 4 + unsigned16(bytes, at + 2);
        }
        if (preSharedKey) {
            known(true);
        } else if (!tls13) {
            state = State.BEHIND_HELLO_OF_1_2;
        }
    }

    private static int unsigned16(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
    }
}
