package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import ringfort.api.Handler;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.server.exchange.JdkPollers;

/** What a handler leaves behind when it has returned is neither the next handler's nor the worker's. */
class LeftBehindTest extends EngineContract {
    private static final String NAME_OF_WORKERS = "ringfort-";

    /** More than fits into the queues between the writer and a peer that does not read. */
    private static final int STREAM_BYTES = 8 << 20;

    private final CountDownLatch release = new CountDownLatch(1);
    private final BlockingQueue<String> carriers = new LinkedBlockingQueue<>();

    /** The name of the thread that carries the calling virtual thread is part of what that is called. */
    private void tellCarrier() {
        carriers.add(Thread.currentThread().toString());
    }

    private Response leaveTwoBehind() throws IOException {
        var waits = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            waits.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                carriers.add(NAME_OF_WORKERS + " interrupted");
            }
            tellCarrier();
        });
        try {
            waits.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        Thread.ofVirtual().start(this::tellCarrier); // on a worker it runs when the handler has returned
        return Response.text("left two behind");
    }

    private void awaitPollers() {
        if (variant.carriesHandlers()) {
            Await.until(JdkPollers::areStarted, () -> "the JDK's pollers were not started");
        }
    }

    @Test
    void virtualThreadsThatAHandlerLeavesBehindLeaveTheWorker() throws Exception {
        Served served = serve(server -> server.get("/", _ -> leaveTwoBehind(), Route.carried()));
        awaitPollers(); // before that, threads of handlers are never on a worker
        for (int i = 1; i <= 10; i++) {
            assertEquals("left two behind", served.get("/"));
        }
        release.countDown();
        for (int i = 1; i <= 20; i++) {
            String carrier = carriers.poll(10, TimeUnit.SECONDS);
            assertFalse(carrier == null || carrier.contains(NAME_OF_WORKERS), () -> "it runs on " + carrier);
        }
    }

    /** A response that is a stream belongs to its handler: the threads that write it end with it. */
    @Test
    void theyLeaveAlsoBehindAStream() throws Exception {
        Served served = serve(server -> server.get(
                "/",
                _ -> Response.stream("text/plain", out -> {
                    leaveTwoBehind();
                    out.write('x');
                }),
                Route.carried()));
        awaitPollers();
        served.get("/");
        release.countDown();
        for (int i = 1; i <= 2; i++) {
            String carrier = carriers.poll(10, TimeUnit.SECONDS);
            assertFalse(carrier == null || carrier.contains(NAME_OF_WORKERS), () -> "it runs on " + carrier);
        }
    }

    // What a handler changes of its thread.

    @SuppressWarnings("ThreadPriorityCheck") // a handler that does what it should not
    private static Response change() throws IOException {
        Thread thread = Thread.currentThread();
        thread.setName("changed");
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.setContextClassLoader(new URLClassLoader(new URL[0]));
        thread.interrupt();
        return Response.text("changed");
    }

    private static Response look() {
        Thread thread = Thread.currentThread();
        ClassLoader loader = thread.getContextClassLoader();
        return Response.text(
                thread.getName() + " " + thread.getPriority() + " " + loader + " " + thread.isInterrupted());
    }

    private static void routes(Server server) {
        server.get("/inline/change", _ -> change(), Route.inline())
                .get("/inline", _ -> look(), Route.inline())
                .get("/carried/change", _ -> change(), Route.carried())
                .get("/carried", _ -> look(), Route.carried())
                .get("/offloaded/change", _ -> change(), Route.offload())
                .get(
                        "/inline/fails",
                        _ -> {
                            change();
                            throw new IOException("as planned");
                        },
                        Route.inline());
    }

    @Test
    void whatAHandlerChangesOfItsThreadIsNotTheNextOnes() throws IOException {
        Served served = serve(LeftBehindTest::routes);
        String inline = served.get("/inline");
        String carried = served.get("/carried");
        assertTrue(inline.startsWith(NAME_OF_WORKERS), inline);
        assertTrue(inline.endsWith(" false"), inline);
        for (String path : List.of("/inline/change", "/carried/change", "/offloaded/change", "/inline/fails")) {
            served.get(path);
            assertEquals(inline, served.get("/inline"), "after " + path);
            assertEquals(carried, served.get("/carried"), "after " + path);
        }
    }

    /** An interrupt that a handler has lived through was a reset for its response where that had to wait. */
    @Test
    void theStreamOfAnInterruptedHandlerIsWhole() throws IOException {
        Handler interrupted = _ -> {
            Thread.currentThread().interrupt();
            return Response.stream("text/plain", out -> out.write(new byte[STREAM_BYTES]));
        };
        Served served = serve(server -> server.get("/inline", interrupted, Route.inline())
                .get("/carried", interrupted, Route.carried())
                .get("/offloaded", interrupted, Route.offload()));
        for (String path : List.of("/inline", "/carried", "/offloaded")) {
            try (Peer peer = served.connect(16 * 1024)) {
                assertEquals(STREAM_BYTES, peer.get(path).reply().body().length, path);
            }
        }
    }

    // Handlers that stop their server, beside those of StopTest.

    @Test
    void aStreamOrATunnelMayStopItsServer() throws Exception {
        for (Route route : List.of(Route.carried(), Route.inline(), Route.offload())) {
            stopsItsServer(route, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
            stopsItsServer(route, "GET /tunnel HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: any\r\n\r\n");
        }
    }

    private void stopsItsServer(Route route, String request) throws Exception {
        Served[] served = new Served[1];
        served[0] = serve(server -> server.get(
                        "/stream",
                        _ -> Response.stream("text/plain", out -> {
                            served[0].engine().stop(java.time.Duration.ofSeconds(30));
                            out.write('s');
                        }),
                        route)
                .get(
                        "/tunnel",
                        asked -> Response.upgrade(asked, "any", (_, out) -> {
                            served[0].engine().stop(java.time.Duration.ofSeconds(30));
                            out.write('s');
                        }),
                        route));
        try (Peer peer = served[0].connect()) {
            String all = peer.send(request).readToEnd();
            assertTrue(all.contains("\r\n\r\ns"), all);
        }
        assertTrue(served[0].engine().awaitStop(java.time.Duration.ofSeconds(8)));
    }
}
