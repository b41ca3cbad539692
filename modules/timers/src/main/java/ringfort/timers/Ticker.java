package ringfort.timers;

/**
 * A monotonic clock: the only place time comes from, so that a test can put its own in.
 *
 * <p>Implementations are safe for use by any thread and never step back.
 */
@FunctionalInterface
public interface Ticker {
    /**
     * The nanoseconds since some arbitrary origin. The value may be negative and may wrap from {@link Long#MAX_VALUE} to
     * {@link Long#MIN_VALUE}: only the difference of two readings of the same ticker means something, and it must be formed
     * by subtraction ({@code later - earlier >= 0}).
     */
    long nanos();

    /**
     * The clock of this machine, {@link System#nanoTime()}. On Linux that is {@code CLOCK_MONOTONIC}: setting the wall clock
     * doesn't move it, and a timerfd or an io_uring timeout of the same clock counts the same nanoseconds.
     */
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }
}
