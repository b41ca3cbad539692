package ringfort.server.poll;

import java.util.function.LongSupplier;
import ringfort.poller.Sweep;
import ringfort.server.loop.Timed;
import ringfort.server.loop.Timekeeper;
import ringfort.sys.OnWorker;

/**
 * A wheel that a timer sweeps: the timer's event expires what is due, and the worker's wait needs no limit. Its worker only.
 *
 * @param sweep the wheel and its timer
 * @param lookedNanos when the worker looked last, a time that is over
 */
@OnWorker
record SweptTimekeeper(Sweep<Timed> sweep, @OnWorker LongSupplier lookedNanos) implements Timekeeper {
    @Override
    public void arm(Timed timed, long deadlineNanos) {
        sweep.arm(timed, deadlineNanos);
    }

    @Override
    public void disarm(Timed timed) {
        sweep.disarm(timed);
    }

    @Override
    public void clear(Timed timed) {
        sweep.clear(timed);
    }

    /** The timer has ticked: after everything else that epoll reported, for bytes that are there already are in time. */
    void tick(long nowNanos) {
        sweep.onTick(nowNanos, MOST_PER_TURN);
    }

    @Override
    public void expire(long nowNanos) {
        if (sweep.hasDue()) { // more than one turn hands over
            sweep.onTick(nowNanos, MOST_PER_TURN);
        }
    }

    @Override
    public long nextNanos(long whenNone) {
        return sweep.hasDue() ? lookedNanos.getAsLong() : whenNone;
    }
}
