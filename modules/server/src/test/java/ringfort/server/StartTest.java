package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;

/** A server that starts is not there, or serves: nothing between. */
class StartTest extends EngineContract {
    /** The look whether the port is free listened itself for a moment, and reset whoever connected in it. */
    @Test
    void whoConnectsFromTheFirstMomentIsServedAndNotReset() throws Exception {
        for (int i = 0; i < 10; i++) {
            int port = freePort();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<String> first = threads.submit(() -> askUntilServed(port));
                Served served = serve(
                        options -> options.port(port).workers(2), server -> server.get("/", _ -> Response.text("ok")));
                assertEquals("ok", first.get(20, TimeUnit.SECONDS));
                served.close();
            }
        }
    }

    /** The trial of a ring failed there: a ring belongs to a platform thread. */
    @Test
    void aServerIsStartedFromAVirtualThread() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Served served = threads.submit(() -> serve(server -> server.get("/", _ -> Response.text("ok"))))
                    .get(20, TimeUnit.SECONDS);
            assertEquals("ok", served.get("/"));
        }
    }

    private static String askUntilServed(int port) throws IOException {
        while (true) {
            try (Peer peer = Peer.connect(port)) {
                return peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").reply().text();
            } catch (ConnectException e) {
                Thread.onSpinWait(); // nobody listens yet
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
