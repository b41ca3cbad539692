package ringfort.server.loop;

import java.util.function.Consumer;
import ringfort.sys.OnWorker;
import ringfort.timers.DeadlineWheel;

/** Keeps the one deadline of each connection of a worker; that worker only. */
@OnWorker
public interface Timekeeper {
    /** Deadlines that are handed over in one turn; the others stay due, and the loop goes round. */
    int MOST_PER_TURN = 1024;

    /** Sets the deadline, or moves it. */
    void arm(Timed timed, long deadlineNanos);

    /** Takes the deadline off; it will soon be armed again. */
    void disarm(Timed timed);

    /** Takes the deadline off for good. */
    void clear(Timed timed);

    /** Hands over what is due, once per turn and {@link #MOST_PER_TURN} at most. */
    void expire(long nowNanos);

    /** When the worker has to look again at the latest; {@code whenNone} if something else will wake it. */
    long nextNanos(long whenNone);

    /**
     * A wheel that the worker looks at in each turn, and waits exactly until its next deadline.
     *
     * @param wheel the worker's own
     * @param passed called with each deadline that has come
     */
    record Wheel(DeadlineWheel<Timed> wheel, @OnWorker Consumer<Timed> passed) implements Timekeeper {
        @Override
        public void arm(Timed timed, long deadlineNanos) {
            wheel.arm(timed, deadlineNanos);
        }

        @Override
        public void disarm(Timed timed) {
            wheel.disarm(timed);
        }

        @Override
        public void clear(Timed timed) {
            wheel.clear(timed);
        }

        @Override
        public void expire(long nowNanos) {
            wheel.expire(nowNanos, MOST_PER_TURN, passed);
        }

        @Override
        public long nextNanos(long whenNone) {
            return wheel.nextExpireNanos(whenNone);
        }
    }
}
