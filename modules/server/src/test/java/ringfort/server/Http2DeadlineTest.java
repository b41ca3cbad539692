package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.budget.Phase;
import ringfort.h2.ErrorCode;
import ringfort.h2.Frame;
import ringfort.h2.FrameWriter;
import ringfort.server.metrics.CloseReason;
import ringfort.timers.Ticker;

/** Each phase of an HTTP/2 connection and of its streams has a deadline, and other streams go on where that is possible. */
class Http2DeadlineTest extends DeadlineContract {
    private static final int LARGE = 8 << 20;

    private static void routes(Server server) {
        echo(server);
        byte[] large = new byte[LARGE];
        server.get("/large", _ -> Response.bytes(large, "text/plain"));
    }

    /** Runs, and asserts that it takes as long as a deadline, and not much longer. */
    private static void takes(Duration deadline, Play play) throws IOException {
        long begin = Ticker.system().nanos();
        play.run();
        long nanos = Ticker.system().nanos() - begin;
        assertTrue(nanos >= deadline.toNanos() * 9 / 10, () -> nanos + " ns is before " + deadline);
        assertTrue(nanos < deadline.toNanos() + 3_000_000_000L, () -> nanos + " ns is long after " + deadline);
    }

    private interface Play {
        void run() throws IOException;
    }

    @Test
    void thePrefaceIsFollowedBySettingsInTime() throws IOException {
        Served served = serve(Http2DeadlineTest::routes);
        try (H2Peer peer = H2Peer.silent(served).acknowledgingNothing()) {
            FrameWriter.preface(peer.out());
            takes(ShortDeadlines.HEADER, peer::end);
        }
        served.awaitExpired(Phase.HEADER, 1);
    }

    @Test
    void settingsAreAcknowledgedInTime() throws IOException {
        Served served = serve(Http2DeadlineTest::routes);
        try (H2Peer peer = H2Peer.connect(served).acknowledgingNothing()) {
            assertEquals("here", peer.get(1, "/").reply(1).text());
            takes(Duration.ofMillis(200), () -> assertEquals(ErrorCode.SETTINGS_TIMEOUT, peer.end()));
        }
    }

    @Test
    void aHeadIsCompleteInTimeHoweverItComes() throws IOException {
        Served served = serve(Http2DeadlineTest::routes);
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.settings();
            byte[] block = peer.block(H2Peer.request("GET", "/", "x", "y".repeat(3_000)));
            FrameWriter.header(peer.out(), block.length, Frame.HEADERS, Frame.END_HEADERS | Frame.END_STREAM, 1);
            long begin = Ticker.system().nanos();
            try {
                for (int i = 0; i < block.length; i++) {
                    peer.out().octet(block[i]);
                    peer.send();
                    Await.pass(Duration.ofMillis(20));
                    if (Ticker.system().nanos() - begin > ShortDeadlines.HEADER.toNanos() + 1_000_000_000L) {
                        break;
                    }
                }
            } catch (IOException e) {
                // ended
            }
            ErrorCode error = peer.end();
            assertTrue(error == ErrorCode.PROTOCOL_ERROR || error == null, () -> "ended by " + error);
        }
        served.awaitExpired(Phase.HEADER, 1);
    }

    @Test
    void contentIsSentInTimeAndTheOtherStreamsGoOn() throws IOException {
        Served served = serve(Http2DeadlineTest::routes);
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.post(1, "/").data(1, false, "x").post(3, "/inline").data(3, false, "x");
            takes(ShortDeadlines.GRACE, () -> {
                assertEquals(408, peer.reply(1).status());
                assertEquals(408, peer.reply(3).status());
            });
            while (peer.soFar(1).reset == null || peer.soFar(3).reset == null) {
                assertTrue(peer.readFrame());
            }
            assertEquals(ErrorCode.CANCEL, peer.soFar(1).reset);
            assertEquals("here", peer.get(5, "/").reply(5).text());
        }
        served.awaitExpired(Phase.BODY, 1);
    }

    @Test
    void aStreamWithoutRoomInThePeersWindowIsReset() throws IOException {
        Served served = serve(Http2DeadlineTest::routes);
        try (H2Peer peer = H2Peer.connect(served, Frame.INITIAL_WINDOW_SIZE, 0)) {
            peer.get(1, "/large");
            takes(ShortDeadlines.GRACE, () -> assertEquals(ErrorCode.CANCEL, peer.reply(1).reset));
            assertEquals("here", peer.get(3, "/").update(3, 10).reply(3).text());
        }
        served.awaitExpired(Phase.WRITE, 1);
    }

    @Test
    void aPeerThatDoesNotReadIsCut() throws IOException {
        Served served = serve(Http2DeadlineTest::routes);
        try (H2Peer peer = H2Peer.silent(served, 4096).opening(Frame.INITIAL_WINDOW_SIZE, Integer.MAX_VALUE)) {
            peer.update(0, Integer.MAX_VALUE - 65_535).settings();
            for (int stream = 1; stream < 9; stream += 2) {
                peer.get(stream, "/large");
            }
            peer.send();
            served.awaitExpired(Phase.WRITE, 1);
            served.awaitOpen(0);
            assertEquals(1, served.closed(CloseReason.DEADLINE));
        }
    }

    @Test
    void aConnectionWithoutStreamsEndsWhateverPingsItSends() throws IOException {
        Served served = serve(Http2DeadlineTest::routes);
        try (H2Peer peer = H2Peer.connect(served)) {
            assertEquals("here", peer.get(1, "/").reply(1).text());
            takes(ShortDeadlines.IDLE, () -> {
                for (int i = 1; i < 10; i++) {
                    Await.pass(Duration.ofMillis(50));
                    peer.ping(i).awaitPongs(i);
                }
                assertEquals(ErrorCode.NO_ERROR, peer.end());
            });
        }
        served.awaitExpired(Phase.IDLE, 1);
    }

    @Test
    void aHandlerIsLateOnItsStreamAlone() throws Exception {
        var goOn = new CountDownLatch(1);
        Served served = serve(
                options -> options.handlerTimeout(Duration.ofMillis(300)).interruptOnReset(false),
                server -> server.get("/waits", _ -> {
                            goOn.await();
                            return Response.text("late");
                        })
                        .get("/", _ -> Response.text("here")));
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.get(1, "/waits");
            takes(Duration.ofMillis(300), () -> assertEquals(503, peer.reply(1).status()));
            assertEquals("here", peer.get(3, "/").reply(3).text());
        }
        goOn.countDown();
        served.awaitExpired(Phase.HANDLER, 1);
    }

    @Test
    void aHandlerThatNeverReadsDoesNotStopTheOthersForEver() throws Exception {
        var goOn = new CountDownLatch(1);
        Served served = serve(server -> server.post("/unread", _ -> {
                    goOn.await();
                    return Response.text("late");
                })
                .post("/", request -> Response.text("" + request.bytes().length)));
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.settings();
            byte[] zeros = new byte[15_000];
            for (int stream = 1; stream <= 7; stream += 2) {
                peer.post(stream, "/unread");
                for (int i = 0; i < 16; i++) {
                    peer.data(stream, i == 15, zeros, 0, zeros.length);
                }
            }
            peer.send();
            while (peer.soFar(1).reset == null) {
                assertTrue(peer.readFrame());
            }
            assertEquals(ErrorCode.CANCEL, peer.soFar(1).reset);
            assertNull(peer.soFar(3).reset);
            assertEquals("3", peer.post(9, "/").data(9, true, "abc").reply(9).text());
        }
        goOn.countDown();
    }

    @Test
    void aHeldWorkerDoesNotHoldBackTheDeadlines() throws Exception {
        Assumptions.assumeTrue(variant.carriesHandlers(), "handlers run elsewhere");
        var goOn = new CountDownLatch(1);
        var holds = new CountDownLatch(1);
        Served served = serve(server -> server.get(
                                "/holds",
                                _ -> {
                                    holds.countDown();
                                    while (goOn.getCount() > 0) {
                                        Thread.onSpinWait();
                                    }
                                    return Response.text("held");
                                },
                                Route.inline())
                        .get("/", _ -> Response.text("here")))
                .withoutBoundOnLateness();
        try (H2Peer idle = H2Peer.connect(served);
                H2Peer silent = H2Peer.silent(served).acknowledgingNothing();
                H2Peer holder = H2Peer.connect(served)) {
            assertEquals("here", idle.get(1, "/").reply(1).text());
            FrameWriter.preface(silent.out());
            silent.send();
            Await.until(() -> served.open() == 3, () -> "not accepted");
            holder.settings().ping(1).awaitPongs(1);
            holder.get(1, "/holds").send();
            assertTrue(holds.await(10, TimeUnit.SECONDS));
            idle.end();
            silent.end();
            assertEquals(1, goOn.getCount());
            goOn.countDown();
            assertEquals("held", holder.reply(1).text());
        }
    }

    @Test
    void anIdleConnectionMakesPlaceForAnother() throws Exception {
        Served served = serve(
                options -> options.maxConnections(1).idleTimeout(Duration.ofSeconds(30)), Http2DeadlineTest::routes);
        try (H2Peer idle = H2Peer.connect(served)) {
            assertEquals("here", idle.get(1, "/").reply(1).text());
            String answer = "";
            for (int i = 0; i < 50 && !answer.equals("here"); i++) {
                Await.pass(Duration.ofMillis(100)); // it counts as idle a second after its last byte
                answer = answerOrRefusal(served);
            }
            assertEquals("here", answer);
            assertEquals(ErrorCode.NO_ERROR, idle.end());
        }
    }

    /** With TLS a connection too many is closed without a word. */
    private static String answerOrRefusal(Served served) {
        try {
            return served.get("/");
        } catch (IOException e) {
            return "refused: " + e;
        }
    }

    // The end of the server.

    @Test
    void aStopSaysItTwiceAndAnswersWhatIsUnderWay() throws Exception {
        var goOn = new CountDownLatch(1);
        Served served = serve(server -> server.get("/waits", _ -> {
                    goOn.await();
                    return Response.text("whole");
                })
                .get("/", _ -> Response.text("here")));
        try (H2Peer peer = H2Peer.connect(served);
                H2Peer rests = H2Peer.connect(served).answeringNoPing()) {
            assertEquals("here", rests.get(1, "/").reply(1).text());
            peer.get(1, "/waits").settings();
            peer.ping(1).awaitPongs(1);
            Thread stopper = Thread.ofPlatform().start(() -> served.stop(Served.DRAIN));
            peer.goAways(1);
            peer.get(3, "/"); // was on its way
            assertEquals("here", peer.reply(3).text());
            assertEquals(List.of(Integer.MAX_VALUE, 3), peer.goAways(2));
            goOn.countDown();
            assertEquals("whole", peer.reply(1).text());
            assertEquals(ErrorCode.NO_ERROR, peer.end());
            assertEquals(ErrorCode.NO_ERROR, rests.end());
            stopper.join(10_000);
            assertFalse(stopper.isAlive());
        }
        assertEquals(0, served.closed(CloseReason.FORCED));
    }
}
