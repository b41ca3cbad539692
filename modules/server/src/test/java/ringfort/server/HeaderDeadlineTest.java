package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ringfort.server.ShortDeadlines.HEADER;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;

/** A head is due from accept, or from the first byte of a later one, and no byte ever moves that. */
class HeaderDeadlineTest extends DeadlineContract {
    private static final Duration OFTEN = Duration.ofMillis(30);

    @Test
    void whoConnectsAndSaysNothingIsClosedInSilence() throws IOException {
        Served server = serve(DeadlineContract::echo);
        try (SlowPeer peer = server.connectSlow()) {
            peer.end().silent().inOrder().after(HEADER);
        }
        server.awaitOpen(0);
        assertEquals(1, server.expired(Phase.HEADER));
        assertEquals(1, server.closed(CloseReason.DEADLINE));
    }

    @Test
    void twoLettersAndSilenceAre408() throws IOException {
        Served server = serve(DeadlineContract::echo);
        try (SlowPeer peer = server.connectSlow()) {
            peer.send("GE").end().answered(408).closes().inOrder().after(HEADER);
        }
        server.awaitOpen(0);
        assertEquals(1, server.closed(CloseReason.DEADLINE));
    }

    @Test
    void aHeadThatTricklesIs408HoweverOftenAByteComes() throws IOException {
        Served server = serve(DeadlineContract::echo);
        try (SlowPeer peer = server.connectSlow()) {
            peer.trickle("GET / HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(400), OFTEN);
            peer.end().answered(408).closes().after(HEADER);
        }
        server.awaitOpen(0);
        assertEquals(1, server.armed(Phase.HEADER));
        assertEquals(1, server.expired(Phase.HEADER));
    }

    @Test
    void emptyLinesThatTrickleEarnNothing() throws IOException {
        Served server = serve(DeadlineContract::echo);
        try (SlowPeer peer = server.connectSlow()) {
            peer.trickle("\r\n".repeat(200), OFTEN);
            SlowPeer.Ending end = peer.end();
            assertTrue(end.firstNanos() < Duration.ofSeconds(2).toNanos(), () -> end.firstNanos() + " ns");
        }
        server.awaitOpen(0);
        assertEquals(1, server.armed(Phase.HEADER));
    }

    @Test
    void thePrefaceOfAnotherProtocolBuysNoTime() throws IOException {
        Served server = serve(DeadlineContract::echo);
        try (SlowPeer waits = server.connectSlow();
                SlowPeer garbage = server.connectSlow()) {
            waits.send("PRI ");
            garbage.send("PRI * HTTP/2.0\r\n\r\nXM\r\n\r\n").trickle("\0".repeat(300), OFTEN);
            waits.end().answered(408).after(HEADER);
            SlowPeer.Ending refused = garbage.end();
            assertTrue(refused.received().startsWith("HTTP/1.1 "), refused::received);
            assertTrue(refused.firstNanos() < Duration.ofSeconds(2).toNanos());
        }
    }

    @Test
    void aSlowSecondHeadHasItsOwnBudgetFromItsFirstByte() throws IOException {
        Served server = serve(DeadlineContract::echo);
        try (SlowPeer peer = server.connectSlow()) {
            peer.get("/").expect("here");
            Await.pass(Duration.ofMillis(300));
            peer.mark().send("G").end().answered(408).closes().after(HEADER);
        }
    }

    /** The timer of the first head has fired and moved on to the end of the idle time: it has to come back. */
    @Test
    void aSlowSecondHeadIsNoticedBeforeALaterDeadlineThatWasArmed() throws IOException {
        Served server = serve(options -> options.idleTimeout(Duration.ofSeconds(60)), DeadlineContract::echo);
        try (SlowPeer peer = server.connectSlow()) {
            peer.get("/").expect("here");
            Await.pass(HEADER.plus(Duration.ofMillis(200)));
            peer.mark().send("GET / HT").end().answered(408).after(HEADER);
        }
        server.awaitOpen(0);
        assertEquals(1, server.expired(Phase.HEADER));
        assertEquals(0, server.expired(Phase.IDLE));
    }

    @Test
    void keepAliveIdleIsNotKilledByTheHeaderDeadline() throws IOException {
        Duration idle = Duration.ofSeconds(2);
        Served server = serve(options -> options.idleTimeout(idle), DeadlineContract::echo);
        try (SlowPeer peer = server.connectSlow()) {
            peer.get("/").expect("here");
            Await.pass(HEADER.plus(Duration.ofMillis(300)));
            peer.get("/").expect("here");
            peer.mark().end().silent().inOrder().after(idle.minusMillis(100));
        }
        server.awaitOpen(0);
        assertEquals(0, server.expired(Phase.HEADER));
        assertEquals(1, server.expired(Phase.IDLE));
        assertEquals(1, server.closed(CloseReason.DEADLINE));
    }

    @Test
    void aSlowRequestBehindARunningHandlerIsDueFromTheEndOfThatExchange() throws IOException {
        var release = new CountDownLatch(1);
        Served server = serve(routes -> routes.get("/", _ -> {
            release.await();
            return Response.text("here");
        }));
        try (SlowPeer peer = server.connectSlow()) {
            peer.get("/").send("GET /slow HT");
            Await.pass(HEADER.plus(Duration.ofMillis(200))); // while we work, the peer is not late
            assertEquals(1, server.open());
            peer.mark();
            release.countDown();
            peer.expect("here");
            peer.end().answered(408).closes().after(HEADER);
        }
    }

    @Test
    void headsThatArriveWholeArmNoHeaderDeadline() throws IOException {
        Served server = serve(DeadlineContract::echo);
        try (SlowPeer peer = server.connectSlow()) {
            for (int i = 0; i < 20; i++) {
                peer.get(i % 2 == 0 ? "/" : "/inline").expect("here");
            }
            assertEquals(1, server.armed(Phase.HEADER), "armed at accept only");
        }
        server.awaitOpen(0);
        assertEquals(1, server.cleared(Phase.HEADER));
    }

    @Test
    void zeroArmsNothing() throws IOException {
        Served server = serve(
                options -> options.headerTimeout(Duration.ZERO).idleTimeout(Duration.ZERO), DeadlineContract::echo);
        try (SlowPeer peer = server.connectSlow()) {
            peer.send("GET / HTTP/1.1\r\n");
            Await.pass(Duration.ofMillis(700));
            peer.send("Host: h\r\n\r\n").expect("here");
            Await.pass(Duration.ofMillis(200));
            peer.get("/").expect("here");
        }
        server.awaitOpen(0);
        assertEquals(0, server.armed(Phase.HEADER));
        assertEquals(0, server.armed(Phase.IDLE));
        assertEquals(1, server.closed(CloseReason.PEER));
    }

    @Test
    void whoIsOnlySlowIsServed() throws IOException {
        Served server = serve(
                options -> options.headerTimeout(Duration.ofSeconds(2)).idleTimeout(Duration.ofSeconds(5)),
                DeadlineContract::echo);
        try (SlowPeer peer = server.connectSlow()) {
            for (int i = 0; i < 3; i++) {
                peer.send("GET /inl");
                Await.pass(Duration.ofMillis(300));
                peer.send("ine HTTP/1.1\r\nHost: h\r\n\r\n").expect("here");
            }
        }
        server.awaitOpen(0);
        assertEquals(0, server.closed(CloseReason.DEADLINE));
    }

    @Test
    void aHalfClosedPeerWithHalfAHeadIsClosedAtOnce() throws IOException {
        Served server = serve(options -> options.headerTimeout(Duration.ofSeconds(3)), DeadlineContract::echo);
        try (SlowPeer peer = server.connectSlow()) {
            SlowPeer.Ending end = peer.send("GET / HT").halfClose().end();
            assertTrue(end.firstNanos() < Duration.ofSeconds(2).toNanos(), () -> end.firstNanos() + " ns");
        }
        server.awaitOpen(0);
        assertEquals(0, server.expired(Phase.HEADER));
    }
}
