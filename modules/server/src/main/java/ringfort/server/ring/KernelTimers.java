package ringfort.server.ring;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringfort.server.exchange.ServerContext;
import ringfort.server.loop.Timed;
import ringfort.server.loop.Timekeeper;
import ringfort.sys.OnWorker;

/**
 * Keeps deadlines by a timer operation in the kernel for each connection ({@link RingTimer}); the kernel ends the worker's wait.
 * Its worker only.
 */
@OnWorker
final class KernelTimers implements Timekeeper, AutoCloseable {
    private final RingQueue queue;
    private final Timespecs timespecs;
    private @Nullable RingTimer[] timers = new RingTimer[64]; // by the index of the connection

    KernelTimers(RingQueue queue, int sqEntries, ServerContext context) {
        this.queue = queue;
        this.timespecs = new Timespecs(sqEntries, context::kernelNanos);
    }

    /** The timer of the connection at this index. */
    RingTimer at(int index) {
        if (index >= timers.length) {
            timers = Arrays.copyOf(timers, Math.max(index + 1, 2 * timers.length));
        }
        RingTimer timer = timers[index];
        if (timer == null) {
            timer = new RingTimer();
            timers[index] = timer;
        }
        return timer;
    }

    @Override
    public void arm(Timed timed, long deadlineNanos) {
        at(timed.index()).want(timed, deadlineNanos);
    }

    @Override
    public void disarm(Timed timed) {
        at(timed.index()).unwant();
    }

    @Override
    public void clear(Timed timed) {
        at(timed.index()).unwant();
    }

    @Override
    public void expire(long nowNanos) {}

    @Override
    public long nextNanos(long whenNone) {
        return whenNone;
    }

    /** Makes the kernel's timer of a connection what is wanted; false when the queue had no room. */
    boolean settle(long id) {
        return at(index(id)).settle(queue, timespecs, id);
    }

    /** Ends the timer of a connection that is gone; false when the queue had no room. */
    boolean settleClosed(long id) {
        return at(index(id)).settleClosed(queue, id);
    }

    /** Whether the kernel still holds something of a connection's timer. */
    boolean isBusy(long id) {
        return at(index(id)).isBusy();
    }

    private static int index(long id) {
        return (int) (id >>> 32);
    }

    @Override
    public void close() {
        timespecs.close();
    }
}
