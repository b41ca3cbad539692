package ringfort.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;

/** Where a response ends is said once, and one that does not get there cannot be taken for whole (RFC 9112, 6 to 8). */
class ResponseEndTest extends EngineContract {
    private static void writeFive(OutputStream out) throws IOException {
        out.write("begun".getBytes(US_ASCII));
    }

    private static void flushFive(OutputStream out) throws IOException {
        writeFive(out);
        out.flush();
    }

    private static int count(Peer.Head head, String name) {
        return (int) head.lines().stream()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .count();
    }

    private static void kinds(Server server, Path file) {
        server.get("/held", _ -> Response.text("x"))
                .get("/empty", _ -> Response.ok())
                .get("/none", _ -> Response.noContent())
                .get("/unmodified", _ -> Response.of(304))
                .get("/reset", _ -> Response.of(205))
                .get("/short", _ -> Response.stream("text/plain", ResponseEndTest::writeFive))
                .get("/flushed", _ -> Response.stream("text/plain", ResponseEndTest::flushFive))
                .get("/sized", _ -> Response.stream("text/plain", 5, ResponseEndTest::flushFive))
                .get("/inline", _ -> Response.text("x"), Route.inline())
                .get("/offloaded", _ -> Response.text("x"), Route.offload())
                .get("/file", _ -> Response.file(file));
    }

    @Test
    void everyResponseHasOneDateAndOneFraming(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "file");
        Served served = serve(server -> kinds(server, file));
        List<String> paths = List.of(
                "/held",
                "/empty",
                "/none",
                "/unmodified",
                "/reset",
                "/short",
                "/flushed",
                "/sized",
                "/inline",
                "/offloaded",
                "/file",
                "/nowhere");
        for (String version : List.of("HTTP/1.1", "HTTP/1.0")) {
            for (String path : paths) {
                for (String method : List.of("GET", "HEAD")) {
                    try (Peer peer = served.connect()) {
                        peer.send(method + " " + path + " " + version + "\r\nHost: h\r\nConnection: close\r\n\r\n");
                        Peer.Head head = peer.head();
                        String which = method + path + version + head;
                        assertEquals(1, count(head, "Date"), which);
                        boolean none = path.equals("/none") || path.equals("/unmodified");
                        boolean byClose = version.endsWith("0") && head.field("Content-Length") == null;
                        int framings = count(head, "Content-Length") + count(head, "Transfer-Encoding");
                        assertEquals(none || byClose ? 0 : 1, framings, which);
                        assertTrue(!byClose || none || head.closes(), which);
                        byte[] content = (method.equals("HEAD") ? InputStream.nullInputStream() : peer.body(head))
                                .readAllBytes();
                        assertFalse(none && content.length > 0, which);
                        assertEquals("", peer.readToEnd(), which);
                    }
                }
            }
        }
    }

    @Test
    void aHandlerCanEndTheConnection() throws IOException {
        Served served =
                serve(server -> server.get("/held", _ -> Response.text("x").closing())
                        .get("/inline", _ -> Response.noContent().closing(), Route.inline())
                        .get(
                                "/streamed",
                                _ -> Response.stream("text/plain", ResponseEndTest::flushFive)
                                        .closing())
                        .get("/stays", _ -> Response.text("x")));
        for (String path : List.of("/held", "/inline", "/streamed")) {
            for (String version : List.of("1.1\r\n", "1.0\r\nConnection: keep-alive\r\n")) {
                try (Peer peer = served.connect()) {
                    assertFalse(peer.get("/stays").reply().head().closes());
                    peer.send("GET " + path + " HTTP/" + version + "Host: h\r\n\r\n");
                    Peer.Reply reply = peer.reply();
                    assertTrue(reply.head().closes(), path + version);
                    assertEquals(1, count(reply.head(), "Connection"));
                    assertEquals("", peer.readToEnd());
                }
            }
        }
    }

    @Test
    void fewerBytesThanAnnouncedEndInAResetOrIn500() throws IOException {
        Served served = serve(server -> server.get(
                        "/flushed", _ -> Response.stream("text/plain", 10, ResponseEndTest::flushFive))
                .get("/held", _ -> Response.stream("text/plain", 10, ResponseEndTest::writeFive)));
        try (Peer peer = served.connect()) {
            assertEquals(500, peer.get("/held").reply().status());
        }
        try (Peer peer = served.connect()) {
            assertThrows(IOException.class, () -> peer.get("/flushed").reply());
        }
    }

    @Test
    void moreBytesThanAnnouncedAreALoudErrorAndNeverSent() throws Exception {
        LinkedBlockingQueue<IOException> thrown = new LinkedBlockingQueue<>();
        Served served = serve(server -> server.get(
                "/",
                _ -> Response.stream("text/plain", 5, out -> {
                    flushFive(out);
                    try {
                        out.write('!');
                    } catch (IOException e) {
                        thrown.add(e); // caught: what was announced has been sent, and the response is whole
                    }
                })));
        try (Peer peer = served.connect()) {
            assertEquals("begun", peer.get("/").reply().text());
            assertEquals("begun", peer.get("/").reply().text());
        }
        IOException error = thrown.poll(10, TimeUnit.SECONDS);
        assertNotNull(error);
        assertEquals("the response announced 5 bytes and writes more", error.getMessage());
    }

    /** The connection was given up before there was a stream to tell. */
    @Test
    void whoAnswersTooLateDoesNotWriteForEver() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        LinkedBlockingQueue<IOException> thrown = new LinkedBlockingQueue<>();
        Served served = serve(
                options -> options.handlerTimeout(Duration.ofMillis(200)),
                server -> server.get("/", _ -> {
                    awaitThroughInterrupts(go);
                    return Response.stream("text/plain", out -> {
                        try {
                            byte[] piece = new byte[8192];
                            while (true) {
                                out.write(piece);
                            }
                        } catch (IOException e) {
                            thrown.add(e);
                            throw e;
                        }
                    });
                }));
        try (Peer peer = served.connect()) {
            assertEquals(503, peer.get("/").reply().status());
            go.countDown();
            assertNotNull(thrown.poll(10, TimeUnit.SECONDS));
        } finally {
            go.countDown();
        }
    }

    private static void awaitThroughInterrupts(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException _) {
                // told to hurry, which this handler ignores
            }
        }
    }

    @Test
    void aServerThatIsNotSpokenToInAnotherProtocolSaysWhich() throws IOException {
        Served served = serve(server -> server.get("/", _ -> Response.upgradeRequired("echo/2")));
        try (Peer peer = served.connect()) {
            Peer.Reply reply = peer.get("/").reply();
            assertEquals(426, reply.status());
            assertEquals("echo/2", reply.field("Upgrade"));
            assertEquals("Upgrade", reply.field("Connection"));
            assertEquals(426, peer.get("/").reply().status());
        }
    }
}
