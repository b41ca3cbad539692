package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;

/** A peer that resets its connection, whatever is under way, costs the server that connection and nothing else. */
class ResetTest extends EngineContract {
    private static final int TIMES = 20;

    private final Semaphore inside = new Semaphore(0);
    private final Semaphore finished = new Semaphore(0);
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger failures = new AtomicInteger();

    private void routes(Server server) {
        server.get("/", _ -> Response.text("alive"))
                .get("/waits", _ -> waits(), Route.carried())
                .get("/offloaded", _ -> waits(), Route.offload())
                .post("/reads", request -> {
                    inside.release();
                    try {
                        return Response.text(Long.toString(request.body().transferTo(OutputStream.nullOutputStream())));
                    } catch (IOException e) {
                        failures.incrementAndGet();
                        throw e;
                    } finally {
                        finished.release();
                    }
                })
                .get(
                        "/streams",
                        _ -> Response.stream("text/plain", out -> {
                            inside.release();
                            try {
                                byte[] piece = new byte[8192];
                                while (true) {
                                    out.write(piece);
                                }
                            } catch (IOException e) {
                                failures.incrementAndGet();
                                throw e;
                            } finally {
                                finished.release();
                            }
                        }));
    }

    private Response waits() throws InterruptedException {
        inside.release();
        try {
            release.await();
            return Response.text("to nobody");
        } finally {
            finished.release();
        }
    }

    @AfterEach
    void releaseHandlers() {
        release.countDown();
    }

    private void awaitTimes(Semaphore event) throws InterruptedException {
        assertTrue(event.tryAcquire(TIMES, 10, TimeUnit.SECONDS));
    }

    private static void serves(Served served) throws IOException {
        served.awaitOpen(0);
        assertEquals("alive", served.get("/"));
        served.awaitOpen(0);
    }

    private void resetAfter(Served served, String bytes) throws IOException {
        for (int i = 0; i < TIMES; i++) {
            Peer peer = served.connect();
            peer.send(bytes);
            peer.reset();
        }
    }

    @Test
    void beforeTheHead() throws IOException {
        Served served = serve(this::routes);
        resetAfter(served, "");
        serves(served);
    }

    @Test
    void withinTheHead() throws IOException {
        Served served = serve(this::routes);
        resetAfter(served, "GET / HTTP/1.1\r\nHo");
        serves(served);
    }

    @Test
    void withinTheContent() throws IOException, InterruptedException {
        Served served = serve(this::routes);
        for (int i = 0; i < TIMES; i++) {
            Peer peer = served.connect();
            peer.send("POST /reads HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc");
            inside.acquire();
            peer.reset();
        }
        awaitTimes(finished);
        assertEquals(TIMES, failures.get());
        serves(served);
    }

    @Test
    void whileTheHandlerRuns() throws IOException, InterruptedException {
        Served served = serve(this::routes);
        for (int i = 0; i < TIMES; i++) {
            Peer peer = served.connect();
            peer.get(i % 2 == 0 ? "/waits" : "/offloaded");
            inside.acquire();
            peer.reset();
        }
        release.countDown();
        awaitTimes(finished);
        serves(served);
    }

    @Test
    void whileTheResponseStreams() throws IOException, InterruptedException {
        Served served = serve(this::routes);
        for (int i = 0; i < TIMES; i++) {
            Peer peer = served.connect(16 * 1024);
            peer.get("/streams").head();
            inside.acquire();
            if (i % 2 == 0) {
                peer.body(new Peer.Head(200, java.util.List.of())).skipNBytes(1 << 20);
            }
            peer.reset();
        }
        awaitTimes(finished);
        assertEquals(TIMES, failures.get());
        serves(served);
    }

    @Test
    void withPipelinedRequestsWaiting() throws IOException {
        Served served = serve(this::routes);
        for (int i = 0; i < TIMES; i++) {
            Peer peer = served.connect();
            peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n".repeat(500));
            peer.reset();
        }
        serves(served);
    }

    @Test
    void afterTheResponse() throws IOException {
        Served served = serve(this::routes);
        for (int i = 0; i < TIMES; i++) {
            Peer peer = served.connect();
            peer.get("/").reply();
            peer.reset();
        }
        serves(served);
    }

    /** A server that has sent its FIN waits for the peer's, and gets a reset instead. */
    @Test
    void whileTheServerLingers() throws IOException {
        Served served = serve(this::routes);
        for (int i = 0; i < TIMES; i++) {
            Peer peer = served.connect();
            peer.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nmore")
                    .reply();
            assertTrue(peer.isClosed());
            peer.reset();
        }
        serves(served);
    }
}
