package ringfort.timers;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A ticker that stands still until it is told to advance, for tests. Any thread may read it and advance it. */
public final class ManualTicker implements Ticker {
    private final AtomicLong nanos;

    /** A ticker that starts at zero. */
    public ManualTicker() {
        this(0);
    }

    /**
     * A ticker that starts at the given reading, for instance just below {@link Long#MAX_VALUE} to see code live through the
     * wrap.
     */
    public ManualTicker(long startNanos) {
        nanos = new AtomicLong(startNanos);
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    /**
     * Moves this ticker ahead by a number of nanoseconds and returns the new reading.
     *
     * @throws IllegalArgumentException if it would step back
     */
    public long advance(long byNanos) {
        if (byNanos < 0) {
            throw new IllegalArgumentException("a ticker never steps back: " + byNanos + " ns");
        }
        return nanos.addAndGet(byNanos);
    }

    /**
     * Moves this ticker ahead and returns the new reading.
     *
     * @throws IllegalArgumentException if it would step back
     * @throws ArithmeticException if the duration is above 292 years
     */
    public long advance(Duration by) {
        return advance(by.toNanos());
    }

    @Override
    public String toString() {
        return "ManualTicker[" + nanos() + " ns]";
    }
}
