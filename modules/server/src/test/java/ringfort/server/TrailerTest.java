package ringfort.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;

/** Fields behind the content of a streamed response (RFC 9110, 6.5; RFC 9112, 7.1.2). */
class TrailerTest extends EngineContract {
    private static final String CLOSING = " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

    /** Counts what it writes, and says so afterwards: the value is wrong if it is asked for too early. */
    private static Response counting(int bytes) {
        var count = new AtomicInteger();
        return Response.stream("text/plain", out -> {
                    for (int i = 0; i < bytes; i++) {
                        out.write('x');
                        count.incrementAndGet();
                    }
                })
                .trailer("X-Count", () -> Integer.toString(count.get()))
                .trailer("X-Nothing", () -> null);
    }

    private static void routes(Server server) {
        server.get("/carried", _ -> counting(3))
                .get("/inline", _ -> counting(3), Route.inline())
                .get("/offloaded", _ -> counting(3), Route.offload())
                .get("/empty", _ -> counting(0))
                .get("/large", _ -> counting(100_000));
    }

    private static String get(Served served, String path) throws IOException {
        try (Peer peer = served.connect()) {
            return peer.send("GET " + path + CLOSING).readToEnd();
        }
    }

    @Test
    void trailersFollowTheLastChunkAndAreAnnounced() throws IOException {
        Served served = serve(TrailerTest::routes);
        for (String path : new String[] {"/carried", "/inline", "/offloaded"}) {
            String reply = get(served, path);
            assertTrue(reply.contains("\r\nTrailer: X-Count, X-Nothing\r\n"), reply);
            assertTrue(reply.endsWith("\r\n\r\n3\r\nxxx\r\n0\r\nX-Count: 3\r\n\r\n"), reply);
        }
        assertTrue(get(served, "/empty").endsWith("\r\n\r\n0\r\nX-Count: 0\r\n\r\n"));
        assertTrue(get(served, "/large").endsWith("x\r\n0\r\nX-Count: 100000\r\n\r\n"));
    }

    @Test
    void theNextRequestIsReadBehindThem() throws IOException {
        Served served = serve(TrailerTest::routes);
        try (Peer peer = served.connect()) {
            peer.send("GET /carried HTTP/1.1\r\nHost: h\r\n\r\nGET /empty" + CLOSING);
            String replies = peer.readToEnd();
            assertTrue(replies.contains("0\r\nX-Count: 3\r\n\r\nHTTP/1.1 200 OK\r\n"), replies);
        }
    }

    @Test
    void http10AndHeadGetNone() throws IOException {
        Served served = serve(TrailerTest::routes);
        try (Peer peer = served.connect()) {
            String reply = peer.send("GET /carried HTTP/1.0\r\n\r\n").readToEnd();
            assertTrue(reply.endsWith("\r\n\r\nxxx"), reply);
            assertFalse(reply.contains("Trailer"), reply);
        }
        try (Peer peer = served.connect()) {
            String reply = peer.send("HEAD /carried" + CLOSING).readToEnd();
            assertFalse(reply.contains("X-Count"), reply);
        }
    }

    /** The content is whole, but the response is not what was promised: the peer must be able to tell. */
    @Test
    void aTrailerThatCannotBeMadeCutsTheConnection() throws IOException {
        var headRead = new CountDownLatch(1); // a reset discards what the peer has not read
        Served served = serve(server -> server.get(
                "/",
                _ -> Response.stream("text/plain", out -> {
                            out.write("begun".getBytes(US_ASCII));
                            out.flush();
                        })
                        .trailer("X-A", () -> {
                            awaitQuietly(headRead);
                            return "1\r\nX-B: 2";
                        })));
        try (Peer peer = served.connect()) {
            Peer.Head head = peer.get("/").head();
            assertEquals("X-A", head.field("Trailer"));
            headRead.countDown();
            assertThrows(IOException.class, () -> peer.body(head).readAllBytes());
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aTrailerThatCannotBeMadeBeforeAnythingWasSentIs500() throws IOException {
        Served served = serve(server -> server.get(
                "/",
                _ -> Response.stream("text/plain", out -> out.write('x')).trailer("X-A", () -> {
                    throw new IllegalStateException("on purpose");
                })));
        try (Peer peer = served.connect()) {
            assertEquals(500, peer.get("/").reply().status());
            assertEquals(500, peer.get("/").reply().status());
        }
    }
}
