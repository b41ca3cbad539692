package ringfort.server;

import java.util.function.Consumer;
import ringfort.poller.Sweep;
import ringfort.timers.DeadlineWheel;

/** Keeps the one deadline slot of each connection of a worker; that worker only. */
interface Deadlines {
    /** Arms the connection's slot, or moves it. */
    void arm(Connection connection, long deadlineNanos);

    /** Disarms the slot of a connection that will soon arm it again. */
    void disarm(Connection connection);

    /** Disarms the slot for good. */
    void clear(Connection connection);

    /** Hands over what is due, once per turn. */
    void expire(long nowNanos);

    /** When the worker has to look again at the latest; {@code whenNone} if something else will wake it. */
    long nextNanos(long whenNone);

    /** A wheel that the worker looks at in each turn, and waits exactly until its next deadline. */
    record Wheel(DeadlineWheel<Connection> wheel, Consumer<Connection> expired) implements Deadlines {
        @Override
        public void arm(Connection connection, long deadlineNanos) {
            wheel.arm(connection, deadlineNanos);
        }

        @Override
        public void disarm(Connection connection) {
            wheel.disarm(connection);
        }

        @Override
        public void clear(Connection connection) {
            wheel.clear(connection);
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
    record Swept(Sweep<Connection> sweep) implements Deadlines {
        @Override
        public void arm(Connection connection, long deadlineNanos) {
            sweep.arm(connection, deadlineNanos);
        }

        @Override
        public void disarm(Connection connection) {
            sweep.disarm(connection);
        }

        @Override
        public void clear(Connection connection) {
            sweep.clear(connection);
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
        public void arm(Connection connection, long deadlineNanos) {
            timer(connection).want(deadlineNanos);
        }

        @Override
        public void disarm(Connection connection) {
            timer(connection).unwant();
        }

        @Override
        public void clear(Connection connection) {
            timer(connection).unwant();
        }

        @Override
        public void expire(long nowNanos) {}

        @Override
        public long nextNanos(long whenNone) {
            return whenNone;
        }

        private static RingTimer timer(Connection connection) {
            return ((RingConnection) connection).timer; // only a ring worker has these deadlines
        }
    }
}
