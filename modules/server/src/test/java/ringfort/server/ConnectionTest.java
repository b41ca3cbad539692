package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Server;

/** Connections are kept as long as both sides want, come in any number, and leave nothing behind. */
class ConnectionTest extends EngineContract {
    private static final String CLOSE = "GET /n HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

    private static void routes(Server server) {
        server.get("/{name}", request -> Response.text(request.path("name")));
    }

    @Test
    void aConnectionIsUsedAgainAndAgain() throws IOException {
        Served served = serve(ConnectionTest::routes);
        try (Peer peer = served.connect()) {
            for (int i = 0; i < 1000; i++) {
                Peer.Reply reply = peer.get("/" + i).reply();
                assertEquals(Integer.toString(i), reply.text());
                assertNull(reply.field("Connection"));
            }
        }
        assertEquals(1, served.metric("ringfort_connections_accepted_total"));
        served.awaitOpen(0);
    }

    @Test
    void aConnectionClosesWhenTheRequestAsksForIt() throws IOException {
        Served served = serve(ConnectionTest::routes);
        try (Peer peer = served.connect()) {
            Peer.Reply reply = peer.send(CLOSE).reply();
            assertTrue(reply.head().closes());
            assertEquals("", peer.readToEnd());
        }
        served.awaitOpen(0);
    }

    @Test
    void http10ClosesUnlessItAsksToKeepAlive() throws IOException {
        Served served = serve(ConnectionTest::routes);
        try (Peer peer = served.connect()) {
            peer.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            Peer.Reply kept = peer.reply();
            assertEquals("keep-alive", kept.field("Connection"));
            Peer.Reply last = peer.send("GET /b HTTP/1.0\r\n\r\n").reply();
            assertEquals("b", last.text());
            assertFalse("keep-alive".equals(last.field("Connection")));
            assertEquals("", peer.readToEnd());
        }
    }

    @Test
    void aConnectionThatNeverAsksCanLeaveInPeace() throws IOException {
        Served served = serve(ConnectionTest::routes);
        for (int i = 0; i < 100; i++) {
            served.connect().close();
        }
        Await.until(() -> served.metric("ringfort_connections_accepted_total") == 100, () -> "not all were accepted");
        served.awaitOpen(0);
    }

    @Test
    void tenThousandConnectionsOneAfterTheOther() throws IOException {
        Served served = serve(options -> options.workers(2), ConnectionTest::routes);
        for (int i = 0; i < 10_000; i++) {
            try (Peer peer = served.connect()) {
                // Either side closes first, every other time.
                Peer.Reply reply = (i % 2 == 0 ? peer.send(CLOSE) : peer.get("/n")).reply();
                assertEquals("n", reply.text());
            }
        }
        served.awaitOpen(0);
        assertEquals(10_000, served.metric("ringfort_requests_total"));
    }

    @Test
    void twoThousandConnectionsAtOnce() throws Exception {
        Served served = serve(options -> options.workers(2), ConnectionTest::routes);
        List<Peer> peers = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 2_000; i++) {
                peers.add(served.connect());
            }
            served.awaitOpen(2_000);
            for (int round = 0; round < 3; round++) {
                List<Future<String>> replies = new ArrayList<>();
                for (int i = 0; i < peers.size(); i++) {
                    Peer peer = peers.get(i);
                    String path = "/" + i;
                    replies.add(threads.submit(() -> peer.get(path).reply().text()));
                }
                for (int i = 0; i < peers.size(); i++) {
                    assertEquals(Integer.toString(i), replies.get(i).get(20, TimeUnit.SECONDS));
                }
            }
        } finally {
            for (Peer peer : peers) {
                peer.close();
            }
        }
        served.awaitOpen(0);
    }
}
