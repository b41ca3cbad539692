package ringfort.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kernel tells computing from waiting, thread by thread. */
@Timeout(30)
class ThreadUsageTest {
    @Test
    void computingIsProcessorTime() {
        ThreadUsage before = ThreadUsage.now();
        ThreadUsage used = ThreadUsage.now().since(before);
        while (used.cpuNanos() < 20_000_000L) {
            Thread.onSpinWait();
            used = ThreadUsage.now().since(before);
        }
        assertTrue(used.cpuNanos() < 10_000_000_000L, () -> "seconds of it");
    }

    @Test
    void waitingIsAVoluntarySwitchAndHardlyProcessorTime() throws InterruptedException {
        var handOver = new SynchronousQueue<ThreadUsage>();
        Thread waits = Thread.ofPlatform().start(() -> {
            try {
                ThreadUsage before = ThreadUsage.now();
                Thread.sleep(100);
                handOver.put(ThreadUsage.now().since(before));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        ThreadUsage used = handOver.take();
        waits.join();
        assertTrue(used.voluntarySwitches() > 0, used::toString);
        assertTrue(used.cpuNanos() < 80_000_000L, used::toString);
    }

    @Test
    void aDifferenceIsTakenFieldByField() {
        assertEquals(new ThreadUsage(90, 18, 7), new ThreadUsage(100, 20, 10).since(new ThreadUsage(10, 2, 3)));
    }
}
