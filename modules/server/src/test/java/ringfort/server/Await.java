package ringfort.server;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import ringfort.timers.Ticker;

/** Waits for what only a counter tells, with a bound, or for a time in which nothing is to happen. */
public final class Await {
    private static final long LOOK_NANOS = 1_000_000;
    private static final long BOUND_NANOS = 10_000_000_000L;
    private static final long STILL_NANOS = 250_000_000;

    private Await() {}

    /** Returns when the condition holds, and fails when it does not within ten seconds. */
    public static void until(BooleanSupplier condition, Supplier<String> otherwise) {
        long begin = Ticker.system().nanos();
        while (!condition.getAsBoolean()) {
            if (Ticker.system().nanos() - begin > BOUND_NANOS) {
                throw new AssertionError(otherwise.get());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Returns a growing number once it is above zero and has stood still for a quarter of a second. */
    public static long standstill(LongSupplier number) {
        long begin = Ticker.system().nanos();
        long last = number.getAsLong();
        long since = begin;
        while (true) {
            LockSupport.parkNanos(LOOK_NANOS);
            long now = Ticker.system().nanos();
            long current = number.getAsLong();
            if (current != last) {
                last = current;
                since = now;
            } else if (current > 0 && now - since > STILL_NANOS) {
                return current;
            }
            if (now - begin > BOUND_NANOS) {
                throw new AssertionError("still moving, or never began: " + current);
            }
        }
    }

    /** Lets time pass in which nothing is expected to happen. */
    public static void pass(Duration time) {
        long begin = Ticker.system().nanos();
        for (long left = time.toNanos();
                left > 0;
                left = time.toNanos() - (Ticker.system().nanos() - begin)) {
            LockSupport.parkNanos(left);
        }
    }
}
