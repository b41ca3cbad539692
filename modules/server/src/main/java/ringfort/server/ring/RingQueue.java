package ringfort.server.ring;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ringfort.ring.BufferRing;
import ringfort.ring.CompletionBatch;
import ringfort.ring.Ring;
import ringfort.ring.Sqe;
import ringfort.server.linux.OutsideMemory;
import ringfort.server.metrics.Counters;
import ringfort.sys.NativeMemory;
import ringfort.sys.OnWorker;

/**
 * The ring of one worker as its wires and timers use it: entries, what stands in their user data, and the completions that
 * were reaped. Its worker only.
 *
 * <p>User data is {@code operation << 56 | index << 32 | generation}.
 */
@OnWorker
final class RingQueue implements AutoCloseable {
    static final int BUFFER_GROUP = 1;
    private static final int BATCH = 1024;

    // What a completion belongs to, in the top byte of its user data.
    static final int ACCEPT = 1;
    static final int WAKE = 2;
    static final int IGNORED = 3;
    static final int RECEIVE = 4;
    static final int SEND = 5;
    static final int CANCEL = 6;
    static final int CLOSE = 7;
    static final int TIMER = 8;
    static final int TIMER_CHANGE = 9;
    static final int WATCH = 10;

    /** User data of an operation whose completion is of no interest. */
    static final long UNWATCHED = (long) IGNORED << 56;

    private final Ring ring;
    private final RingSizes sizes;
    private final Counters counters;
    private final boolean multishotReceive;
    private final OutsideMemory outside = new OutsideMemory();
    private final CompletionBatch batch = new CompletionBatch(BATCH);
    private final CompletionBatch unreaped; // for the watchdog
    private @Nullable BufferRing received;
    private int handled; // completions of the batch before this one have been handled

    RingQueue(Ring ring, RingSizes sizes, Counters counters, boolean multishotReceive) {
        this.ring = ring;
        this.sizes = sizes;
        this.counters = counters;
        this.multishotReceive = multishotReceive;
        this.unreaped = new CompletionBatch(ring.cqEntries());
    }

    /** On the worker's thread, before anything else. */
    void open() throws IOException {
        ring.enable();
        received = ring.bufferRing(BUFFER_GROUP, sizes.buffers(), sizes.bufferBytes());
    }

    Ring ring() {
        return ring;
    }

    Counters counters() {
        return counters;
    }

    OutsideMemory outside() {
        return outside;
    }

    boolean multishotReceive() {
        return multishotReceive;
    }

    /** User data of an operation of the connection with this id. */
    static long userData(int operation, long id) {
        return ((long) operation << 56) | id;
    }

    /** The operation that user data names. */
    static int operation(long userData) {
        return (int) (userData >>> 56);
    }

    /** The next free entry, after a submission if the queue was full; null when even that made no room. */
    @Nullable Sqe sqe() {
        Sqe sqe = ring.sqe();
        if (sqe == null) {
            counters.submissionQueueFull.add(1);
            ring.submit();
            sqe = ring.sqe();
        }
        return sqe;
    }

    // Completions: reaped into a batch, then handled one by one.

    /** Reaps what has completed; returns how many completions are to be handled. */
    int reap() {
        handled = 0;
        return ring.reap(batch);
    }

    CompletionBatch batch() {
        return batch;
    }

    /** The completion at this place is being handled: from here on its bytes are no longer pending. */
    void handling(int place) {
        handled = place + 1;
    }

    /** Copies what was received and gives the buffer back before anything else: it must not wait for a handler. */
    void takeBuffer(int buffer, int bytes, byte[] scratch) {
        BufferRing buffers = received;
        if (buffers != null) {
            try {
                if (bytes > 0) {
                    NativeMemory.copyOut(buffers.address(buffer), scratch, 0, bytes);
                }
            } finally {
                buffers.release(buffer);
            }
        }
    }

    /**
     * Copies to {@code target} what the kernel has handed over of a connection and the worker has not looked at, in order.
     *
     * @return how many bytes
     */
    int pendingInput(long id, byte[] target) {
        ring.peek(unreaped);
        int count = pendingInput(batch, handled, id, target, 0);
        return pendingInput(unreaped, 0, id, target, count);
    }

    private int pendingInput(CompletionBatch from, int first, long id, byte[] target, int at) {
        BufferRing buffers = received;
        long userData = userData(RECEIVE, id);
        int end = at;
        for (int i = first; buffers != null && i < from.size(); i++) {
            if (from.userData(i) == userData && from.hasBuffer(i)) {
                int count = Math.clamp(from.result(i), 0, target.length - end);
                NativeMemory.copyOut(buffers.address(from.bufferId(i)), target, end, count);
                end += count;
            }
        }
        return end;
    }

    @Override
    public void close() {
        counters.completionOverflows.add(ring.cqOverflows());
        if (received != null) {
            received.close();
        }
        ring.close();
        outside.close();
    }
}
