package ringfort.h2;

import java.util.Arrays;

/**
 * Cuts bytes into frames, incrementally (RFC 9113, 4.1). It judges nothing: the caller sees the header of a frame before
 * an octet of its payload is kept, and says how the payload is to be read. One thread at a time.
 *
 * <p>Feed what was received to {@link #next} again and again, from {@link #position()} on, until it returns
 * {@link Found#MORE}. After {@link Found#HEADER} call {@link #gather()} or {@link #pieces()}.
 */
public final class FrameReader {
    /** What {@link #next} found. */
    public enum Found {
        /** Nothing more in these bytes, all of which were taken. */
        MORE,
        /** The header of a frame: {@link FrameReader#type()} and the others. */
        HEADER,
        /** All of a payload, or the next piece of it: {@code payload()[payloadFrom(), payloadTo())}. */
        PAYLOAD
    }

    private enum State {
        HEADER,
        JUDGED, // the caller has the header and has not yet said how to read on
        GATHER,
        PIECES
    }

    private static final byte[] NOTHING = {};

    private final byte[] header = new byte[Frame.HEADER_BYTES];
    private int headerBytes;
    private byte[] carry = NOTHING; // the beginning of a payload that has to be whole
    private int carried;
    private State state = State.HEADER;
    private int length;
    private int type;
    private int flags;
    private int stream;
    private int left;
    private int position;
    private byte[] payload = NOTHING;
    private int payloadFrom;
    private int payloadTo;

    /** A reader that stands before the header of a frame. */
    public FrameReader() {}

    /** Reads on in {@code buffer[from, to)}, up to the next thing found. The buffer is not kept. */
    public Found next(byte[] buffer, int from, int to) {
        position = from;
        payload = NOTHING; // or an idle connection would keep a buffer that is not its own
        return switch (state) {
            case HEADER -> header(buffer, from, to);
            case JUDGED -> throw new IllegalStateException("say how to read the payload: gather() or pieces()");
            case GATHER -> gathered(buffer, from, to);
            case PIECES -> piece(buffer, from, to);
        };
    }

    private Found header(byte[] buffer, int from, int to) {
        if (headerBytes == 0 && to - from >= Frame.HEADER_BYTES) {
            position = from + Frame.HEADER_BYTES;
            return header(buffer, from);
        }
        int taken = Math.min(to - from, Frame.HEADER_BYTES - headerBytes);
        System.arraycopy(buffer, from, header, headerBytes, taken);
        headerBytes += taken;
        position = from + taken;
        return headerBytes < Frame.HEADER_BYTES ? Found.MORE : header(header, 0);
    }

    private Found header(byte[] source, int at) {
        headerBytes = 0;
        length = Frame.int32(source, at) >>> 8;
        type = source[at + 3] & 0xFF;
        flags = source[at + 4] & 0xFF;
        stream = Frame.int31(source, at + 5);
        left = length;
        state = State.JUDGED;
        return Found.HEADER;
    }

    /** Has the payload come in one piece, however it is cut in what was received. The caller has seen to its length. */
    public void gather() {
        carried = 0;
        begin(State.GATHER);
    }

    /** Has the payload come in the pieces in which it was received; one empty piece when it has no octet. */
    public void pieces() {
        begin(State.PIECES);
    }

    private void begin(State way) {
        if (state != State.JUDGED) {
            throw new IllegalStateException("no header was found");
        }
        state = way;
    }

    private Found gathered(byte[] buffer, int from, int to) {
        int taken = Math.min(left, to - from);
        position = from + taken;
        left -= taken;
        if (carried == 0 && left == 0) {
            return found(buffer, from, position);
        } else if (taken == 0) {
            return Found.MORE;
        }
        if (carry.length - carried < taken) { // grows with what came, not with what was announced
            carry = Arrays.copyOf(carry, Math.min(length, Math.max(carried + taken, 2 * carry.length)));
        }
        System.arraycopy(buffer, from, carry, carried, taken);
        carried += taken;
        if (left > 0) {
            return Found.MORE;
        }
        byte[] whole = carry;
        carry = NOTHING;
        return found(whole, 0, length);
    }

    private Found piece(byte[] buffer, int from, int to) {
        int taken = Math.min(left, to - from);
        if (taken == 0 && left > 0) {
            return Found.MORE;
        }
        position = from + taken;
        left -= taken;
        return found(buffer, from, position);
    }

    private Found found(byte[] octets, int from, int to) {
        payload = octets;
        payloadFrom = from;
        payloadTo = to;
        if (left == 0) {
            state = State.HEADER;
        }
        return Found.PAYLOAD;
    }

    /** Index of the first byte that the last {@link #next} did not take, in the buffer given to it. */
    public int position() {
        return position;
    }

    /** Whether the end of a frame has been reached, and nothing of the next one is here. */
    public boolean betweenFrames() {
        return state == State.HEADER && headerBytes == 0;
    }

    /** Octets of the payload, as announced. */
    public int length() {
        return length;
    }

    /** The type, as {@link Frame} names them; others exist. */
    public int type() {
        return type;
    }

    /** The flags; those that the type does not know mean nothing. */
    public int flags() {
        return flags;
    }

    /** Whether a flag is set. */
    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** The identifier of the stream, 0 for the connection. */
    public int stream() {
        return stream;
    }

    /** How much of the payload has not come yet. */
    public int left() {
        return left;
    }

    /** After {@link Found#PAYLOAD}: the array that holds it, valid until the next call. */
    public byte[] payload() {
        return payload;
    }

    /** After {@link Found#PAYLOAD}: where it starts. */
    public int payloadFrom() {
        return payloadFrom;
    }

    /** After {@link Found#PAYLOAD}: where it ends. */
    public int payloadTo() {
        return payloadTo;
    }
}
