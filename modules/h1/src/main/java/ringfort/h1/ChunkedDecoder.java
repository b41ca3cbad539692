package ringfort.h1;

import org.jspecify.annotations.Nullable;
import ringfort.message.FieldRules;
import ringfort.message.FieldSection;
import ringfort.message.Fields;
import ringfort.message.Octets;
import ringfort.message.Refusal;

/**
 * Reads chunked content, incrementally and strictly (RFC 9112, 7.1). It hands out where content lies in a buffer,
 * checks chunk extensions without interpreting them, and keeps the trailers a recipient may use. One thread at a time.
 */
final class ChunkedDecoder {
    /** What {@link #read} found. */
    enum Found {
        /** All bytes were taken, and they hold nothing more to report. */
        MORE,
        /** Content in {@code buffer[dataFrom(), dataTo())}; read on at {@link #position()}. */
        DATA,
        /** The end of the content; {@link #trailers()} are complete. */
        END,
        /** {@link #refusal()}. */
        REFUSED
    }

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_LINE_FEED,
        DATA,
        DATA_CARRIAGE_RETURN,
        DATA_LINE_FEED,
        TRAILERS,
        END
    }

    private static final int MOST_SIZE_DIGITS = 16;

    private final Limits limits;
    private final FieldLines fields;
    private final Carry carry = new Carry();
    private final ChunkExtension extension = new ChunkExtension();

    private State state = State.SIZE;
    private long bodyLimit;
    private long bodyBytes;
    private long extensionBytes;
    private int sizeDigits;
    private long remaining;
    private int position;
    private int dataFrom;
    private Fields trailers = Fields.EMPTY;
    private @Nullable Refusal refusal;

    ChunkedDecoder(Limits limits) {
        this.limits = limits;
        this.bodyLimit = limits.bodyBytes();
        fields = new FieldLines(limits.trailerBytes(), limits.trailerFields());
    }

    /** Refuses a chunk that would make the content longer than this. */
    void limit(long bytes) {
        bodyLimit = bytes;
    }

    /** What the bytes of an unfinished trailer section take of the heap. */
    int heldBytes() {
        return carry.capacity() + fields.grownBytes();
    }

    int position() {
        return position;
    }

    int dataFrom() {
        return dataFrom;
    }

    int dataTo() {
        return position;
    }

    Fields trailers() {
        return trailers;
    }

    @Nullable Refusal refusal() {
        return refusal;
    }

    /** Reads on in {@code buffer[from, to)}. */
    Found read(byte[] buffer, int from, int to) {
        int i = from;
        while (i < to) {
            switch (state) {
                case SIZE -> {
                    if (!sizeOctet(buffer[i])) {
                        return Found.REFUSED;
                    }
                    i++;
                }
                case EXTENSION -> {
                    byte octet = buffer[i++];
                    if (octet == '\r') {
                        if (!extension.mayEnd()) {
                            return refuse(400, extension.unfinished());
                        }
                        state = State.SIZE_LINE_FEED;
                        continue;
                    }
                    String refused = ++extensionBytes > limits.chunkExtensionBytes()
                            ? "chunk extensions too long"
                            : extension.take(octet);
                    if (refused != null) {
                        return refuse(400, refused);
                    }
                }
                case SIZE_LINE_FEED -> {
                    if (buffer[i++] != '\n') {
                        return refuse(400, "bare CR after a chunk size");
                    }
                    if (remaining > 0) {
                        state = State.DATA;
                    } else {
                        state = State.TRAILERS;
                        fields.begin(0);
                    }
                }
                case DATA -> {
                    return data(i, to);
                }
                case DATA_CARRIAGE_RETURN -> {
                    if (buffer[i++] != '\r') {
                        return refuse(400, "chunk data is longer than its size");
                    }
                    state = State.DATA_LINE_FEED;
                }
                case DATA_LINE_FEED -> {
                    if (buffer[i++] != '\n') {
                        return refuse(400, "bare CR after chunk data");
                    }
                    state = State.SIZE;
                    sizeDigits = 0;
                    remaining = 0;
                }
                case TRAILERS -> {
                    return trailers(buffer, i, to);
                }
                case END -> {
                    position = i;
                    return Found.END;
                }
            }
        }
        position = to;
        return state == State.END ? Found.END : Found.MORE;
    }

    private boolean sizeOctet(byte octet) {
        if (Octets.is(Octets.HEX, octet)) {
            remaining = (remaining << 4) | Octets.hexValue(octet);
            if (++sizeDigits > MOST_SIZE_DIGITS) {
                refuse(400, "chunk size has more than 16 digits");
                return false;
            }
            return true;
        } else if (sizeDigits == 0 || (octet != '\r' && octet != ';')) {
            refuse(400, sizeDigits == 0 ? "no chunk size" : "chunk size is not a hexadecimal number");
            return false;
        } else if (remaining < 0 || remaining > bodyLimit - bodyBytes) {
            refuse(413, "content too large");
            return false;
        }
        bodyBytes += remaining;
        state = octet == '\r' ? State.SIZE_LINE_FEED : State.EXTENSION;
        extension.begin();
        return true;
    }

    private Found data(int from, int to) {
        int bytes = (int) Math.min(remaining, to - from);
        remaining -= bytes;
        dataFrom = from;
        position = from + bytes;
        if (remaining == 0) {
            state = State.DATA_CARRIAGE_RETURN;
        }
        return Found.DATA;
    }

    private Found trailers(byte[] buffer, int from, int to) {
        int carried = carry.length();
        int taken = Math.min(to - from, limits.trailerBytes() - carried);
        byte[] section = carried == 0 ? buffer : carry.append(buffer, from, from + taken);
        int base = carried == 0 ? from : 0;
        while (true) {
            switch (fields.read(section, base, base + carried + taken)) {
                case MORE -> {
                    if (carried == 0) {
                        carry.append(buffer, from, to);
                    }
                    position = to;
                    return Found.MORE;
                }
                case FIELD -> dropUnlessAllowed(section, base);
                case END -> {
                    position = from + fields.cursor() - carried;
                    trailers = fields.count() == 0 ? Fields.EMPTY : copy(section, base);
                    carry.clear();
                    state = State.END;
                    return Found.END;
                }
                case REFUSED -> {
                    refusal = fields.refusal();
                    return Found.REFUSED;
                }
            }
        }
    }

    private void dropUnlessAllowed(byte[] section, int base) {
        int from = base + FieldSection.nameStart(fields.lastSpan());
        int to = base + FieldSection.nameEnd(fields.lastSpan());
        if (!FieldRules.mayBeTrailer(section, from, to)) {
            fields.dropLast();
        }
    }

    private Fields copy(byte[] section, int base) {
        int bytes = fields.cursor();
        byte[] octets = new byte[bytes + fields.count() * Long.BYTES];
        System.arraycopy(section, base, octets, 0, bytes);
        fields.copySpans(octets, bytes);
        return new Fields(octets, fields.count());
    }

    private Found refuse(int status, String reason) {
        refusal = new Refusal(status, reason);
        return Found.REFUSED;
    }
}
