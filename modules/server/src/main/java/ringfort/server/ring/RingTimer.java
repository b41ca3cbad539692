package ringfort.server.ring;

import org.jspecify.annotations.Nullable;
import ringfort.ring.Sqe;
import ringfort.server.loop.Timed;
import ringfort.server.metrics.Counters;
import ringfort.sys.OnWorker;

/**
 * The kernel timer of one connection: at most one {@code IORING_OP_TIMEOUT} in flight, absolute on the monotonic clock.
 * Its worker only.
 *
 * <pre>
 *   wanted            in flight             then
 *   no                no or yes             nothing: a timer that fires unwanted is ignored
 *   yes               no                    submit it
 *   yes, later        yes                   nothing: moved when it fires
 *   yes, earlier      yes                   timeout-update
 *   closed            yes                   timeout-remove, and wait for both completions
 * </pre>
 *
 * A connection that is never slow thus costs one operation per budget, not one per request: what is wanted moves later
 * with each request, and the timer follows when it fires.
 */
@OnWorker
final class RingTimer {
    private @Nullable Timed wanted; // whose deadline is wanted; null for none
    private long wantedNanos;
    private boolean inFlight;
    private long inFlightNanos;
    private boolean changing; // an update or a removal is in flight
    private boolean removed; // the removal of this connection's timer was submitted

    void want(Timed timed, long deadlineNanos) {
        wanted = timed;
        wantedNanos = deadlineNanos;
    }

    void unwant() {
        wanted = null;
    }

    /** Makes the kernel's timer what is wanted; false when the queue had no room and the connection is without one. */
    boolean settle(RingQueue queue, Timespecs timespecs, long id) {
        if (wanted == null || changing || (inFlight && wantedNanos - inFlightNanos >= 0)) {
            return true;
        }
        Counters counters = queue.counters();
        Sqe sqe = queue.sqe();
        if (sqe == null) {
            counters.unarmedTimers.add(1);
            return false;
        }
        counters.timerOperations.add(1);
        long timer = RingQueue.userData(RingQueue.TIMER, id);
        if (inFlight) {
            timespecs.fillTimeoutUpdate(sqe, timer, wantedNanos, RingQueue.userData(RingQueue.TIMER_CHANGE, id));
            changing = true;
        } else {
            timespecs.fillTimeout(sqe, wantedNanos, timer);
            counters.timersInFlight.add(1);
            inFlight = true;
            removed = false;
        }
        inFlightNanos = wantedNanos;
        return true;
    }

    /** Ends the timer of a closed connection; false when the queue had no room. */
    boolean settleClosed(RingQueue queue, long id) {
        if (!inFlight || removed || changing) {
            return true;
        }
        Sqe sqe = queue.sqe();
        if (sqe == null) {
            return false;
        }
        queue.counters().timerOperations.add(1);
        sqe.timeoutRemove(RingQueue.userData(RingQueue.TIMER, id), RingQueue.userData(RingQueue.TIMER_CHANGE, id));
        changing = true;
        removed = true;
        return true;
    }

    /** The timer completed, by firing or by removal; hands the deadline over if it has come. */
    void completed(Counters counters, long nowNanos) {
        inFlight = false;
        counters.timersInFlight.add(-1);
        Timed due = wanted;
        // Cleared since, or moved later: the next settle submits the remainder.
        if (due != null && wantedNanos - nowNanos <= 0) {
            wanted = null;
            due.passed();
        }
    }

    /** The update or removal completed; if it came too late, the timer's own completion says so. */
    void changed() {
        changing = false;
    }

    /** Whether the kernel still holds something of this timer. */
    boolean isBusy() {
        return inFlight || changing;
    }
}
