package ringfort.server.wire;

import java.util.ArrayDeque;
import ringfort.sys.OnWorker;

/**
 * What one connection still has to send, in order: the bytes in one buffer of the worker's pool, then references to heap
 * arrays that move into that buffer as it empties. One worker only.
 *
 * <p>A response of eight megabytes therefore costs one large buffer and a reference to the array it came from, however
 * slow its reader is. Small pieces that have to wait are gathered in arrays of the outbox, each twice as long as the one before
 * up to {@link #LARGEST_BYTES}, so that a stream of chunks of one octet costs little more than its bytes. While a send is in flight its range {@code [address, address + length)} stays where it is: bytes
 * may be appended behind it, but the buffer is neither moved nor given back.
 */
@OnWorker
public final class Outbox {
    /** What a slice costs beside its bytes: its object, the header of its array, and its place in the backlog. */
    static final int SLICE_BYTES = 64;

    /** The size of the last and largest arrays that gather small pieces. */
    static final int LARGEST_BYTES = 16 * 1024;

    private static final int SMALL_BYTES = 1024;

    private final BufferPool pool;
    private final ArrayDeque<Slice> backlog = new ArrayDeque<>(0);
    private long buffer;
    private int capacity;
    private int start;
    private int end;
    private long backlogBytes;
    private long heldBytes; // what the slices cost, but for large arrays that are kept by reference

    /** Bytes of the backlog. */
    private static final class Slice {
        private final byte[] bytes;
        private final boolean gathers; // the array is the outbox's own, and small pieces may be appended to it
        private int from;
        private int to;

        Slice(byte[] bytes, int from, int to, boolean gathers) {
            this.bytes = bytes;
            this.from = from;
            this.to = to;
            this.gathers = gathers;
        }

        /** Whether the array is one that other responses may share: it is counted once, by the pool. */
        boolean isLarge() {
            return !gathers && bytes.length > BufferPool.LARGE_BYTES;
        }
    }

    /** Nothing is to be sent yet; buffers come from {@code pool} and go back there. */
    public Outbox(BufferPool pool) {
        this.pool = pool;
    }

    /** Whether nothing is to be sent. */
    public boolean isEmpty() {
        return start == end && backlogBytes == 0;
    }

    /** How many bytes are to be sent. */
    public long queuedBytes() {
        return end - start + backlogBytes;
    }

    /** What waits costs so much of the heap, without the arrays that {@link SharedArrays} counts. */
    public long heldBytes() {
        return heldBytes;
    }

    /** So many bytes are about to be appended, in several calls: they get a buffer that holds them all, if there is one. */
    public void expect(long bytes) {
        if (capacity == 0) {
            take((int) Math.min(bytes, BufferPool.LARGE_BYTES));
        }
    }

    /** Appends bytes the caller will reuse: they are copied. */
    public void append(byte[] bytes, int from, int to) {
        int copied = fill(bytes, from, to);
        if (copied < to) {
            gather(bytes, copied, to);
        }
    }

    /** Appends bytes that are not changed any more: what does not fit is kept by reference. */
    public void appendStable(byte[] bytes, int from, int to) {
        int copied = fill(bytes, from, to);
        if (to - copied >= SMALL_BYTES) {
            queue(new Slice(bytes, copied, to, false));
        } else if (copied < to) {
            gather(bytes, copied, to);
        }
    }

    /** Address of the first byte to send; meaningful while {@link #length()} is positive. */
    public long address() {
        return buffer + start;
    }

    /** How many bytes stand ready at {@link #address()}. */
    public int length() {
        return end - start;
    }

    /** Copies what stands ready to the beginning of {@code target}, as far as there is room; returns how many bytes. It stays. */
    public int copyTo(byte[] target) {
        int count = Math.min(length(), target.length);
        if (count > 0) {
            pool.copyOut(address(), target, 0, count);
        }
        return count;
    }

    /** Takes note that the kernel took {@code count} bytes, and refills the buffer when it is empty. */
    public void sent(int count) {
        assert count >= 0 && count <= end - start : count + " bytes sent of " + (end - start);
        start += count;
        if (start < end) {
            return;
        }
        start = 0;
        end = 0;
        if (backlogBytes == 0) {
            release();
            return;
        }
        if (capacity == BufferPool.SMALL_BYTES && backlogBytes > BufferPool.SMALL_BYTES) {
            release();
        }
        refill();
    }

    /** Forgets everything and gives the buffer back; no send may be in flight. */
    public void clear() {
        for (Slice slice = backlog.poll(); slice != null; slice = backlog.poll()) {
            dropped(slice);
        }
        backlogBytes = 0;
        start = 0;
        end = 0;
        release();
    }

    /** What holds between any two calls. */
    private boolean isConsistent() {
        return 0 <= start
                && start <= end
                && end <= capacity
                && backlogBytes >= 0
                && (backlogBytes == 0) == backlog.isEmpty()
                && (!backlog.isEmpty() || heldBytes == 0)
                && (capacity > 0 || start == end);
    }

    private int fill(byte[] bytes, int from, int to) {
        assert isConsistent() : start + ".." + end + " of " + capacity + ", " + backlogBytes + " behind";
        if (backlogBytes > 0 || from == to) {
            return from;
        }
        if (capacity == 0) {
            take(to - from);
        }
        int count = Math.min(to - from, capacity - end);
        pool.copyIn(bytes, from, from + count, buffer + end);
        end += count;
        return from + count;
    }

    /** Copies bytes to the end of the backlog. */
    private void gather(byte[] bytes, int from, int to) {
        int at = from;
        Slice last = backlog.peekLast();
        int lastBytes = last != null && last.gathers ? last.bytes.length : 0;
        if (last != null && last.gathers) {
            int count = Math.min(to - at, lastBytes - last.to);
            System.arraycopy(bytes, at, last.bytes, last.to, count);
            last.to += count;
            backlogBytes += count;
            at += count;
        }
        if (at < to) {
            int length = to - at;
            byte[] own = new byte[Math.max(length, Math.clamp(2L * lastBytes, SMALL_BYTES, LARGEST_BYTES))];
            System.arraycopy(bytes, at, own, 0, length);
            queue(new Slice(own, 0, length, true));
        }
    }

    private void queue(Slice slice) {
        backlog.add(slice);
        backlogBytes += slice.to - slice.from;
        heldBytes += slice.isLarge() ? 0 : slice.bytes.length + SLICE_BYTES;
        if (slice.isLarge()) {
            pool.shared().add(slice.bytes);
        }
    }

    private void dropped(Slice slice) {
        heldBytes -= slice.isLarge() ? 0 : slice.bytes.length + SLICE_BYTES;
        if (slice.isLarge()) {
            pool.shared().remove(slice.bytes);
        }
    }

    private void refill() {
        if (capacity == 0) {
            take((int) Math.min(backlogBytes, BufferPool.LARGE_BYTES));
        }
        while (end < capacity) {
            Slice slice = backlog.peek();
            if (slice == null) {
                return;
            }
            int count = Math.min(slice.to - slice.from, capacity - end);
            pool.copyIn(slice.bytes, slice.from, slice.from + count, buffer + end);
            end += count;
            backlogBytes -= count;
            slice.from += count;
            if (slice.from == slice.to) {
                backlog.remove();
                dropped(slice);
            }
        }
    }

    private void take(int wanted) {
        int bytes =
                wanted > BufferPool.SMALL_BYTES && !pool.isShort() ? BufferPool.LARGE_BYTES : BufferPool.SMALL_BYTES;
        buffer = pool.take(bytes);
        capacity = bytes; // last: where there was no memory to take, there is none to give back
    }

    private void release() {
        if (capacity > 0) {
            pool.give(buffer, capacity);
            capacity = 0;
        }
    }
}
