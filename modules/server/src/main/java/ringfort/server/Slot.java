package ringfort.server;

import org.jspecify.annotations.Nullable;
import ringfort.h1.DeadlineSlot;
import ringfort.h1.Phase;
import ringfort.sys.OnWorker;
import ringfort.sys.Sockets;
import ringfort.timers.DeadlineWheel;

/**
 * The one deadline of a connection: what {@code H1State} wants, and what the engine's {@link Deadlines} know of it.
 *
 * <p>Its worker's, except while the watchdog looks ({@link #enforceFromOutside}).
 */
@OnWorker
final class Slot extends DeadlineWheel.Entry implements DeadlineSlot {
    private final Connection connection;
    private final Worker worker;
    private @Nullable Phase phase;
    private long dueNanos;
    private boolean changed;
    private @Nullable Phase settled; // what the wheel or the kernel knows
    private @Nullable Phase enforced; // the watchdog shut the socket down for it
    private long enforcedLateNanos;

    Slot(Connection connection) {
        this.connection = connection;
        this.worker = connection.worker;
    }

    Connection connection() {
        return connection;
    }

    @Override
    public void arm(Phase next, long deadlineNanos) {
        phase = next;
        dueNanos = deadlineNanos;
        change();
    }

    @Override
    public void clear() {
        phase = null;
        change();
    }

    private void change() {
        changed = true;
        connection.touch();
    }

    /** What is armed now; null for nothing. */
    @Nullable Phase phase() {
        return phase;
    }

    /** Carries what is wanted over, when the turn ends: a request that came and went within one turn costs nothing. */
    void settle() {
        if (!changed) {
            return;
        }
        changed = false;
        if (phase != settled) {
            settledIs(phase);
        }
        if (phase == null) {
            worker.deadlines().disarm(this);
        } else {
            worker.deadlines().arm(this, dueNanos);
        }
    }

    private void settledIs(@Nullable Phase next) {
        Phase last = settled;
        settled = next;
        if (last != null) {
            worker.counters.phase(last).cleared.add(1);
        }
        if (next != null) {
            worker.counters.phase(next).armed.add(1);
        }
    }

    /** The deadlines let go of this slot although nothing was due: whatever is wanted is armed again. */
    void putBack() {
        change();
    }

    /** The deadline of {@code passed}, {@code due} until now, has passed. */
    void expired(@Nullable Phase passed, long due) {
        if (passed != null) {
            // A reading of its own: the turn's may be as old as all that the turn has done before.
            count(passed, worker.context.ticker.nanos() - due);
        }
    }

    long dueNanos() {
        return dueNanos;
    }

    /** The connection is gone. */
    void end() {
        worker.deadlines().clear(this);
        settledIs(null);
    }

    private void count(Phase passed, long lateNanos) {
        if (passed != settled) {
            settledIs(passed); // armed within this turn, or ended while the worker was on its way elsewhere
        }
        settled = null;
        worker.context.expired(
                worker.counters,
                passed,
                connection.peer(),
                worker.now() - connection.acceptedNanos(),
                lateNanos,
                connection.receivedBytes());
    }

    // Beside a stuck worker.

    /**
     * Ends the connection from outside when its deadline has passed; true if it did. The peer is not to blame for bytes
     * of its own that wait for us in the socket, nor for bytes of ours that it has taken.
     */
    boolean enforceFromOutside(long nowNanos) {
        Phase armed = phase;
        if (armed == null || armed == Phase.HANDLER || enforced != null || dueNanos - nowNanos > 0) {
            return false;
        }
        boolean ours =
                armed == Phase.WRITE ? Sockets.unsentBytes(connection.fd) == 0 : Sockets.unreadBytes(connection.fd) > 0;
        if (ours) {
            return false;
        }
        enforced = armed;
        enforcedLateNanos = nowNanos - dueNanos;
        Sockets.shutdown(connection.fd);
        return true;
    }

    /** The worker is back: true, and counted, if the watchdog ended this connection meanwhile. */
    boolean takeEnforced() {
        Phase passed = enforced;
        if (passed == null) {
            return false;
        }
        enforced = null;
        count(passed, enforcedLateNanos);
        return true;
    }
}
