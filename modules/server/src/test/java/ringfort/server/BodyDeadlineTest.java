package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ringfort.server.ShortDeadlines.BODY;
import static ringfort.server.ShortDeadlines.GRACE;
import static ringfort.server.ShortDeadlines.HEADER;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;

/** A body has a least rate behind a grace, which counts only while the server waits for the peer, and a longest pause. */
class BodyDeadlineTest extends DeadlineContract {
    private static final String CHUNKED = "Host: h\r\nTransfer-Encoding: chunked\r\n\r\n";

    /** Where a chunked body can stop: within the size line, an extension, the data, behind it, a trailer. */
    private static final List<String> STOPS =
            List.of("", "5", "5;extens", "5\r\nab", "5\r\nabcde", "5\r\nabcde\r\n0\r\nTrail", "0\r\n");

    @Test
    void aChunkedBodyThatStopsAnywhereIs408InTheBodyPhase() throws IOException {
        Served server = serve(DeadlineContract::echo);
        List<SlowPeer> peers = new ArrayList<>();
        for (String path : List.of("/", "/inline")) {
            for (String stop : STOPS) {
                peers.add(server.connectSlow().mark().send("POST " + path + " HTTP/1.1\r\n" + CHUNKED + stop));
            }
        }
        for (SlowPeer peer : peers) {
            peer.end().answered(408).closes().inOrder().after(GRACE);
            peer.close();
        }
        server.awaitOpen(0);
        assertEquals(peers.size(), server.expired(Phase.BODY));
        assertEquals(0, server.expired(Phase.HEADER), "a body is never in the header phase");
        assertEquals(peers.size(), server.closed(CloseReason.DEADLINE));
    }

    @Test
    void aFixedBodyThatStopsIs408() throws IOException {
        Served server = serve(DeadlineContract::echo);
        for (String path : List.of("/", "/inline")) {
            try (SlowPeer peer = server.connectSlow()) {
                peer.mark().send("POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc");
                peer.end().answered(408).closes().inOrder().after(GRACE);
            }
        }
        server.awaitOpen(0);
        assertEquals(2, server.expired(Phase.BODY));
    }

    @Test
    void aTrickleBelowTheRateEndsWithTheGrace() throws IOException {
        Served server = serve(DeadlineContract::echo);
        try (SlowPeer peer = server.connectSlow()) {
            peer.mark().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 400\r\n\r\n");
            peer.trickle("x".repeat(400), Duration.ofMillis(25)); // at most 40 of the 240 bytes a second
            SlowPeer.Ending end = peer.end().answered(408).after(GRACE);
            assertTrue(end.firstNanos() < BODY.toNanos(), () -> end.firstNanos() + " ns");
        }
    }

    /** However long the body takes in all: three times the longest pause. */
    @Test
    void whoKeepsTheRateIsServed() throws IOException {
        Served server = serve(DeadlineContract::echo);
        try (SlowPeer peer = server.connectSlow()) {
            peer.mark().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 12000\r\n\r\n");
            for (int i = 0; i < 120; i++) {
                peer.send("x".repeat(100));
                Await.pass(Duration.ofMillis(30));
            }
            peer.expect("12000");
            assertTrue(peer.elapsedNanos() > 3 * BODY.toNanos());
        }
        server.awaitOpen(0);
        assertEquals(0, server.expired(Phase.BODY));
    }

    /** What came earns the pause: nothing but the grace at first, the longest after a few hundred bytes. */
    @Test
    void aPauseIsAsLongAsWhatCameHasEarned() throws IOException {
        Duration pause = GRACE.multipliedBy(2);
        Served server = serve(DeadlineContract::echo);
        for (String path : List.of("/", "/inline")) {
            String head = "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\n\r\n";
            try (SlowPeer peer = server.connectSlow()) {
                peer.send(head);
                for (int i = 0; i < 2; i++) {
                    peer.send("x".repeat(3000));
                    Await.pass(pause);
                }
                peer.send("x".repeat(4000)).expect("10000");
            }
            try (SlowPeer poor = server.connectSlow();
                    SlowPeer late = server.connectSlow()) {
                late.mark().send(head + "x".repeat(5000));
                poor.mark().send(head + "x");
                poor.end().answered(408).after(GRACE);
                late.end().answered(408).after(BODY);
            }
        }
        server.awaitOpen(0);
        assertEquals(4, server.expired(Phase.BODY));
    }

    @Test
    void pausesBelowTheGraceAreServed() throws IOException {
        Served server = serve(
                options -> options.bodyGrace(Duration.ofSeconds(2)).bodyTimeout(Duration.ofSeconds(6)),
                DeadlineContract::echo);
        for (String path : List.of("/", "/inline")) {
            try (SlowPeer peer = server.connectSlow()) {
                peer.send("POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc");
                Await.pass(Duration.ofMillis(300));
                peer.send("def");
                Await.pass(Duration.ofMillis(300));
                peer.send("ghi").expect("9");
            }
        }
        server.awaitOpen(0);
        assertEquals(0, server.closed(CloseReason.DEADLINE));
    }

    @Test
    void aHeaderDeadlineThatPassesDuringABodyMeansNothing() throws IOException {
        Served server =
                serve(options -> options.bodyMinRate(0).bodyTimeout(Duration.ofSeconds(5)), DeadlineContract::echo);
        try (SlowPeer peer = server.connectSlow()) {
            peer.send("POST / HTTP/1.1\r\n" + CHUNKED + "3\r\nabc");
            Await.pass(HEADER.plus(Duration.ofMillis(150)));
            peer.send("\r\n0\r\n\r\n").expect("3");
        }
        server.awaitOpen(0);
        assertEquals(0, server.closed(CloseReason.DEADLINE));
    }

    /** The body waits in the sockets, for the handler does other things first: the peer has done its part. */
    @Test
    void timeInWhichNobodyReadsIsNotThePeers() throws IOException {
        int bytes = 8 << 20;
        Served server = serve(
                options -> options.bodyGrace(BODY),
                routes -> routes.post(
                        "/",
                        request -> {
                            Await.pass(BODY.plus(Duration.ofMillis(300)));
                            return Response.text("" + request.bytes().length);
                        },
                        Route.offload()));
        try (SlowPeer peer = server.connectSlow()) {
            peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + bytes + "\r\n\r\n");
            peer.send("x".repeat(bytes)).expect("" + bytes);
        }
        server.awaitOpen(0);
        assertEquals(0, server.expired(Phase.BODY));
    }

    @Test
    void aPeerThatAwaitsContinueIsNotLateBeforeItIsTold() throws IOException {
        Served server = serve(
                options -> options.bodyGrace(BODY),
                routes -> routes.post(
                        "/",
                        request -> {
                            Await.pass(BODY.plus(Duration.ofMillis(200)));
                            return Response.text("" + request.bytes().length);
                        },
                        Route.offload()));
        try (SlowPeer peer = server.connectSlow()) {
            peer.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
            assertEquals(100, peer.head().status());
            peer.send("abc").expect("3");
        }
        server.awaitOpen(0);
        assertEquals(0, server.closed(CloseReason.DEADLINE));
    }

    @Test
    void aRouteHasItsOwnTime() throws IOException {
        Duration longer = Duration.ofMillis(700);
        Served server =
                serve(options -> options.bodyTimeout(Duration.ofMillis(300)).bodyMinRate(0), routes -> {
                    routes.post("/short", request -> Response.text(request.text()));
                    routes.post(
                            "/long",
                            request -> Response.text(request.text()),
                            Route.carried().bodyTimeout(longer));
                });
        try (SlowPeer brief = server.connectSlow();
                SlowPeer patient = server.connectSlow()) {
            brief.mark().send("POST /short HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n");
            patient.mark().send("POST /long HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n");
            brief.end().answered(408).after(Duration.ofMillis(300));
            patient.end().answered(408).after(longer);
        }
    }

    /** A handler may catch what the body tells it, and stay; its peer is answered all the same. */
    @Test
    void aHandlerThatSwallowsTheLateBodyDoesNotDelayThe408() throws IOException {
        var release = new CountDownLatch(1);
        Served server = serve(routes -> routes.post("/", request -> {
            try {
                return Response.text(request.text());
            } catch (Exception e) {
                release.await();
                return Response.text("too late");
            }
        }));
        try (SlowPeer peer = server.connectSlow()) {
            peer.mark().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na");
            peer.end().answered(408).closes().after(GRACE);
            server.awaitOpen(0);
        } finally {
            release.countDown();
        }
        assertEquals(1, server.expired(Phase.BODY));
    }

    /** A body nobody reads is drained behind the response, and that has the linger's time. */
    @Test
    void aBodyThatIsNotReadCannotHoldTheConnection() throws IOException {
        Served server = serve(routes -> routes.post("/", _ -> Response.text("seen")));
        try (SlowPeer peer = server.connectSlow()) {
            peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
            peer.expect("seen");
            peer.mark().trickle("x".repeat(900), Duration.ofMillis(20));
            peer.end().after(ShortDeadlines.LINGER.minusMillis(50));
        }
        server.awaitOpen(0);
        assertEquals(1, server.expired(Phase.LINGER));
        assertEquals(0, server.expired(Phase.BODY));
    }
}
