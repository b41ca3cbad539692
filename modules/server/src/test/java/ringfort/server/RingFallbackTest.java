package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Application;
import ringfort.api.spi.Availability;
import ringfort.api.spi.RunningEngine;
import ringfort.ring.RingSyscalls;
import ringfort.sys.Errno;

/** Where io_uring is forbidden or short of memory, the engine says so and leaves the address to the next one. */
@Timeout(30)
class RingFallbackTest {
    /** The kernel, until so many rings are open; from then on every setup fails. */
    private static final class Refusing implements RingSyscalls {
        private final RingSyscalls kernel = RingSyscalls.kernel();
        private final AtomicInteger left;
        private final int errno;

        Refusing(int granted, int errno) {
            this.left = new AtomicInteger(granted);
            this.errno = errno;
        }

        @Override
        public int setup(int entries, MemorySegment params) {
            return left.getAndDecrement() > 0 ? kernel.setup(entries, params) : -errno;
        }

        @Override
        public int enter(int fd, int toSubmit, int minComplete, int flags, long argument, long argumentBytes) {
            return kernel.enter(fd, toSubmit, minComplete, flags, argument, argumentBytes);
        }

        @Override
        public int register(int fd, int operation, long argument, int arguments) {
            return kernel.register(fd, operation, argument, arguments);
        }
    }

    private static Application application() {
        return Server.http(0).get("/", _ -> Response.text("ok")).application();
    }

    private static ServerOptions options(int port) {
        return ServerOptions.defaults().toBuilder()
                .host("127.0.0.1")
                .port(port)
                .workers(3)
                .build();
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EPERM, Errno.ENOSYS, Errno.ENOMEM})
    void aForbiddenRingIsUnusableAndSaysWhy(int errno) {
        Availability availability = new RingEngine(new Refusing(0, errno)).probe();
        assertFalse(availability.usable());
        assertTrue(availability.reason().contains(Errno.name(errno)), availability.reason());
    }

    /** The probe has its rings and so has the first worker; the second finds no memory left. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aStartThatFailsMidwayLeavesTheAddressFree(int workers) throws IOException, InterruptedException {
        int granted = Runtime.getRuntime().availableProcessors() + workers - 1;
        assumeTrue(new RingEngine().probe().usable(), "no io_uring here");
        int port;
        RunningEngine before = new PollEngine().start(options(0), application());
        port = before.address().getPort();
        before.stop(Duration.ofSeconds(1));
        var ring = new RingEngine(new Refusing(granted, Errno.ENOMEM));
        assertThrows(IOException.class, () -> ring.start(options(port), application()));
        RunningEngine poll = new PollEngine().start(options(port), application());
        try {
            for (int i = 0; i < 30; i++) { // a listener left behind would take some of these
                try (Peer peer = Peer.connect(port)) {
                    assertEquals("ok", peer.get("/").reply().text());
                }
            }
        } finally {
            poll.stop(Duration.ofSeconds(1));
        }
        assertTrue(poll.awaitStop(Duration.ofSeconds(5)));
    }

    /** A filter of system calls may allow io_uring_setup and refuse io_uring_enter: such a server was ready, and answered nobody. */
    @ParameterizedTest
    @ValueSource(ints = {Errno.EPERM, Errno.ENOSYS, Errno.EINVAL})
    void aRingThatCannotBeEnteredIsUnusableAndSaysWhy(int errno) {
        assumeTrue(new RingEngine().probe().usable(), "no io_uring here");
        var refusing = new FaultyRing();
        refusing.enterFails(errno);
        Availability availability = new RingEngine(refusing).probe();
        assertFalse(availability.usable());
        assertTrue(availability.reason().contains("entering an io_uring: " + Errno.name(errno)), availability.reason());
    }

    @Test
    void eachSwitchedOffFeatureStillServes() throws IOException {
        assumeTrue(new RingEngine().probe().usable(), "no io_uring here");
        for (String feature : new String[] {"multishot_receive", "defer_taskrun", "single_issuer", "registered_fd"}) {
            System.setProperty("ringfort.ring." + feature, "false");
            try {
                RunningEngine engine = new RingEngine().start(options(0), application());
                try (Peer peer = Peer.connect(engine.address().getPort())) {
                    for (int i = 0; i < 100; i++) {
                        assertEquals("ok", peer.get("/").reply().text());
                    }
                } finally {
                    engine.stop(Duration.ofSeconds(5));
                }
            } finally {
                System.clearProperty("ringfort.ring." + feature);
            }
        }
    }
}
