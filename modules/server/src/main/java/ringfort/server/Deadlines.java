package ringfort.server;

import java.util.Objects;
import java.util.function.Consumer;
import ringfort.poller.Sweep;
import ringfort.sys.OnWorker;
import ringfort.timers.DeadlineWheel;

/** Keeps the one deadline slot of each connection of a worker; that worker only. */
@OnWorker
interface Deadlines {
    /** Arms the slot, or moves it. */
    void arm(Slot slot, long deadlineNanos);

    /** Disarms the slot, which will soon be armed again. */
    void disarm(Slot slot);

    /** Disarms the slot for good. */
    void clear(Slot slot);

    /** Hands over what is due, once per turn. */
    void expire(long nowNanos);

    /** When the worker has to look again at the latest; {@code whenNone} if something else will wake it. */
    long nextNanos(long whenNone);

    /** A wheel that the worker looks at in each turn, and waits exactly until its next deadline. */
    record Wheel(DeadlineWheel<Slot> wheel, @OnWorker Consumer<Slot> expired) implements Deadlines {
        @Override
        public void arm(Slot slot, long deadlineNanos) {
            wheel.arm(slot, deadlineNanos);
        }

        @Override
        public void disarm(Slot slot) {
            wheel.disarm(slot);
        }

        @Override
        public void clear(Slot slot) {
            wheel.clear(slot);
        }

        @Override
        public void expire(long nowNanos) {
            wheel.expire(nowNanos, expired);
        }

        @Override
        public long nextNanos(long whenNone) {
            return wheel.nextExpireNanos(whenNone);
        }
    }

    /** A wheel that a timer sweeps: the timer's event expires what is due, and the worker's wait needs no limit. */
    record Swept(Sweep<Slot> sweep) implements Deadlines {
        @Override
        public void arm(Slot slot, long deadlineNanos) {
            sweep.arm(slot, deadlineNanos);
        }

        @Override
        public void disarm(Slot slot) {
            sweep.disarm(slot);
        }

        @Override
        public void clear(Slot slot) {
            sweep.clear(slot);
        }

        @Override
        public void expire(long nowNanos) {}

        @Override
        public long nextNanos(long whenNone) {
            return whenNone;
        }
    }

    /** A timer operation in the kernel for each connection, see {@link RingTimer}; the kernel ends the worker's wait. */
    record Kernel() implements Deadlines {
        @Override
        public void arm(Slot slot, long deadlineNanos) {
            timer(slot).want(deadlineNanos);
        }

        @Override
        public void disarm(Slot slot) {
            timer(slot).unwant();
        }

        @Override
        public void clear(Slot slot) {
            timer(slot).unwant();
        }

        @Override
        public void expire(long nowNanos) {}

        @Override
        public long nextNanos(long whenNone) {
            return whenNone;
        }

        private static RingTimer timer(Slot slot) {
            // Only a ring worker has these deadlines, and its connections such timers.
            return Objects.requireNonNull(((RingConnection) slot.connection()).timer);
        }
    }
}
