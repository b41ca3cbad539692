package ringfort.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.server.metrics.CloseReason;

/**
 * What a handler had flushed before it failed arrives, and then the peer can tell that it is not all: nothing of it was
 * delivered, so that clients took the request for one that was never answered, and sent it again.
 */
class FailureMidwayTest extends EngineContract {
    private static final int LONG = 2 << 20;

    private static Response failing(long length, int bytes) {
        byte[] content = new byte[bytes];
        Arrays.fill(content, (byte) 'x');
        return Response.stream("text/plain", length, out -> {
            out.write(content);
            out.flush();
            throw new IllegalStateException("on purpose");
        });
    }

    private static void routes(Server server) {
        server.get("/chunked", _ -> failing(-1, 5))
                .get("/sized", _ -> failing(10, 5))
                .get("/inline", _ -> failing(-1, 5), Route.inline())
                .get("/offloaded", _ -> failing(-1, 5), Route.offload())
                .get("/long", _ -> failing(-1, LONG));
    }

    @Test
    void whatWasFlushedArrivesAndThenAReset() throws IOException {
        Served served = serve(FailureMidwayTest::routes);
        String[] paths = {"/chunked", "/sized", "/inline", "/offloaded"};
        for (String path : paths) {
            for (String version : new String[] {"1.1", "1.0"}) {
                try (Peer peer = served.connect()) {
                    peer.send("GET " + path + " HTTP/" + version + "\r\nHost: h\r\n\r\n");
                    Peer.Head head = peer.head();
                    assertEquals(200, head.status(), path);
                    InputStream body = peer.body(head);
                    assertArrayEquals("xxxxx".getBytes(US_ASCII), body.readNBytes(5), path);
                    assertThrows(IOException.class, body::read, path + version);
                }
            }
        }
        served.awaitOpen(0);
        assertEquals(2L * paths.length, served.closed(CloseReason.HANDLER));
    }

    @Test
    void soDoesWhatASlowPeerHasNotReadYet() throws IOException {
        Served served = serve(FailureMidwayTest::routes);
        try (Peer peer = served.connect(16 * 1024)) {
            Peer.Head head = peer.get("/long").head();
            InputStream body = peer.body(head);
            byte[] piece = new byte[LONG / 8];
            for (int i = 0; i < 8; i++) {
                Await.pass(Duration.ofMillis(20));
                assertEquals(piece.length, body.readNBytes(piece, 0, piece.length));
            }
            assertThrows(IOException.class, body::read);
        }
        served.awaitOpen(0);
    }

    /** A peer that does not read what there is holds the connection no longer than any other that does not read. */
    @Test
    void aPeerThatDoesNotReadIsCutAllTheSame() throws IOException {
        Served served = serve(
                options -> options.writeGrace(Duration.ofMillis(300)).lingerTimeout(Duration.ofMillis(300)),
                FailureMidwayTest::routes);
        try (Peer peer = served.connect(16 * 1024)) {
            peer.get("/long");
            Await.until(() -> served.metric("ringfort_responses_total") == 1, () -> "not answered");
            served.awaitOpen(0);
        }
    }

    @Test
    void theSameInATunnel() throws IOException {
        Served served = serve(server -> server.get(
                "/",
                request -> Response.upgrade(request, "echo", (in, out) -> {
                    out.write("begun".getBytes(US_ASCII));
                    out.flush();
                    throw new IllegalStateException("on purpose");
                })));
        try (Peer peer = served.connect()) {
            peer.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
            assertEquals(101, peer.replyWithoutBody().status());
            StringBuilder received = new StringBuilder();
            for (int i = 0; i < 5; i++) {
                received.append((char) peer.read());
            }
            assertEquals("begun", received.toString());
            assertThrows(IOException.class, peer::read);
        }
        served.awaitOpen(0);
        assertEquals(1, served.closed(CloseReason.HANDLER));
    }
}
