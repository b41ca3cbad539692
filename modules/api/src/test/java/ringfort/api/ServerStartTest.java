package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ringfort.api.spi.Application;
import ringfort.api.spi.Availability;
import ringfort.api.spi.Engine;
import ringfort.api.spi.RunningEngine;

class ServerStartTest {
    private static final Availability USABLE = Availability.usable(List.of("FEATURE"));
    private final List<String> started = new ArrayList<>();

    private final class Fake implements Engine {
        private final String name;
        private final int rank;
        private final Availability availability;
        private final @Nullable Exception failure;

        private Fake(String name, int rank, Availability availability, @Nullable Exception failure) {
            this.name = name;
            this.rank = rank;
            this.availability = availability;
            this.failure = failure;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int rank() {
            return rank;
        }

        @Override
        public Availability probe() {
            return availability;
        }

        @Override
        public RunningEngine start(ServerOptions options, Application application) throws IOException {
            started.add(name);
            if (failure instanceof IOException e) {
                throw e;
            }
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            return new FakeRunning(options.port());
        }
    }

    private static final class FakeRunning implements RunningEngine {
        private final int port;
        private final List<Duration> drains = new ArrayList<>();
        private final CountDownLatch stopped = new CountDownLatch(1);

        private FakeRunning(int port) {
            this.port = port;
        }

        @Override
        public InetSocketAddress address() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        }

        @Override
        public String description() {
            return "fake";
        }

        @Override
        public List<Metric> metrics() {
            return List.of(new Metric("fake_drains", "Drains", Metric.Kind.GAUGE, Map.of(), drains.size()));
        }

        @Override
        public void stop(Duration drain) {
            drains.add(drain);
            stopped.countDown();
        }

        @Override
        public boolean awaitStop(Duration timeout) throws InterruptedException {
            return stopped.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private Fake usable(String name, int rank) {
        return new Fake(name, rank, USABLE, null);
    }

    private static Server server(String engine) {
        return Server.http("127.0.0.1", 8081).options(options -> options.engine(engine));
    }

    private static String refusal(Server server, Engine... engines) {
        ServerStartException refused = assertThrows(ServerStartException.class, () -> server.start(List.of(engines)));
        String message = String.valueOf(refused.getMessage());
        assertFalse(message.contains("\n"), message);
        return message;
    }

    @Test
    void autoTakesTheHighestRankAndSaysWhyNotABetterOne() {
        Fake ring = new Fake("ring", 30, Availability.unusable("io_uring is disabled by sysctl"), null);
        Fake poll = new Fake("poll", 20, USABLE, new IOException("no epoll"));
        RunningServer running = server("auto").start(List.of(usable("threads", 10), poll, ring));
        try (running) {
            assertEquals("threads", running.engine());
            assertEquals(List.of("poll", "threads"), started);
            assertEquals(8081, running.port());
            assertEquals(
                    "Ringfort on http://127.0.0.1:8081, engine threads: fake (ring cannot run here: io_uring is"
                            + " disabled by sysctl; poll did not start: no epoll)",
                    running.description());
        }
    }

    @Test
    void whenNoneCanRunEveryReasonIsTold() {
        Fake broken = new Fake("poll", 20, USABLE, new IllegalStateException("bug"));
        String message = refusal(server("auto"), new Fake("ring", 30, Availability.unusable("seccomp"), null), broken);
        assertEquals("No engine can run here (ring cannot run here: seccomp; poll did not start: bug)", message);
    }

    @Test
    void anEngineAskedForByNameIsNotReplaced() {
        Fake ring = new Fake("ring", 30, Availability.unusable("seccomp forbids it; allow io_uring_setup"), null);
        String message = refusal(server("ring"), ring, usable("poll", 20));
        assertTrue(message.contains("seccomp forbids it; allow io_uring_setup"), message);
        assertEquals(List.of(), started);
        assertTrue(refusal(server("rign"), ring, usable("poll", 20)).contains("auto, ring, poll"));
    }

    @Test
    void aTakenPortIsNotTheEnginesFault() {
        Fake ring = new Fake("ring", 30, USABLE, new BindException("Address already in use"));
        String message = refusal(server("auto"), ring, usable("poll", 20));
        assertTrue(message.startsWith("Cannot listen on 127.0.0.1:8081: Address already in use. "), message);
        assertTrue(message.contains("port"), message);
        assertEquals(List.of("ring"), started, "no other engine is tried on a taken port");
        Fake detailed =
                new Fake("ring", 30, USABLE, new BindException("cannot listen on 127.0.0.1:8081: taken; stop it"));
        assertEquals("Cannot listen on 127.0.0.1:8081: taken; stop it", refusal(server("auto"), detailed));
    }

    @Test
    void withoutAnEngineTheMessageNamesTheModule() {
        assertTrue(refusal(server("auto")).contains("ringfort.server"));
        assertThrows(ServerStartException.class, () -> server("auto").start());
    }

    @Test
    void aBadPropertyIsAStartError() {
        System.setProperty("ringfort.workers", "many");
        try {
            String message = refusal(server("auto"), usable("poll", 20));
            assertTrue(
                    message.startsWith("Option workers cannot be \"many\" (from property ringfort.workers)"), message);
        } finally {
            System.clearProperty("ringfort.workers");
        }
        assertEquals(List.of(), started);
    }

    @Test
    void metricsAreThoseOfEngineAndApplication() {
        try (RunningServer running = server("auto").start(List.of(usable("poll", 20)))) {
            List<String> names = running.metrics().stream().map(Metric::name).toList();
            assertTrue(names.containsAll(List.of("fake_drains", "ringfort_handler_faults_total")), names::toString);
        }
    }

    @Test
    void stoppingDrainsAsTheOptionsSayAndAwaitStopReturns() {
        Server server = server("auto").options(options -> options.drainTimeout(Duration.ofSeconds(3)));
        RunningServer running = server.start(List.of(usable("poll", 1)));
        running.stop();
        running.stop(Duration.ZERO);
        running.close();
        running.awaitStop();
        assertEquals(1, running.metrics().getFirst().value(), "all wait for the same end");
    }

    @Test
    void anInterruptedWaitKeepsTheInterrupt() throws Exception {
        RunningServer running = server("auto").start(List.of(usable("poll", 1)));
        CountDownLatch kept = new CountDownLatch(1);
        Thread waiter = Thread.ofVirtual().start(() -> {
            running.awaitStop();
            if (Thread.currentThread().isInterrupted()) {
                kept.countDown();
            }
        });
        waiter.interrupt();
        assertTrue(kept.await(5, TimeUnit.SECONDS));
        running.stop();
    }
}
