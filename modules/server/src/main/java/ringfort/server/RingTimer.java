package ringfort.server;

import ringfort.ring.Sqe;
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
    private boolean wanted;
    private long wantedNanos;
    private boolean inFlight;
    private long inFlightNanos;
    private boolean changing; // an update or a removal is in flight
    private boolean removed;

    void want(long deadlineNanos) {
        wanted = true;
        wantedNanos = deadlineNanos;
    }

    void unwant() {
        wanted = false;
    }

    /** Makes the kernel's timer what is wanted; false when the queue had no room and the connection is without one. */
    boolean settle(RingWorker ring, RingConnection connection) {
        if (!wanted || changing || (inFlight && wantedNanos - inFlightNanos >= 0)) {
            return true;
        }
        Sqe sqe = ring.sqe();
        if (sqe == null) {
            ring.counters.unarmedTimers.add(1);
            return false;
        }
        ring.counters.timerOperations.add(1);
        long timer = RingWorker.userData(RingWorker.TIMER, connection);
        if (inFlight) {
            ring.fillTimeoutUpdate(sqe, timer, wantedNanos, RingWorker.userData(RingWorker.TIMER_CHANGE, connection));
            changing = true;
        } else {
            ring.fillTimeout(sqe, wantedNanos, timer);
            ring.counters.timersInFlight.add(1);
            inFlight = true;
        }
        inFlightNanos = wantedNanos;
        return true;
    }

    /** Ends the timer of a closed connection; false when the queue had no room. */
    boolean settleClosed(RingWorker ring, RingConnection connection) {
        if (!inFlight || removed || changing) {
            return true;
        }
        Sqe sqe = ring.sqe();
        if (sqe == null) {
            return false;
        }
        ring.counters.timerOperations.add(1);
        sqe.timeoutRemove(
                RingWorker.userData(RingWorker.TIMER, connection),
                RingWorker.userData(RingWorker.TIMER_CHANGE, connection));
        changing = true;
        removed = true;
        return true;
    }

    /** The timer completed, by firing or by removal; true when the deadline wanted now has come. */
    boolean completed(RingWorker ring) {
        inFlight = false;
        ring.counters.timersInFlight.add(-1);
        if (!wanted || wantedNanos - ring.now() > 0) {
            return false; // cleared since, or moved later: the next settle submits the remainder
        }
        wanted = false;
        return true;
    }

    /** The update or removal completed; if it came too late, the timer's own completion says so. */
    void changed() {
        changing = false;
    }

    /** Tells whether the kernel still holds something of this timer. */
    boolean isBusy() {
        return inFlight || changing;
    }
}
