package ringfort.message;

import java.util.Arrays;

/**
 * Bytes on their way out, in an array that grows and is used again by its owner. One thread at a time.
 *
 * <p>Every method appends and returns the sink itself.
 */
public final class ByteSink {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    private static final int MOST_DECIMAL_DIGITS = 20;

    private byte[] array;
    private int length;

    /** An empty sink that holds {@code capacity} bytes before it grows. */
    public ByteSink(int capacity) {
        array = new byte[capacity];
    }

    /** Appends one byte. */
    public ByteSink octet(int value) {
        room(1);
        array[length++] = (byte) value;
        return this;
    }

    /**
     * Appends text of ASCII characters.
     *
     * @throws IllegalArgumentException when a character is not ASCII; nothing is appended then
     */
    public ByteSink ascii(String text) {
        return characters(text, 0x7F, "ASCII");
    }

    /**
     * Appends text of ISO-8859-1 characters.
     *
     * @throws IllegalArgumentException when a character is above U+00FF; nothing is appended then
     */
    public ByteSink latin1(String text) {
        return characters(text, 0xFF, "ISO-8859-1");
    }

    private ByteSink characters(String text, int last, String charset) {
        int count = text.length();
        room(count);
        for (int i = 0; i < count; i++) {
            char character = text.charAt(i);
            if (character > last) {
                throw new IllegalArgumentException("character " + i + " is not " + charset);
            }
            array[length + i] = (byte) character;
        }
        length += count;
        return this;
    }

    /** Appends a whole array. */
    public ByteSink bytes(byte[] source) {
        return bytes(source, 0, source.length);
    }

    /** Appends {@code source[from, to)}. */
    public ByteSink bytes(byte[] source, int from, int to) {
        room(to - from);
        System.arraycopy(source, from, array, length, to - from);
        length += to - from;
        return this;
    }

    /** Appends a number in decimal digits. */
    public ByteSink decimal(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("negative: " + value);
        }
        room(MOST_DECIMAL_DIGITS);
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        int at = length + digits;
        length = at;
        long rest = value;
        do {
            array[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        return this;
    }

    /** Appends a number, taken as unsigned, in lower-case hexadecimal digits without leading zeros. */
    public ByteSink hex(long value) {
        int digits = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 3) / 4);
        room(digits);
        for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
            array[length++] = HEX[(int) (value >>> shift) & 0xF];
        }
        return this;
    }

    /** Appends CR LF. */
    public ByteSink crlf() {
        room(2);
        array[length++] = '\r';
        array[length++] = '\n';
        return this;
    }

    /** The array itself, of which the first {@link #length} bytes count. Another append may replace it. */
    public byte[] array() {
        return array;
    }

    /** How many bytes have been appended. */
    public int length() {
        return length;
    }

    /** A copy of what has been appended. */
    public byte[] toByteArray() {
        return Arrays.copyOf(array, length);
    }

    /** Forgets everything after the first {@code newLength} bytes. */
    public void truncate(int newLength) {
        if (newLength < 0 || newLength > length) {
            throw new IndexOutOfBoundsException("length " + newLength + " of " + length);
        }
        length = newLength;
    }

    /** Forgets everything; the array stays. */
    public void reset() {
        length = 0;
    }

    /** What has been appended, as ISO-8859-1 text. */
    @Override
    public String toString() {
        return Octets.text(array, 0, length);
    }

    private void room(int more) {
        if (array.length - length < more) {
            array = Arrays.copyOf(array, Math.max(length + more, array.length * 2));
        }
    }
}
