package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Whatever peers send, the one worker goes on: each of their connections ends, nothing is counted as a defect, and the
 * next good request is answered.
 */
class HostileTest extends EngineContract {
    private static final long SEED = 20_261_123;

    private Served serveRows() throws IOException {
        return serve(RowServer::routes);
    }

    private static void goesOn(Served served) throws IOException {
        assertEquals("ok", served.get("/"));
        served.awaitOpen(0);
        assertEquals(0, served.metric("ringfort_defects_total"));
    }

    @Test
    void twoThousandConnectionsOfNoise() throws IOException {
        Served served = serveRows();
        new Hostile(served.port()).noise(2000, SEED);
        goesOn(served);
    }

    @Test
    void everyMessageCutShortEverywhere() throws IOException {
        Served served = serveRows();
        new Hostile(served.port()).truncated();
        goesOn(served);
    }

    @Test
    void linesOfAMebibyteAndAHundredThousandFields() throws IOException {
        inClearOnly("its clients speak in clear");
        Served served = serveRows();
        new Hostile(served.port()).oversize();
        goesOn(served);
    }

    @Test
    void numbersThatOverflow() throws IOException {
        inClearOnly("its clients speak in clear");
        Served served = serveRows();
        new Hostile(served.port()).overflowing();
        goesOn(served);
    }

    @Test
    void clientsOfOtherProtocols() throws IOException {
        inClearOnly("its clients speak in clear");
        Served served = serveRows();
        new Hostile(served.port()).foreign();
        goesOn(served);
    }

    @Test
    void tenThousandRequestsInOneWrite() throws IOException, InterruptedException {
        inClearOnly("its clients speak in clear");
        Served served = serveRows();
        new Hostile(served.port()).pipelined(10_000);
        goesOn(served);
    }

    @Test
    void allOfThemAtOnceBesideGoodClients() throws Exception {
        inClearOnly("its clients speak in clear");
        Served served = serveRows();
        atOnce(new Hostile(served.port()));
        goesOn(served);
    }

    /** Runs every kind of peer at once, two good ones among them; returns the longest wait of those, in nanoseconds. */
    static long atOnce(Hostile hostile) throws InterruptedException, ExecutionException {
        List<Callable<Long>> peers = List.of(
                () -> hostile.goodRequests(1000),
                () -> hostile.goodRequests(1000),
                () -> {
                    hostile.noise(500, SEED + 1);
                    return 0L;
                },
                () -> {
                    hostile.oversize();
                    hostile.overflowing();
                    hostile.foreign();
                    return 0L;
                },
                () -> {
                    hostile.pipelined(2000);
                    return 0L;
                },
                () -> {
                    hostile.dripping(200, 60);
                    return 0L;
                });
        try (ExecutorService threads = Executors.newFixedThreadPool(peers.size())) {
            List<Future<Long>> started = new ArrayList<>();
            peers.forEach(peer -> started.add(threads.submit(peer)));
            long longestNanos = 0;
            for (Future<Long> peer : started) {
                longestNanos = Math.max(longestNanos, peer.get());
            }
            return longestNanos;
        }
    }
}
