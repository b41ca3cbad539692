package ringfort.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;

/** Several requests on one connection: answered in their order, however they come and whoever answers them. */
class PipeliningTest extends EngineContract {
    private static void routes(Server server) {
        server.get("/fast/{n}", r -> Response.text(r.path("n")))
                .get("/inline/{n}", r -> Response.text(r.path("n")), Route.inline())
                .get(
                        "/slow/{n}",
                        r -> {
                            Thread.sleep(2);
                            return Response.text(r.path("n"));
                        },
                        Route.carried())
                .get("/offloaded/{n}", r -> Response.text(r.path("n")), Route.offload())
                .get(
                        "/streamed/{n}",
                        r -> Response.stream("text/plain", out -> {
                            out.write(r.path("n").getBytes(US_ASCII));
                            out.flush();
                        }))
                .post("/echo", r -> Response.text(r.text()));
    }

    private static String request(int n) {
        String[] kinds = {"fast", "slow", "inline", "offloaded", "streamed"};
        return n % 6 == 5
                ? "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: "
                        + Integer.toString(n).length() + "\r\n\r\n" + n
                : "GET /" + kinds[n % 6] + "/" + n + " HTTP/1.1\r\nHost: h\r\n\r\n";
    }

    private static String requests(int count) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < count; i++) {
            all.append(request(i));
        }
        return all.toString();
    }

    @Test
    void aHundredRequestsInOneWriteAreAnsweredInOrder() throws IOException {
        Served served = serve(PipeliningTest::routes);
        try (Peer peer = served.connect()) {
            peer.send(requests(100));
            for (int i = 0; i < 100; i++) {
                assertEquals(Integer.toString(i), peer.reply().text());
            }
        }
    }

    @Test
    void requestsCutAnywhereAreAnsweredInOrder() throws IOException {
        Served served = serve(PipeliningTest::routes);
        String all = requests(12);
        try (Peer peer = served.connect()) {
            for (int step = 1; step < 40; step += 3) {
                for (int at = 0; at < all.length(); at += step) {
                    peer.send(all.substring(at, Math.min(all.length(), at + step)));
                }
                for (int i = 0; i < 12; i++) {
                    assertEquals(Integer.toString(i), peer.reply().text());
                }
            }
        }
    }

    @Test
    void tenThousandRequestsInOneWriteAreAnsweredInOrder() throws Exception {
        Served served = serve(PipeliningTest::routes);
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            all.append("GET /")
                    .append(i % 2 == 0 ? "fast/" : "inline/")
                    .append(i)
                    .append(" HTTP/1.1\r\nHost: h\r\n\r\n");
        }
        try (Peer peer = served.connect();
                var sender = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Peer> sent = sender.submit(() -> peer.send(all.toString()));
            for (int i = 0; i < 10_000; i++) {
                assertEquals(Integer.toString(i), peer.reply().text());
            }
            sent.get(5, TimeUnit.SECONDS);
        }
    }

    /** The queue of answers is bounded: who does not read his is not asked for more, and gets them all later. */
    @Test
    void answersNobodyReadsStopTheReadingOfRequests() throws Exception {
        String answer = "x".repeat(2000);
        Served served = serve(server -> server.get("/", _ -> Response.text(answer)));
        String all = "GET / HTTP/1.1\r\nHost: h\r\n\r\n".repeat(20_000);
        try (Peer peer = served.connect(64 * 1024);
                var sender = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Peer> sent = sender.submit(() -> peer.send(all));
            long answered = Await.standstill(() -> served.metric("ringfort_responses_total"));
            assertTrue(answered < 10_000, () -> answered + " answers were made for a peer that reads none");
            for (int i = 0; i < 20_000; i++) {
                assertEquals(answer, peer.reply().text());
            }
            sent.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void aRequestIsAnsweredAfterItsPeerHasHalfClosed() throws IOException {
        CountDownLatch closed = new CountDownLatch(1);
        Served served = serve(server -> server.get("/", _ -> {
            closed.await();
            return Response.text("late");
        }));
        try (Peer peer = served.connect()) {
            peer.get("/").halfClose();
            closed.countDown();
            assertEquals("late", peer.reply().text());
            assertEquals("", peer.readToEnd());
        } finally {
            closed.countDown();
        }
        served.awaitOpen(0);
    }

    @Test
    void pipelinedRequestsAreAllAnsweredAfterTheirPeerHasHalfClosed() throws IOException {
        Served served = serve(PipeliningTest::routes);
        for (int round = 0; round < 10; round++) {
            try (Peer peer = served.connect()) {
                peer.send(requests(30)).halfClose();
                for (int i = 0; i < 30; i++) {
                    assertEquals(Integer.toString(i), peer.reply().text());
                }
                assertEquals("", peer.readToEnd());
            }
        }
        served.awaitOpen(0);
    }

    @Test
    void nothingBehindARequestToCloseIsAnswered() throws IOException {
        Served served = serve(PipeliningTest::routes);
        try (Peer peer = served.connect()) {
            peer.send("GET /fast/1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + requests(3));
            Peer.Reply reply = peer.reply();
            assertEquals("1", reply.text());
            assertTrue(reply.head().closes());
            assertEquals("", peer.readToEnd());
        }
    }

    @Test
    void aMalformedRequestIsRefusedInItsTurn() throws IOException {
        Served served = serve(PipeliningTest::routes);
        try (Peer peer = served.connect()) {
            peer.send(requests(6) + "BROKEN\r\n\r\n" + requests(3));
            for (int i = 0; i < 6; i++) {
                assertEquals(Integer.toString(i), peer.reply().text());
            }
            assertEquals(400, peer.reply().status());
            assertEquals("", peer.readToEnd());
        }
    }
}
