package ringfort.h1;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringfort.message.FieldSection;
import ringfort.message.Octets;
import ringfort.message.Refusal;

/**
 * Reads field lines, incrementally and strictly (RFC 9112, 5). Used for headers and for trailers.
 *
 * <p>A section starts at an offset in a buffer, the base. Everything that is kept between calls is relative to the
 * base, so the bytes may move to another array between two calls. Each byte is looked at once. One thread at a time.
 */
final class FieldLines {
    /** What {@link #read} found. */
    enum Found {
        /** No line is complete; every byte given has been looked at. */
        MORE,
        /** A field line: {@link #lastSpan()}. */
        FIELD,
        /** The empty line that ends the section; {@link #cursor()} points behind that line. */
        END,
        /** {@link #refusal()}. */
        REFUSED
    }

    private static final int FIRST_SPANS = 16;

    // The states, in the order in which one field line runs through them.
    private static final int LINE_START = 0;
    private static final int NAME = 1;
    private static final int BEFORE_VALUE = 2;
    private static final int VALUE = 3;
    private static final int LINE_FEED = 4;
    private static final int LAST_LINE_FEED = 5;

    private final int mostBytes;
    private final int mostFields;

    private int state;
    private int cursor;
    private int limit;
    private int nameStart;
    private int nameEnd;
    private int valueStart;
    private int valueEnd;
    private long[] spans = new long[FIRST_SPANS];
    private int count;
    private @Nullable Refusal refusal;

    FieldLines(int mostBytes, int mostFields) {
        this.mostBytes = mostBytes;
        this.mostFields = mostFields;
    }

    /**
     * Starts a section at an offset from the base. The array of spans keeps the size it grew to, unless the last
     * section had so few fields that the first size is enough: then the large array is given up.
     */
    void begin(int offset) {
        state = LINE_START;
        cursor = offset;
        limit = offset + mostBytes;
        if (count <= FIRST_SPANS) {
            shrink();
        }
        count = 0;
    }

    /** Gives up an array of spans that grew large. */
    void shrink() {
        if (spans.length > 4 * FIRST_SPANS) {
            spans = new long[FIRST_SPANS];
        }
    }

    /** What the array of spans takes beyond its first size, in bytes. */
    int grownBytes() {
        return (spans.length - FIRST_SPANS) * Long.BYTES;
    }

    int cursor() {
        return cursor;
    }

    int count() {
        return count;
    }

    long span(int index) {
        return spans[index];
    }

    long lastSpan() {
        return spans[count - 1];
    }

    /** Takes the last field out again. */
    void dropLast() {
        count--;
    }

    @Nullable Refusal refusal() {
        return refusal;
    }

    /** Copies the spans of all fields into {@code target}, one after the other, from {@code at} on. */
    void copySpans(byte[] target, int at) {
        for (int i = 0; i < count; i++) {
            Octets.LONGS.set(target, at + i * Long.BYTES, spans[i]);
        }
    }

    /** Continues to read, in {@code buffer[base + cursor(), to)}, up to the end of one field line. */
    Found read(byte[] buffer, int base, int to) {
        int stop = base + Math.min(to - base, limit);
        int i = base + cursor;
        if (i < stop && state == LINE_START) {
            if (buffer[i] == '\r') {
                i++;
                state = LAST_LINE_FEED;
            } else if (count == mostFields) {
                return refuse(431, "too many fields");
            } else {
                nameStart = i - base;
                state = NAME;
            }
        }
        if (i < stop && state == NAME) {
            i = Octets.skip(Octets.TOKEN, buffer, i, stop);
            if (i < stop) {
                if (buffer[i] != ':' || i - base == nameStart) {
                    return refuse(400, notAName(buffer[i], i - base == nameStart));
                }
                nameEnd = i - base;
                i++;
                state = BEFORE_VALUE;
            }
        }
        if (i < stop && state == BEFORE_VALUE) {
            i = Octets.skipWhitespace(buffer, i, stop);
            valueStart = i - base;
            state = i < stop ? VALUE : BEFORE_VALUE;
        }
        if (i < stop && state == VALUE) {
            i = Octets.valueEnd(buffer, i, stop);
            if (i < stop) {
                if (buffer[i] != '\r') {
                    return refuse(400, buffer[i] == '\n' ? "bare LF" : "control character in a field value");
                }
                valueEnd = Octets.trimEnd(buffer, base + valueStart, i) - base;
                i++;
                state = LINE_FEED;
            }
        }
        if (i < stop && state >= LINE_FEED) {
            if (buffer[i] != '\n') {
                return refuse(400, "bare CR");
            }
            cursor = i + 1 - base;
            return state == LAST_LINE_FEED ? Found.END : field();
        }
        cursor = i - base;
        return cursor == limit ? refuse(431, "field section too long") : Found.MORE;
    }

    private Found field() {
        if (nameEnd - nameStart > FieldSection.MOST_NAME_BYTES) {
            return refuse(431, "field name too long");
        } else if (valueStart - nameEnd > FieldSection.MOST_NAME_BYTES) {
            return refuse(431, "too much white space before a field value");
        }
        if (count == spans.length) {
            spans = Arrays.copyOf(spans, 2 * count);
        }
        spans[count++] = FieldSection.span(nameStart, nameEnd, valueStart, valueEnd);
        state = LINE_START;
        return Found.FIELD;
    }

    private static String notAName(byte octet, boolean first) {
        if (octet == '\n') {
            return "bare LF";
        } else if (Octets.isWhitespace(octet)) {
            return first ? "white space before a field name" : "white space before the colon";
        }
        return first && octet == ':' ? "empty field name" : "field name is not a token";
    }

    private Found refuse(int status, String reason) {
        refusal = new Refusal(status, reason);
        return Found.REFUSED;
    }
}
