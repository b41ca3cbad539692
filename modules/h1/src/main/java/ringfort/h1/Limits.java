package ringfort.h1;

import ringfort.message.FieldSection;

/**
 * How much a peer may send for each part of a message.
 *
 * @param requestLineBytes the request line with its CRLF; above it 414
 * @param headBytes the header section with the empty line that ends it; above it 431
 * @param headerFields field lines in the header section; above it 431
 * @param trailerBytes the trailer section with the empty line that ends it; above it 431
 * @param trailerFields field lines in the trailer section; above it 431
 * @param chunkExtensionBytes chunk extensions of one message, all chunks together; above it 400
 * @param bodyBytes content of one message; above it 413. {@link H1State#limitBody} sets it per request
 * @param drainBytes content of an announced length that is read and dropped after the response to keep a connection; when
 *     more is left, the response announces that the connection closes. 0 keeps none with unread content, chunked or not
 */
public record Limits(
        int requestLineBytes,
        int headBytes,
        int headerFields,
        int trailerBytes,
        int trailerFields,
        int chunkExtensionBytes,
        long bodyBytes,
        int drainBytes) {

    private static final int MOST_HEAD_BYTES = FieldSection.MOST_BYTES;

    /** Line 8 KiB; header section 32 KiB and 100 fields; trailers 8 KiB and 32 fields; extensions 16 KiB; body 10 MiB; drain 256 KiB. */
    public static final Limits DEFAULT =
            new Limits(8 * 1024, 32 * 1024, 100, 8 * 1024, 32, 16 * 1024, 10L * 1024 * 1024, 256 * 1024);

    /** Refuses numbers that no message could meet, and heads of a megabyte or more. */
    public Limits {
        within("requestLineBytes", requestLineBytes, 16, MOST_HEAD_BYTES);
        within("headBytes", headBytes, 2, MOST_HEAD_BYTES);
        within("requestLineBytes + headBytes", (long) requestLineBytes + headBytes, 18, MOST_HEAD_BYTES);
        within("headerFields", headerFields, 0, MOST_HEAD_BYTES);
        within("trailerBytes", trailerBytes, 2, MOST_HEAD_BYTES);
        within("trailerFields", trailerFields, 0, MOST_HEAD_BYTES);
        within("chunkExtensionBytes", chunkExtensionBytes, 0, Integer.MAX_VALUE);
        within("bodyBytes", bodyBytes, 0, Long.MAX_VALUE);
        within("drainBytes", drainBytes, 0, Integer.MAX_VALUE);
    }

    private static void within(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be from " + least + " to " + most);
        }
    }
}
