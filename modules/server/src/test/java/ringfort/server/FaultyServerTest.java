package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.timers.Ticker;

/** Heap, stack and log of a real process fail; what is left is a whole server. */
@Timeout(120)
class FaultyServerTest {
    private static final int PEERS = 40;

    /** Threads of the server died of the first error, connections stayed open for ever, a worker ended with its listener open. */
    @ParameterizedTest
    @EnumSource(names = {"RING", "RING_WITH_KERNEL_TIMERS", "POLL", "NIO"})
    void aHeapThatWasFullLeavesAWholeServer(Variant variant) throws Exception {
        variant.assumeUsable();
        try (ServerProcess server = FaultyServer.start(variant, FaultyServer.Log.COUNTS)) {
            String threads = server.get("/threads");
            for (int round = 0; round < 2; round++) {
                fillBesideOthers(server);
            }
            isWhole(server);
            assertEquals(threads, server.get("/threads"), "all threads live");
            assertEquals(0, server.end(Duration.ofSeconds(20)), "it stops in time, and in order");
        }
    }

    /** A class whose initializer has found no memory is lost for the life of the process. */
    @Test
    void whatDealsWithAFullHeapIsThereBeforehand() throws Exception {
        Variant.POLL.assumeUsable();
        try (ServerProcess server = FaultyServer.start(Variant.POLL, FaultyServer.Log.COUNTS)) {
            assertEquals("exchange.FixedAnswers loop.Lingering nio.NioWorker", server.get("/prepared"));
        }
    }

    private static void fillBesideOthers(ServerProcess server) throws IOException {
        List<Peer> peers = new ArrayList<>();
        Peer filling = Peer.connect(server.port());
        peers.add(filling);
        filling.send("GET /fill HTTP/1.1\r\nHost: h\r\n\r\n");
        for (int i = 0; i < PEERS; i++) {
            Peer peer = Peer.connect(server.port());
            peers.add(peer);
            peer.send(i % 2 == 0 ? "GET / HTTP/1.1\r\nHost: h\r\n\r\n" : "GET / HTTP/1.1\r\nX: " + "x".repeat(4_000));
        }
        try {
            filling.reply();
        } catch (IOException e) {
            peers.remove(filling); // its own connection may be one that there was no memory for
        }
        for (Peer peer : peers) {
            peer.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RING", "RING_WITH_JDK_SCHEDULER", "POLL", "NIO"})
    void aStackThatOverflowsIsAnswered(Variant variant) throws Exception {
        variant.assumeUsable();
        try (ServerProcess server = FaultyServer.start(variant, FaultyServer.Log.COUNTS)) {
            for (String path : List.of("/overflow", "/overflow-inline", "/overflow", "/overflow-inline")) {
                try (Peer peer = Peer.connect(server.port())) {
                    assertEquals(500, peer.get(path).reply().status(), path);
                    assertEquals("ok", peer.get("/").reply().text(), "the connection is kept");
                }
            }
            isWhole(server);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RING", "POLL", "NIO"})
    void aLogThatThrowsLosesALineAndNoMore(Variant variant) throws Exception {
        variant.assumeUsable();
        try (ServerProcess server = FaultyServer.start(variant, FaultyServer.Log.THROWS_ONCE)) {
            String threads = server.get("/threads");
            assertEquals("held", server.get("/hold"));
            Await.until(() -> lines(server) > 0, () -> "nothing was logged");
            assertEquals("held", server.get("/hold"));
            Await.until(() -> lines(server) > 1, () -> "nothing is logged behind the line that failed");
            isWhole(server);
            assertEquals(threads, server.get("/threads"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RING", "POLL", "NIO"})
    void aLogThatHangsHoldsNeitherPeersNorTheEnd(Variant variant) throws Exception {
        variant.assumeUsable();
        try (ServerProcess server = FaultyServer.start(variant, FaultyServer.Log.HANGS)) {
            for (int i = 0; i < 4; i++) {
                assertEquals("held", server.get("/hold"));
            }
            isWhole(server);
            assertEquals(0, server.end(Duration.ofSeconds(20)), "it stops in time");
        }
    }

    private static long lines(ServerProcess server) {
        try {
            return Long.parseLong(server.get("/lines"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** All peers are gone: open = 0, a polite request is answered, a deadline is kept. */
    private static void isWhole(ServerProcess server) throws IOException {
        Await.until(() -> open(server) == 1, () -> "connections stay open: " + open(server));
        assertEquals("ok", server.get("/"));
        long begin = Ticker.system().nanos();
        try (SlowPeer slow = SlowPeer.connect(server.port(), 0)) {
            slow.send("GET / HT").end().answered(408);
        }
        long nanos = Ticker.system().nanos() - begin;
        assertTrue(nanos < HEADER_BOUND.toNanos(), () -> "the deadline came after " + nanos / 1_000_000 + " ms");
    }

    private static final Duration HEADER_BOUND = FaultyServer.HEADER.plusSeconds(4);

    private static long open(ServerProcess server) {
        try {
            return Long.parseLong(server.get("/open"));
        } catch (IOException e) {
            return -1;
        }
    }
}
