package ringfort.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Tunnel;
import ringfort.api.Upgrade;
import ringfort.budget.Phase;
import ringfort.h2.ErrorCode;

/**
 * A stream that an extended CONNECT makes a tunnel (RFC 8441): the handler is the one that answers an upgrade of HTTP/1.1, and
 * other streams of the connection go on.
 */
class Http2TunnelTest extends EngineContract {
    private static void echo(InputStream in, OutputStream out) throws IOException {
        byte[] piece = new byte[8192];
        for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
            out.write(piece, 0, count);
            out.flush();
        }
    }

    private Served serveTunnel(Tunnel tunnel) throws IOException {
        return serve(server -> server.get("/t", request -> Response.upgrade(request, "echo", tunnel))
                .get("/inline", request -> Response.upgrade(request, "echo", tunnel), Route.inline())
                .get("/offloaded", request -> Response.upgrade(request, "echo", tunnel), Route.offload())
                .get(
                        "/short",
                        request -> Response.upgrade(request, new Upgrade("echo", tunnel, Duration.ofMillis(300))))
                .get("/seen", request -> {
                    byte[] seen = (request.method() + " " + request.version() + " " + request.asksForUpgrade("ECHO")
                                    + " " + request.bytes().length)
                            .getBytes(US_ASCII);
                    return Response.upgrade(request, "echo", (_, out) -> out.write(seen))
                            .header("X-Protocol", "echo");
                })
                .get("/", _ -> Response.text("http")));
    }

    private static String[] connect(String path, String protocol) {
        return H2Peer.request("CONNECT", path, ":protocol", protocol);
    }

    private static H2Peer.Reply switched(H2Peer peer, int stream, String path) throws IOException {
        H2Peer.Reply reply = peer.headers(stream, false, connect(path, "echo")).head(stream);
        assertEquals(200, reply.status());
        assertNull(reply.field("upgrade"));
        assertNull(reply.field("content-length"));
        return reply;
    }

    /** Waits until a stream has so many octets of content. */
    private static String read(H2Peer peer, int stream, int octets) throws IOException {
        peer.send();
        while (peer.soFar(stream).content.length() < octets) {
            if (!peer.readFrame()) {
                throw new EOFException("the connection ended, and there is " + peer.soFar(stream));
            }
        }
        return peer.soFar(stream).text();
    }

    @Test
    void bytesGoBothWaysWhereverTheHandlerRuns() throws IOException {
        Served served = serveTunnel(Http2TunnelTest::echo);
        try (H2Peer peer = H2Peer.connect(served)) {
            int stream = 1;
            for (String path : new String[] {"/t", "/inline", "/offloaded"}) {
                switched(peer, stream, path);
                assertEquals("one", read(peer.data(stream, false, "one"), stream, 3));
                assertEquals("http", peer.get(stream + 2, "/").reply(stream + 2).text());
                H2Peer.Reply reply = peer.data(stream, true, "two").reply(stream);
                assertEquals("onetwo", reply.text());
                assertNull(reply.reset);
                stream += 4;
            }
        }
        served.awaitOpen(0);
        assertEquals(0, served.metric("ringfort_http2_streams_open"));
    }

    @Test
    void theHandlerSeesWhatItSeesInHttp1() throws IOException {
        Served served = serveTunnel(Http2TunnelTest::echo);
        try (H2Peer peer = H2Peer.connect(served)) {
            H2Peer.Reply reply =
                    peer.headers(1, false, connect("/seen", "echo")).reply(1);
            assertEquals("GET HTTP/2 true 0", reply.text());
            assertEquals("echo", reply.field("x-protocol"));
            assertEquals(
                    426,
                    peer.headers(3, false, connect("/seen", "another")).reply(3).status());
            assertEquals(
                    404,
                    peer.headers(5, false, connect("/nowhere", "echo")).reply(5).status());
            assertEquals(
                    501, peer.headers(7, false, connect("/", "echo")).reply(7).status());
            assertEquals("http", peer.get(9, "/").reply(9).text());
        }
    }

    /** A peer need not wait for the answer with its first bytes, and may have ended its side by then. */
    @Test
    void whatCameBeforeTheAnswerIsTheTunnels() throws IOException {
        Served served = serveTunnel(Http2TunnelTest::echo);
        try (H2Peer peer = H2Peer.connect(served)) {
            peer.headers(1, false, connect("/t", "echo")).data(1, false, "ea").data(1, true, "rly");
            peer.headers(3, true, connect("/inline", "echo"));
            peer.sendByteByByte();
            assertEquals("early", peer.reply(1).text());
            assertEquals("", peer.reply(3).text());
            assertTrue(peer.reply(3).ended);
        }
    }

    /** More than all windows hold comes back whole: what the tunnel reads makes room, and no limit of content holds. */
    @Test
    void moreThanTheWindowsGoesThrough() throws IOException {
        Served served = serve(
                options -> options.maxBody(1000),
                server -> server.get("/t", request -> Response.upgrade(request, "echo", Http2TunnelTest::echo)));
        try (H2Peer peer = H2Peer.connect(served)) {
            switched(peer, 1, "/t");
            byte[] piece = new byte[8 * 1024];
            int pieces = 200;
            for (int i = 0; i < pieces; i++) {
                peer.data(1, i == pieces - 1, piece, 0, piece.length);
                read(peer, 1, (i + 1) * piece.length - 32 * 1024);
            }
            assertEquals(pieces * piece.length, peer.reply(1).content.length());
        }
    }

    @Test
    void thePeersEndIsNotTheTunnels() throws IOException {
        Served served = serveTunnel((in, out) -> {
            byte[] all = in.readAllBytes();
            assertEquals(-1, in.read());
            out.write("behind your end: ".getBytes(US_ASCII));
            out.flush();
            out.write(all);
        });
        try (H2Peer peer = H2Peer.connect(served)) {
            switched(peer, 1, "/t");
            assertEquals(
                    "behind your end: bytes",
                    peer.data(1, true, "bytes").reply(1).text());
            assertNull(peer.reply(1).reset);
        }
    }

    @Test
    void theTunnelsEndIsNotThePeers() throws Exception {
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        Served served = serveTunnel((in, out) -> {
            out.write("all I have".getBytes(US_ASCII));
            out.close();
            heard.add(new String(in.readAllBytes(), ISO_8859_1));
        });
        try (H2Peer peer = H2Peer.connect(served)) {
            switched(peer, 1, "/t");
            assertEquals("all I have", peer.reply(1).text());
            assertNull(peer.reply(1).reset);
            assertEquals("http", peer.get(3, "/").reply(3).text());
            assertTrue(heard.isEmpty());
            peer.data(1, true, "said behind your end").send();
            assertEquals("said behind your end", heard.poll(10, TimeUnit.SECONDS));
            Await.until(() -> served.metric("ringfort_http2_streams_open") == 0, () -> "a stream is open");
            assertEquals("http", peer.get(5, "/").reply(5).text());
        }
    }

    /** The return sends what is written, and ends the stream in both directions. */
    @Test
    void theTunnelsReturnEndsTheStream() throws IOException {
        Served served = serveTunnel((_, out) -> out.write("bye".getBytes(US_ASCII)));
        try (H2Peer peer = H2Peer.connect(served)) {
            H2Peer.Reply reply = peer.headers(1, false, connect("/t", "echo"))
                    .data(1, false, "unread")
                    .reply(1);
            assertEquals("bye", reply.text());
            assertTrue(reply.ended);
            while (reply.reset == null) {
                assertTrue(peer.readFrame());
            }
            assertEquals(ErrorCode.NO_ERROR, reply.reset);
            Await.until(() -> served.metric("ringfort_http2_streams_open") == 0, () -> "a stream is open");
        }
    }

    /** The same, where the output was ended before: the rest of the peer is not read, and it is told so. */
    @Test
    void theTunnelsReturnBehindItsEndResetsWithoutError() throws IOException {
        Served served = serveTunnel((in, out) -> {
            out.close();
            assertEquals('x', in.read());
        });
        try (H2Peer peer = H2Peer.connect(served)) {
            switched(peer, 1, "/t");
            assertTrue(peer.reply(1).ended);
            assertNull(peer.reply(1).reset);
            peer.data(1, false, "x").send();
            while (peer.soFar(1).reset == null) {
                assertTrue(peer.readFrame());
            }
            assertEquals(ErrorCode.NO_ERROR, peer.soFar(1).reset);
        }
    }

    @Test
    void theTunnelsFailureIsCancel() throws IOException {
        Served served = serveTunnel((in, _) -> {
            assertEquals('x', in.read());
            throw new IllegalStateException("on purpose");
        });
        try (H2Peer peer = H2Peer.connect(served)) {
            switched(peer, 1, "/t");
            H2Peer.Reply reply = peer.data(1, false, "x").reply(1);
            assertFalse(reply.ended);
            assertEquals(ErrorCode.CANCEL, reply.reset);
            assertEquals("http", peer.get(3, "/").reply(3).text());
        }
    }

    @Test
    void thePeersResetReachesTheTunnel() throws Exception {
        LinkedBlockingQueue<Exception> thrown = new LinkedBlockingQueue<>();
        Served served = serveTunnel((in, out) -> {
            out.write('!');
            out.flush();
            thrown.add(assertThrows(IOException.class, in::readAllBytes));
        });
        try (H2Peer peer = H2Peer.connect(served)) {
            switched(peer, 1, "/t");
            assertEquals("!", read(peer, 1, 1));
            peer.reset(1).send();
            assertNotNull(thrown.poll(10, TimeUnit.SECONDS));
            assertEquals("http", peer.get(3, "/").reply(3).text());
        }
    }

    /** RFC 9113, 8.5: only DATA and what manages streams may follow on it. */
    @Test
    void fieldsBehindTheBytesResetTheStream() throws IOException {
        Served served = serveTunnel(Http2TunnelTest::echo);
        try (H2Peer peer = H2Peer.connect(served)) {
            switched(peer, 1, "/t");
            assertEquals(
                    ErrorCode.PROTOCOL_ERROR, peer.headers(1, true, "x", "y").reply(1).reset);
            assertEquals("http", peer.get(3, "/").reply(3).text());
        }
    }

    /** A tunnel that nobody speaks in ends by itself, and the connection stays. */
    @Test
    void aSilentTunnelIsCancelledAfterItsIdleTime() throws Exception {
        LinkedBlockingQueue<Exception> thrown = new LinkedBlockingQueue<>();
        Served served = serveTunnel((in, _) -> thrown.add(assertThrows(IOException.class, in::read)));
        try (H2Peer peer = H2Peer.connect(served)) {
            switched(peer, 1, "/short");
            assertEquals(ErrorCode.CANCEL, peer.reply(1).reset);
            assertNotNull(thrown.poll(10, TimeUnit.SECONDS));
            served.awaitExpired(Phase.IDLE, 1);
            assertEquals("http", peer.get(3, "/").reply(3).text());
        }
    }

    /** Small pieces are what other protocols are made of: they are no work without use. */
    @Test
    void manySmallPiecesThatWaitToBeReadAreNoExcess() throws IOException {
        var go = new CountDownLatch(1);
        Served served = serveTunnel((in, out) -> {
            go.await();
            echo(in, out);
        });
        try (H2Peer peer = H2Peer.connect(served)) {
            switched(peer, 1, "/t");
            for (int i = 0; i < 3000; i++) {
                peer.data(1, false, "small");
            }
            assertEquals("http", peer.get(3, "/").reply(3).text());
            go.countDown();
            assertEquals(15_000, peer.data(1, true, "").reply(1).content.length());
        }
    }
}
