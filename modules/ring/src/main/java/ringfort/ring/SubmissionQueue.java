package ringfort.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import ringfort.sys.OnWorker;

/**
 * The submission side of the shared memory. The owner thread writes the tail, the kernel writes the head: entries
 * between them are filled and not yet consumed. Owner thread only.
 *
 * <p>The tail is published with release before a call that submits. The head is read with acquire, because an entry is
 * free again only after the kernel has read it.
 */
final class SubmissionQueue {
    private static final VarHandle INT = JAVA_INT.varHandle();

    private final MemorySegment ring;
    private final long headOffset;
    private final long tailOffset;
    private final long flagsOffset;
    private final int entries;
    private final int mask;
    private final Sqe sqe;

    private int tail;
    private int published;

    /**
     * The head when it was last read. The kernel may have advanced it since: so there may be more free entries, not
     * fewer.
     */
    private int seenHead;

    SubmissionQueue(RingSetup.Opened opened, MemorySegment ring, MemorySegment sqes) {
        this.ring = ring;
        headOffset = opened.sqOffset(0);
        tailOffset = opened.sqOffset(4);
        flagsOffset = opened.sqOffset(16);
        entries = opened.sqEntries();
        mask = entries - 1;
        sqe = new Sqe(sqes);
        tail = (int) INT.getAcquire(ring, tailOffset);
        published = tail;
        seenHead = (int) INT.getAcquire(ring, headOffset);
        if (!opened.flags().contains(SetupFlag.NO_SQARRAY)) {
            long array = opened.sqOffset(24);
            for (int i = 0; i < entries; i++) {
                ring.set(JAVA_INT, array + 4L * i, i);
            }
        }
    }

    @OnWorker
    @Nullable Sqe next() {
        if (tail - seenHead >= entries) {
            seenHead = (int) INT.getAcquire(ring, headOffset);
            if (tail - seenHead >= entries) {
                return null;
            }
        }
        return sqe.at((long) (tail++ & mask) * Sqe.BYTES);
    }

    /** Shows the kernel all filled entries and returns how many it has not consumed. */
    @OnWorker
    int publish() {
        if (published != tail) {
            INT.setRelease(ring, tailOffset, tail);
            published = tail;
        }
        return unsubmitted();
    }

    int unsubmitted() {
        seenHead = (int) INT.getAcquire(ring, headOffset);
        return tail - seenHead;
    }

    int entries() {
        return entries;
    }

    /** Returns the flags that the kernel sets, {@code IORING_SQ_*}. */
    int flags() {
        return (int) INT.getAcquire(ring, flagsOffset);
    }
}
