package ringfort.h2;

/** The numbers of frames: types, flags and settings (RFC 9113, 4.1, 6 and 6.5.2; RFC 9218, 7.1; RFC 8441, 3). */
public final class Frame {
    /** Octets of the header of every frame. */
    public static final int HEADER_BYTES = 9;

    /** The payload that every endpoint takes (RFC 9113, 4.2). */
    public static final int LEAST_MAX_SIZE = 1 << 14;

    /** The longest payload there can be. */
    public static final int MOST_MAX_SIZE = (1 << 24) - 1;

    /** The window of a stream and of a connection until something else is said (RFC 9113, 6.9.2). */
    public static final int DEFAULT_WINDOW = 65_535;

    /** The largest window there can be. */
    public static final int MOST_WINDOW = Integer.MAX_VALUE;

    /** Content. */
    public static final int DATA = 0x0;

    /** Fields that open a stream, or trailers. */
    public static final int HEADERS = 0x1;

    /** The priorities of RFC 7540, which RFC 9113 has removed. */
    public static final int PRIORITY = 0x2;

    /** The end of a stream by one side. */
    public static final int RST_STREAM = 0x3;

    /** What a side can take, and the acknowledgement of it. */
    public static final int SETTINGS = 0x4;

    /** A promised request: never sent by clients, and never by us. */
    public static final int PUSH_PROMISE = 0x5;

    /** A question whether the peer is there, and the answer. */
    public static final int PING = 0x6;

    /** The end of a connection. */
    public static final int GOAWAY = 0x7;

    /** More room for content. */
    public static final int WINDOW_UPDATE = 0x8;

    /** More of the fields that a HEADERS frame began. */
    public static final int CONTINUATION = 0x9;

    /** The priority of a request (RFC 9218, 7.1). */
    public static final int PRIORITY_UPDATE = 0x10;

    /** Flag of DATA and HEADERS: the sender's last on this stream. */
    public static final int END_STREAM = 0x1;

    /** Flag of SETTINGS and PING: an answer. */
    public static final int ACK = 0x1;

    /** Flag of HEADERS and CONTINUATION: no CONTINUATION follows. */
    public static final int END_HEADERS = 0x4;

    /** Flag of DATA and HEADERS: padding is there. */
    public static final int PADDED = 0x8;

    /** Flag of HEADERS: five octets of RFC 7540's priority are there. */
    public static final int PRIORITIZED = 0x20;

    /** Setting: octets of the table that the peer's encoder may use. */
    public static final int HEADER_TABLE_SIZE = 0x1;

    /** Setting: whether promises are taken. */
    public static final int ENABLE_PUSH = 0x2;

    /** Setting: how many streams the peer may have open. */
    public static final int MAX_CONCURRENT_STREAMS = 0x3;

    /** Setting: the window of a new stream. */
    public static final int INITIAL_WINDOW_SIZE = 0x4;

    /** Setting: the longest payload that is taken. */
    public static final int MAX_FRAME_SIZE = 0x5;

    /** Setting: octets of fields that are taken, counted as HPACK counts them. */
    public static final int MAX_HEADER_LIST_SIZE = 0x6;

    /** Setting: whether extended CONNECT is taken (RFC 8441, 3). */
    public static final int ENABLE_CONNECT_PROTOCOL = 0x8;

    /** Setting: whether the priorities of RFC 7540 are ignored (RFC 9218, 2.1). */
    public static final int NO_RFC7540_PRIORITIES = 0x9;

    private Frame() {}

    /** A big-endian number of four octets. */
    static int int32(byte[] octets, int at) {
        return (octets[at] & 0xFF) << 24
                | (octets[at + 1] & 0xFF) << 16
                | (octets[at + 2] & 0xFF) << 8
                | (octets[at + 3] & 0xFF);
    }

    /** A big-endian number of 31 bits; the reserved bit before it is ignored (RFC 9113, 4.1). */
    static int int31(byte[] octets, int at) {
        return int32(octets, at) & 0x7FFF_FFFF;
    }
}
