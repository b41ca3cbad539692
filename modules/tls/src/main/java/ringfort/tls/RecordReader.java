package ringfort.tls;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts received bytes into TLS records (RFC 8446, 5.1: type, version, length, fragment). A record that came whole is used
 * where it lies. One that came in part is gathered in an array that grows with what has come: a peer that announces a
 * large record and sends one byte of it costs little.
 */
final class RecordReader {
    static final int HEADER_BYTES = 5;

    /** RFC 5246, 6.2.3: 2^14 and at most 2048 for MAC and padding. TLS 1.3 allows 256, which the engine checks. */
    static final int MOST_FRAGMENT_BYTES = (1 << 14) + 2048;

    private static final int FIRST_PART_BYTES = 512;
    private static final int MOST_PEEKED_BYTES = 21;
    private static final byte[] EMPTY = {};

    enum Found {
        /** All was taken; a record is not complete, or none has begun. */
        MORE,
        /** {@code array()[from(), to())} is a record. */
        RECORD,
        /** The header announces more than a record may have. */
        TOO_LONG
    }

    private final TlsBuffers buffers;
    private byte @Nullable [] partial;
    private int partialLength;

    private byte[] array = EMPTY;
    private int from;
    private int to;
    private int position;

    RecordReader(TlsBuffers buffers) {
        this.buffers = buffers;
    }

    /** Looks for one record in {@code buffer[start, end)} and what came before; {@link #position} is behind what was taken. */
    Found read(byte[] buffer, int start, int end) {
        position = start;
        if (partialLength == 0) {
            int available = end - start;
            if (available >= HEADER_BYTES) {
                int length = recordLength(buffer, start);
                if (length > HEADER_BYTES + MOST_FRAGMENT_BYTES) {
                    return Found.TOO_LONG;
                }
                if (length <= available) {
                    found(buffer, start, start + length);
                    position = start + length;
                    return Found.RECORD;
                }
            }
        }
        return gather(buffer, end);
    }

    private Found gather(byte[] buffer, int end) {
        if (partialLength < HEADER_BYTES) {
            append(buffer, Math.min(end, position + HEADER_BYTES - partialLength), HEADER_BYTES);
            if (partialLength < HEADER_BYTES) {
                return Found.MORE;
            }
        }
        int length = recordLength(part(), 0);
        if (length > HEADER_BYTES + MOST_FRAGMENT_BYTES) {
            return Found.TOO_LONG;
        }
        append(buffer, Math.min(end, position + length - partialLength), length);
        if (partialLength < length) {
            return Found.MORE;
        }
        found(part(), 0, length);
        return Found.RECORD;
    }

    private void append(byte[] buffer, int upTo, int recordBytes) {
        int count = upTo - position;
        if (count == 0) {
            return;
        }
        byte[] into = room(partialLength + count, recordBytes);
        System.arraycopy(buffer, position, into, partialLength, count);
        partialLength += count;
        position = upTo;
    }

    private byte[] room(int needed, int recordBytes) {
        byte[] into = partial;
        if (into == null) {
            into = buffers.take(Math.max(FIRST_PART_BYTES, needed));
        } else if (into.length < needed) {
            into = Arrays.copyOf(into, Math.max(needed, Math.min(recordBytes, into.length * 2)));
        }
        partial = into;
        return into;
    }

    private byte[] part() {
        byte[] part = partial;
        if (part == null) {
            throw new IllegalStateException("no part of a record");
        }
        return part;
    }

    private void found(byte[] in, int start, int end) {
        array = in;
        from = start;
        to = end;
    }

    private static int recordLength(byte[] bytes, int at) {
        return HEADER_BYTES + ((bytes[at + 3] & 0xFF) << 8 | (bytes[at + 4] & 0xFF));
    }

    /** A copy of the first bytes of the record: of what has come before and of {@code buffer[start, end)}. */
    byte[] peek(byte[] buffer, int start, int end) {
        int before = partialLength;
        byte[] peeked = new byte[Math.min(before + end - start, MOST_PEEKED_BYTES)];
        for (int i = 0; i < peeked.length; i++) {
            peeked[i] = i < before ? part()[i] : buffer[start + i - before];
        }
        return peeked;
    }

    /** Keeps what is no record, for {@link #peek} alone: the beginning of a line, of which no more is ever needed. */
    void hold(byte[] buffer, int start, int end) {
        position = start;
        append(buffer, Math.min(end, start + MOST_PEEKED_BYTES), MOST_PEEKED_BYTES);
        position = end;
    }

    /** The record found has been dealt with. */
    void taken() {
        array = EMPTY;
        drop();
    }

    /** Gives the array back; what was in it is forgotten. */
    void drop() {
        byte[] part = partial;
        if (part != null) {
            buffers.give(part);
            partial = null;
        }
        partialLength = 0;
    }

    byte[] array() {
        return array;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    int position() {
        return position;
    }

    /** Whether {@code buffer[start, end)} and what came before hold a whole record; takes nothing. */
    boolean completes(byte[] buffer, int start, int end) {
        int have = partialLength + end - start;
        if (have < HEADER_BYTES) {
            return false;
        }
        int length = HEADER_BYTES + (octet(3, buffer, start) << 8 | octet(4, buffer, start));
        return have >= length;
    }

    private int octet(int index, byte[] buffer, int start) {
        return (index < partialLength ? part()[index] : buffer[start + index - partialLength]) & 0xFF;
    }

    /** How many bytes of a record have come that is not complete; 0 between two records. */
    int partialBytes() {
        return partialLength;
    }
}
