package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Server;

/** RFC 9110 and 9112 between request and response: what depends on when something is sent, which no row can say. */
class SemanticsTest extends EngineContract {
    private static final String EXPECTING = " HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";

    private static void routes(Server server) {
        RowServer.routes(server);
        server.get("/unmodified", _ -> Response.of(304).header("ETag", "\"v1\""))
                .get(
                        "/streamed",
                        _ -> Response.stream("text/plain", out -> {
                            for (int i = 0; i < 3; i++) {
                                out.write("piece".getBytes(StandardCharsets.US_ASCII));
                                out.flush();
                            }
                        }));
    }

    private static void serves(Peer peer) throws IOException {
        Peer.Reply reply = peer.get("/").reply();
        assertEquals(200, reply.status());
        assertEquals("ok", reply.text());
    }

    /** RFC 9110, 15.4.5: what GET would say, but for the content. */
    @Test
    void a304HasNoContentAndTheConnectionGoesOn() throws IOException {
        Served served = serve(SemanticsTest::routes);
        try (Peer peer = served.connect()) {
            Peer.Head head = peer.get("/unmodified").head();
            assertEquals(304, head.status());
            assertEquals("\"v1\"", head.field("ETag"));
            assertNotNull(head.field("Date"));
            assertNull(head.field("Transfer-Encoding"));
            serves(peer);
        }
    }

    @Test
    void headOfAStreamHasNoContentAndTheConnectionGoesOn() throws IOException {
        Served served = serve(SemanticsTest::routes);
        try (Peer peer = served.connect()) {
            for (int i = 0; i < 3; i++) {
                Peer.Head head =
                        peer.send("HEAD /streamed HTTP/1.1\r\nHost: a\r\n\r\n").replyWithoutBody();
                assertEquals(200, head.status());
                assertFalse(head.closes());
                serves(peer);
            }
        }
    }

    @Test
    void aStreamIsChunkedForHttp11() throws IOException {
        Served served = serve(SemanticsTest::routes);
        try (Peer peer = served.connect()) {
            Peer.Reply reply = peer.get("/streamed").reply();
            assertEquals("chunked", reply.field("Transfer-Encoding"));
            assertNull(reply.field("Content-Length"));
            assertEquals("piecepiecepiece", reply.text());
            serves(peer);
        }
    }

    /** RFC 9112, 6.3: HTTP/1.0 knows no chunks; the end of the connection is that of the content. */
    @Test
    void aStreamEndsWithTheConnectionForHttp10EvenWithKeepAlive() throws IOException {
        Served served = serve(SemanticsTest::routes);
        try (Peer peer = served.connect()) {
            Peer.Head head = peer.send("GET /streamed HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                    .head();
            assertTrue(head.closes());
            assertNull(head.field("Transfer-Encoding"));
            assertNull(head.field("Content-Length"));
            assertEquals("piecepiecepiece", peer.readToEnd());
        }
    }

    /** RFC 9110, 10.1.1: 100 before the content, once, and not for those who do not wait. */
    @Test
    void continueIsSentToHttp11AndNotToHttp10() throws IOException {
        Served served = serve(SemanticsTest::routes);
        try (Peer peer = served.connect()) {
            assertEquals(100, peer.send("POST /echo" + EXPECTING).head().status());
            assertEquals("hello", peer.send("hello").reply().text());
            serves(peer);
        }
        try (Peer peer = served.connect()) {
            peer.send("POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            assertFalse(peer.hears(100), "HTTP/1.0 was told to continue");
            assertEquals("hello", peer.send("hello").reply().text());
        }
    }

    /** Without the content there is no telling what comes next; with it there is. */
    @Test
    void aFinalStatusInsteadOfContinueCloses() throws IOException {
        Served served = serve(SemanticsTest::routes);
        for (String target : new String[] {"POST /unread", "DELETE /", "GET /nowhere", "BREW /"}) {
            try (Peer peer = served.connect()) {
                Peer.Head head = peer.send(target + EXPECTING).head();
                assertTrue(head.status() >= 200, target);
                assertTrue(head.closes(), target);
                peer.body(head).readAllBytes();
                assertEquals("", peer.send("hello").readToEnd(), target);
            }
        }
    }

    /** What is wrong with content nobody reads is found when it is dropped: the answer was sent, and is the only one. */
    @Test
    void malformedContentBehindAnAnswerEndsTheConnectionWithoutAnother() throws IOException {
        Served served = serve(SemanticsTest::routes);
        try (Peer peer = served.connect()) {
            peer.send("POST /unread HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertEquals("unread", peer.reply().text());
            peer.send("5\r\nhelloX\r\n0\r\n\r\n" + RowPlay.NEXT);
            assertEquals("", peer.readToEnd());
        }
    }

    /** RFC 9112, 9.3.2: a slow answer is not overtaken by a quick one behind it, however they are framed. */
    @Test
    void answersOfEveryFramingComeInOrder() throws IOException {
        Served served = serve(SemanticsTest::routes);
        String requests = "GET /streamed HTTP/1.1\r\nHost: a\r\n\r\n" + RowPlay.NEXT
                + "GET /none HTTP/1.1\r\nHost: a\r\n\r\nGET /unmodified HTTP/1.1\r\nHost: a\r\n\r\n"
                + "POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
        try (Peer peer = served.connect()) {
            peer.send(requests.repeat(20));
            for (int i = 0; i < 20; i++) {
                assertEquals("piecepiecepiece", peer.reply().text());
                assertEquals("ok", peer.reply().text());
                assertEquals(204, peer.reply().status());
                assertEquals(304, peer.reply().status());
                assertEquals("unread", peer.reply().text());
            }
            serves(peer);
        }
    }
}
