package ringfort.server.wire;

import java.util.ArrayDeque;
import java.util.Arrays;
import ringfort.sys.OnWorker;

/**
 * What one connection still has to send, in order: the bytes in one buffer of the worker's pool, then references to heap
 * arrays that move into that buffer as it empties. One worker only.
 *
 * <p>A response of eight megabytes therefore costs one large buffer and a reference to the array it came from, however
 * slow its reader is. While a send is in flight its range {@code [address, address + length)} stays where it is: bytes
 * may be appended behind it, but the buffer is neither moved nor given back.
 */
@OnWorker
public final class Outbox {
    private final BufferPool pool;
    private final ArrayDeque<Slice> backlog = new ArrayDeque<>(0);
    private long buffer;
    private int capacity;
    private int start;
    private int end;
    private long backlogBytes;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Slice(byte[] bytes, int from, int to) {}

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
            queue(Arrays.copyOfRange(bytes, copied, to), 0, to - copied);
        }
    }

    /** Appends bytes that are not changed any more: what does not fit is kept by reference. */
    public void appendStable(byte[] bytes, int from, int to) {
        int copied = fill(bytes, from, to);
        if (copied < to) {
            queue(bytes, copied, to);
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
        backlog.clear();
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

    private void queue(byte[] bytes, int from, int to) {
        backlog.add(new Slice(bytes, from, to));
        backlogBytes += to - from;
    }

    private void refill() {
        if (capacity == 0) {
            take((int) Math.min(backlogBytes, BufferPool.LARGE_BYTES));
        }
        while (end < capacity) {
            Slice slice = backlog.poll();
            if (slice == null) {
                return;
            }
            int count = Math.min(slice.to - slice.from, capacity - end);
            pool.copyIn(slice.bytes, slice.from, slice.from + count, buffer + end);
            end += count;
            backlogBytes -= count;
            if (slice.from + count < slice.to) {
                backlog.addFirst(new Slice(slice.bytes, slice.from + count, slice.to));
            }
        }
    }

    private void take(int wanted) {
        int bytes = wanted > BufferPool.SMALL_BYTES ? BufferPool.LARGE_BYTES : BufferPool.SMALL_BYTES;
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
