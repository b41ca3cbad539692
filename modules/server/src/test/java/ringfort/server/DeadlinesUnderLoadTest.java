package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ringfort.server.ShortDeadlines.GRACE;
import static ringfort.server.ShortDeadlines.HEADER;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;
import ringfort.timers.Ticker;

/** Deadlines hold beside busy neighbours, failing handlers and connections that come and go. */
class DeadlinesUnderLoadTest extends DeadlineContract {
    private static final int SLOW = 64;
    private static final int BUSY = 200;

    /** Slow clients of three kinds, and when each has to be gone. */
    private static List<SlowPeer> slowOnes(Served server) throws IOException {
        List<SlowPeer> slow = new ArrayList<>();
        for (int i = 0; i < SLOW; i++) {
            SlowPeer peer = server.connectSlow();
            switch (i % 4) {
                case 0 -> peer.mark();
                case 1 -> peer.send("GE");
                case 2 -> peer.trickle("GET / HTTP/1.1\r\nX: " + "x".repeat(1000), Duration.ofMillis(50));
                default -> peer.mark().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc");
            }
            slow.add(peer);
        }
        return slow;
    }

    private static void awaitEnds(List<SlowPeer> slow) throws IOException {
        for (int i = 0; i < slow.size(); i++) {
            try (SlowPeer peer = slow.get(i)) {
                SlowPeer.Ending end = peer.end();
                switch (i % 4) {
                    case 0 -> end.silent();
                    case 1, 2 -> end.answered(408);
                    default -> end.answered(408);
                }
            }
        }
    }

    @Test
    void slowClientsAmongBusyOnesAllEndInTime() throws Exception {
        Served server = serve(
                options -> options.headerTimeout(Duration.ofSeconds(1)).idleTimeout(Duration.ofSeconds(20)),
                DeadlineContract::echo);
        var enough = new AtomicBoolean();
        var served = new AtomicLong();
        List<Thread> busy = new ArrayList<>();
        for (int i = 0; i < BUSY; i++) {
            // Platform threads: the engine under test may live on virtual ones, and is not to compete with its clients.
            busy.add(Thread.ofPlatform().daemon().start(() -> {
                try (SlowPeer peer = server.connectSlow()) {
                    while (!enough.get()) {
                        peer.get("/").expect("here");
                        served.incrementAndGet();
                        Await.pass(Duration.ofMillis(50));
                    }
                } catch (IOException e) {
                    throw new AssertionError("a busy client was not served", e);
                }
            }));
        }
        Await.until(() -> served.get() > BUSY, () -> "served " + served);
        awaitEnds(slowOnes(server));
        long expired = server.expired(Phase.HEADER) + server.expired(Phase.BODY);
        enough.set(true);
        for (Thread thread : busy) {
            assertTrue(thread.join(Duration.ofSeconds(10)), "a busy client hangs");
        }
        server.awaitOpen(0);
        assertAll(
                () -> assertEquals(SLOW, expired),
                () -> assertEquals(SLOW, server.closed(CloseReason.DEADLINE)),
                () -> assertEquals(BUSY, server.closed(CloseReason.PEER)));
    }

    /** The error log is on, as it is by default, and its lock and its terminal are slow: no worker may wait for either. */
    @Test
    void aHandlerThatThrowsAThousandTimesASecondDelaysNobody() throws Exception {
        Served server = serve(routes -> {
            echo(routes);
            routes.get("/throws", _ -> {
                throw new IllegalStateException("thrown on purpose");
            });
            routes.get(
                    "/throws/inline",
                    _ -> {
                        throw new IllegalStateException("thrown on purpose");
                    },
                    ringfort.api.Route.inline());
        });
        var enough = new AtomicBoolean();
        var failures = new AtomicLong();
        Thread thrower = Thread.startVirtualThread(() -> {
            try (SlowPeer peer = server.connectSlow()) {
                while (!enough.get()) {
                    peer.send("GET /throws HTTP/1.1\r\nHost: h\r\n\r\nGET /throws/inline HTTP/1.1\r\nHost: h\r\n\r\n"
                            .repeat(8));
                    for (int i = 0; i < 16; i++) {
                        assertEquals(500, peer.reply().status());
                        failures.incrementAndGet();
                    }
                }
            } catch (IOException e) {
                throw new AssertionError("the failing route was not served", e);
            }
        });
        long begin = Ticker.system().nanos();
        awaitEnds(slowOnes(server));
        long millis = Math.max(1, (Ticker.system().nanos() - begin) / 1_000_000);
        enough.set(true);
        assertTrue(thrower.join(Duration.ofSeconds(10)));
        assertTrue(failures.get() * 1000 / millis > 100, () -> failures + " failures in " + millis + " ms");
        server.awaitOpen(0);
        assertEquals(SLOW, server.closed(CloseReason.DEADLINE));
    }

    /** Short connections by the thousand: no timer outlives its connection, and no connection its client. */
    @Test
    void connectionsThatComeAndGoLeaveNoTimerBehind() throws Exception {
        Served server = serve(
                options -> options.headerTimeout(Duration.ofSeconds(20)).idleTimeout(Duration.ofSeconds(20)),
                DeadlineContract::echo);
        long until = Ticker.system().nanos() + Duration.ofMillis(1500).toNanos();
        var connections = new AtomicLong();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(Thread.startVirtualThread(() -> {
                try {
                    while (until - Ticker.system().nanos() > 0) {
                        try (SlowPeer peer = server.connectSlow()) {
                            peer.get("/").expect("here");
                            connections.incrementAndGet();
                        }
                    }
                } catch (IOException e) {
                    throw new AssertionError("a short connection was not served", e);
                }
            }));
        }
        long most = 0;
        while (clients.stream().anyMatch(Thread::isAlive)) {
            most = Math.max(most, server.metric("ringfort_timers_in_flight"));
            Await.pass(Duration.ofMillis(2));
        }
        long mostInFlight = most;
        assertTrue(connections.get() > 100, connections::toString);
        // Each client has one connection, and the one before may be on its way out.
        assertTrue(mostInFlight <= 4 * 8, () -> mostInFlight + " timers in flight at once");
        server.awaitOpen(0);
        assertEquals(0, server.metric("ringfort_timers_in_flight"));
        assertEquals(connections.get(), server.closed(CloseReason.PEER));
        assertEquals(0, server.closed(CloseReason.DEADLINE));
    }

    @Test
    void oneSlowClientOnAWorkerWithNothingElseToDoEndsInTime() throws IOException {
        Served server = serve(DeadlineContract::echo);
        try (SlowPeer head = server.connectSlow()) {
            head.send("GET").end().answered(408).after(HEADER);
        }
        try (SlowPeer body = server.connectSlow()) {
            body.mark().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc");
            body.end().answered(408).after(GRACE);
        }
        server.awaitOpen(0);
        assertEquals(2, server.closed(CloseReason.DEADLINE));
    }
}
