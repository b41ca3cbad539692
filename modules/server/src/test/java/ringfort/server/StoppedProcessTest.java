package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Peers that are in time while the server's process is stopped, or its worker held, for longer than any deadline. On each
 * engine none of them is late: 280 of 300 were, on the ring, of whose completions one call brings some twenty.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"RING", "RING_WITH_KERNEL_TIMERS", "POLL", "NIO"})
@Timeout(90)
@Tag("deadlines")
class StoppedProcessTest {
    private static final int PEERS = 300;
    private static final int FEW = 20;
    private static final Duration STOP = StoppedServer.TIMEOUT.multipliedBy(3).dividedBy(2);

    @Parameter
    Variant variant = Variant.NIO;

    private ServerProcess start() throws IOException {
        variant.assumeUsable();
        String timers = variant == Variant.RING_WITH_KERNEL_TIMERS ? "kernel" : "wheel";
        return ServerProcess.start(
                StoppedServer.class, List.of(), variant.engine().name(), timers);
    }

    private static void signal(ServerProcess server, String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(server.pid())).start();
        assertTrue(kill.waitFor(10, TimeUnit.SECONDS) && kill.exitValue() == 0, "kill -" + name);
    }

    private static List<Peer> connect(ServerProcess server, int count, String begin) throws IOException {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Peer peer = Peer.connect(server.port());
            peer.send(begin);
            peers.add(peer);
        }
        return peers;
    }

    private static void close(List<Peer> peers) throws IOException {
        for (Peer peer : peers) {
            peer.close();
        }
    }

    private static void answered(List<Peer> peers, String text) throws IOException {
        int served = 0;
        for (Peer peer : peers) {
            Peer.Reply reply = peer.reply();
            served += reply.status() == 200 && reply.text().equals(text) ? 1 : 0;
        }
        assertEquals(peers.size(), served, "answered with " + text);
    }

    /** For some five seconds: it has taken all that was sent when the process is stopped, and goes on behind the stop. */
    private static Future<Integer> readSteadily(Peer peer) {
        var task = new FutureTask<>(() -> {
            peer.head();
            int all = 0;
            while (all < StoppedServer.LARGE_BYTES) {
                int count = peer.in.readNBytes(new byte[1 << 20], 0, 1 << 20);
                if (count == 0) {
                    return all;
                }
                all += count;
                Await.pass(Duration.ofMillis(100));
            }
            return all;
        });
        Thread.ofVirtual().start(task);
        return task;
    }

    private static void nothingHasExpired(ServerProcess server) throws IOException {
        try (Peer peer = Peer.connect(server.port())) {
            assertEquals(0, ServerProcess.ask(peer, "/expired"));
        }
    }

    /** Heads, contents, handlers and readers, all at once. */
    @Test
    void nobodyIsLateForAStopOfTheProcess() throws Exception {
        try (ServerProcess server = start()) {
            List<Peer> heads = connect(server, PEERS, "GET / HT");
            List<Peer> contents = connect(server, FEW, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
            List<Peer> readers = connect(server, 3, "GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
            List<Future<Integer>> read =
                    readers.stream().map(StoppedProcessTest::readSteadily).toList();
            List<Peer> handlers = connect(server, FEW, "GET /waits HTTP/1.1\r\nHost: h\r\n\r\n");
            nothingHasExpired(server);
            signal(server, "STOP");
            for (Peer peer : heads) {
                peer.send("TP/1.1\r\nHost: h\r\n\r\n");
            }
            for (Peer peer : contents) {
                peer.send("cd");
            }
            Await.pass(STOP);
            signal(server, "CONT");
            answered(heads, "here");
            answered(contents, "4");
            answered(handlers, "waited");
            for (Future<Integer> bytes : read) {
                assertEquals(StoppedServer.LARGE_BYTES, bytes.get(60, TimeUnit.SECONDS));
            }
            nothingHasExpired(server);
            close(heads);
            close(contents);
            close(readers);
            close(handlers);
        }
    }

    /** One worker, and a handler that holds it. */
    @Test
    void nobodyIsLateForAHeldWorker() throws Exception {
        try (ServerProcess server = start();
                Peer holds = Peer.connect(server.port())) {
            List<Peer> heads = connect(server, PEERS, "GET / HT");
            nothingHasExpired(server);
            holds.get("/holds");
            for (Peer peer : heads) {
                peer.send("TP/1.1\r\nHost: h\r\n\r\n");
            }
            answered(heads, "here");
            assertEquals("held", holds.reply().text());
            nothingHasExpired(server);
            close(heads);
        }
    }
}
