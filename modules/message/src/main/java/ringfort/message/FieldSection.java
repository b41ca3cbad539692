package ringfort.message;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The field lines of a head or of trailers, in the order they came (RFC 9112, 5). Immutable, any thread.
 *
 * <p>Fields are views by offset into one array; a string is made when it is asked for, and every time it is asked for.
 * Look names up with {@link #indexOf} and {@link #nameEquals}, which make none.
 */
public abstract class FieldSection {
    /** More bytes than this a section cannot have. */
    public static final int MOST_BYTES = 0xFFFFF;

    /** A longer name, or more white space in front of a value, a field cannot have. */
    public static final int MOST_NAME_BYTES = 0xFFF;

    /** The message's bytes, followed by one span per field from {@link #spansAt} on. */
    protected final byte[] octets;

    private final int spansAt;
    private final int count;

    /**
     * A section that owns {@code octets}.
     *
     * @param octets bytes of the message, then {@code count} spans of eight bytes each, as {@link #span(int, int, int, int)}
     *     packs them
     */
    protected FieldSection(byte[] octets, int count) {
        this.octets = octets;
        this.spansAt = octets.length - count * Long.BYTES;
        this.count = count;
    }

    /**
     * Packs the four offsets of a field: 20 bits for where the name begins, 12 for its length, 12 for the gap between name and
     * value, 20 for the length of the value.
     *
     * @throws AssertionError when assertions are on and a part is longer than {@link #MOST_BYTES} or {@link #MOST_NAME_BYTES}
     */
    public static long span(int nameStart, int nameEnd, int valueStart, int valueEnd) {
        int name = nameEnd - nameStart;
        int gap = valueStart - nameEnd;
        int value = valueEnd - valueStart;
        assert nameStart <= MOST_BYTES && name <= MOST_NAME_BYTES && gap <= MOST_NAME_BYTES && value <= MOST_BYTES
                : "a field at " + nameStart + " of " + name + " + " + gap + " + " + value + " bytes";
        return nameStart | (long) name << 20 | (long) gap << 32 | (long) value << 44;
    }

    /** Where the name begins. */
    public static int nameStart(long span) {
        return (int) span & MOST_BYTES;
    }

    /** The end of the name. */
    public static int nameEnd(long span) {
        return nameStart(span) + ((int) (span >>> 20) & MOST_NAME_BYTES);
    }

    /** Where the value begins. */
    public static int valueStart(long span) {
        return nameEnd(span) + ((int) (span >>> 32) & MOST_NAME_BYTES);
    }

    /** The end of the value. */
    public static int valueEnd(long span) {
        return valueStart(span) + (int) (span >>> 44);
    }

    /** Bytes of the message, without the spans behind them. */
    protected final int textLength() {
        return spansAt;
    }

    /** The offsets of a field, packed. */
    protected final long span(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException("field " + index + " of " + count);
        }
        return (long) Octets.LONGS.get(octets, spansAt + index * Long.BYTES);
    }

    /** How many field lines there are. */
    public final int fieldCount() {
        return count;
    }

    /**
     * The name of a field, as it was sent.
     *
     * @throws IndexOutOfBoundsException when there is no such field
     */
    public final String name(int index) {
        long span = span(index);
        return Octets.text(octets, nameStart(span), nameEnd(span));
    }

    /**
     * The value of a field, without the white space around it; each byte one character (ISO-8859-1).
     *
     * @throws IndexOutOfBoundsException when there is no such field
     */
    public final String value(int index) {
        long span = span(index);
        return Octets.text(octets, valueStart(span), valueEnd(span));
    }

    /**
     * Whether a field has this name. Makes no string.
     *
     * @param lowerCaseName the name in lower case
     * @throws IndexOutOfBoundsException when there is no such field
     */
    public final boolean nameEquals(int index, String lowerCaseName) {
        long span = span(index);
        return Octets.matches(octets, nameStart(span), nameEnd(span), lowerCaseName);
    }

    /** The index of the first field of this name, in any case, at or after {@code from}; -1 when there is none. */
    public final int indexOf(String name, int from) {
        String lowerCaseName = name.toLowerCase(Locale.ROOT);
        for (int i = Math.max(0, from); i < count; i++) {
            if (nameEquals(i, lowerCaseName)) {
                return i;
            }
        }
        return -1;
    }

    /** The value of the first field of this name, in any case, or null. */
    public final @Nullable String first(String name) {
        int index = indexOf(name, 0);
        return index < 0 ? null : value(index);
    }
}
