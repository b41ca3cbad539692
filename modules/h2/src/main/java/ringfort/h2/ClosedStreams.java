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

    private static final int MOST_SLOTS = 256;
    private static final End[] ENDS = End.values();

    private int[] streams = new int[16]; // a power of two, grown until it has all slots
    private byte[] ends = new byte[16];

    private int slot(int stream) {
        return (stream >>> 1) & (streams.length - 1);
    }

    @SuppressWarnings("EnumOrdinal") // the index never leaves this object
    void add(int stream, End end) {
        while (streams.length < MOST_SLOTS && streams[slot(stream)] != 0 && streams[slot(stream)] != stream) {
            grow();
        }
        streams[slot(stream)] = stream;
        ends[slot(stream)] = (byte) end.ordinal();
    }

    private void grow() {
        int[] oldStreams = streams;
        byte[] oldEnds = ends;
        streams = new int[2 * oldStreams.length];
        ends = new byte[streams.length];
        for (int i = 0; i < oldStreams.length; i++) {
            streams[slot(oldStreams[i])] = oldStreams[i];
            ends[slot(oldStreams[i])] = oldEnds[i];
        }
    }

    End end(int stream) {
        return streams[slot(stream)] == stream ? ENDS[ends[slot(stream)]] : End.UNKNOWN;
    }
}
