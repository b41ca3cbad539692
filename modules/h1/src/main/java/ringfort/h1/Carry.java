package ringfort.h1;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a section whose end has not come yet, kept from one buffer to the next. When no section is unfinished,
 * it has no array: so an idle connection holds no buffer. One thread at a time.
 */
final class Carry {
    private static final int LEAST_BYTES = 256;

    private byte @Nullable [] array;
    private int length;

    int length() {
        return length;
    }

    /** Appends {@code source[from, to)} and returns the array that holds everything from index 0 on. */
    byte[] append(byte[] source, int from, int to) {
        int total = length + to - from;
        byte[] target = array;
        if (target == null) {
            target = new byte[Math.max(LEAST_BYTES, total)];
        } else if (target.length < total) {
            target = Arrays.copyOf(target, Math.max(total, 2 * target.length));
        }
        System.arraycopy(source, from, target, length, to - from);
        array = target;
        length = total;
        return target;
    }

    /** How long the array is; 0 without one. */
    int capacity() {
        byte[] kept = array;
        return kept == null ? 0 : kept.length;
    }

    /** The octet at {@code index} of the bytes that are kept. */
    byte at(int index) {
        byte[] source = array;
        if (source == null || index >= length) {
            throw new IndexOutOfBoundsException(index + " of " + length);
        }
        return source[index];
    }

    void clear() {
        array = null;
        length = 0;
    }
}
