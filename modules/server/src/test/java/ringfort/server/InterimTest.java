package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.Headers;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;

/** Interim responses come before the final one, in order, to who understands them (RFC 9110, 15.2; RFC 8297). */
class InterimTest extends EngineContract {
    private final CountDownLatch go = new CountDownLatch(1);

    private static Response hinted(Request request) {
        request.earlyHints("</a.css>; rel=preload", "</b.js>; rel=preload");
        request.inform(102, Headers.empty());
        return Response.text("final");
    }

    private static void routes(Server server) {
        server.get("/carried", InterimTest::hinted)
                .get("/inline", InterimTest::hinted, Route.inline())
                .get("/offloaded", InterimTest::hinted, Route.offload());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/carried", "/inline", "/offloaded"})
    void interimResponsesComeFirstAndInOrder(String path) throws IOException {
        Served served = serve(InterimTest::routes);
        try (Peer peer = served.connect()) {
            for (int i = 0; i < 3; i++) {
                peer.get(path);
                Peer.Head hints = peer.head();
                assertEquals(103, hints.status());
                assertEquals(2, hints.lines().size(), () -> "nothing but what was given: " + hints);
                assertEquals("</a.css>; rel=preload", hints.field("Link"));
                assertEquals("Link: </b.js>; rel=preload", hints.lines().get(1));
                assertEquals(102, peer.head().status());
                assertEquals("final", peer.reply().text());
            }
        }
        assertEquals(3, served.metric("ringfort_responses_total"));
    }

    @Test
    void pipelinedRequestsKeepTheirInterimResponsesToThemselves() throws IOException {
        Served served = serve(InterimTest::routes);
        try (Peer peer = served.connect()) {
            peer.send("GET /carried HTTP/1.1\r\nHost: h\r\n\r\nGET /inline HTTP/1.1\r\nHost: h\r\n\r\n".repeat(5));
            for (int i = 0; i < 10; i++) {
                assertEquals(103, peer.head().status());
                assertEquals(102, peer.head().status());
                assertEquals("final", peer.reply().text());
            }
        }
    }

    @Test
    void anInterimResponseIsSentWhileTheHandlerStillWorks() throws IOException {
        Served served = serve(server -> server.get("/", request -> {
            request.earlyHints("</a>; rel=preload");
            go.await();
            return Response.text("final");
        }));
        try (Peer peer = served.connect()) {
            assertEquals(103, peer.get("/").head().status());
            go.countDown();
            assertEquals("final", peer.reply().text());
        } finally {
            go.countDown();
        }
    }

    @Test
    void http10IsToldNothingBeforeTheEnd() throws IOException {
        Served served = serve(InterimTest::routes);
        for (String path : new String[] {"/carried", "/inline", "/offloaded"}) {
            try (Peer peer = served.connect()) {
                assertEquals(
                        "final",
                        peer.send("GET " + path + " HTTP/1.0\r\n\r\n").reply().text());
            }
        }
    }

    @Test
    void aWriterMayStillInformBeforeItsFirstPieceAndNotAfter() throws Exception {
        LinkedBlockingQueue<String> outcome = new LinkedBlockingQueue<>();
        Served served = serve(server -> server.get(
                "/",
                request -> Response.stream("text/plain", out -> {
                    request.inform(102, Headers.empty());
                    out.write('x');
                    out.flush();
                    try {
                        request.inform(102, Headers.empty());
                        outcome.add("accepted");
                    } catch (IllegalStateException e) {
                        outcome.add(e.getMessage());
                    }
                })));
        try (Peer peer = served.connect()) {
            peer.get("/");
            assertEquals(102, peer.head().status());
            assertEquals("x", peer.reply().text());
        }
        assertEquals("the final response has begun; a 102 comes too late", outcome.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void hundredIsSentToWhoWaitsForItAndOnce() throws IOException {
        Served served = serve(server -> server.post("/", request -> {
            request.inform(102, Headers.empty());
            request.inform(100, Headers.empty());
            request.inform(100, Headers.empty());
            request.inform(103, Headers.of("Link", "</a>"));
            return Response.text(request.text());
        }));
        try (Peer peer = served.connect()) {
            peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertEquals(102, peer.head().status());
            assertEquals(100, peer.head().status());
            assertEquals(103, peer.head().status());
            Peer.Reply reply = peer.send("abc").reply();
            assertEquals("abc", reply.text());
            assertFalse(reply.head().closes());
            peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
            assertEquals(102, peer.head().status());
            assertEquals(103, peer.head().status());
            assertEquals("abc", peer.reply().text());
        }
    }

    /** Who is told more than it reads costs no memory: news are dropped, the response is not. */
    @Test
    void newsForAPeerThatDoesNotReadAreDropped() throws IOException {
        Served served = serve(server -> server.get("/", request -> {
            Headers news = Headers.of("X-News", "n".repeat(1000));
            for (int i = 0; i < 2_000; i++) {
                request.inform(102, news);
            }
            return Response.text("final");
        }));
        try (Peer peer = served.connect()) {
            peer.get("/");
            Peer.Head head = peer.head();
            int told = 0;
            while (head.status() == 102) {
                told++;
                head = peer.head();
            }
            assertEquals(200, head.status());
            assertNull(head.field("X-News"));
            assertTrue(told > 0);
        }
    }
}
