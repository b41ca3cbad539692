package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.budget.Phase;
import ringfort.ring.RingSyscalls;
import ringfort.server.metrics.CloseReason;
import ringfort.server.ring.RingSizes;

/** Queues that are far too small delay what a connection needs, and drop nothing: least of all its timer. */
@Timeout(30)
@Tag("deadlines")
@Execution(ExecutionMode.CONCURRENT)
class TinyRingTest {
    private static final int PEERS = 60;

    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    private Served start(Variant variant, RingSizes sizes) throws IOException {
        return Served.start(
                variant,
                new RingEngine(RingSyscalls.kernel(), sizes),
                ShortDeadlines.and(options -> options.headerTimeout(Duration.ofSeconds(1))
                        .bodyGrace(Duration.ofSeconds(1))
                        .bodyTimeout(Duration.ofSeconds(3))
                        .idleTimeout(Duration.ofSeconds(20))),
                routes -> {
                    DeadlineContract.echo(routes);
                    routes.get("/hold", _ -> hold(), Route.inline());
                });
    }

    private Response hold() throws InterruptedException {
        held.countDown();
        release.await();
        return Response.text("held");
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_WITH_KERNEL_TIMERS", "RING"})
    void eightEntriesToSubmitWith(Variant variant) throws Exception {
        try (Served server = start(variant, new RingSizes(8, 64, 64, 4096)).withSmallCompletionQueue()) {
            manyComeAtOnce(server);
            bothGoodAndSlowEnd(server);
            assertTrue(server.metric("ringfort_sq_full_total") > 0, "the queue was never full: this proves nothing");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_WITH_KERNEL_TIMERS", "RING"})
    void sixteenCompletions(Variant variant) throws Exception {
        try (Served server = start(variant, new RingSizes(8, 16, 64, 4096)).withSmallCompletionQueue()) {
            bothGoodAndSlowEnd(server);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_WITH_KERNEL_TIMERS", "RING"})
    void fourBuffersToReceiveInto(Variant variant) throws Exception {
        try (Served server = start(variant, new RingSizes(256, 1024, 4, 512))) {
            bothGoodAndSlowEnd(server);
            assertTrue(
                    server.metric("ringfort_buffer_shortages_total") > 0,
                    "there was always a buffer: this proves nothing");
        }
    }

    /** While the worker is held more peers connect than it has entries: when it is back, each wants a receive in one turn. */
    private void manyComeAtOnce(Served server) throws Exception {
        List<SlowPeer> peers = new ArrayList<>();
        try (SlowPeer holder = server.connectSlow()) {
            holder.send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
            held.await();
            for (int i = 0; i < PEERS / 2; i++) {
                peers.add(server.connectSlow());
            }
            release.countDown();
            holder.expect("held");
        }
        for (SlowPeer peer : peers) {
            peer.close();
        }
        server.awaitOpen(0);
    }

    /** All at once: silent ones, slow heads, slow bodies, and good ones with a body that needs many buffers. */
    private static void bothGoodAndSlowEnd(Served server) throws Exception {
        List<SlowPeer> peers = new ArrayList<>();
        String body = "y".repeat(20_000);
        for (int i = 0; i < PEERS; i++) {
            peers.add(server.connectSlow());
        }
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < PEERS; i++) {
            SlowPeer peer = peers.get(i);
            String bytes = switch (i % 4) {
                case 0 -> "";
                case 1 -> "GET / HT";
                case 2 -> "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20001\r\n\r\n" + body;
                default -> "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n" + body;
            };
            senders.add(Thread.startVirtualThread(() -> {
                try {
                    peer.send(bytes);
                } catch (IOException e) {
                    throw new AssertionError("could not send", e);
                }
            }));
        }
        for (Thread sender : senders) {
            assertTrue(sender.join(Duration.ofSeconds(10)));
        }
        for (int i = 0; i < PEERS; i++) {
            try (SlowPeer peer = peers.get(i)) {
                switch (i % 4) {
                    case 0 -> peer.end().silent();
                    case 1, 2 -> peer.end().answered(408);
                    default -> peer.expect("20000");
                }
            }
        }
        server.awaitOpen(0);
        assertEquals(PEERS / 4 * 2, server.expired(Phase.HEADER));
        assertEquals(PEERS / 4, server.expired(Phase.BODY));
        assertEquals(PEERS / 4 * 3, server.closed(CloseReason.DEADLINE));
    }
}
