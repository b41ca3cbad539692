package ringfort.timers;

/**
 * A monotonic clock. All code takes the time from a ticker, so that a test can put in a {@link ManualTicker}.
 *
 * <p>Implementations are safe for use by any thread and never step back.
 */
@FunctionalInterface
public interface Ticker {
    /**
     * The nanoseconds since some arbitrary origin. The value may be negative and may wrap from {@link Long#MAX_VALUE}
     * to {@link Long#MIN_VALUE}. Only the difference of two readings of one ticker has a meaning. Form it by
     * subtraction ({@code later - earlier >= 0}).
     */
    long nanos();

    /**
     * The clock of this machine, {@link System#nanoTime()}. On Linux that is {@code CLOCK_MONOTONIC}: setting the wall
     * clock does not move it. A timerfd or an io_uring timeout that uses {@code CLOCK_MONOTONIC} counts the same
     * nanoseconds.
     */
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }
}
