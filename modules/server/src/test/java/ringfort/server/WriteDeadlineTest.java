package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static ringfort.server.ShortDeadlines.GRACE;
import static ringfort.server.ShortDeadlines.LINGER;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;

/** Who asks has to take the answer, at a least rate behind a grace; the end of a connection has a bound of its own. */
class WriteDeadlineTest extends DeadlineContract {
    /** More than the sockets between two ends of a loopback hold. */
    private static final byte[] MUCH = new byte[24 << 20];

    private static final int SMALL_BUFFER = 4 * 1024;

    static {
        Arrays.fill(MUCH, (byte) 'm');
    }

    /** On a busy machine a request may come later than the short deadline for heads allows. */
    private static ServerOptions.Builder unhurried(ServerOptions.Builder options) {
        return options.headerTimeout(Duration.ofSeconds(5));
    }

    private static void routes(Server server) {
        server.get("/much", _ -> Response.bytes(MUCH, "text/plain"))
                .get("/stream", _ -> Response.stream("text/plain", out -> out.write(MUCH)))
                .get("/small", _ -> Response.text("s".repeat(1024)));
    }

    @Test
    void whoReadsNothingIsCutWhenTheGraceIsOver() throws IOException {
        Served server = serve(WriteDeadlineTest::unhurried, WriteDeadlineTest::routes);
        for (String path : new String[] {"/much", "/stream"}) {
            try (SlowPeer peer = server.connectSlow(SMALL_BUFFER)) {
                long expired = server.expired(Phase.WRITE);
                peer.mark().get(path);
                server.awaitExpired(Phase.WRITE, expired + 1);
                assertTrue(peer.elapsedNanos() >= GRACE.toNanos(), () -> peer.elapsedNanos() + " ns");
                server.awaitOpen(0);
                SlowPeer.Ending end = peer.end();
                assertTrue(end.received().length() < MUCH.length, "not a whole response");
            }
        }
        assertEquals(2, server.closed(CloseReason.DEADLINE));
    }

    @Test
    void aHalfClosedPeerHasToReadToo() throws IOException {
        Served server = serve(WriteDeadlineTest::unhurried, WriteDeadlineTest::routes);
        try (SlowPeer peer = server.connectSlow(SMALL_BUFFER)) {
            peer.mark().get("/much").halfClose();
            server.awaitExpired(Phase.WRITE, 1);
            server.awaitOpen(0);
        }
        assertEquals(1, server.closed(CloseReason.DEADLINE));
    }

    @Test
    void aHalfClosedPeerThatReadsIsServed() throws IOException {
        Served server = serve(WriteDeadlineTest::unhurried, WriteDeadlineTest::routes);
        try (SlowPeer peer = server.connectSlow()) {
            SlowPeer.Ending end =
                    peer.get("/much").halfClose().end().answered(200).inOrder();
            assertTrue(end.received().length() > MUCH.length);
        }
        server.awaitOpen(0);
        assertEquals(0, server.closed(CloseReason.DEADLINE));
    }

    @Test
    void aReaderThatIsOnlySlowIsServed() throws IOException {
        Served server = serve(WriteDeadlineTest::unhurried, WriteDeadlineTest::routes);
        try (SlowPeer peer = server.connectSlow(SMALL_BUFFER)) {
            peer.send("GET /small HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            var received = new StringBuilder();
            byte[] some = new byte[64];
            for (int count = some.length; count == some.length; ) {
                Await.pass(Duration.ofMillis(60)); // a kilobyte a second
                count = peer.read(some);
                received.append(new String(some, 0, count, StandardCharsets.ISO_8859_1));
            }
            assertTrue(received.toString().endsWith("s".repeat(1024)), received::toString);
            assertTrue(received.toString().startsWith("HTTP/1.1 200 "), received::toString);
        }
        server.awaitOpen(0);
        assertEquals(0, server.expired(Phase.WRITE));
    }

    @Test
    void aReaderAboveTheRateGetsAllOfAMuchLongerResponse() throws IOException {
        Duration grace = Duration.ofMillis(1200);
        Served server = serve(options -> options.writeTimeout(grace).writeGrace(grace), WriteDeadlineTest::routes);
        try (SlowPeer peer = server.connectSlow(64 * 1024)) {
            peer.mark().get("/much");
            byte[] piece = new byte[2 << 20];
            long total = 0;
            for (int i = 0; i < 12; i++) {
                Await.pass(Duration.ofMillis(120)); // longer in all than the grace, never as long at once
                total += peer.read(piece);
            }
            assertTrue(peer.elapsedNanos() > grace.toNanos());
            assertEquals(MUCH.length, total);
        }
        server.awaitOpen(0);
        assertEquals(0, server.expired(Phase.WRITE));
    }

    /**
     * The kernel reports room for more in steps of a third of its buffer, which take such a reader minutes; what it
     * acknowledges in between is progress too. A kilobyte a second against the grace of five, both four times as fast or so.
     */
    @Test
    void aSlowReaderOfALongResponseIsNotCut() throws IOException {
        inClearOnly("a client takes a whole record of 16 KiB, and then nothing for longer than this grace");
        assumeTrue(variant.tellsAcknowledged(), "the JDK does not tell what a peer has acknowledged");
        Duration grace = Duration.ofSeconds(2);
        Served server = serve(options -> options.writeTimeout(grace).writeGrace(grace), WriteDeadlineTest::routes);
        try (SlowPeer peer = server.connectSlow(SMALL_BUFFER)) {
            peer.mark().get("/much");
            byte[] piece = new byte[256];
            while (peer.elapsedNanos() < 4 * grace.toNanos()) {
                Await.pass(Duration.ofMillis(60));
                assertEquals(piece.length, peer.read(piece));
            }
            assertEquals(0, server.expired(Phase.WRITE));
            assertEquals(1, server.open());
            long stopped = peer.elapsedNanos();
            server.awaitExpired(Phase.WRITE, 1); // it has stopped reading, and what it earned does not last
            assertTrue(peer.elapsedNanos() - stopped < 4 * grace.toNanos(), () -> peer.elapsedNanos() + " ns");
            server.awaitOpen(0);
        }
        assertEquals(1, server.closed(CloseReason.DEADLINE));
    }

    /** It lets its kernel take what fits, and then nothing: it is cut when the grace is over, or at the second look. */
    @Test
    void aZeroWindowIsCutOnTime() throws IOException {
        Served server = serve(WriteDeadlineTest::unhurried, WriteDeadlineTest::routes);
        try (SlowPeer peer = server.connectSlow(SMALL_BUFFER)) {
            peer.mark().get("/much");
            server.awaitExpired(Phase.WRITE, 1);
            long elapsed = peer.elapsedNanos();
            assertTrue(elapsed >= GRACE.toNanos(), () -> elapsed + " ns");
            assertTrue(elapsed < 3 * GRACE.toNanos() + 1_500_000_000L, () -> elapsed + " ns");
        }
        server.awaitOpen(0);
    }

    /** The response in flight is flushed before the 408 for the half request behind it. */
    @Test
    void aResponseUnderWayIsWholeBeforeTheNextHeadIsLate() throws IOException {
        Served server = serve(
                options -> options.writeTimeout(Duration.ofSeconds(5)).writeGrace(Duration.ofSeconds(5)),
                WriteDeadlineTest::routes);
        try (SlowPeer peer = server.connectSlow(SMALL_BUFFER)) {
            peer.get("/much").send("GET /half HT");
            Await.pass(ShortDeadlines.HEADER.plus(Duration.ofMillis(200)));
            SlowPeer.Ending end = peer.end().answered(200).inOrder();
            int second = end.received().lastIndexOf("HTTP/1.1 408 ");
            assertTrue(second > MUCH.length, () -> "408 at " + second);
        }
        server.awaitOpen(0);
        assertEquals(1, server.expired(Phase.HEADER));
        assertEquals(0, server.expired(Phase.WRITE));
    }

    @Test
    void whoNeverClosesIsLeftWhenTheLingerIsOver() throws IOException {
        Served server = serve(WriteDeadlineTest::unhurried, WriteDeadlineTest::routes);
        try (SlowPeer peer = server.connectSlow()) {
            peer.mark().send("GET /small HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nmore");
            peer.end().answered(200).closes().inOrder();
            peer.trickle("x".repeat(400), Duration.ofMillis(20)); // does not earn time either
            server.awaitOpen(0);
            assertTrue(peer.elapsedNanos() >= LINGER.toNanos(), () -> peer.elapsedNanos() + " ns");
        }
        assertEquals(1, server.expired(Phase.LINGER));
        assertEquals(1, server.closed(CloseReason.FINISHED), "the reason it ended is not the linger");
    }

    @Test
    void withoutALingerTheConnectionIsClosedAtOnce() throws IOException {
        Served server = serve(options -> options.lingerTimeout(Duration.ZERO), WriteDeadlineTest::routes);
        try (SlowPeer peer = server.connectSlow()) {
            peer.send("GET /small HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            server.awaitOpen(0);
            peer.end().answered(200).closes();
        }
        assertEquals(0, server.armed(Phase.LINGER));
    }
}
