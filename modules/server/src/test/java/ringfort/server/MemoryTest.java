package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.server.metrics.CloseReason;

/** What peers make the server hold is bounded for the server as a whole, and polite peers are served meanwhile. */
class MemoryTest extends EngineContract {
    private static final long LIMIT = 4 << 20;
    private static final String HEAD = "GET / HTTP/1.1\r\nHost: h\r\nX: ";

    private static void routes(Server server) {
        server.get("/", _ -> Response.text("ok"));
    }

    private static long held(Served served) {
        return served.metric("ringfort_memory_held_bytes", Map.of("kind", "heap"));
    }

    private static long shed(Served served, String reason) {
        return served.metric("ringfort_connections_shed_total", Map.of("reason", reason));
    }

    private static void close(List<Peer> peers) throws IOException {
        for (Peer peer : peers) {
            peer.close();
        }
    }

    @Test
    void unfinishedHeadsAreGivenUpBeforeTheyFillTheMemory() throws IOException {
        Served served = serve(options -> options.maxMemory(LIMIT), MemoryTest::routes);
        List<Peer> hostile = new ArrayList<>();
        try (Peer polite = served.connect()) {
            for (int i = 0; i < 400; i++) {
                hostile.add(served.connect().send(HEAD + "x".repeat(32_000)));
                assertEquals("ok", polite.get("/").reply().text());
                assertTrue(held(served) < LIMIT * 5 / 4, () -> held(served) + " bytes are held");
            }
            Await.until(() -> shed(served, "head") > 200, () -> shed(served, "head") + " were given up");
            assertEquals(503, hostile.getFirst().reply().status());
            assertEquals("ok", served.get("/"));
            close(hostile);
            served.awaitOpen(1);
            assertEquals("ok", polite.get("/").reply().text());
            Await.until(() -> held(served) < 64 << 10, () -> held(served) + " bytes are still held");
        } finally {
            close(hostile);
        }
        assertTrue(served.closed(CloseReason.SHED) > 200);
    }

    /** Receiving stops sooner while memory is short, and the peers are not charged for it. */
    @Test
    void contentThatNoHandlerReadsStaysBelowTheLimitAndIsReadLater() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        Served served = serve(
                options -> options.maxMemory(LIMIT),
                server -> server.get("/", _ -> Response.text("ok")).post("/", request -> {
                    read.await();
                    return Response.text(Integer.toString(request.body().readAllBytes().length));
                }));
        int bodies = 17; // more than the limit, if they were let
        int octets = 250_000;
        List<Peer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < bodies; i++) {
                Peer peer = served.connect();
                peers.add(peer);
                peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + octets + "\r\n\r\n" + "x".repeat(octets));
                assertEquals("ok", served.get("/"));
            }
            assertTrue(held(served) < LIMIT, () -> held(served) + " bytes are held");
            assertEquals(0, served.closed(CloseReason.SHED));
            read.countDown();
            for (Peer peer : peers) {
                assertEquals(Integer.toString(octets), peer.reply().text());
            }
        } finally {
            read.countDown();
            close(peers);
        }
    }

    @Test
    void chunksOfOneOctetCostWhatTheyAre() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        Served served = serve(server -> server.post("/", request -> {
            read.await();
            return Response.text(Integer.toString(request.body().readAllBytes().length));
        }));
        int octets = 50_000;
        try (Peer peer = served.connect()) {
            peer.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
            peer.send("1\r\nx\r\n".repeat(octets) + "0\r\n\r\n");
            Await.until(() -> held(served) > octets, () -> held(served) + " bytes are held");
            assertTrue(held(served) < 2 * octets + 10_000, () -> held(served) + " bytes are held");
            read.countDown();
            assertEquals(Integer.toString(octets), peer.reply().text());
        } finally {
            read.countDown();
        }
    }

    /** Idle connections have had their answer: a new one gets the place of the oldest. */
    @Test
    void idlePeersDoNotKeepOthersOut() throws IOException {
        Served served = serve(options -> options.maxConnections(10), MemoryTest::routes);
        List<Peer> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                Peer peer = served.connect();
                idle.add(peer);
                if (i % 2 == 0) { // the others never say anything
                    assertEquals("ok", peer.get("/").reply().text());
                }
            }
            // A floor of time: a connection that was idle for less than a second is left alone, and the new one turned
            // away.
            Await.until(() -> isServed(served), () -> "no idle connection is given up");
            for (int i = 0; i < 5; i++) {
                Await.until(() -> isServed(served), () -> "no other idle connection is given up");
            }
            assertTrue(shed(served, "place") >= 1);
            assertTrue(served.open() <= 11);
            assertEquals("", idle.getFirst().readToEnd(), "the oldest is closed in order");
        } finally {
            close(idle);
        }
    }

    private static boolean isServed(Served served) {
        try (Peer peer = served.connect()) {
            return peer.get("/").reply().status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** What is being answered is never given up for a place. */
    @Test
    void busyPeersKeepTheirPlaces() throws Exception {
        inClearOnly("there is no 503 before a handshake: TlsTest");
        CountDownLatch answer = new CountDownLatch(1);
        Served served = serve(
                options -> options.maxConnections(2),
                server -> server.get("/", _ -> {
                    answer.await();
                    return Response.text("ok");
                }));
        try (Peer one = served.connect();
                Peer two = served.connect()) {
            one.get("/");
            two.get("/");
            Await.until(() -> served.metric("ringfort_requests_total") == 2, () -> "the requests do not begin");
            for (int i = 0; i < 20; i++) {
                try (Peer third = served.connect()) {
                    assertEquals(503, third.reply().status());
                }
            }
            answer.countDown();
            assertEquals("ok", one.reply().text());
            assertEquals("ok", two.reply().text());
        } finally {
            answer.countDown();
        }
        assertEquals(0, served.metric("ringfort_connections_shed_total"));
    }
}
