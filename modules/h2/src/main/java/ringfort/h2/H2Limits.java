package ringfort.h2;

/**
 * How much a peer may hold and send on one connection.
 *
 * @param streams open at a time; above it a stream is refused. A stream counts until its handler has returned
 * @param streamWindow octets of content that a stream may hold unread
 * @param connectionWindow octets of content that all streams together may hold unread
 * @param fieldBytes fields of one head or trailer section, each counted as name, value and 32; above it 431
 * @param fields fields of one head or trailer section; above it 431
 * @param blockBytes octets of one compressed head; above it the connection ends
 * @param tableBytes the table of compressed fields that the peer may use
 * @param bodyBytes content of one request; above it 413. {@link H2State#limitBody} sets it per request
 * @param streamSendBytes lent content of a stream, above which {@link H2Stream#mayLend()} is false
 * @param sendBytes lent content of all streams, above which {@link H2Stream#mayLend()} is false
 * @param smallDataBytes what content in pieces below 256 octets may cost beside itself, each counted as what lacks to
 *     256, until a handler has read it; above it the connection ends
 * @param connectProtocol whether extended CONNECT (RFC 8441) is offered
 */
public record H2Limits(
        int streams,
        int streamWindow,
        int connectionWindow,
        int fieldBytes,
        int fields,
        int blockBytes,
        int tableBytes,
        long bodyBytes,
        int streamSendBytes,
        int sendBytes,
        int smallDataBytes,
        boolean connectProtocol) {

    /**
     * Streams 100; windows 256 KiB and 1 MiB; heads 32 KiB and 100 fields, 64 KiB compressed, a table of 4 KiB; content 10
     * MiB; lent content 64 KiB and 512 KiB; small pieces 256 KiB; no extended CONNECT.
     */
    public static final H2Limits DEFAULT = new H2Limits(
            100,
            256 * 1024,
            1024 * 1024,
            32 * 1024,
            100,
            64 * 1024,
            4096,
            10L * 1024 * 1024,
            64 * 1024,
            512 * 1024,
            256 * 1024,
            false);

    /** Refuses numbers that the protocol does not know, or with which no request could be served. */
    public H2Limits {
        within("streams", streams, 1, 10_000);
        within("streamWindow", streamWindow, 1, Frame.MOST_WINDOW);
        within("connectionWindow", connectionWindow, Frame.DEFAULT_WINDOW, Frame.MOST_WINDOW);
        within("fieldBytes", fieldBytes, 256, 56 * 1024);
        within("fields", fields, 4, 1024);
        within("blockBytes", blockBytes, 256, 1024 * 1024);
        within("tableBytes", tableBytes, 0, 8 * 1024);
        within("bodyBytes", bodyBytes, 0, Long.MAX_VALUE);
        within("streamSendBytes", streamSendBytes, 1, Integer.MAX_VALUE);
        within("sendBytes", sendBytes, 1, Integer.MAX_VALUE);
        within("smallDataBytes", smallDataBytes, 256, Integer.MAX_VALUE);
    }

    private static void within(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be from " + least + " to " + most);
        }
    }
}
