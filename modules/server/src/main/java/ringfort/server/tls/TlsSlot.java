package ringfort.server.tls;

import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.sys.OnWorker;

/**
 * The deadline of an encrypted connection: the handshake's at first, then that of the protocol within. It remembers what it holds,
 * for a protocol that is lent anew. Its worker only.
 */
@OnWorker
final class TlsSlot implements DeadlineSlot {
    private final DeadlineSlot outer;
    private @Nullable Phase phase;
    private long dueNanos;

    /** @param phase what {@code outer} holds already */
    TlsSlot(DeadlineSlot outer, @Nullable Phase phase, long dueNanos) {
        this.outer = outer;
        this.phase = phase;
        this.dueNanos = dueNanos;
    }

    @Override
    public void arm(Phase next, long deadlineNanos) {
        phase = next;
        dueNanos = deadlineNanos;
        outer.arm(next, deadlineNanos);
    }

    @Override
    public void clear() {
        phase = null;
        outer.clear();
    }

    /** Arms for so long from now on; 0 is for ever. */
    void armFor(Phase next, long nanos, long nowNanos) {
        if (nanos > 0) {
            arm(next, nowNanos + nanos);
        } else {
            clear();
        }
    }

    /** What is armed; null for nothing. */
    @Nullable Phase phase() {
        return phase;
    }

    /** When it is due; meaningful while a phase is armed. */
    long dueNanos() {
        return dueNanos;
    }

    /** How long ago the deadline of a phase was reached; -1 when it was not, or another is armed. */
    long lateNanos(Phase of, long nowNanos) {
        return phase == of ? Math.max(-1, nowNanos - dueNanos) : -1;
    }
}
