package ringfort.h2;

/**
 * How streams that are gone came to their end, as far back as matters: the identifiers of a peer's last 256 streams. One
 * thread at a time.
 *
 * <p>It matters because a peer may not know yet that we have reset a stream, and its frames for that one are dropped,
 * while frames for a stream that it has ended itself are its error (RFC 9113, 5.1).
 */
final class ClosedStreams {
    /** How a stream ended. */
    enum End {
        /** Not known: never opened, or too long ago. */
        UNKNOWN,
        /** We have reset it, and the peer may not know. */
        RESET_BY_US,
        /** The peer has reset it. */
        RESET_BY_PEER,
        /** Both sides have ended it. */
        ENDED
    }

    private static final int SLOTS = 256;
    private static final End[] ENDS = End.values();

    private final int[] streams = new int[SLOTS];
    private final byte[] ends = new byte[SLOTS];

    private static int slot(int stream) {
        return (stream >>> 1) & (SLOTS - 1);
    }

    @SuppressWarnings("EnumOrdinal") // the index never leaves this object
    void add(int stream, End end) {
        streams[slot(stream)] = stream;
        ends[slot(stream)] = (byte) end.ordinal();
    }

    End end(int stream) {
        return streams[slot(stream)] == stream ? ENDS[ends[slot(stream)]] : End.UNKNOWN;
    }
}
