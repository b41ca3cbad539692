package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import ringfort.api.Headers;
import ringfort.api.HttpException;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.h2.ErrorCode;
import ringfort.h2.Frame;

/** HTTP/2 in clear by prior knowledge (RFC 9113), with the handlers, bodies and answers that HTTP/1 has. */
class Http2Test extends EngineContract {
    private static final int LARGE = 300_000;
    private static final List<String> PLACES = List.of("/carried", "/inline", "/offloaded");

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (i * 31 + i / 251);
        }
        return bytes;
    }

    private static void routes(Server server) {
        byte[] large = bytes(LARGE);
        server.get("/carried", _ -> Response.text("here"))
                .get("/inline", _ -> Response.text("here"), Route.inline())
                .get("/offloaded", _ -> Response.text("here"), Route.offload())
                .post("/carried", request -> Response.bytes(request.bytes(), "text/plain"))
                .post("/inline", request -> Response.bytes(request.bytes(), "text/plain"), Route.inline())
                .post("/offloaded", request -> Response.bytes(request.bytes(), "text/plain"), Route.offload())
                .get("/large", _ -> Response.bytes(large, "text/plain"))
                .get("/stream", _ -> Response.stream("text/plain", out -> out.write(large)))
                .get("/stream/inline", _ -> Response.stream("text/plain", out -> out.write(large)), Route.inline())
                .get("/version", request -> Response.text(request.version() + " " + request.host()))
                .get("/cookie", request -> Response.text("" + request.headers().all("cookie")))
                .get("/nothing", _ -> Response.noContent())
                .get("/fails", _ -> {
                    throw new IllegalStateException("on purpose");
                })
                .get(
                        "/midway",
                        _ -> Response.stream("text/plain", out -> {
                            out.write(new byte[LARGE]);
                            throw new IOException("on purpose");
                        }));
    }

    @Test
    void aRequestIsAnsweredWhereverItsHandlerRuns() throws IOException {
        Served served = serve(Http2Test::routes);
        try (H2Peer peer = H2Peer.connect(served)) {
            int stream = 1;
            for (String path : PLACES) {
                H2Peer.Reply reply = peer.get(stream, path).reply(stream);
                assertEquals(200, reply.status());
                assertEquals("here", reply.text());
                assertEquals("4", reply.field("content-length"));
                assertEquals("text/plain; charset=utf-8", reply.field("content-type"));
                assertNotNull(reply.field("date"));
                stream += 2;
            }
            assertEquals("HTTP/2 h", peer.get(stream, "/version").reply(stream).text());
        }
        served.awaitOpen(0);
        assertEquals(1, served.metric("ringfort_http2_connections_total"));
        assertEquals(0, served.metric("ringfort_http2_connections_open"));
        assertEquals(4, served.metric("ringfort_http2_streams_total"));
        assertEquals(0, served.metric("ringfort_http2_streams_open"));
    }

    @Test
    void requestsThatShareASegmentAndEveryOctetAloneAreTheSame() throws IOException {
        Served served = serve(Http2Test::routes);
        for (boolean alone : new boolean[] {false, true}) {
            try (H2Peer peer = H2Peer.connect(served)) {
                peer.get(1, "/carried")
                        .post(3, "/inline")
                        .data(3, false, "one")
                        .get(5, "/inline")
                        .data(3, true, "two");
                if (alone) {
                    peer.sendByteByByte();
                }
                assertEquals("here", peer.reply(1).text());
                assertEquals("onetwo", peer.reply(3).text());
                assertEquals("here", peer.reply(5).text());
            }
        }
    }

    @Test
    void contentLargerThanAllWindowsGoesBothWays() throws IOException {
        Served served = serve(Http2Test::routes);
        byte[] content = bytes(1_500_000);
        for (String path : PLACES) {
            try (H2Peer peer = H2Peer.connect(served)) {
                peer.post(1, path).settings();
                int step = 16_000;
                int sent = 0;
                int window = 256 * 1024; // of the stream, as the SETTINGS said; what comes back is followed below
                int left = window;
                while (sent < content.length) {
                    int count = Math.min(step, Math.min(left, content.length - sent));
                    if (count > 0) {
                        peer.data(1, sent + count == content.length, content, sent, count)
                                .send();
                        sent += count;
                        left -= count;
                    } else {
                        int before = peer.room(1);
                        while (peer.room(1) == before) {
                            assertTrue(peer.readFrame(), "the connection ended");
                        }
                        left += peer.room(1) - before;
                    }
                }
                assertArrayEquals(content, peer.reply(1).content.toByteArray(), path);
            }
        }
    }

    @Test
    void longResponsesGoAsFarAsTheWindowsAndThenOn() throws IOException {
        Served served = serve(Http2Test::routes);
        byte[] large = bytes(LARGE);
        for (String path : List.of("/large", "/stream", "/stream/inline")) {
            try (H2Peer peer = H2Peer.connect(served).givingNoRoom()) {
                peer.get(1, path).head(1);
                while (peer.soFar(1).content.length() < Frame.DEFAULT_WINDOW) {
                    assertTrue(peer.readFrame());
                }
                peer.ping(7).awaitPongs(1); // and nothing behind the window
                assertEquals(Frame.DEFAULT_WINDOW, peer.soFar(1).content.length());
                peer.update(0, LARGE).update(1, LARGE);
                assertArrayEquals(large, peer.reply(1).content.toByteArray());
            }
        }
    }

    @Test
    void oneStreamThatIsNotReadLeavesTheOthersTheirTurn() throws IOException {
        Served served = serve(Http2Test::routes);
        try (H2Peer peer = H2Peer.connect(served, Frame.INITIAL_WINDOW_SIZE, 0).givingNoRoom()) {
            for (int stream = 1; stream < 41; stream += 2) {
                peer.get(stream, stream % 4 == 1 ? "/large" : "/stream");
            }
            peer.get(41, "/large").get(43, "/stream").update(0, 10 * LARGE);
            peer.update(41, LARGE).update(43, LARGE);
            assertEquals(LARGE, peer.reply(41).content.length());
            assertEquals(LARGE, peer.reply(43).content.length());
            assertEquals(0, peer.soFar(1).content.length());
        }
    }

    @Test
    void headHasTheFieldsAndNoContent() throws IOException {
        Served served = serve(Http2Test::routes);
        try (H2Peer peer = H2Peer.connect(served)) {
            for (int i = 0; i < 3; i++) {
                String path = List.of("/carried", "/large", "/stream").get(i);
                H2Peer.Reply reply = peer.headers(2 * i + 1, true, H2Peer.request("HEAD", path))
                        .reply(2 * i + 1);
                assertEquals(200, reply.status());
                assertEquals(0, reply.content.length());
                assertNull(reply.reset);
            }
            assertEquals("4", peer.soFar(1).field("content-length"));
            assertEquals("" + LARGE, peer.soFar(3).field("content-length"));
            H2Peer.Reply nothing = peer.get(7, "/nothing").reply(7);
            assertEquals(204, nothing.status());
            assertNull(nothing.field("content-length"));
        }
    }

    @Test
    void failuresAreAnsweredAndOneMidwayResetsItsStreamAlone() throws IOException {
        Served served = serve(Http2Test::routes);
        try (H2Peer peer = H2Peer.connect(served)) {
            assertEquals(500, peer.get(1, "/fails").reply(1).status());
            assertEquals(404, peer.get(3, "/absent").reply(3).status());
            H2Peer.Reply midway = peer.get(5, "/midway").reply(5);
            assertEquals(ErrorCode.INTERNAL_ERROR, midway.reset);
            assertFalse(midway.ended);
            assertEquals("here", peer.get(7, "/carried").reply(7).text());
        }
    }

    @Test
    void trailersGoBothWays() throws IOException {
        Served served = serve(server -> server.post("/", request -> {
            byte[] content = request.bytes();
            return Response.stream("text/plain", out -> out.write(content))
                    .trailer("X-Sum", () -> request.trailers().first("x-sum"));
        }));
        try (H2Peer peer = H2Peer.connect(served)) {
            H2Peer.Reply reply = peer.post(1, "/", "te", "trailers")
                    .data(1, false, "abc")
                    .headers(1, true, "x-sum", "294")
                    .reply(1);
            assertEquals("abc", reply.text());
            assertEquals("X-Sum", reply.field("trailer"));
            assertEquals(List.of("x-sum: 294"), reply.trailers);
        }
    }

    /** As gRPC does: each side goes on while the other does, and trailers say how it ended. */
    @Test
    void bothSidesStreamAtOnce() throws IOException {
        Served served = serve(server -> server.post(
                "/",
                request -> Response.stream("application/grpc", out -> {
                            try (InputStream body = request.body()) {
                                byte[] piece = new byte[64];
                                for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
                                    out.write(piece, 0, count);
                                    out.flush();
                                }
                            }
                        })
                        .trailer("grpc-status", () -> "0")));
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.post(1, "/", "te", "trailers", "content-type", "application/grpc");
            for (int i = 1; i <= 5; i++) {
                peer.data(1, false, "piece" + i).send();
                while (peer.soFar(1).content.length() < 6 * i) {
                    assertTrue(peer.readFrame());
                }
            }
            H2Peer.Reply reply = peer.data(1, true, "").reply(1);
            assertEquals("piece1piece2piece3piece4piece5", reply.text());
            assertEquals(List.of("grpc-status: 0"), reply.trailers);
        }
    }

    @Test
    void interimResponsesComeBeforeTheFinalOne() throws IOException {
        Served served = serve(server -> server.post("/", request -> {
            request.inform(103, Headers.of("Link", "</a>"));
            return Response.text(new String(request.bytes(), StandardCharsets.US_ASCII));
        }));
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.post(1, "/", "expect", "100-continue").send();
            while (!peer.soFar(1).interims.contains(":status: 100")) {
                assertTrue(peer.readFrame());
            }
            H2Peer.Reply reply = peer.data(1, true, "content").reply(1);
            assertEquals(List.of(":status: 103", "link: </a>", ":status: 100"), reply.interims);
            assertEquals("content", reply.text());
        }
    }

    @Test
    void cookiesAreOneField() throws IOException {
        Served served = serve(Http2Test::routes);
        try (H2Peer peer = H2Peer.connect(served)) {
            assertEquals(
                    "[a=1; b=2]",
                    peer.get(1, "/cookie", "cookie", "a=1", "cookie", "b=2")
                            .reply(1)
                            .text());
        }
    }

    @Test
    void connectIsAnswered501() throws IOException {
        Served served = serve(Http2Test::routes);
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.headers(1, false, ":method", "CONNECT", ":authority", "h:1");
            assertEquals(501, peer.reply(1).status());
            assertEquals("here", peer.get(3, "/inline").reply(3).text());
        }
    }

    @Test
    void limitsOfARouteHold() throws IOException {
        Served served = serve(server -> server.post(
                        "/",
                        request -> Response.text("" + request.bytes().length),
                        Route.carried().maxBody(10))
                .get("/", _ -> {
                    throw new HttpException(418, "teapot");
                }));
        try (H2Peer peer = H2Peer.connect(served)) {
            assertEquals(413, peer.post(1, "/", "content-length", "11").reply(1).status());
            assertEquals(
                    413,
                    peer.post(3, "/").data(3, false, "0123456789a").reply(3).status());
            assertEquals(
                    "10", peer.post(5, "/").data(5, true, "0123456789").reply(5).text());
            assertEquals(418, peer.get(7, "/").reply(7).status());
            String large = "x".repeat(9_000);
            H2Peer.Reply tooLarge = peer.get(9, "/", "a", large, "b", large, "c", large, "d", large)
                    .reply(9);
            assertEquals(431, tooLarge.status());
        }
    }

    @Test
    void aStreamThatIsResetStopsItsHandlerAndNoOther() throws Exception {
        var gone = new CountDownLatch(2);
        var interrupted = new AtomicReference<Throwable>();
        Served served = serve(server -> server.get("/waits", request -> {
                    request.onGone(gone::countDown);
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.set(e);
                        gone.countDown();
                    }
                    return Response.text("nobody reads this");
                })
                .get("/", _ -> Response.text("here")));
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.get(1, "/waits").send().get(3, "/");
            assertEquals("here", peer.reply(3).text());
            peer.reset(1).send();
            assertTrue(gone.await(10, TimeUnit.SECONDS));
            assertNotNull(interrupted.get());
            assertEquals("here", peer.get(5, "/").reply(5).text());
        }
        served.awaitOpen(0);
        assertEquals(1, served.metric("ringfort_http2_streams_reset_total"));
    }

    @Test
    void aStreamCountsUntilItsHandlerHasReturned() throws Exception {
        var goOn = new CountDownLatch(1);
        Served served = serve(
                options -> options.h2MaxStreams(2).interruptOnReset(false),
                server -> server.get("/waits", _ -> {
                            goOn.await();
                            return Response.text("late");
                        })
                        .get("/", _ -> Response.text("here")));
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.settings();
            peer.get(1, "/waits").get(3, "/waits").reset(1).reset(3);
            peer.get(5, "/");
            assertEquals(ErrorCode.REFUSED_STREAM, peer.reply(5).reset);
            goOn.countDown();
            int stream = 7;
            while (peer.get(stream, "/").reply(stream).reset != null) {
                stream += 2;
            }
            assertEquals("here", peer.soFar(stream).text());
        }
    }

    @Test
    void contentThatNobodyReadsIsGivenBackWithItsStream() throws IOException {
        Served served = serve(server -> server.post("/early", request -> {
                    try (InputStream body = request.body()) {
                        assertEquals('x', body.read());
                    }
                    return Response.text("enough");
                })
                .post("/", request -> Response.text("" + request.bytes().length)));
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.settings();
            byte[] much = new byte[60_000];
            Arrays.fill(much, (byte) 'x');
            for (int stream = 1; stream < 61; stream += 2) { // more than the connection's window in all
                peer.post(stream, "/early");
                for (int i = 0; i < 4; i++) {
                    peer.data(stream, false, much, i * 15_000, 15_000);
                }
                assertEquals("enough", peer.reply(stream).text());
                while (peer.soFar(stream).reset == null) {
                    assertTrue(peer.readFrame());
                }
                assertEquals(ErrorCode.NO_ERROR, peer.soFar(stream).reset);
            }
            assertEquals("3", peer.post(61, "/").data(61, true, "abc").reply(61).text());
        }
    }

    @Test
    void aConnectionMayBeClosedByTheResponse() throws IOException {
        Served served =
                serve(server -> server.get("/", _ -> Response.text("last").closing()));
        try (H2Peer peer = H2Peer.connect(served)) {
            assertEquals("last", peer.get(1, "/").reply(1).text());
            assertEquals(ErrorCode.NO_ERROR, peer.end());
        }
    }

    @Test
    void whatIsNotThePrefaceIsHttp1() throws IOException {
        Served served = serve(Http2Test::routes);
        for (String begin : List.of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r", "PRI * HTTP/2.0\r\n\r\nX")) {
            try (Peer peer = served.connect()) {
                assertTrue(peer.send(begin).readToEnd().startsWith("HTTP/1.1 505 "), begin);
            }
        }
        try (Peer peer = served.connect()) {
            peer.send("P").send("O");
            assertEquals(
                    "ab",
                    peer.send("ST /carried HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab")
                            .reply()
                            .text());
            assertEquals("here", peer.get("/carried").reply().text());
        }
        if (variant.speaksTls()) {
            return; // a client that has agreed on h2 is told in frames what is wrong
        }
        try (H2Peer peer = H2Peer.silent(served)) {
            peer.out().ascii("PRI * HT");
            assertFalse(peer.send().finish().readFrame());
        }
    }

    /** RFC 7301, 3.2: no_application_protocol. */
    @Test
    void overTlsHttp2CanBeSwitchedOff() throws IOException {
        assumeTrue(variant.speaksTls(), "a name is chosen with TLS only");
        Served served = serve(options -> options.h2(false), Http2Test::routes);
        try (Socket socket = Peer.open(served.port(), 0)) {
            assertThrows(IOException.class, TlsClient.over(socket, "h2")::handshake);
        }
        assertEquals("here", served.get("/carried"));
    }

    @Test
    void http2CanBeSwitchedOff() throws IOException {
        Served served = serve(options -> options.h2c(false), Http2Test::routes);
        try (Peer peer = served.connect()) {
            assertTrue(peer.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").readToEnd().startsWith("HTTP/1.1 505 "));
        }
    }

    @Test
    void aPeerThatEndsItsSideIsAnsweredAndThenLeft() throws IOException {
        Served served = serve(Http2Test::routes);
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.get(1, "/carried")
                    .post(3, "/carried")
                    .data(3, false, "half")
                    .send()
                    .finish();
            while (!peer.soFar(1).isOver() || peer.readFrame()) {
                if (!peer.soFar(1).isOver()) {
                    assertTrue(peer.readFrame());
                }
            }
            assertEquals("here", peer.soFar(1).text());
        }
        try (H2Peer peer = H2Peer.connect(served, Frame.INITIAL_WINDOW_SIZE, 0)) {
            peer.get(1, "/large").head(1);
            peer.finish().end(); // no room will ever come
        }
        served.awaitOpen(0);
    }

    @Test
    void theWindowHoldsBackAPeerWhoseContentIsNotRead() throws Exception {
        var goOn = new CountDownLatch(1);
        Served served = serve(server -> server.post("/", request -> {
            goOn.await();
            return Response.text("" + request.bytes().length);
        }));
        int window = 256 * 1024;
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.post(1, "/").settings();
            for (int sent = 0; sent < window; sent += 8192) {
                peer.data(1, false, new byte[8192], 0, 8192);
            }
            peer.send().ping(1).awaitPongs(1);
            assertEquals(0, peer.room(1));
            long held = served.metric("ringfort_memory_held_bytes", Map.of("kind", "heap"));
            Await.until(
                    () -> served.metric("ringfort_memory_held_bytes", Map.of("kind", "heap")) >= window,
                    () -> "content that waits is not in the ledger: " + held);
            goOn.countDown();
            assertEquals(
                    "" + (window + 1),
                    peer.awaitRoom(1).data(1, true, "x").reply(1).text());
        }
        served.awaitOpen(0);
        Await.until(
                () -> served.metric("ringfort_memory_held_bytes", Map.of("kind", "heap")) == 0,
                () -> "held for none: " + served.metric("ringfort_memory_held_bytes", Map.of("kind", "heap")));
    }
}
