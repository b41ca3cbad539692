package ringfort.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import ringfort.sys.OnWorker;

/**
 * The completion side of the shared memory. The kernel writes the tail, the owner thread writes the head. Owner thread
 * only.
 *
 * <p>The tail is read with acquire before the entries it covers. The head is published with release after the entries
 * were copied, because from then on the kernel may overwrite them.
 */
final class CompletionQueue {
    static final int CQE_BYTES = 16;
    private static final VarHandle INT = JAVA_INT.varHandle();

    private final MemorySegment ring;
    private final long headOffset;
    private final long tailOffset;
    private final long overflowOffset;
    private final long cqesOffset;
    private final int entries;
    private final int mask;
    private int head;

    CompletionQueue(RingSetup.Opened opened, MemorySegment ring) {
        this.ring = ring;
        headOffset = opened.cqOffset(0);
        tailOffset = opened.cqOffset(4);
        overflowOffset = opened.cqOffset(16);
        cqesOffset = opened.cqOffset(20);
        entries = opened.cqEntries();
        mask = entries - 1;
        head = (int) INT.getAcquire(ring, headOffset);
    }

    int ready() {
        return (int) INT.getAcquire(ring, tailOffset) - head;
    }

    @OnWorker
    void copyTo(CompletionBatch batch) {
        int count = peek(batch);
        if (count > 0) {
            head += count;
            INT.setRelease(ring, headOffset, head);
        }
    }

    /**
     * Copies completions without taking them, and returns how many. Another thread may call this while the owner thread
     * neither copies nor peeks.
     */
    int peek(CompletionBatch batch) {
        int count = Math.min(ready(), batch.room());
        for (int i = 0; i < count; i++) {
            long cqe = cqesOffset + (long) (head + i & mask) * CQE_BYTES;
            batch.add(ring.get(JAVA_LONG, cqe), ring.get(JAVA_LONG, cqe + 8));
        }
        return count;
    }

    /** Returns how many completions the kernel lost for want of memory, modulo 2^32. */
    int dropped() {
        return (int) INT.getAcquire(ring, overflowOffset);
    }

    int entries() {
        return entries;
    }
}
