package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.budget.Timeouts;
import ringfort.h1.H1State;
import ringfort.h1.Limits;
import ringfort.h1.RequestHead;
import ringfort.timers.Ticker;

/** The worker and the watchdog are never in the worker's state at once. */
@Timeout(30)
class WatchHandshakeTest {
    private static final long STRESS_NANOS = 1_500_000_000L;

    private final FakeWorker worker = new FakeWorker(Server.of(ServerOptions.defaults()));
    private final Exchange exchange = new Exchange(new FakeConnection(worker, 0, 1), head());

    private static RequestHead head() {
        byte[] bytes = "GET / HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        var parser = new H1State(Limits.DEFAULT, Timeouts.OFF, new SharedSlot(new Counters(true)));
        assertEquals(H1State.Event.HEAD, parser.next(bytes, 0, bytes.length, 0));
        return parser.head();
    }

    @AfterEach
    void endNotices() {
        worker.context.notices.close();
    }

    @Test
    void nobodyComesInWhenNoHandlerRuns() {
        var hold = new Hold();
        assertFalse(hold.enter());
        assertTrue(hold.isFree());
        hold.begin(exchange, 0);
        hold.end();
        assertFalse(hold.enter());
    }

    @Test
    void aHoldIsStuckFromItsThresholdOn() {
        var hold = new Hold();
        assertNull(hold.stuckSince(100));
        hold.begin(exchange, 100);
        assertNull(hold.stuckSince(99));
        assertNotNull(hold.stuckSince(100));
        assertEquals(50, hold.heldNanos(150));
        hold.end();
        assertNull(hold.stuckSince(Long.MAX_VALUE / 2));
    }

    @Test
    void aHoldIsReportedOnceAndTheNextOneAnew() {
        var hold = new Hold();
        hold.begin(exchange, 1);
        assertTrue(hold.reportOnce());
        assertFalse(hold.reportOnce());
        hold.end();
        hold.begin(exchange, 2);
        assertTrue(hold.reportOnce());
        hold.end();
    }

    @Test
    void aWorkerThatComesBackWaitsForTheLookToEnd() throws Exception {
        var hold = new Hold();
        var back = new AtomicBoolean();
        hold.begin(exchange, 0);
        assertTrue(hold.enter());
        Thread worker = Thread.ofPlatform().start(() -> {
            hold.end();
            back.set(true);
        });
        TimedServer.until(hold::isFree, () -> "the handler never ended");
        TimedServer.pass(Duration.ofMillis(20));
        assertFalse(back.get());
        hold.leave();
        assertTrue(worker.join(Duration.ofSeconds(5)));
        assertTrue(back.get());
    }

    /**
     * A worker that runs very short handlers beside a watchdog that always looks: each marks that it is inside, and
     * finds the other's mark if the two ever are at once.
     */
    @Test
    void neverBothInside() throws Exception {
        var hold = new Hold();
        var inside = new AtomicInteger();
        var both = new AtomicBoolean();
        var looks = new AtomicInteger();
        var ended = new AtomicBoolean();
        Thread watchdog = Thread.ofPlatform().daemon().start(() -> {
            while (!ended.get()) {
                if (hold.enter()) {
                    if (inside.incrementAndGet() != 1) {
                        both.set(true);
                    }
                    looks.incrementAndGet();
                    inside.decrementAndGet();
                    hold.leave();
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
            hold.begin(exchange, rounds);
            for (int i = rounds % 64; i > 0; i--) {
                Thread.onSpinWait();
            }
            hold.end();
        }
        ended.set(true);
        assertTrue(watchdog.join(Duration.ofSeconds(5)));
        int count = rounds;
        assertTrue(looks.get() > 0, () -> "the watchdog never came in, in " + count + " rounds");
        assertFalse(both.get(), () -> "both inside within " + count + " rounds");
    }
}
