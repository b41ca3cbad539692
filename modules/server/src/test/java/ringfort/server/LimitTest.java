package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.timers.Ticker;

/** What is too many or too large is turned away with the right status, and does not harm who is within the limits. */
class LimitTest extends EngineContract {
    /** Less than the second for which the socket of a peer that was turned away is kept. */
    private static final long KEPT_NANOS = 900_000_000L;

    private static void routes(Server server) {
        server.get("/", _ -> Response.text("ok"));
    }

    private static void turnsAwayTheThird(Served served) throws IOException {
        try (Peer first = served.connect()) {
            assertEquals("ok", first.get("/").reply().text());
            try (Peer second = served.connect()) {
                assertEquals("ok", second.get("/").reply().text());
                for (int i = 0; i < 5; i++) {
                    try (Peer third = served.connect()) {
                        Peer.Reply reply = third.reply();
                        assertEquals(503, reply.status());
                        assertTrue(reply.head().closes());
                        assertEquals("", third.readToEnd());
                    }
                }
                assertEquals("ok", second.get("/").reply().text());
            }
            served.awaitOpen(1);
            assertEquals("ok", served.get("/"));
        }
        assertEquals(5, served.metric("ringfort_connections_rejected_total"));
    }

    @Test
    void aConnectionTooManyIsAnswered503() throws IOException {
        inClearOnly("there is no 503 before a handshake: TlsTest");
        turnsAwayTheThird(serve(options -> options.maxConnections(2), LimitTest::routes));
    }

    @Test
    void aConnectionTooManyOfOnePeerIsAnswered503() throws IOException {
        inClearOnly("there is no 503 before a handshake: TlsTest");
        turnsAwayTheThird(serve(options -> options.maxConnectionsPerPeer(2).exemptNetworks(""), LimitTest::routes));
    }

    /**
     * It sends without looking first. A socket that was closed at once would answer that with a reset. On a machine with other work
     * a client may need longer than such a socket is kept: that is not judged.
     */
    @Test
    void aConnectionTooManyCanSendItsRequestBeforeItReads503() throws IOException {
        inClearOnly("with TLS a connection too many is closed without a word");
        Served served = serve(options -> options.maxConnections(1), LimitTest::routes);
        try (Peer first = served.connect()) {
            assertEquals("ok", first.get("/").reply().text());
            int inTime = 0;
            for (int i = 0; i < 50 && inTime < 5; i++) {
                long begin = Ticker.system().nanos();
                String answer;
                try (Peer second = served.connect()) {
                    answer = sendSlowly(second);
                } catch (IOException e) {
                    answer = e.toString();
                }
                if (Ticker.system().nanos() - begin < KEPT_NANOS) {
                    assertEquals("503", answer);
                    inTime++;
                }
            }
            assertTrue(inTime > 0, "no client was in time");
            for (int i = 0; i < 600; i++) { // more than are kept
                try (Peer other = served.connect()) {
                    assertEquals(503, other.reply().status());
                }
            }
        }
        served.awaitOpen(0);
        assertEquals("ok", served.get("/"));
    }

    private static String sendSlowly(Peer peer) throws IOException {
        Await.pass(Duration.ofMillis(50)); // it is turned away meanwhile
        for (int line = 0; line < 5; line++) {
            peer.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(1000) + "\r\n\r\n");
            Await.pass(Duration.ofMillis(10));
        }
        String status = "" + peer.reply().status();
        assertEquals("", peer.readToEnd());
        return status;
    }

    @Test
    void anOversizeHeadIsRefusedByWhatIsTooLarge() throws IOException {
        Served served =
                serve(options -> options.maxRequestLine(1000).maxHead(1000).maxHeaders(10), LimitTest::routes);
        Map<String, Integer> requests = Map.of(
                "GET /" + "x".repeat(1000) + " HTTP/1.1\r\nHost: h\r\n\r\n", 414,
                "GET / HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(1000) + "\r\n\r\n", 431,
                "GET / HTTP/1.1\r\nHost: h\r\n" + "A: b\r\n".repeat(10) + "\r\n", 431);
        for (Map.Entry<String, Integer> request : requests.entrySet()) {
            try (Peer peer = served.connect()) {
                Peer.Reply reply = peer.send(request.getKey()).reply();
                assertEquals(request.getValue(), reply.status());
                assertEquals("", peer.readToEnd());
            }
        }
    }

    /** The answer must outlive what the peer goes on sending: a close with bytes unread would reset it away. */
    @Test
    void aRefusalArrivesAlthoughThePeerGoesOnSending() throws IOException {
        Served served = serve(LimitTest::routes);
        for (int i = 0; i < 20; i++) {
            try (Peer peer = served.connect()) {
                peer.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(100_000));
                assertEquals(431, peer.reply().status());
            }
        }
    }

    /** A process of its own runs out of descriptors: those it serves are served on, and others again afterwards. */
    @Test
    void aProcessWithoutDescriptorsServesOnAndRecovers() throws Exception {
        inClearOnly("the clients of the process speak in clear");
        try (ServerProcess server = FewDescriptors.start(variant)) {
            List<Peer> peers = new ArrayList<>();
            try (Peer early = Peer.connect(server.port())) {
                assertEquals("ok", early.get("/").reply().text());
                for (int i = 0; i < 2 * FewDescriptors.SPARE + 30; i++) {
                    peers.add(Peer.connect(server.port()));
                }
                Await.until(() -> ServerProcess.ask(early, "/failures") > 0, () -> "the server had descriptors enough");
                for (int i = 0; i < 50; i++) {
                    assertEquals("ok", early.get("/").reply().text());
                }
                for (Peer peer : peers) {
                    peer.close();
                }
                assertTrue(ServerProcess.ask(early, "/failures") < 1000, "it spins");
                // While the server still closes those, one that waits may be closed with them.
                Await.until(() -> isServed(server.port()), () -> "nobody is served any more");
                for (int i = 0; i < 10; i++) {
                    assertTrue(isServed(server.port()));
                }
                assertEquals(0, ServerProcess.ask(early, "/defects"));
            } finally {
                for (Peer peer : peers) {
                    peer.close();
                }
            }
        }
    }

    private static boolean isServed(int port) {
        try (Peer peer = Peer.connect(port)) {
            return peer.get("/").reply().text().equals("ok");
        } catch (IOException e) {
            return false;
        }
    }
}
