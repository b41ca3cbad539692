package ringfort.server.wire;

import java.util.Arrays;
import java.util.function.LongConsumer;
import ringfort.sys.OnWorker;

/**
 * The buffers of one size that no connection has. The one given back last is taken first, so that it is still in the
 * processor's cache, and what lies at the bottom is what a worker does not need. One worker only.
 *
 * <p>Memory goes back by whole slabs. After a peak nearly all slabs are free as a whole, since few buffers are in use.
 */
@OnWorker
final class FreeBuffers {
    private static final int FIRST_NUMBERS = 64;

    private final int bufferBytes;
    private final int perSlab;
    private long[] numbers = new long[FIRST_NUMBERS];
    private int size;
    private int least; // fewest free buffers since the period began
    private long[] slabs = new long[1]; // sorted
    private int slabCount;

    FreeBuffers(int bufferBytes, int slabBytes) {
        this.bufferBytes = bufferBytes;
        this.perSlab = slabBytes / bufferBytes;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void push(long number) {
        if (size == numbers.length) {
            numbers = Arrays.copyOf(numbers, size * 2);
        }
        numbers[size++] = number;
    }

    long pop() {
        long number = numbers[--size];
        if (size < least) {
            least = size;
        }
        return number;
    }

    /** How many bytes are free. */
    long bytes() {
        return (long) size * bufferBytes;
    }

    /** A slab was had whose first byte has this number. */
    void addSlab(long slab) {
        if (slabCount == slabs.length) {
            slabs = Arrays.copyOf(slabs, 2 * slabCount);
        }
        int at = -Arrays.binarySearch(slabs, 0, slabCount, slab) - 1;
        System.arraycopy(slabs, at, slabs, at + 1, slabCount - at);
        slabs[at] = slab;
        slabCount++;
        for (int i = perSlab - 1; i >= 0; i--) {
            push(slab + (long) i * bufferBytes);
        }
    }

    /** Whether a slab might be given back some time. */
    boolean hasSpare() {
        return slabCount > 1 && size >= perSlab;
    }

    /** From now on it counts anew how many buffers are not in use. */
    void beginPeriod() {
        least = size;
    }

    /** Gives back slabs, so many at most, that were not needed since the period began; returns how many. */
    int trim(int most, LongConsumer giveBack) {
        int wanted = Math.min(Math.min(most, least / perSlab), slabCount - 1);
        if (wanted <= 0) {
            return 0;
        }
        int[] free = new int[slabCount];
        for (int i = 0; i < size; i++) {
            free[slabOf(numbers[i])]++;
        }
        boolean[] goes = new boolean[slabCount];
        int going = 0;
        for (int i = slabCount - 1; i >= 0 && going < wanted; i--) {
            if (free[i] == perSlab) {
                goes[i] = true;
                going++;
            }
        }
        if (going > 0) {
            removeNumbers(goes);
            removeSlabs(goes, giveBack);
        }
        return going;
    }

    private int slabOf(long number) {
        int at = Arrays.binarySearch(slabs, 0, slabCount, number);
        return at >= 0 ? at : -at - 2;
    }

    private void removeNumbers(boolean[] goes) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (!goes[slabOf(numbers[i])]) {
                numbers[kept++] = numbers[i];
            }
        }
        size = kept;
        least = Math.min(least, size);
        if (numbers.length > FIRST_NUMBERS && size < numbers.length / 4) {
            numbers = Arrays.copyOf(numbers, Math.max(FIRST_NUMBERS, numbers.length / 2));
        }
    }

    private void removeSlabs(boolean[] goes, LongConsumer giveBack) {
        int kept = 0;
        for (int i = 0; i < slabCount; i++) {
            if (goes[i]) {
                giveBack.accept(slabs[i]);
            } else {
                slabs[kept++] = slabs[i];
            }
        }
        slabCount = kept;
    }
}
