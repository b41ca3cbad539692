package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.api.Response;
import ringfort.budget.Phase;
import ringfort.timers.Ticker;

/**
 * Peers that send content in chunks of one octet keep a worker busy, and on the ring they use up its receive buffers. Polite peers
 * are read in between, and are not late for what waits. Their requests were not read until their header deadline closed them.
 */
class ChunkCrowdTest extends EngineContract {
    private static final int CROWD = 60;
    private static final Duration HEADER = Duration.ofMillis(700);

    /** Wide: the machine may have much else to do. That the peers are in time is what counts. */
    private static final long WAIT_NANOS = 20_000_000_000L;

    /** For what the kernel has of the crowd when that is gone. */
    private static final long READ_ON_NANOS = 60_000_000_000L;

    @Test
    @Timeout(120)
    void politePeersAreReadInTime() throws Exception {
        Served served = serve(
                options -> options.headerTimeout(HEADER).maxBody(1L << 40),
                server -> server.get("/", _ -> Response.text("here")).post("/", request -> {
                    try (InputStream in = request.body()) {
                        return Response.text("" + in.transferTo(OutputStream.nullOutputStream()));
                    }
                }));
        var ended = new AtomicBoolean();
        List<Socket> crowd = new ArrayList<>();
        long longest = 0;
        try {
            for (int i = 0; i < CROWD; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.port());
                crowd.add(socket);
                Thread.startVirtualThread(() -> write(socket, ended));
            }
            Await.until(() -> served.metric("ringfort_received_bytes_total") > 1 << 20, () -> "nothing is received");
            long begin = Ticker.system().nanos();
            while (Ticker.system().nanos() - begin < 3 * HEADER.toNanos()) {
                long asked = Ticker.system().nanos();
                assertEquals("here", served.get("/"));
                longest = Math.max(longest, Ticker.system().nanos() - asked);
            }
        } finally {
            ended.set(true);
            for (Socket socket : crowd) {
                socket.close();
            }
        }
        // The kernel may hold megabytes of chunks for each of them, which the server still reads.
        long closed = Ticker.system().nanos();
        while (served.open() > 0 && Ticker.system().nanos() - closed < READ_ON_NANOS) {
            Await.pass(Duration.ofMillis(10));
        }
        long waited = longest;
        assertTrue(waited < WAIT_NANOS, () -> "a polite peer waited " + waited / 1_000_000 + " ms");
        assertEquals(0, served.expired(Phase.HEADER));
    }

    private static void write(Socket socket, AtomicBoolean ended) {
        byte[] head =
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] chunks = "1\r\nx\r\n".repeat(5_000).getBytes(StandardCharsets.US_ASCII);
        try {
            OutputStream out = socket.getOutputStream();
            out.write(head);
            while (!ended.get()) {
                out.write(chunks);
            }
        } catch (IOException e) {
            ended.set(true); // closed by the test
        }
    }
}
