package ringfort.server;

import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.sys.OnWorker;
import ringfort.sys.Sockets;
import ringfort.timers.DeadlineWheel;

/**
 * The one deadline of a connection: what {@code H1State} wants, and what the engine's {@link Deadlines} know of it.
 *
 * <p>Its worker's, except while the watchdog looks ({@link Intervention}).
 */
@OnWorker
final class Slot extends DeadlineWheel.Entry implements DeadlineSlot {
    private final Connection connection;
    private final Worker worker;
    private @Nullable Phase phase;
    private long dueNanos;
    private boolean changed;
    private @Nullable Phase settled; // what the wheel or the kernel knows
    private @Nullable Phase enforced; // the watchdog ended the connection for it
    private long enforcedLateNanos;
    private boolean enforcedWithAnswer;

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
            if (phase == Phase.WRITE) {
                // The kernel did not take it at once: a call more does not matter.
                connection.progress().mark(Sockets.unsentBytes(connection.fd));
            }
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

    /** Lets the peer have the time it earned by what it took, although the kernel has reported no room for more. */
    void creditAcknowledged(long nowNanos) {
        Timeouts timeouts = worker.context.timeouts;
        double graceSeconds = timeouts.writeGraceNanos() / 1e9;
        long graceBytes = (long) Math.ceil(graceSeconds * timeouts.writeBytesPerSecond());
        long bytes = connection.progress().credit(Sockets.unsentBytes(connection.fd), graceBytes);
        if (bytes > 0) {
            connection.h1().writeProgress(bytes, nowNanos);
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

    /** Whether the watchdog has to look at this connection: its deadline has passed, and it was not ended for that yet. */
    boolean isDue(long nowNanos) {
        return phase != null && enforced == null && dueNanos - nowNanos <= 0;
    }

    /**
     * The watchdog ended the connection.
     *
     * @param answered whether the peer was told, and got our FIN
     */
    void enforced(Phase passed, long lateNanos, boolean answered) {
        enforced = passed;
        enforcedLateNanos = lateNanos;
        enforcedWithAnswer = answered;
    }

    boolean isEnforcedWithAnswer() {
        return enforcedWithAnswer;
    }

    /** The worker is back: counts what the watchdog did, and tells what for. */
    @Nullable Phase countEnforced() {
        Phase passed = enforced;
        enforced = null;
        if (passed != null) {
            count(passed, enforcedLateNanos);
        }
        return passed;
    }
}
