package ringfort.h1;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of an unfinished section, carried from one buffer to the next. Empty, and without an array, whenever nothing is
 * unfinished: an idle connection holds no buffer.
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

    /** The octet at {@code index}, counted from the first that is carried. */
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
