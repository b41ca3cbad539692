package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;

/** A handler whose answer can no longer reach its peer is told so at once: by an interrupt, by what it reads and writes, by onGone. */
class GoneTest extends EngineContract {
    private final Semaphore inside = new Semaphore(0);
    private final CountDownLatch release = new CountDownLatch(1);

    /** What became of handlers and of their actions. */
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    private Response waits() {
        inside.release();
        try {
            release.await();
            events.add("released");
        } catch (InterruptedException e) {
            events.add("interrupted");
        }
        return Response.text("waited");
    }

    private Response reads(Request request) throws IOException {
        inside.release();
        try {
            request.body().transferTo(OutputStream.nullOutputStream());
            return Response.text("read");
        } catch (IOException e) {
            events.add(Thread.interrupted() ? "failed and interrupted" : "failed");
            throw e;
        }
    }

    private void act() {
        Thread thread = Thread.currentThread();
        events.add(thread.isVirtual() && !thread.toString().contains("ringfort-") ? "gone" : "gone, and on " + thread);
    }

    private void routes(Server server) {
        server.get("/", _ -> Response.text("quick"))
                .get("/carried", _ -> waits(), Route.carried())
                .get("/offloaded", _ -> waits(), Route.offload())
                .post("/carried", this::reads, Route.carried())
                .post("/offloaded", this::reads, Route.offload())
                .post("/unread", _ -> waits(), Route.carried())
                .get("/told", request -> {
                    request.onGone(this::act);
                    return waits();
                })
                .get("/told-late", request -> {
                    waits();
                    request.onGone(this::act);
                    request.onGone(this::act);
                    return Response.text("late");
                })
                .get("/told-of-success", request -> {
                    request.onGone(this::act);
                    return Response.text("answered");
                })
                .get(
                        "/events",
                        request -> Response.stream("text/event-stream", out -> {
                            Thread writer = Thread.currentThread();
                            request.onGone(() -> {
                                act();
                                writer.interrupt();
                            });
                            out.write('x');
                            out.flush();
                            waits();
                        }))
                .get(
                        "/large",
                        _ -> Response.stream("text/plain", out -> {
                            inside.release();
                            try {
                                while (true) {
                                    out.write(new byte[8192]);
                                }
                            } catch (IOException e) {
                                events.add(Thread.interrupted() ? "failed and interrupted" : "failed");
                                throw e;
                            }
                        }))
                .get(
                        "/tunnel",
                        request -> Response.upgrade(request, "any", (in, out) -> {
                            request.onGone(this::act);
                            tunnel(in, out);
                        }));
    }

    private void tunnel(InputStream in, OutputStream out) throws IOException {
        out.write('t');
        out.flush();
        inside.release();
        try {
            if (in.read() < 0) {
                events.add("ended");
            }
        } catch (IOException e) {
            events.add("failed");
            throw e;
        }
    }

    @AfterEach
    void releaseHandlers() {
        release.countDown();
    }

    private String event() throws InterruptedException {
        String event = events.poll(10, TimeUnit.SECONDS);
        return event == null ? "nothing within 10 s" : event;
    }

    private void isOver(Served served) {
        served.awaitOpen(0);
        Await.until(() -> served.metric("ringfort_handlers_running") == 0, () -> "handlers run on");
        assertEquals(List.of(), List.copyOf(events));
    }

    @Test
    void aResetInterruptsAHandlerThatWaits() throws Exception {
        Served served = serve(this::routes);
        for (String path : List.of("/carried", "/offloaded")) {
            Peer peer = served.connect().get(path);
            inside.acquire();
            peer.reset();
            assertEquals("interrupted", event());
            isOver(served);
        }
    }

    /** The worker is held meanwhile, and sees both at once. */
    @Test
    void aResetThatCameWithItsRequestInterruptsTheHandler() throws Exception {
        var hold = new CountDownLatch(1);
        Served served = serve(server -> {
            routes(server);
            server.get(
                    "/hold",
                    _ -> {
                        inside.release();
                        awaitQuietly(hold);
                        return Response.text("held");
                    },
                    Route.inline());
        });
        try (Peer holder = served.connect();
                Peer peer = served.connect()) {
            assertEquals("quick", peer.get("/").reply().text());
            holder.get("/hold");
            inside.acquire();
            peer.get("/carried");
            peer.reset();
            hold.countDown();
            assertEquals("held", holder.reply().text());
            assertEquals("interrupted", event());
        }
        isOver(served);
    }

    /** The watch for a reset outlives the peer's FIN. */
    @Test
    void aResetBehindAFinInterruptsTheHandler() throws Exception {
        assumeTrue(variant.tellsAcknowledged(), "the JDK's selectors tell of a reset only where the worker reads");
        Served served = serve(this::routes);
        Peer peer = served.connect().get("/carried").halfClose();
        inside.acquire();
        Await.pass(Duration.ofMillis(100)); // the server has seen the FIN, and watches
        peer.reset();
        assertEquals("interrupted", event());
        isOver(served);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anOptionSwitchesThatOff() throws Exception {
        Served served = serve(options -> options.interruptOnReset(false), this::routes);
        for (String path : List.of("/carried", "/offloaded")) {
            Peer peer = served.connect().get(path);
            inside.acquire();
            peer.reset();
            served.awaitOpen(0);
        }
        assertEquals(List.of(), List.copyOf(events));
        release.countDown();
        assertEquals("released", event());
        assertEquals("released", event());
        isOver(served);
    }

    /** RFC 9112, 9.6: a peer that has sent its FIN may still read. */
    @Test
    void aPeerThatHasOnlyEndedItsOutputIsAnswered() throws Exception {
        Served served = serve(this::routes);
        try (Peer peer = served.connect().get("/told").halfClose()) {
            inside.acquire();
            assertFalse(peer.hears(200));
            release.countDown();
            assertEquals("waited", peer.reply().text());
        }
        assertEquals("released", event());
        isOver(served);
    }

    /** It can clean up: the interrupt would break what it does about that. */
    @Test
    void aHandlerThatReadsIsToldByItsReadAndNotInterrupted() throws Exception {
        Served served = serve(this::routes);
        for (String path : List.of("/carried", "/offloaded")) {
            Peer peer =
                    served.connect().send("POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc");
            inside.acquire();
            Await.until(() -> served.metric("ringfort_handlers_running") == 1, () -> "it does not wait");
            peer.reset();
            assertTrue(event().startsWith("failed"));
            isOver(served);
        }
    }

    @Test
    void aWriterThatWaitsForItsPeerIsToldByItsWrite() throws Exception {
        Served served = serve(this::routes);
        Peer peer = Peer.connect(served.port(), 16 * 1024).get("/large");
        inside.acquire();
        peer.head();
        peer.reset();
        assertEquals("failed", event());
        isOver(served);
    }

    @Test
    void aTunnelThatReadsIsToldByItsRead() throws Exception {
        Served served = serve(this::routes);
        Peer peer =
                served.connect().send("GET /tunnel HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: any\r\n\r\n");
        inside.acquire();
        peer.reset();
        List<String> both = List.of(event(), event());
        assertTrue(both.containsAll(List.of("failed", "gone")), both::toString);
        isOver(served);
    }

    @Test
    void aTunnelThatEndsInOrderIsNotGone() throws Exception {
        Served served = serve(this::routes);
        try (Peer peer = served.connect()
                .send("GET /tunnel HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: any\r\n\r\n")) {
            inside.acquire();
            peer.halfClose();
            assertTrue(peer.readToEnd().endsWith("t"));
        }
        assertEquals("ended", event());
        isOver(served);
    }

    @Test
    void actionsRunOnceOffTheWorker() throws Exception {
        Served served = serve(options -> options.interruptOnReset(false), this::routes);
        Peer peer = served.connect().get("/told");
        inside.acquire();
        peer.reset();
        assertEquals("gone", event());
        release.countDown();
        assertEquals("released", event());
        isOver(served);
    }

    @Test
    void actionsThatComeLateRunAtOnce() throws Exception {
        Served served = serve(this::routes);
        Peer peer = served.connect().get("/told-late");
        inside.acquire();
        peer.reset();
        assertEquals("interrupted", event());
        assertEquals("gone", event());
        assertEquals("gone", event());
        isOver(served);
    }

    @Test
    void whatIsAnsweredIsNotGone() throws Exception {
        Served served = serve(this::routes);
        for (int i = 0; i < 20; i++) {
            Peer peer = served.connect().get("/told-of-success");
            assertEquals("answered", peer.reply().text());
            peer.reset();
        }
        isOver(served);
    }

    /** It waits for news, not for its peer: only an action can tell it. */
    @Test
    void anEventStreamIsToldByItsAction() throws Exception {
        Served served = serve(this::routes);
        Peer peer = served.connect().get("/events");
        peer.head();
        inside.acquire();
        peer.reset();
        assertEquals("gone", event());
        assertEquals("interrupted", event());
        isOver(served);
    }

    /** The worker does not read then; the portable engine cannot know. */
    @Test
    void aResetBehindPipelinedRequestsOrPausedContentIsNoticed() throws Exception {
        assumeTrue(variant.tellsAcknowledged(), "the JDK's selectors tell of a reset only where the worker reads");
        Served served = serve(this::routes);
        Peer pipelining = served.connect().get("/carried");
        inside.acquire();
        long received = served.metric("ringfort_received_bytes_total");
        pipelining.get("/").get("/");
        Await.until(
                () -> served.metric("ringfort_received_bytes_total") > received, () -> "the requests do not arrive");
        pipelining.reset();
        assertEquals("interrupted", event());
        isOver(served);
        Peer paused = served.connect()
                .send("POST /unread HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n" + "x".repeat(400_000));
        inside.acquire();
        paused.reset();
        assertEquals("interrupted", event());
        isOver(served);
    }

    /**
     * Each reset leaves a handler behind for ever, if it is not interrupted. Of some 50,000 resets a multishot receive of the ring
     * missed one.
     */
    @Test
    void manyResetsLeaveTheServerResponsive() throws Exception {
        Served served = serve(this::routes);
        for (int i = 0; i < 5_000; i++) {
            Peer peer = served.connect().get("/carried");
            peer.reset();
            if (i % 100 == 0) {
                assertEquals("quick", served.get("/"));
            }
        }
        served.awaitOpen(0);
        Await.until(() -> served.metric("ringfort_handlers_running") == 0, () -> "handlers run on");
        events.forEach(event -> assertEquals("interrupted", event));
    }
}
