package ringfort.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Tunnel;
import ringfort.server.metrics.CloseReason;

/** A connection that leaves HTTP (RFC 9110, 7.8) loses no byte and gains none, and ends as its handler ends it. */
class TunnelTest extends EngineContract {
    private static final String UPGRADE = "GET /t HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    private static final int STREAM_BYTES = 16 << 20;

    private final CountDownLatch go = new CountDownLatch(1);

    private static void echo(InputStream in, OutputStream out) throws IOException {
        byte[] piece = new byte[8192];
        for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
            out.write(piece, 0, count);
            out.flush();
        }
    }

    private Served serveTunnel(Tunnel tunnel) throws IOException {
        return serve(server -> server.get("/t", request -> Response.upgrade(request, "echo", tunnel))
                .get("/", _ -> Response.text("http")));
    }

    private static Peer.Head switched(Peer peer) throws IOException {
        Peer.Head head = peer.head();
        assertEquals(101, head.status());
        assertEquals("echo", head.field("Upgrade"));
        assertEquals("Upgrade", head.field("Connection"));
        assertNull(head.field("Content-Length"));
        assertNull(head.field("Transfer-Encoding"));
        return head;
    }

    private static String read(Peer peer, int bytes) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes; i++) {
            text.append((char) peer.read());
        }
        return text.toString();
    }

    @AfterEach
    void releaseHandlers() {
        go.countDown();
    }

    @Test
    void whatComesBehindTheHeadIsTheTunnelsWhereverTheSegmentsAreSplit() throws IOException {
        Served served = serveTunnel(TunnelTest::echo);
        String bytes = UPGRADE + "GET / HTTP/1.1\r\n\0\u00ff behind";
        for (int split = 1; split <= bytes.length(); split += split < UPGRADE.length() - 4 ? 7 : 1) {
            try (Peer peer = served.connect()) {
                peer.send(bytes.substring(0, split))
                        .send(bytes.substring(split))
                        .halfClose();
                switched(peer);
                assertEquals(bytes.substring(UPGRADE.length()), peer.readToEnd(), "split at " + split);
            }
        }
    }

    @Test
    void everyPlacementCanSwitch() throws IOException {
        Served served = serve(server -> {
            for (Route route : List.of(Route.carried(), Route.inline(), Route.offload())) {
                String name = "/" + route.placement().name();
                server.get(name, request -> Response.upgrade(request, "echo", TunnelTest::echo), route);
            }
        });
        for (String path : List.of("/CARRIED", "/INLINE", "/OFFLOADED")) {
            try (Peer peer = served.connect()) {
                peer.send(UPGRADE.replace("/t", path) + "early");
                switched(peer);
                assertEquals("early", read(peer, 5));
                assertEquals("late", read(peer.send("late"), 4));
                assertEquals("", peer.halfClose().readToEnd());
            }
        }
        Await.until(() -> served.closed(CloseReason.FINISHED) == 3, () -> "not all ended in order");
    }

    @Test
    void aRequestInFrontIsAnsweredFirst() throws IOException {
        Served served = serveTunnel(TunnelTest::echo);
        try (Peer peer = served.connect()) {
            peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n" + UPGRADE + "x").halfClose();
            assertEquals("http", peer.reply().text());
            switched(peer);
            assertEquals("x", peer.readToEnd());
        }
    }

    /** Nobody asked, or not in a way that may be taken: the request is served as if it had not. */
    @Test
    void anUpgradeThatIsNotTakenChangesNothing() throws IOException {
        Served served = serveTunnel(TunnelTest::echo);
        List<String> notTaken = List.of(
                UPGRADE.replace("echo", "h2c"),
                UPGRADE.replace("Connection: upgrade", "Connection: keep-alive"),
                UPGRADE.replace("Connection: upgrade\r\n", ""),
                UPGRADE.replace("Upgrade: echo\r\n", ""),
                UPGRADE.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
        for (String request : notTaken) {
            try (Peer peer = served.connect()) {
                Peer.Reply reply = peer.send(request).reply();
                assertEquals(426, reply.status(), request);
                assertEquals("echo", reply.field("Upgrade"), request);
                assertEquals("http", peer.get("/").reply().text(), request);
                assertEquals(
                        "http", peer.send(request.replace("/t", "/")).reply().text(), request);
            }
        }
        try (Peer peer = served.connect()) {
            assertEquals(
                    426,
                    peer.send(UPGRADE.replace("GET", "HEAD")).replyWithoutBody().status());
            assertEquals("http", peer.send(UPGRADE.replace("/t", "/")).reply().text());
            assertEquals(426, peer.send(UPGRADE.replace("1.1", "1.0")).reply().status());
        }
    }

    @Test
    void severalProtocolsMayBeAskedForInAnyCase() throws IOException {
        Served served = serveTunnel(TunnelTest::echo);
        for (String field : List.of("h2c, ECHO", "h2c\r\nUpgrade: echo", "echo , other/1")) {
            try (Peer peer = served.connect()) {
                peer.send(UPGRADE.replace("Upgrade: echo", "Upgrade: " + field)
                                        .replace("upgrade\r\n", "keep-alive, Upgrade\r\n")
                                + "x")
                        .halfClose();
                switched(peer);
                assertEquals("x", peer.readToEnd());
            }
        }
    }

    @Test
    void filtersMayAddToTheSwitchAndSeeIt() throws IOException {
        LinkedBlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
        Served served = serve(server -> server.filter((request, next) -> {
                    Response response = next.handle(request);
                    seen.add(response.status());
                    return response.header("X-Filtered", "yes");
                })
                .get("/t", request -> Response.upgrade(request, "echo", TunnelTest::echo)));
        try (Peer peer = served.connect()) {
            peer.send(UPGRADE + "x").halfClose();
            assertEquals("yes", switched(peer).field("X-Filtered"));
            assertEquals("x", peer.readToEnd());
        }
        assertEquals(101, seen.poll());
    }

    /** Kept from one request, the response would switch another that did not ask. */
    @Test
    void aSwitchTheRequestDidNotAskForIs500() throws IOException {
        LinkedBlockingQueue<Response> kept = new LinkedBlockingQueue<>();
        Served served = serve(server -> server.get("/t", request -> {
                    kept.add(Response.upgrade(request, "echo", TunnelTest::echo));
                    return Response.ok();
                })
                .get("/kept", _ -> kept.element()));
        try (Peer peer = served.connect()) {
            assertEquals(200, peer.send(UPGRADE).reply().status());
            assertEquals(500, peer.get("/kept").reply().status());
            assertEquals(500, peer.get("/kept").reply().status());
        }
    }

    /** Each side sends more than all buffers between them hold, at the same time. */
    @Test
    void muchGoesBothWaysAtOnce() throws Exception {
        Served served = serveTunnel(TunnelTest::echo);
        try (Peer peer = served.connect();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            peer.send(UPGRADE);
            Future<Long> sent = threads.submit(() -> {
                CRC32 sum = new CRC32();
                byte[] piece = new byte[61 * 1024];
                Random random = new Random(5);
                for (int left = STREAM_BYTES; left > 0; left -= piece.length) {
                    random.nextBytes(piece);
                    int count = Math.min(left, piece.length);
                    sum.update(piece, 0, count);
                    peer.output().write(piece, 0, count);
                }
                peer.halfClose();
                return sum.getValue();
            });
            switched(peer);
            CRC32 received = new CRC32();
            InputStream content = peer.body(new Peer.Head(200, List.of()));
            byte[] piece = new byte[64 * 1024];
            long total = 0;
            for (int count = content.read(piece); count >= 0; count = content.read(piece)) {
                received.update(piece, 0, count);
                total += count;
            }
            assertEquals(STREAM_BYTES, total);
            assertEquals(sent.get(10, TimeUnit.SECONDS), received.getValue());
        }
    }

    /** One thread reads, another writes, on any engine. */
    @Test
    void readingAndWritingMayHappenInTwoThreads() throws Exception {
        Served served = serveTunnel((in, out) -> {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<?> writer = threads.submit(() -> {
                    byte[] piece = new byte[8192];
                    for (int i = 0; i < STREAM_BYTES / piece.length; i++) {
                        out.write(piece);
                    }
                    out.close();
                    return null;
                });
                assertEquals(STREAM_BYTES, in.transferTo(OutputStream.nullOutputStream()));
                writer.get();
            }
        });
        try (Peer peer = served.connect();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            peer.send(UPGRADE);
            switched(peer);
            Future<?> sent = threads.submit(() -> {
                peer.output().write(new byte[STREAM_BYTES]);
                peer.halfClose();
                return null;
            });
            assertEquals(STREAM_BYTES, peer.readToEnd().length());
            sent.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aTunnelThatDoesNotReadHoldsThePeerAndNotMemory() throws Exception {
        Served served = serveTunnel((in, out) -> {
            go.await();
            in.transferTo(out);
        });
        try (Peer peer = served.connect();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            peer.send(UPGRADE);
            switched(peer);
            Future<?> sent = threads.submit(() -> {
                peer.output().write(new byte[STREAM_BYTES]);
                peer.halfClose();
                return null;
            });
            long taken = Await.standstill(() -> served.metric("ringfort_received_bytes_total"));
            assertTrue(taken < STREAM_BYTES / 2, () -> taken + " bytes were taken for a handler that reads none");
            go.countDown();
            assertEquals(STREAM_BYTES, peer.readToEnd().length());
            sent.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aPeerThatDoesNotReadHoldsTheTunnelAndNotMemory() throws Exception {
        AtomicLong written = new AtomicLong();
        Served served = serveTunnel((_, out) -> {
            byte[] piece = new byte[8192];
            for (int i = 0; i < 4 * STREAM_BYTES / piece.length; i++) {
                out.write(piece);
                written.addAndGet(piece.length);
            }
        });
        try (Peer peer = served.connect(64 * 1024)) {
            peer.send(UPGRADE);
            switched(peer);
            long ahead = Await.standstill(written::get);
            assertTrue(ahead < 24L << 20, () -> ahead + " bytes were written ahead of the reader");
            assertEquals(4 * STREAM_BYTES, peer.readToEnd().length());
        }
    }

    @Test
    void thePeerMayEndItsSideAndGoOnReading() throws IOException {
        Served served = serveTunnel((in, out) -> {
            byte[] all = in.readAllBytes();
            assertEquals(-1, in.read());
            out.write("behind your end: ".getBytes(US_ASCII));
            out.flush();
            out.write(all);
        });
        try (Peer peer = served.connect()) {
            peer.send(UPGRADE);
            switched(peer);
            peer.send("bytes").halfClose();
            assertEquals("behind your end: bytes", peer.readToEnd());
        }
        served.awaitOpen(0);
    }

    @Test
    void theTunnelMayEndItsSideAndGoOnReading() throws Exception {
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        Served served = serveTunnel((in, out) -> {
            out.write("all I have".getBytes(US_ASCII));
            out.close();
            out.close();
            assertThrows(IOException.class, () -> {
                out.write('!');
                out.flush();
            });
            heard.add(new String(in.readAllBytes(), ISO_8859_1));
        });
        try (Peer peer = served.connect()) {
            peer.send(UPGRADE);
            switched(peer);
            assertEquals("all I have", peer.readToEnd());
            assertTrue(heard.isEmpty());
            peer.send("said behind your end").halfClose();
            assertEquals("said behind your end", heard.poll(10, TimeUnit.SECONDS));
        }
        served.awaitOpen(0);
    }

    @Test
    void theTunnelsReturnSendsWhatIsWrittenAndCloses() throws IOException {
        Served served = serveTunnel((_, out) -> out.write("bye".getBytes(US_ASCII)));
        try (Peer peer = served.connect()) {
            peer.send(UPGRADE + "unread");
            switched(peer);
            assertEquals("bye", peer.readToEnd());
        }
        served.awaitOpen(0);
    }

    @Test
    void theTunnelsFailureResets() throws IOException {
        Served served = serveTunnel((in, out) -> {
            out.write("begun".getBytes(US_ASCII));
            out.flush();
            assertEquals('x', in.read());
            throw new IllegalStateException("on purpose");
        });
        try (Peer peer = served.connect()) {
            peer.send(UPGRADE);
            switched(peer);
            assertEquals("begun", read(peer, 5));
            peer.send("x");
            assertThrows(SocketException.class, peer::readToEnd);
        }
        served.awaitOpen(0);
        assertEquals(1, served.closed(CloseReason.HANDLER));
    }

    @Test
    void thePeersResetReachesTheTunnel() throws Exception {
        LinkedBlockingQueue<Exception> thrown = new LinkedBlockingQueue<>();
        CountDownLatch reading = new CountDownLatch(1);
        Served served = serveTunnel((in, _) -> {
            reading.countDown();
            try {
                in.readAllBytes();
            } catch (IOException e) {
                thrown.add(e);
                throw e;
            }
        });
        Peer peer = served.connect();
        peer.send(UPGRADE);
        switched(peer);
        assertTrue(reading.await(10, TimeUnit.SECONDS));
        peer.reset();
        assertNotNull(thrown.poll(10, TimeUnit.SECONDS));
        served.awaitOpen(0);
    }

    @Test
    void aTunnelHasTheDrainTimeToEnd() throws Exception {
        Served served = serveTunnel(TunnelTest::echo);
        try (Peer peer = served.connect();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            peer.get("/").reply();
            peer.send(UPGRADE);
            switched(peer);
            Future<?> stopped = threads.submit(() -> served.stop(Duration.ofSeconds(20)));
            Await.pass(Duration.ofMillis(700)); // longer than silent connections are given
            assertEquals("still", read(peer.send("still"), 5));
            assertFalse(stopped.isDone());
            assertEquals("", peer.halfClose().readToEnd());
            stopped.get(15, TimeUnit.SECONDS);
        }
    }

    @Test
    void aTunnelThatDoesNotEndIsEndedWhenTheDrainIsOver() throws Exception {
        LinkedBlockingQueue<Exception> thrown = new LinkedBlockingQueue<>();
        Served served = serveTunnel((in, out) -> {
            try {
                echo(in, out);
            } catch (IOException e) {
                thrown.add(e);
                throw e;
            }
        });
        try (Peer peer = served.connect()) {
            peer.send(UPGRADE);
            switched(peer);
            served.stop(Duration.ofMillis(700));
            assertTrue(peer.isClosed());
        }
        assertNotNull(thrown.poll(10, TimeUnit.SECONDS));
    }
}
