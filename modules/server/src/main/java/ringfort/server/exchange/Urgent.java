package ringfort.server.exchange;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/**
 * A message to a worker that brings the link by which it waits: putting it in takes no memory, so that it arrives also when
 * there is none left. It waits at most once; given again while it waits, it arrives once.
 */
public abstract class Urgent {
    // Updaters, not VarHandles: the first use of a VarHandle takes memory at each place in the code. A message that was
    // marked
    // as waiting, and then found no memory to get into the list, would never arrive.
    private static final AtomicIntegerFieldUpdater<Urgent> WAITS =
            AtomicIntegerFieldUpdater.newUpdater(Urgent.class, "waits");

    private volatile int waits; // 1 while it waits

    private @Nullable Urgent behind; // while it waits

    /** A message that does not wait. */
    protected Urgent() {}

    /** The message is there: the worker does what it asks for. */
    @OnWorker
    protected abstract void arrived();

    /** Those that wait for one worker: any thread puts in, the worker takes out, in the order in which they came. */
    public static final class Waiting {
        private static final AtomicReferenceFieldUpdater<Waiting, @Nullable Urgent> NEWEST =
                AtomicReferenceFieldUpdater.newUpdater(Waiting.class, Urgent.class, "newest");

        private volatile @Nullable Urgent newest; // its link leads to the one that came before it
        private @Nullable Urgent
                oldest; // the worker's: taken out and not arrived, linked to the one that came behind it

        /** Nothing waits. */
        public Waiting() {}

        /** Puts a message in; false when it waits already. Any thread. */
        @OffWorker
        public boolean put(Urgent message) {
            if (!WAITS.compareAndSet(message, 0, 1)) {
                return false;
            }
            Urgent before;
            do {
                before = newest;
                message.behind = before;
            } while (!NEWEST.compareAndSet(this, before, message));
            return true;
        }

        /** Whether nothing waits; the worker. */
        @OnWorker
        public boolean isEmpty() {
            return oldest == null && newest == null;
        }

        /** Lets messages arrive, so many at most; returns how many. One that fails has arrived, and the others still wait. */
        @OnWorker
        public int arrive(int most) {
            int count = 0;
            while (count < most) {
                Urgent next = oldest;
                if (next == null) {
                    next = turnRound(NEWEST.getAndSet(this, null));
                }
                if (next == null) {
                    return count;
                }
                oldest = next.behind;
                next.behind = null;
                count++;
                next.waits = 0; // before it arrives: what comes after that is a message of its own
                next.arrived();
            }
            return count;
        }

        private static @Nullable Urgent turnRound(@Nullable Urgent last) {
            Urgent first = null;
            Urgent next = last;
            while (next != null) {
                Urgent before = next.behind;
                next.behind = first;
                first = next;
                next = before;
            }
            return first;
        }
    }
}
