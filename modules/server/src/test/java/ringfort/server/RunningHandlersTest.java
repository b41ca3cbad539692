package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;

/** Handlers count for as long as their code runs, whether or not their connections live, and too many are not started. */
class RunningHandlersTest extends EngineContract {
    private static final int MOST = 3;
    private static final Map<String, Route> ROUTES =
            Map.of("carried", Route.carried(), "inline", Route.inline(), "offloaded", Route.offload());

    private final Semaphore inside = new Semaphore(0);
    private final CountDownLatch release = new CountDownLatch(1);

    @TempDir
    private Path folder = Path.of("");

    private Response waits() throws InterruptedException {
        inside.release();
        release.await();
        return Response.text("waited");
    }

    private void routes(Server server) {
        server.get("/", _ -> Response.text("quick"))
                .post("/", request -> Response.text(request.text()))
                .get("/inline", _ -> Response.text("inline"), Route.inline())
                .get("/carried", _ -> waits(), Route.carried())
                .get("/offloaded", _ -> waits(), Route.offload());
        ROUTES.forEach((name, route) -> server.get(
                        "/stream/" + name, _ -> Response.stream("text/plain", out -> out.write(body())), route)
                .get(
                        "/tunnel/" + name,
                        request -> Response.upgrade(request, "any", (_, out) -> out.write(body())),
                        route));
    }

    private byte[] body() throws IOException {
        try {
            waits();
            return new byte[10];
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @AfterEach
    void releaseHandlers() {
        release.countDown();
    }

    private static long running(Served served) {
        return served.metric("ringfort_handlers_running");
    }

    private static void awaitRunning(Served served, long count) {
        Await.until(() -> running(served) == count, () -> running(served) + " run, expected " + count);
    }

    private Served serveFew() throws IOException {
        return serve(options -> options.maxHandlers(MOST).interruptOnReset(false), this::routes);
    }

    @Test
    void handlersOfPeersThatAreGoneStillCount() throws Exception {
        Served served = serveFew();
        for (int i = 0; i < MOST; i++) {
            Peer peer = served.connect();
            peer.get(i % 2 == 0 ? "/carried" : "/offloaded");
            inside.acquire();
            peer.reset();
        }
        served.awaitOpen(0);
        awaitRunning(served, MOST);
        try (Peer peer = served.connect()) {
            for (String path : List.of("/carried", "/offloaded", "/")) {
                Peer.Reply refused = peer.get(path).reply();
                assertEquals(503, refused.status(), path);
                assertEquals("1", refused.field("Retry-After"), path);
                assertFalse(refused.head().closes(), path);
            }
            assertEquals("inline", peer.get("/inline").reply().text(), "it takes no thread");
            Peer.Reply unread = peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
                    .reply();
            assertEquals(503, unread.status());
            assertEquals(4, served.metric("ringfort_handlers_refused_total"));
            assertEquals(MOST, running(served));
            release.countDown();
            awaitRunning(served, 0);
            assertEquals("quick", peer.get("/").reply().text(), "the connection was kept");
            assertEquals(4, served.metric("ringfort_handlers_refused_total"));
        }
        assertEquals(0, inside.availablePermits(), "a handler was started that was refused");
    }

    @Test
    void streamsAndTunnelsCountUntilTheirCodeHasReturned() throws Exception {
        for (String name : ROUTES.keySet()) {
            counts("GET /stream/" + name + " HTTP/1.1\r\nHost: h\r\n\r\n");
            counts("GET /tunnel/" + name + " HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: any\r\n\r\n");
        }
    }

    private void counts(String request) throws Exception {
        Served served = serveFew();
        List<Peer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < MOST; i++) {
                Peer peer = served.connect();
                peers.add(peer);
                peer.send(request);
                inside.acquire();
            }
            awaitRunning(served, MOST);
            try (Peer late = served.connect()) {
                assertEquals(503, late.send(request).reply().status(), request);
            }
            for (Peer peer : peers) {
                peer.reset();
            }
            served.awaitOpen(0);
            assertEquals(MOST, running(served), "their peers are gone, and they run on");
        } finally {
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    /** Nothing is left over, however many handlers waited, ended at once, were offloaded, failed, or copied a file. */
    @Test
    void whatHasReturnedDoesNotCount() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[300_000]);
        Served served = serve(server -> server.get("/quick", _ -> Response.text("quick"))
                .get("/offloaded", _ -> Response.text("offloaded"), Route.offload())
                .get("/sleeps", _ -> {
                    Thread.sleep(1);
                    return Response.text("slept");
                })
                .get("/fails", _ -> {
                    Thread.sleep(1);
                    throw new IOException("as planned");
                })
                .get("/file", _ -> Response.file(file), Route.carried())
                .get("/inline-file", _ -> Response.file(file), Route.inline())
                .get(
                        "/stream",
                        _ -> Response.stream("text/plain", out -> out.write(new byte[300_000])),
                        Route.inline()));
        for (int i = 0; i < 20; i++) {
            for (String path :
                    List.of("/quick", "/offloaded", "/sleeps", "/fails", "/file", "/inline-file", "/stream")) {
                served.get(path);
            }
        }
        awaitRunning(served, 0);
        assertEquals(0, served.metric("ringfort_handlers_refused_total"));
    }

    @Test
    void zeroIsNoLimit() throws Exception {
        Served served = serve(options -> options.maxHandlers(0), this::routes);
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Peer peer = served.connect();
            peers.add(peer);
            peer.get("/carried");
            inside.acquire();
        }
        awaitRunning(served, 50);
        release.countDown();
        for (Peer peer : peers) {
            assertEquals("waited", peer.reply().text());
            peer.close();
        }
        awaitRunning(served, 0);
    }
}
