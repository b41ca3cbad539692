package ringfort.h2;

import java.nio.charset.StandardCharsets;
import ringfort.message.ByteSink;

/** Writes frames (RFC 9113, 6; RFC 9218, 7.1). Stateless, any thread, each with its own {@link ByteSink}. */
public final class FrameWriter {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private FrameWriter() {}

    /** The 24 octets with which a client begins (RFC 9113, 3.4); SETTINGS follow. */
    public static void preface(ByteSink out) {
        out.bytes(PREFACE);
    }

    static byte prefaceOctet(int index) {
        return PREFACE[index];
    }

    static int prefaceLength() {
        return PREFACE.length;
    }

    /** The header of any frame; the payload is the caller's. */
    public static void header(ByteSink out, int length, int type, int flags, int stream) {
        out.octet(length >>> 16).octet(length >>> 8).octet(length).octet(type).octet(flags);
        int32(out, stream);
    }

    /** Sets the length in the header of a frame that begins at {@code start} and goes up to the end of the sink. */
    static void patchLength(ByteSink out, int start) {
        int length = out.length() - start - Frame.HEADER_BYTES;
        byte[] octets = out.array();
        octets[start] = (byte) (length >>> 16);
        octets[start + 1] = (byte) (length >>> 8);
        octets[start + 2] = (byte) length;
    }

    private static void int32(ByteSink out, int value) {
        out.octet(value >>> 24).octet(value >>> 16).octet(value >>> 8).octet(value);
    }

    /** DATA without padding. */
    public static void data(ByteSink out, int stream, boolean endStream, byte[] source, int from, int to) {
        header(out, to - from, Frame.DATA, endStream ? Frame.END_STREAM : 0, stream);
        out.bytes(source, from, to);
    }

    /** A whole block of fields: HEADERS, and CONTINUATION for what is above {@code maxFrameSize}. */
    public static void headers(
            ByteSink out, int stream, boolean endStream, byte[] block, int from, int to, int maxFrameSize) {
        int first = Math.min(to - from, maxFrameSize);
        int flags = (endStream ? Frame.END_STREAM : 0) | (first == to - from ? Frame.END_HEADERS : 0);
        header(out, first, Frame.HEADERS, flags, stream);
        out.bytes(block, from, from + first);
        for (int at = from + first; at < to; ) {
            int next = Math.min(to, at + maxFrameSize);
            header(out, next - at, Frame.CONTINUATION, next == to ? Frame.END_HEADERS : 0, stream);
            out.bytes(block, at, next);
            at = next;
        }
    }

    /** RST_STREAM. */
    public static void reset(ByteSink out, int stream, ErrorCode error) {
        header(out, 4, Frame.RST_STREAM, 0, stream);
        int32(out, error.code());
    }

    /**
     * SETTINGS.
     *
     * @param identifiersAndValues one after the other
     */
    public static void settings(ByteSink out, int... identifiersAndValues) {
        header(out, identifiersAndValues.length * 3, Frame.SETTINGS, 0, 0);
        for (int i = 0; i < identifiersAndValues.length; i += 2) {
            out.octet(identifiersAndValues[i] >>> 8).octet(identifiersAndValues[i]);
            int32(out, identifiersAndValues[i + 1]);
        }
    }

    /** The acknowledgement of SETTINGS. */
    public static void settingsAck(ByteSink out) {
        header(out, 0, Frame.SETTINGS, Frame.ACK, 0);
    }

    /** PING, or its answer, with eight octets. */
    public static void ping(ByteSink out, boolean ack, long octets) {
        header(out, 8, Frame.PING, ack ? Frame.ACK : 0, 0);
        int32(out, (int) (octets >>> 32));
        int32(out, (int) octets);
    }

    /**
     * GOAWAY.
     *
     * @param debug octets that explain, for a person
     */
    public static void goAway(ByteSink out, int lastStream, ErrorCode error, byte[] debug) {
        header(out, 8 + debug.length, Frame.GOAWAY, 0, 0);
        int32(out, lastStream);
        int32(out, error.code());
        out.bytes(debug);
    }

    /** WINDOW_UPDATE, for stream 0 that of the connection. */
    public static void windowUpdate(ByteSink out, int stream, int increment) {
        header(out, 4, Frame.WINDOW_UPDATE, 0, stream);
        int32(out, increment);
    }

    /**
     * PRIORITY_UPDATE (RFC 9218, 7.1).
     *
     * @param value a dictionary, such as {@code u=1, i}
     */
    public static void priorityUpdate(ByteSink out, int stream, String value) {
        header(out, 4 + value.length(), Frame.PRIORITY_UPDATE, 0, 0);
        int32(out, stream);
        out.ascii(value);
    }
}
