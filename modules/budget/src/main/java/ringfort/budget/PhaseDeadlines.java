package ringfort.budget;

import org.jspecify.annotations.Nullable;

/**
 * One absolute deadline per phase, of which the earliest is in the connection's slot.
 *
 * <p>Readings of the clock may be negative and may wrap, so they are compared by difference, and "off" is a bit beside
 * the value, not a special value.
 */
final class PhaseDeadlines {
    private static final Phase[] PHASES = Phase.values();

    private DeadlineSlot slot;
    private final long[] atNanos = new long[PHASES.length];
    private int set;
    private @Nullable Phase published;
    private long publishedAtNanos;
    private boolean stale;

    PhaseDeadlines(DeadlineSlot slot) {
        this.slot = slot;
    }

    /** Goes on with another slot, and what that holds: one deadline, or none for null. */
    void resume(DeadlineSlot other, @Nullable Phase armed, long deadlineNanos) {
        slot = other;
        set = 0;
        published = armed;
        publishedAtNanos = deadlineNanos;
        stale = false;
        if (armed != null) {
            set(armed, deadlineNanos);
        }
    }

    @SuppressWarnings("EnumOrdinal") // as EnumMap does, without boxing; the index never leaves this object
    private static int index(Phase phase) {
        return phase.ordinal();
    }

    void set(Phase phase, long deadlineNanos) {
        atNanos[index(phase)] = deadlineNanos;
        set |= 1 << index(phase);
    }

    void off(Phase phase) {
        set &= ~(1 << index(phase));
    }

    void allOff() {
        set = 0;
    }

    boolean isSet(Phase phase) {
        return (set & (1 << index(phase))) != 0;
    }

    /** How long ago the deadline of a phase was reached; -1 when it was not, or is off. */
    long lateNanos(Phase phase, long nowNanos) {
        return isSet(phase) ? Math.max(-1, nowNanos - atNanos[index(phase)]) : -1;
    }

    /** The phase whose deadline comes first, or null when all are off. */
    @Nullable Phase earliest() {
        Phase earliest = null;
        for (int rest = set; rest != 0; rest &= rest - 1) {
            int phase = Integer.numberOfTrailingZeros(rest);
            if (earliest == null || atNanos[phase] - atNanos[index(earliest)] < 0) {
                earliest = PHASES[phase];
            }
        }
        return earliest;
    }

    /** The phase whose deadline came first and has been reached, or null. */
    @Nullable Phase due(long nowNanos) {
        Phase earliest = earliest();
        return earliest != null && atNanos[index(earliest)] - nowNanos <= 0 ? earliest : null;
    }

    /** Tells the slot, when anything changed. */
    void publish() {
        Phase earliest = earliest();
        if (earliest == null) {
            if (stale || published != null) {
                slot.clear();
            }
        } else if (stale || earliest != published || atNanos[index(earliest)] != publishedAtNanos) {
            publishedAtNanos = atNanos[index(earliest)];
            slot.arm(earliest, publishedAtNanos);
        }
        published = earliest;
        stale = false;
    }

    /** The slot has fired, and no longer holds what it was told: the next {@link #publish} tells it again. */
    void fired() {
        stale = true;
    }
}
