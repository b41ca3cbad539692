package ringfort.timers;

/** A monotonic clock. */
@FunctionalInterface
public interface Ticker {
    /** Returns nanoseconds. */
    long nanos();
}
