package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.budget.Phase;
import ringfort.timers.Ticker;

/**
 * Peers that pipeline without end cannot make a turn of their worker long: what is over the turn's time waits for the next
 * one, so deadlines are kept, and polite peers are answered in between. Turns of two to four seconds were seen when a
 * connection's pipelined requests were all answered in the turn that brought them.
 */
@Tag("alone")
class LongTurnTest extends EngineContract {
    private static final int PIPELINING = 100;
    private static final Duration HEADER = Duration.ofMillis(500);

    /** Wide: the machine may have much else to do. */
    private static final double LONGEST_TURN_SECONDS = 0.4;

    private static final long WAIT_NANOS = 2_000_000_000L;

    @Test
    void aTurnBesidePeersThatPipelineWithoutEndIsShort() throws Exception {
        Served served = serve(
                options -> options.headerTimeout(HEADER),
                server -> server.get("/inline", _ -> Response.text("here"), Route.inline())
                        .get("/carried", _ -> Response.text("here")));
        var ended = new AtomicBoolean();
        var answered = new AtomicLong();
        List<Socket> sockets = new ArrayList<>();
        long longestWait = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < PIPELINING; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.port());
                sockets.add(socket);
                String path = i % 2 == 0 ? "/inline" : "/carried";
                var _ = threads.submit(() -> write(socket, path, ended));
                var _ = threads.submit(() -> read(socket, answered));
            }
            Await.until(() -> answered.get() > 0, () -> "nothing is answered");
            try (Peer slow = served.connect();
                    Peer polite = served.connect()) {
                slow.send("GET / HT");
                long begin = Ticker.system().nanos();
                while (Ticker.system().nanos() - begin < 2 * HEADER.toNanos()) {
                    long asked = Ticker.system().nanos();
                    assertEquals("here", polite.get("/carried").reply().text());
                    longestWait = Math.max(longestWait, Ticker.system().nanos() - asked);
                }
                String told = slow.readToEnd();
                assertTrue(
                        told.startsWith("HTTP/1.1 408 "), () -> "the slow peer is not told that it is late: " + told);
            } finally {
                ended.set(true);
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
        }
        long waited = longestWait;
        assertTrue(waited < WAIT_NANOS, () -> "a polite peer waited " + waited / 1_000_000 + " ms");
        double turn = served.seconds("ringfort_worker_turn_longest_seconds");
        assertTrue(turn < LONGEST_TURN_SECONDS, () -> "a turn of " + turn + " s");
        assertTrue(served.metric("ringfort_requests_total") > 1_000, "too few requests to make a turn long");
        assertTrue(served.expired(Phase.HEADER) >= 1, "the slow peer's deadline is not counted");
    }

    private static @Nullable Void write(Socket socket, String path, AtomicBoolean ended) {
        byte[] requests =
                ("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n").repeat(500).getBytes(StandardCharsets.US_ASCII);
        try {
            while (!ended.get()) {
                socket.getOutputStream().write(requests);
            }
        } catch (IOException e) {
            ended.set(true); // closed by the test
        }
        return null;
    }

    private static @Nullable Void read(Socket socket, AtomicLong answered) {
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = socket.getInputStream()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                answered.addAndGet(count);
            }
        } catch (IOException e) {
            answered.addAndGet(0); // closed by the test
        }
        return null;
    }
}
