package ringfort.server.wire;

import java.util.Arrays;
import ringfort.sys.OnWorker;

/**
 * A worker's send buffers in two sizes: small for the usual response, large for long bodies. One worker only.
 *
 * <p>A connection holds a buffer only while it has bytes to send, so the pool grows with the connections that are
 * being written to, not with those that are open. What a buffer's number means is a matter of the transport: an address, or
 * a place in memory of the JDK's.
 */
@OnWorker
public abstract class BufferPool implements AutoCloseable {
    /** Bytes of a small buffer. */
    public static final int SMALL_BYTES = 4 * 1024;

    /** Bytes of a large buffer. */
    public static final int LARGE_BYTES = 64 * 1024;

    /** Memory is had in pieces of this size. */
    protected static final int SLAB_BYTES = 256 * 1024;

    private final NumberStack small = new NumberStack();
    private final NumberStack large = new NumberStack();

    /** Takes a buffer of {@link #SMALL_BYTES} or {@link #LARGE_BYTES}; its bytes are numbered from what is returned. */
    public final long take(int bytes) {
        NumberStack free = free(bytes);
        if (free.size == 0) {
            long slab = slab();
            for (long offset = 0; offset < SLAB_BYTES; offset += bytes) {
                free.push(slab + offset);
            }
        }
        return free.pop();
    }

    /** Gives back what {@link #take} returned for so many bytes. */
    public final void give(long buffer, int bytes) {
        free(bytes).push(buffer);
    }

    private NumberStack free(int bytes) {
        return bytes == SMALL_BYTES ? small : large;
    }

    /** More memory: the number of the first of {@link #SLAB_BYTES} bytes. */
    protected abstract long slab();

    /** Copies {@code source[from, to)} to the byte numbered {@code at} and those behind it, all in one buffer. */
    public abstract void copyIn(byte[] source, int from, int to, long at);

    /** How many bytes of memory the pool has. */
    public abstract long allocatedBytes();

    /** Gives all memory back; nothing in the kernel may refer to it any more. */
    @Override
    public abstract void close();

    private static final class NumberStack {
        private long[] numbers = new long[64];
        private int size;

        void push(long number) {
            if (size == numbers.length) {
                numbers = Arrays.copyOf(numbers, size * 2);
            }
            numbers[size++] = number;
        }

        long pop() {
            return numbers[--size];
        }
    }
}
