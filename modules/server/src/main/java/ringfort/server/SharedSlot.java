package ringfort.server;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;

/**
 * The deadline slot of a connection of the threads engine: armed by the connection's thread, looked at by the sweep.
 *
 * <p>Whoever meets a deadline that has passed has to win it, by one exchange: so it is counted once, as cleared or as
 * expired, and a response has one author. A slot that was taken or answered stays so: what its connection arms later
 * means nothing.
 */
final class SharedSlot implements DeadlineSlot {
    /** A deadline of a phase. No record: no two arms are the same. */
    static final class Armed {
        private final Phase phase;
        private final long deadlineNanos;

        private Armed(Phase phase, long deadlineNanos) {
            this.phase = phase;
            this.deadlineNanos = deadlineNanos;
        }

        Phase phase() {
            return phase;
        }

        long deadlineNanos() {
            return deadlineNanos;
        }
    }

    private static final Armed TAKEN = new Armed(Phase.LINGER, 0);
    private static final Armed ANSWERED = new Armed(Phase.LINGER, 0);

    private final Counters counters;
    private final AtomicReference<@Nullable Armed> state = new AtomicReference<>();

    SharedSlot(Counters counters) {
        this.counters = counters;
    }

    // The connection's thread.

    @Override
    public void arm(Phase phase, long deadlineNanos) {
        update(new Armed(phase, deadlineNanos));
    }

    @Override
    public void clear() {
        update(null);
    }

    private void update(@Nullable Armed next) {
        Armed last = state.get();
        while (last != TAKEN && last != ANSWERED) {
            if (state.compareAndSet(last, next)) {
                count(last, next);
                return;
            }
            last = state.get();
        }
    }

    private void count(@Nullable Armed last, @Nullable Armed next) {
        if (last != null && (next == null || next.phase() != last.phase())) {
            counters.phase(last.phase()).cleared.add(1);
        }
        if (next != null && (last == null || next.phase() != last.phase())) {
            counters.phase(next.phase()).armed.add(1);
        }
    }

    /** Empties the slot of a deadline that has passed, for its connection to act upon; false when the sweep was first. */
    boolean expire(Armed due) {
        return state.compareAndSet(due, null);
    }

    /** The peer is answered by somebody else from now on. */
    void answered() {
        update(null);
        state.compareAndSet(null, ANSWERED);
    }

    // Any thread.

    /** What is armed; null when nothing is, or no longer can be. */
    @Nullable Armed armed() {
        Armed armed = state.get();
        return armed == TAKEN || armed == ANSWERED ? null : armed;
    }

    /** Takes a deadline that has passed, and the connection with it: it is being cut. False when it moved on. */
    boolean take(Armed due) {
        return state.compareAndSet(due, TAKEN);
    }

    /** Takes a deadline that has passed, and with it the right to answer. False when the connection moved on. */
    boolean takeAnswer(Armed due) {
        return state.compareAndSet(due, ANSWERED);
    }

    /** Whether the connection's thread has lost the connection, to an end or to an answer from outside. */
    boolean isTaken() {
        Armed armed = state.get();
        return armed == TAKEN || armed == ANSWERED;
    }

    /** Whether somebody else answers, and closes. */
    boolean isAnswered() {
        return state.get() == ANSWERED;
    }
}
