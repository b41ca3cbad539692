package ringfort.h1;

import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;

/** A slot that remembers what it was told. */
final class FakeSlot implements DeadlineSlot {
    @Nullable Phase phase;

    long deadlineNanos;
    int changes;

    @Override
    public void arm(Phase armed, long atNanos) {
        phase = armed;
        deadlineNanos = atNanos;
        changes++;
    }

    @Override
    public void clear() {
        phase = null;
        changes++;
    }

    @Override
    public String toString() {
        return phase == null ? "off" : phase + "@" + deadlineNanos;
    }
}
