package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.timers.Ticker;

/** A server that stops finishes what it has begun, and is gone when {@code stop} returns. */
class StopTest extends EngineContract {
    private final Semaphore inside = new Semaphore(0);
    private final CountDownLatch release = new CountDownLatch(1);

    private void routes(Server server) {
        server.get("/", _ -> Response.text("ok")).get("/waits", _ -> {
            inside.release();
            release.await();
            return Response.text("finished");
        });
    }

    @AfterEach
    void releaseHandlers() {
        release.countDown();
    }

    private static Duration stop(Served served, Duration drain) {
        long begin = Ticker.system().nanos();
        served.stop(drain);
        return Duration.ofNanos(Ticker.system().nanos() - begin);
    }

    @Test
    void aRequestInProgressIsAnsweredInFull() throws Exception {
        Served served = serve(this::routes);
        try (Peer peer = served.connect();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            peer.get("/waits");
            inside.acquire();
            Future<Duration> stopped = threads.submit(() -> stop(served, Duration.ofSeconds(30)));
            Await.until(() -> !accepts(served), () -> "still accepts");
            assertFalse(stopped.isDone());
            release.countDown();
            Peer.Reply reply = peer.reply();
            assertEquals("finished", reply.text());
            assertTrue(reply.head().closes());
            assertEquals("", peer.readToEnd());
            assertTrue(stopped.get(20, TimeUnit.SECONDS).compareTo(Duration.ofSeconds(15)) < 0);
        }
    }

    private static boolean accepts(Served served) {
        try (Peer _ = served.connect()) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void idleConnectionsDoNotHoldTheStop() throws IOException {
        Served served = serve(this::routes);
        try (Peer peer = served.connect()) {
            peer.get("/").reply();
            Duration took = stop(served, Duration.ofSeconds(30));
            assertTrue(took.compareTo(Duration.ofSeconds(5)) < 0, () -> "took " + took);
            assertTrue(peer.isClosed());
        }
    }

    /** What the application closes behind the stop, pools for example, such a handler may still use. */
    @Test
    void aHandlerThatOutlivesTheDrainIsWaitedForAMoment() throws Exception {
        var returned = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        Served served = serve(server -> server.get("/clears-up", _ -> {
            inside.release();
            try {
                never.await();
            } catch (InterruptedException e) {
                assertFalse(never.await(300, TimeUnit.MILLISECONDS)); // clears up
            }
            returned.countDown();
            return Response.text("too late");
        }));
        try (Peer peer = served.connect()) {
            peer.get("/clears-up");
            inside.acquire();
            stop(served, Duration.ZERO);
            assertEquals(0, returned.getCount(), "the stop was over before the handler was");
        }
    }

    /** Its request may be on its way when the stop begins: closing at once lost it, and the peer could not tell. */
    @Test
    void aConnectionAtRestIsAnsweredOnceMore() throws Exception {
        Served served = serve(options -> options.drainGrace(Duration.ofSeconds(20)), this::routes);
        try (Peer first = served.connect();
                Peer second = served.connect();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertFalse(first.get("/").reply().head().closes());
            assertFalse(second.get("/").reply().head().closes());
            Future<Duration> stopped = threads.submit(() -> stop(served, Duration.ofSeconds(30)));
            Await.until(() -> !accepts(served), () -> "still accepts");
            for (Peer peer : List.of(first, second)) {
                Peer.Reply reply = peer.get("/").reply();
                assertEquals("ok", reply.text());
                assertTrue(reply.head().closes());
                assertEquals("", peer.readToEnd());
            }
            assertTrue(
                    stopped.get(20, TimeUnit.SECONDS).compareTo(Duration.ofSeconds(15)) < 0,
                    "they were all there were");
        }
    }

    /** Keep-alive was announced before the stop began: that word is kept as well. */
    @Test
    void aResponseThatWasBegunBeforeKeepsItsConnectionForTheGrace() throws Exception {
        Served served = serve(
                options -> options.drainGrace(Duration.ofSeconds(20)),
                server -> server.get("/", _ -> Response.text("ok"))
                        .get(
                                "/waits",
                                _ -> Response.stream("text/plain", out -> {
                                    out.write('a');
                                    out.flush();
                                    inside.release();
                                    releasedAtLast();
                                })));
        try (Peer peer = served.connect();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            peer.get("/waits");
            Peer.Head head = peer.head();
            assertFalse(head.closes());
            Future<Duration> stopped = threads.submit(() -> stop(served, Duration.ofSeconds(30)));
            Await.until(() -> !accepts(served), () -> "still accepts");
            release.countDown();
            assertEquals("a", new String(peer.body(head).readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII));
            assertTrue(peer.get("/").reply().head().closes());
            assertTrue(stopped.get(20, TimeUnit.SECONDS).compareTo(Duration.ofSeconds(15)) < 0);
        }
    }

    private void releasedAtLast() {
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Clients that poll: each request gets its answer, also those of the moment in which the server stops. */
    @Test
    void pollingClientsLoseNoRequest() throws Exception {
        Served served = serve(
                options -> options.workers(2).drainGrace(Duration.ofSeconds(1)),
                server -> server.post("/", request -> Response.text("" + request.bytes().length)));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch polling = new CountDownLatch(8);
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                clients.add(threads.submit(() -> poll(served, polling)));
            }
            polling.await();
            stop(served, Duration.ofSeconds(30));
            for (Future<?> client : clients) {
                client.get(10, TimeUnit.SECONDS); // fails when a request was lost
            }
        }
    }

    private static void poll(Served served, CountDownLatch polling) {
        try (Peer peer = served.connect()) {
            boolean closes = false;
            for (int n = 0; !closes; n++) {
                peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
                Peer.Reply reply = peer.reply();
                assertEquals("4", reply.text());
                closes = reply.head().closes();
                if (n == 1) {
                    polling.countDown();
                }
                Await.pass(Duration.ofMillis(closes ? 0 : 150));
            }
        } catch (IOException e) {
            throw new AssertionError("a request was lost", e);
        }
    }

    /** A peer that never asks is given a moment, and not the whole drain. */
    @Test
    void silentConnectionsDoNotHoldTheStop() throws IOException {
        Served served = serve(this::routes);
        try (Peer peer = served.connect()) {
            served.awaitOpen(1);
            Duration took = stop(served, Duration.ofSeconds(30));
            assertTrue(took.compareTo(Duration.ofSeconds(8)) < 0, () -> "took " + took);
            assertTrue(peer.isClosed());
        }
    }

    @Test
    void aHandlerThatDoesNotEndIsLeftBehindWhenTheDrainIsOver() throws Exception {
        Served served = serve(this::routes);
        try (Peer peer = served.connect()) {
            peer.get("/waits");
            inside.acquire();
            Duration took = stop(served, Duration.ofMillis(200));
            assertTrue(took.compareTo(Duration.ofMillis(200)) >= 0, () -> "took " + took);
            assertTrue(took.compareTo(Duration.ofSeconds(4)) < 0, () -> "took " + took);
            assertTrue(peer.isClosed());
        }
        release.countDown();
    }

    /** Its own request is one of those that a stop waits for: it waited for itself until the end of the drain. */
    @Test
    void aHandlerThatStopsItsServerIsAnswered() throws Exception {
        for (Route route : List.of(Route.carried(), Route.inline(), Route.offload())) {
            Served[] served = new Served[1];
            served[0] = serve(server -> server.get(
                    "/stop",
                    _ -> {
                        served[0].engine().stop(Duration.ofSeconds(30));
                        return Response.text("stopping");
                    },
                    route));
            long begin = Ticker.system().nanos();
            try (Peer peer = served[0].connect()) {
                Peer.Reply reply = peer.get("/stop").reply();
                assertEquals("stopping", reply.text());
                assertEquals("", peer.readToEnd()); // the worker may have seen the stop before the head or behind it
            }
            assertTrue(served[0].engine().awaitStop(Duration.ofSeconds(10)));
            long took = Ticker.system().nanos() - begin;
            assertTrue(took < 10_000_000_000L, () -> "took " + took / 1_000_000 + " ms");
        }
    }

    @Test
    void aShortDrainIsNotStretched() throws Exception {
        Served served = serve(this::routes);
        try (Peer peer = served.connect()) {
            peer.get("/waits");
            inside.acquire();
            Duration took = stop(served, Duration.ofMillis(10));
            assertTrue(took.compareTo(Duration.ofMillis(400)) < 0, () -> "took " + took);
        }
    }

    @Test
    void nobodyListensAfterwardsAndTheSamePortServesAgain() throws IOException {
        Served first = serve(this::routes);
        int port = first.port();
        first.get("/");
        first.stop(Served.DRAIN);
        assertThrows(ConnectException.class, () -> Peer.connect(port).close());
        for (int i = 0; i < 3; i++) {
            Served again = serve(options -> options.port(port).workers(2), this::routes);
            assertEquals(port, again.port());
            assertEquals("ok", again.get("/"));
            again.stop(Served.DRAIN);
        }
    }

    @Test
    void aPortInUseIsRefused() throws IOException {
        Served first = serve(this::routes);
        assertThrows(BindException.class, () -> serve(options -> options.port(first.port()), this::routes));
        assertEquals("ok", first.get("/"));
    }

    @Test
    void stoppingTwiceIsStoppingOnce() throws IOException {
        Served served = serve(this::routes);
        served.stop(Served.DRAIN);
        Duration again = stop(served, Duration.ofSeconds(30));
        assertTrue(again.compareTo(Duration.ofSeconds(5)) < 0, () -> "took " + again);
    }

    /** Whose handler was started gets its response, whole; others may find the connection closed, and know it. */
    @Test
    void aStopUnderLoadLosesNoResponse() throws Exception {
        for (int round = 0; round < 5; round++) {
            loseNoResponse();
        }
    }

    private void loseNoResponse() throws Exception {
        String answer = "x".repeat(3000);
        Set<String> begun = ConcurrentHashMap.newKeySet();
        Set<String> answered = ConcurrentHashMap.newKeySet();
        Served served = serve(
                options -> options.workers(2),
                server -> server.get("/{id}", request -> {
                    begun.add(request.path("id"));
                    Thread.sleep(1);
                    return Response.text(answer);
                }));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String client = i + "-";
                clients.add(threads.submit(() -> askUntilClosed(served, client, answer, answered)));
            }
            Await.until(() -> answered.size() > 500, () -> "no load: " + answered.size());
            Duration took = stop(served, Duration.ofSeconds(30));
            assertTrue(took.compareTo(Duration.ofSeconds(8)) < 0, () -> "took " + took);
            for (Future<?> client : clients) {
                client.get(10, TimeUnit.SECONDS);
            }
        }
        begun.removeAll(answered);
        assertEquals(Set.of(), begun, "begun and not answered");
    }

    private static void askUntilClosed(Served served, String client, String answer, Set<String> answered) {
        int n = 0;
        while (true) {
            try (Peer peer = served.connect()) {
                boolean closes = false;
                while (!closes) {
                    String id = client + n++;
                    Peer.Reply reply = peer.get("/" + id).reply();
                    assertEquals(answer, reply.text());
                    answered.add(id);
                    closes = reply.head().closes();
                }
            } catch (ConnectException e) {
                return;
            } catch (IOException e) {
                n++; // closed between two requests; connecting again tells whether the server is gone
            }
        }
    }
}
