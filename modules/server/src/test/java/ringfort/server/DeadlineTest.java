package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;
import ringfort.timers.Ticker;

/** Every phase ends at its deadline: not before, and not much later. */
class DeadlineTest extends EngineContract {
    private static final Duration DEADLINE = Duration.ofMillis(200);

    /** Wide: a machine that also does something else is late, a deadline that was forgotten is not this early. */
    private static final Duration LATE = Duration.ofSeconds(3);

    private final CountDownLatch release = new CountDownLatch(1);

    private void routes(Server server) {
        server.get("/", _ -> Response.text("ok"))
                .post("/", request -> Response.text(request.text()))
                .get("/waits", _ -> {
                    release.await();
                    return Response.text("late");
                })
                .get("/large", _ -> Response.bytes(new byte[32 << 20], "a/b"))
                .get(
                        "/endless",
                        _ -> Response.stream("a/b", out -> {
                            while (true) {
                                out.write(new byte[8192]);
                            }
                        }));
    }

    @AfterEach
    void releaseHandlers() {
        release.countDown();
    }

    private Served serveWith(UnaryOperator<ServerOptions.Builder> options) throws IOException {
        return serve(options, this::routes);
    }

    private interface Ending {
        void happens() throws IOException;
    }

    /** Checks how long after {@code beginNanos}, which is before the deadline was armed, something happens. */
    private static void inTime(long beginNanos, Ending ending) throws IOException {
        ending.happens();
        Duration took = Duration.ofNanos(Ticker.system().nanos() - beginNanos);
        assertTrue(took.compareTo(DEADLINE) >= 0, () -> "too early, after " + took);
        assertTrue(took.compareTo(DEADLINE.plus(LATE)) < 0, () -> "too late, after " + took);
    }

    private static void expired(Served served, Phase phase) {
        assertEquals(1, served.expired(phase));
        Await.until(() -> served.closed(CloseReason.DEADLINE) == 1, () -> "not closed for its deadline");
    }

    @Test
    void aSilentConnectionIsClosedWithoutAWord() throws IOException {
        Served served = serveWith(options -> options.headerTimeout(DEADLINE));
        long begin = Ticker.system().nanos();
        try (Peer peer = served.connect()) {
            inTime(begin, () -> assertEquals("", peer.readToEnd()));
        }
        expired(served, Phase.HEADER);
    }

    @Test
    void aPartialHeadIsAnswered408() throws IOException {
        Served served = serveWith(options -> options.headerTimeout(DEADLINE));
        long begin = Ticker.system().nanos();
        try (Peer peer = served.connect()) {
            peer.send("GET / HTTP/1.1\r\nHost: h\r\n");
            inTime(begin, () -> {
                Peer.Reply reply = peer.reply();
                assertEquals(408, reply.status());
                assertTrue(reply.head().closes());
            });
            assertEquals("", peer.readToEnd());
        }
        expired(served, Phase.HEADER);
    }

    /** Each byte comes well within the time; the head as a whole does not. */
    @Test
    void bytesDoNotMoveTheDeadlineOfAHead() throws IOException {
        Served served = serveWith(options -> options.headerTimeout(DEADLINE));
        long begin = Ticker.system().nanos();
        try (Peer peer = served.connect()) {
            peer.send("GET / HTTP/1.1\r\nX: ");
            inTime(begin, () -> {
                while (!peer.hears(20)) {
                    peer.send("x");
                }
                assertEquals(408, peer.reply().status());
            });
        }
    }

    @Test
    void theSecondHeadHasItsOwnDeadline() throws IOException {
        Served served = serveWith(options -> options.headerTimeout(DEADLINE));
        try (Peer peer = served.connect()) {
            peer.get("/").reply();
            LockSupport.parkNanos(DEADLINE.plusMillis(100).toNanos()); // idle for longer than a head may take
            long begin = Ticker.system().nanos();
            peer.send("GET ");
            inTime(begin, () -> assertEquals(408, peer.reply().status()));
        }
    }

    @Test
    void anIdleConnectionIsClosedWithoutAWord() throws IOException {
        Served served = serveWith(options -> options.idleTimeout(DEADLINE));
        try (Peer peer = served.connect()) {
            peer.get("/").reply();
            long begin = Ticker.system().nanos();
            peer.get("/");
            peer.reply();
            inTime(begin, () -> assertEquals("", peer.readToEnd()));
        }
        expired(served, Phase.IDLE);
    }

    /** A connection used more often than the idle deadline lives longer than it. */
    @Test
    void eachRequestBeginsTheIdleTimeAnew() throws IOException {
        Served served = serveWith(options -> options.idleTimeout(Duration.ofMillis(500)));
        try (Peer peer = served.connect()) {
            for (int i = 0; i < 7; i++) {
                assertEquals("ok", peer.get("/").reply().text());
                LockSupport.parkNanos(100_000_000); // the peer's own pause
            }
        }
    }

    @Test
    void contentThatDoesNotComeIsAnswered408() throws IOException {
        Served served = serveWith(options -> options.bodyTimeout(DEADLINE));
        long begin = Ticker.system().nanos();
        try (Peer peer = served.connect()) {
            peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
            inTime(begin, () -> assertEquals(408, peer.reply().status()));
            assertEquals("", peer.readToEnd());
        }
        expired(served, Phase.BODY);
    }

    @Test
    void contentThatComesTooSlowlyIsAnswered408() throws IOException {
        Served served = serveWith(options -> options.bodyGrace(DEADLINE).bodyMinRate(1_000_000));
        long begin = Ticker.system().nanos();
        try (Peer peer = served.connect()) {
            peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
            inTime(begin, () -> {
                while (!peer.hears(20)) {
                    peer.send("x");
                }
                assertEquals(408, peer.reply().status());
            });
        }
        expired(served, Phase.BODY);
    }

    @Test
    void aHandlerThatIsTooLateIsAnswered503() throws IOException {
        Served served = serveWith(options -> options.handlerTimeout(DEADLINE));
        long begin = Ticker.system().nanos();
        try (Peer peer = served.connect()) {
            peer.get("/waits");
            inTime(begin, () -> assertEquals(503, peer.reply().status()));
            assertEquals("", peer.readToEnd());
        }
        expired(served, Phase.HANDLER);
    }

    @Test
    void aReaderThatTakesNothingIsCut() throws IOException {
        Served served = serveWith(
                options -> options.writeTimeout(DEADLINE).writeGrace(DEADLINE).writeMinRate(1_000_000));
        for (String path : new String[] {"/large", "/endless"}) {
            try (Peer peer = served.connect(16 * 1024)) {
                peer.get(path);
                served.awaitOpen(1);
                long begin = Ticker.system().nanos();
                served.awaitOpen(0);
                Duration took = Duration.ofNanos(Ticker.system().nanos() - begin);
                assertTrue(took.compareTo(DEADLINE.plus(LATE)) < 0, () -> "too late, after " + took);
                assertThrows(IOException.class, () -> peer.reply());
            }
        }
        assertEquals(2, served.expired(Phase.WRITE));
    }

    /** A peer that gets its last response, although it has sent on, and never closes its side. */
    @Test
    void aPeerThatDoesNotCloseIsWaitedForUntilTheLingerDeadline() throws IOException {
        Served served = serveWith(options -> options.lingerTimeout(DEADLINE));
        try (Peer peer = served.connect()) {
            long begin = Ticker.system().nanos();
            peer.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nmore")
                    .reply();
            assertEquals("", peer.readToEnd());
            inTime(begin, () -> served.awaitOpen(0));
        }
        assertEquals(1, served.expired(Phase.LINGER));
        assertEquals(1, served.closed(CloseReason.FINISHED));
    }

    /** Who says that a request is the last, and keeps to it, leaves nothing unread: nobody waits for its FIN. */
    @Test
    void behindALastRequestTheConnectionIsClosedAtOnce() throws IOException {
        inClearOnly("the close_notify of the client is waited for: closing before it comes would reset");
        Served served = serveWith(options -> options.lingerTimeout(Duration.ofMinutes(1)));
        try (Peer peer = served.connect();
                Peer old = served.connect()) {
            peer.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").reply();
            old.send("GET / HTTP/1.0\r\n\r\n").reply();
            assertEquals("", peer.readToEnd());
            assertEquals("", old.readToEnd());
            served.awaitOpen(0);
        }
        assertEquals(0, served.expired(Phase.LINGER));
        assertEquals(2, served.closed(CloseReason.FINISHED));
    }

    @Test
    void zeroSwitchesADeadlineOff() throws IOException {
        Served served =
                serveWith(options -> options.headerTimeout(Duration.ZERO).idleTimeout(Duration.ZERO));
        try (Peer silent = served.connect();
                Peer idle = served.connect()) {
            idle.get("/").reply();
            LockSupport.parkNanos(DEADLINE.toNanos());
            assertEquals("ok", idle.get("/").reply().text());
            assertEquals("ok", silent.get("/").reply().text());
        }
    }

    /** Two hundred at once: none is forgotten. */
    @Test
    void manyDeadlinesAtOnceAreAllKept() throws IOException {
        Served served = serveWith(options -> options.headerTimeout(DEADLINE));
        Peer[] peers = new Peer[200];
        for (int i = 0; i < peers.length; i++) {
            peers[i] = served.connect();
            peers[i].send(i % 2 == 0 ? "G" : "");
        }
        for (int i = 0; i < peers.length; i++) {
            try (Peer peer = peers[i]) {
                String end = peer.readToEnd();
                assertEquals(i % 2 == 0, end.startsWith("HTTP/1.1 408 "), end);
            }
        }
        served.awaitOpen(0);
        assertEquals(200, served.expired(Phase.HEADER));
    }
}
