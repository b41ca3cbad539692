package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import ringfort.api.ServerOptions;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;

/** What the timer of a connection costs the kernel: seen in the operations that a real ring submits. */
@Timeout(30)
@Tag("deadlines")
@Execution(ExecutionMode.CONCURRENT)
class RingTimerTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(30);

    private static Served start(UnaryOperator<ServerOptions.Builder> options) throws IOException {
        return Served.start(Variant.RING_WITH_KERNEL_TIMERS, ShortDeadlines.and(options), DeadlineContract::echo);
    }

    private static long operations(Served server) {
        return server.metric("ringfort_timer_operations_total");
    }

    private static void awaitOperations(Served server, long count) {
        Await.until(() -> operations(server) >= count, () -> operations(server) + " of " + count + " operations");
    }

    @Test
    void requestsThatArriveWholeCostNoTimerOperation() throws IOException {
        try (Served server = start(options -> options.headerTimeout(LONG).idleTimeout(LONG))) {
            try (SlowPeer peer = server.connectSlow()) {
                peer.get("/").expect("here");
                long before = operations(server);
                for (int i = 0; i < 50; i++) {
                    peer.get("/").expect("here");
                }
                assertEquals(before, operations(server), "the timer that is in flight serves all of them");
                assertEquals(1, server.metric("ringfort_timers_in_flight"), "one connection, one timer");
            }
            server.awaitOpen(0);
            assertEquals(0, server.metric("ringfort_timers_in_flight"), "cancelled at close");
        }
    }

    @Test
    void aTimerThatFiresBeforeALaterDeadlineIsSubmittedForTheRemainder() throws IOException {
        Duration header = Duration.ofMillis(200);
        try (Served server = start(options -> options.headerTimeout(header).idleTimeout(SECOND))) {
            try (SlowPeer peer = server.connectSlow()) {
                peer.get("/").expect("here");
                peer.mark();
                awaitOperations(server, 2);
                assertEquals(1, server.metric("ringfort_timers_in_flight"));
                peer.end().silent().after(SECOND.minusMillis(200));
            }
            assertEquals(0, server.expired(Phase.HEADER), "it fired, and meant nothing");
            assertEquals(1, server.expired(Phase.IDLE));
        }
    }

    @Test
    void anEarlierDeadlineUpdatesTheTimerInFlight() throws IOException {
        Duration header = Duration.ofMillis(200);
        try (Served server = start(options -> options.headerTimeout(header).idleTimeout(LONG))) {
            try (SlowPeer peer = server.connectSlow()) {
                peer.get("/").expect("here");
                awaitOperations(server, 2); // moved to the end of the idle time
                peer.mark().send("G");
                awaitOperations(server, 3);
                assertEquals(1, server.metric("ringfort_timers_in_flight"), "updated, not added");
                peer.end().answered(408).after(header);
            }
        }
    }

    @Test
    void aTimerThatFiresAfterItsDeadlineWasClearedIsIgnored() throws IOException {
        Duration header = Duration.ofMillis(200);
        try (Served server = start(options -> options.headerTimeout(header).idleTimeout(Duration.ZERO))) {
            try (SlowPeer peer = server.connectSlow()) {
                peer.get("/").expect("here");
                Await.until(
                        () -> server.metric("ringfort_timers_in_flight") == 0,
                        () -> "the timer has not fired and gone");
                peer.get("/").expect("here");
                assertEquals(1, operations(server));
            }
            server.awaitOpen(0);
            assertEquals(0, server.closed(CloseReason.DEADLINE));
        }
    }

    @Test
    void withEverythingOffNoTimerIsSubmitted() throws IOException {
        try (Served server = start(options -> options.headerTimeout(Duration.ZERO)
                .idleTimeout(Duration.ZERO)
                .bodyTimeout(Duration.ZERO)
                .bodyGrace(Duration.ZERO)
                .bodyMinRate(0)
                .writeGrace(Duration.ZERO)
                .writeMinRate(0)
                .lingerTimeout(Duration.ZERO))) {
            try (SlowPeer peer = server.connectSlow()) {
                peer.get("/").expect("here");
                peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na")
                        .send("bc");
                peer.expect("3");
            }
            server.awaitOpen(0);
            assertEquals(0, operations(server));
        }
    }

    @Test
    void theWheelSubmitsNone() throws IOException {
        try (Served server = Served.start(Variant.RING, ShortDeadlines::set, DeadlineContract::echo)) {
            try (SlowPeer peer = server.connectSlow()) {
                peer.get("/").expect("here");
                peer.end().silent();
            }
            assertTrue(server.expired(Phase.IDLE) == 1);
            assertEquals(0, operations(server));
        }
    }
}
