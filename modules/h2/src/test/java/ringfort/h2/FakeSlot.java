package ringfort.h2;

import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;

/** A slot that remembers what it was told. */
final class FakeSlot implements DeadlineSlot {
    @Nullable Phase phase;

    long deadlineNanos;

    @Override
    public void arm(Phase armed, long atNanos) {
        phase = armed;
        deadlineNanos = atNanos;
    }

    @Override
    public void clear() {
        phase = null;
    }

    @Override
    public String toString() {
        return phase == null ? "off" : phase + "@" + deadlineNanos;
    }
}
