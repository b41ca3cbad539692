package ringfort.server.wire;

import ringfort.sys.OnWorker;

/**
 * A worker's send buffers in two sizes: small for the usual response, large for long bodies. One worker only.
 *
 * <p>A connection holds a buffer only while it has bytes to send, so the pool grows with the connections that are
 * being written to, not with those that are open. What was not in use for a while is given back ({@link #trim}). What a
 * buffer's number means is a matter of the transport: an address, or a place in memory of the JDK's.
 */
@OnWorker
public abstract class BufferPool implements AutoCloseable {
    /** Bytes of a small buffer. */
    public static final int SMALL_BYTES = 4 * 1024;

    /** Bytes of a large buffer. */
    public static final int LARGE_BYTES = 64 * 1024;

    /** Memory is had, and given back, in pieces of this size. */
    public static final int SLAB_BYTES = 256 * 1024;

    /** What was not in use for one such period is given back at its end. */
    public static final long TRIM_NANOS = 1_000_000_000L;

    /** Slabs that one call of {@link #trim} gives back: each costs a system call. */
    public static final int MOST_TRIMMED = 64;

    private final FreeBuffers small = new FreeBuffers(SMALL_BYTES, SLAB_BYTES);
    private final FreeBuffers large = new FreeBuffers(LARGE_BYTES, SLAB_BYTES);
    private final SharedArrays shared = new SharedArrays();
    private long trimAtNanos;
    private boolean trims; // trimAtNanos is set
    private boolean isShort;

    /** Takes a buffer of {@link #SMALL_BYTES} or {@link #LARGE_BYTES}; its bytes are numbered from what is returned. */
    public final long take(int bytes) {
        FreeBuffers free = free(bytes);
        if (free.isEmpty()) {
            free.addSlab(slab());
        }
        return free.pop();
    }

    /** Gives back what {@link #take} returned for so many bytes. */
    public final void give(long buffer, int bytes) {
        free(bytes).push(buffer);
    }

    private FreeBuffers free(int bytes) {
        return bytes == SMALL_BYTES ? small : large;
    }

    /** Large arrays that responses refer to. */
    public final SharedArrays shared() {
        return shared;
    }

    /** Whether the server is short of memory: then all buffers are small ones, and less is queued for handlers. */
    public final boolean isShort() {
        return isShort;
    }

    /** The server is short of memory, or is not any more. */
    public final void setShort(boolean next) {
        isShort = next;
    }

    /** How many bytes are in use. */
    public final long usedBytes() {
        return allocatedBytes() - small.bytes() - large.bytes();
    }

    /**
     * Gives slabs back that were not in use since the period before; the last slab of each size is kept. To be called in each
     * turn.
     */
    public final void trim(long nowNanos) {
        if (trims && trimAtNanos - nowNanos <= 0) {
            int left = MOST_TRIMMED;
            left -= small.trim(left, this::free);
            left -= large.trim(left, this::free);
            trims = false;
            if (left == 0) {
                trims = true; // the rest in the next turn
                trimAtNanos = nowNanos;
                return;
            }
            small.beginPeriod();
            large.beginPeriod();
        }
        if (!trims && hasSpare()) {
            trims = true;
            trimAtNanos = nowNanos + TRIM_NANOS;
        }
    }

    private boolean hasSpare() {
        return small.hasSpare() || large.hasSpare();
    }

    /** How long the worker may sleep until {@link #trim} has something to do; {@link Long#MAX_VALUE} for ever. */
    public final long trimWaitNanos(long nowNanos) {
        if (!trims) {
            return hasSpare() ? TRIM_NANOS : Long.MAX_VALUE;
        }
        return Math.max(0, trimAtNanos - nowNanos);
    }

    /** More memory: the number of the first of {@link #SLAB_BYTES} bytes. */
    protected abstract long slab();

    /** Gives back what {@link #slab} returned. */
    protected abstract void free(long slab);

    /** Copies {@code source[from, to)} to the byte numbered {@code at} and those behind it, all in one buffer. */
    public abstract void copyIn(byte[] source, int from, int to, long at);

    /** Copies the bytes numbered from {@code at} on, all in one buffer, to {@code target[from, to)}. */
    public abstract void copyOut(long at, byte[] target, int from, int to);

    /** How many bytes of memory the pool has. */
    public abstract long allocatedBytes();

    /** Gives all memory back; nothing in the kernel may refer to it any more. */
    @Override
    public abstract void close();
}
