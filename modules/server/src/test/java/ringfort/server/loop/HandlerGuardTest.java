package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.server.Await;
import ringfort.server.exchange.Carried;
import ringfort.timers.Ticker;

/** The worker and the watchdog are never in the worker's state at once. */
@Timeout(30)
class HandlerGuardTest {
    private static final long STRESS_NANOS = 1_500_000_000L;

    private final FakeWorker worker = new FakeWorker(Server.of(ServerOptions.defaults()));
    private final Carried exchange = worker.exchange().thread();

    @AfterEach
    void endNotices() {
        worker.context().notices().close();
    }

    @Test
    void nobodyComesInWhenNoHandlerRuns() {
        var guard = new HandlerGuard();
        assertFalse(guard.enter());
        assertTrue(guard.isFree());
        guard.begin(exchange, 0);
        guard.end();
        assertFalse(guard.enter());
    }

    @Test
    void aHoldIsStuckFromItsThresholdOn() {
        var guard = new HandlerGuard();
        assertNull(guard.stuckSince(100));
        guard.begin(exchange, 100);
        assertNull(guard.stuckSince(99));
        assertNotNull(guard.stuckSince(100));
        assertEquals(50, guard.heldNanos(150));
        guard.end();
        assertNull(guard.stuckSince(Long.MAX_VALUE / 2));
    }

    @Test
    void aHoldIsReportedOnceAndTheNextOneAnew() {
        var guard = new HandlerGuard();
        guard.begin(exchange, 1);
        assertTrue(guard.reportOnce());
        assertFalse(guard.reportOnce());
        guard.end();
        guard.begin(exchange, 2);
        assertTrue(guard.reportOnce());
        guard.end();
    }

    @Test
    void aWorkerThatComesBackWaitsForTheLookToEnd() throws Exception {
        var guard = new HandlerGuard();
        var back = new AtomicBoolean();
        guard.begin(exchange, 0);
        assertTrue(guard.enter());
        Thread worker = Thread.ofPlatform().start(() -> {
            guard.end();
            back.set(true);
        });
        Await.until(guard::isFree, () -> "the handler never ended");
        Await.pass(Duration.ofMillis(20));
        assertFalse(back.get());
        guard.leave();
        assertTrue(worker.join(Duration.ofSeconds(5)));
        assertTrue(back.get());
    }

    /**
     * A worker that runs very short handlers beside a watchdog that always looks: each marks that it is inside, and
     * finds the other's mark if the two ever are at once.
     */
    @Test
    void neverBothInside() throws Exception {
        var guard = new HandlerGuard();
        var inside = new AtomicInteger();
        var both = new AtomicBoolean();
        var looks = new AtomicInteger();
        var ended = new AtomicBoolean();
        Thread watchdog = Thread.ofPlatform().daemon().start(() -> {
            while (!ended.get()) {
                if (guard.enter()) {
                    if (inside.incrementAndGet() != 1) {
                        both.set(true);
                    }
                    looks.incrementAndGet();
                    inside.decrementAndGet();
                    guard.leave();
                }
            }
        });
        long begin = Ticker.system().nanos();
        int rounds = 0;
        for (; Ticker.system().nanos() - begin < STRESS_NANOS || looks.get() == 0; rounds++) {
            if (inside.incrementAndGet() != 1) {
                both.set(true);
            }
            inside.decrementAndGet();
            guard.begin(exchange, rounds);
            for (int i = rounds % 64; i > 0; i--) {
                Thread.onSpinWait();
            }
            guard.end();
        }
        ended.set(true);
        assertTrue(watchdog.join(Duration.ofSeconds(5)));
        int count = rounds;
        assertTrue(looks.get() > 0, () -> "the watchdog never came in, in " + count + " rounds");
        assertFalse(both.get(), () -> "both inside within " + count + " rounds");
    }
}
