package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that can have no more threads serves on, with those that it has. */
@Timeout(60)
class FewThreadsTest {
    @ParameterizedTest
    @EnumSource(names = {"RING", "RING_WITH_JDK_SCHEDULER", "POLL", "NIO"})
    void aServerWithoutAnotherThreadServesOn(Variant variant) throws Exception {
        variant.assumeUsable();
        try (ServerProcess server = FewThreads.start(variant)) {
            sleepers(server); // what the JDK starts for them is there now
            assertEquals("started", server.get("/start"));
            assertEquals("set", server.get("/tighten"));
            try (Peer peer = Peer.connect(server.port())) {
                assertEquals(500, peer.get("/thread").reply().status(), "the limit is in force");
                assertEquals("ok", peer.get("/").reply().text(), "the connection is kept");
            }
            sleepers(server);
            String refusal = server.get("/start");
            assertTrue(refusal.startsWith("not started"), refusal);
            isWhole(server);
            assertEquals("set", server.get("/loosen"));
            assertEquals("started", server.get("/start"), "a start that failed has left nothing");
            isWhole(server);
            assertEquals(0, server.end(Duration.ofSeconds(20)), "it stops in time, and in order");
        }
    }

    /** Handlers that wait, on the worker and beside it. */
    private static void sleepers(ServerProcess server) throws IOException {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Peer peer = Peer.connect(server.port());
            peers.add(peer);
            peer.get(i % 2 == 0 ? "/sleep" : "/sleep-elsewhere");
        }
        for (Peer peer : peers) {
            assertEquals("slept", peer.reply().text());
            peer.close();
        }
    }

    /** All peers are gone: open = 0, a polite request is answered, a deadline is kept. */
    private static void isWhole(ServerProcess server) throws IOException {
        Await.until(() -> open(server).equals("1"), () -> "connections stay open: " + open(server));
        assertEquals("ok", server.get("/"));
        try (SlowPeer slow = SlowPeer.connect(server.port(), 0)) {
            slow.send("GET / HT").end().answered(408);
        }
    }

    private static String open(ServerProcess server) {
        try {
            return server.get("/open");
        } catch (IOException e) {
            return "" + e;
        }
    }
}
