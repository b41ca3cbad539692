package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.Metric;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.spi.RunningEngine;
import ringfort.sys.Errno;

/** A kernel that refuses the look at its queue: for a while the server goes on behind it, for good the server ends and says why. */
@Timeout(60)
class RefusedKernelTest {
    private static final int WORKERS = 2;

    private final FaultyRing syscalls = new FaultyRing();

    private RunningEngine start() throws IOException {
        assumeTrue(new RingEngine().probe().usable(), "no io_uring here");
        ServerOptions options = ServerOptions.defaults().toBuilder()
                .host("127.0.0.1")
                .port(0)
                .workers(WORKERS)
                .drainTimeout(Duration.ofSeconds(2))
                .build();
        return new RingEngine(syscalls)
                .start(
                        options,
                        Server.http(0).get("/", _ -> Response.text("ok")).application());
    }

    private static long metric(RunningEngine engine, String name) {
        return (long) engine.metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .mapToDouble(Metric::value)
                .sum();
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EAGAIN, Errno.EBUSY, Errno.ENOMEM, Errno.EBADF, Errno.EINVAL})
    void aRefusalThatPassesCostsTimeAndNoConnection(int errno) throws IOException {
        RunningEngine engine = start();
        try (Peer peer = Peer.connect(engine.address().getPort())) {
            assertEquals("ok", peer.get("/").reply().text());
            syscalls.enterFails(errno, 8);
            for (int i = 0; i < 20; i++) {
                assertEquals("ok", peer.get("/").reply().text());
            }
            assertEquals(8, syscalls.failed());
        } finally {
            engine.stop(Duration.ofSeconds(5));
        }
        assertEquals(0, metric(engine, "ringfort_connections_open"));
        assertNull(engine.failure(), "the server was asked to stop");
    }

    @Test
    void aRefusalForGoodEndsTheServerWithItsReason() throws Exception {
        RunningEngine engine = start();
        int port = engine.address().getPort();
        try (Peer peer = Peer.connect(port)) {
            assertEquals("ok", peer.get("/").reply().text());
            syscalls.enterFails(Errno.EPERM);
            peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
            assertTrue(engine.awaitStop(Duration.ofSeconds(30)), "the server ends");
        }
        Throwable failure = engine.failure();
        assertNotNull(failure);
        assertTrue(String.valueOf(failure.getMessage()).contains("io_uring_enter: EPERM"), failure::toString);
        assertEquals(0, metric(engine, "ringfort_connections_open"));
        assertTrue(syscalls.failed() < 100, () -> "the worker pauses between its tries: " + syscalls.failed());
        assertThrows(ConnectException.class, () -> Peer.connect(port).close(), "nobody listens any more");
    }
}
