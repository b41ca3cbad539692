package ringfort.timers;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Deadlines that come and go allocate nothing, measured by the virtual machine's own count for this thread. */
class DeadlineWheelAllocationTest {
    private static final int ROUNDS = 1_000_000;
    private static final long MILLI = 1_000_000;

    private static final class Waiter extends DeadlineWheel.Entry {}

    private final DeadlineWheel<Waiter> wheel = new DeadlineWheel<>(0);
    private final Waiter[] waiters = new Waiter[1_024];
    private int firedCount;
    private long now;

    DeadlineWheelAllocationTest() {
        for (int i = 0; i < waiters.length; i++) {
            waiters[i] = new Waiter();
        }
    }

    @Test
    void a_million_deadlines_armed_cleared_disarmed_moved_and_expired_allocate_nothing() {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean,
                "this virtual machine doesn't count the bytes a thread allocates");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        churn();
        threads.getThreadAllocatedBytes(id);
        long before = threads.getThreadAllocatedBytes(id);
        churn();
        long allocated = threads.getThreadAllocatedBytes(id) - before;
        assertTrue(allocated < 1_000, () -> "allocated " + allocated + " bytes in " + ROUNDS + " rounds");
        assertTrue(firedCount > 1_000, () -> "only " + firedCount + " fired");
        assertTrue(canary(threads, id) >= 4_096, "the count doesn't count");
    }

    private void churn() {
        Consumer<Waiter> expired = waiter -> firedCount++;
        for (int i = 0; i < ROUNDS; i++) {
            Waiter waiter = waiters[i & waiters.length - 1];
            wheel.arm(waiter, now + (i % 7 + 1) * 4L * MILLI);
            wheel.nextExpireNanos(0);
            if (i % 3 == 0) {
                wheel.clear(waiter);
            } else if (i % 3 == 1) {
                wheel.disarm(waiter);
            }
            if (i % 64 == 0) {
                now += MILLI;
                wheel.expire(now, expired);
            }
        }
    }

    /** The bytes counted for an array of 4,096: a count that stands still would prove nothing. */
    private static long canary(ThreadMXBean threads, long id) {
        long before = threads.getThreadAllocatedBytes(id);
        byte[] bytes = new byte[4_096];
        return threads.getThreadAllocatedBytes(id) - before + bytes[0];
    }
}
