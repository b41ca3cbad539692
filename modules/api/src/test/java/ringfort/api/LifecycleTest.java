package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.api.spi.Application;
import ringfort.api.spi.Availability;
import ringfort.api.spi.Engine;
import ringfort.api.spi.RunningEngine;

/** What an application is told of the life of its server, in which order, and what none of that can do to the stop. */
@Timeout(30)
class LifecycleTest {
    private final LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();

    /** An engine whose drain takes until it is released. */
    private final class Slow implements Engine, RunningEngine {
        final CountDownLatch release = new CountDownLatch(1);

        @Override
        public String name() {
            return "slow";
        }

        @Override
        public int rank() {
            return 1;
        }

        @Override
        public Availability probe() {
            return Availability.usable(List.of());
        }

        @Override
        public RunningEngine start(ServerOptions options, Application application) {
            return this;
        }

        @Override
        public InetSocketAddress address() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        }

        @Override
        public String description() {
            return "";
        }

        @Override
        public List<Metric> metrics() {
            return List.of();
        }

        @Override
        public void stop(Duration drain) {
            try {
                told.add("drain");
                release.await();
                told.add("drained");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean awaitStop(Duration timeout) throws InterruptedException {
            return release.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private final Slow engine = new Slow();

    private RunningServer start(Server server) {
        return server.start(List.of(engine));
    }

    private String next() throws InterruptedException {
        return String.valueOf(told.poll(20, TimeUnit.SECONDS));
    }

    @Test
    void hooksAreCalledInTheirOrderAroundTheDrain() throws Exception {
        RunningServer running = start(Server.http(0)
                .onStarted(server -> told.add("started " + server.isReady()))
                .onStarted(_ -> told.add("started second"))
                .onStopping(() -> {
                    told.add("stopping");
                    engine.release.countDown(); // as an event stream that ends
                })
                .onStopped(() -> told.add("stopped first given"))
                .onStopped(() -> told.add("stopped second given")));
        assertEquals("started true", next());
        assertEquals("started second", next());
        running.stop();
        assertFalse(running.isReady());
        List<String> rest = List.copyOf(told);
        assertEquals(5, rest.size(), rest::toString);
        assertTrue(rest.subList(0, 2).containsAll(List.of("drain", "stopping")), rest::toString);
        assertEquals(List.of("drained", "stopped second given", "stopped first given"), rest.subList(2, 5));
    }

    @Test
    void oneThatFailsStopsNoOther() throws Exception {
        engine.release.countDown();
        start(Server.http(0)
                        .onStarted(_ -> {
                            throw new AssertionError("on purpose");
                        })
                        .onStarted(_ -> told.add("started"))
                        .onStopping(() -> {
                            throw new IllegalStateException("on purpose");
                        })
                        .onStopping(() -> told.add("stopping"))
                        .onStopped(() -> told.add("stopped"))
                        .onStopped(() -> {
                            throw new StackOverflowError("on purpose");
                        }))
                .stop();
        assertTrue(told.containsAll(List.of("started", "stopping", "stopped")), told::toString);
    }

    @Test
    void aHookMayStopTheServerItself() throws Exception {
        engine.release.countDown();
        var server = new AtomicReference<RunningServer>();
        RunningServer running = start(Server.http(0)
                .onStarted(server::set)
                .onStopping(() -> server.get().stop())
                .onStopped(() -> {
                    server.get().stop();
                    told.add("stopped");
                }));
        running.stop();
        assertTrue(told.contains("stopped"), told::toString);
    }

    @Test
    void aHookThatDoesNotEndIsLeftBehind() throws Exception {
        engine.release.countDown();
        CountDownLatch interrupted = new CountDownLatch(1);
        start(Server.http(0).onStopped(() -> told.add("never reached in time")).onStopped(() -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                    }
                }))
                .stop();
        assertTrue(interrupted.await(10, TimeUnit.SECONDS));
    }

    /** A balancer asks the route that says this, and goes elsewhere before the server stops listening. */
    @Test
    void notReadyComesBeforeTheDrain() throws Exception {
        RunningServer running = start(Server.http(0).options(options -> options.drainDelay(Duration.ofMillis(300))));
        Thread stopper = Thread.ofVirtual().start(running::stop);
        while (running.isReady()) {
            Thread.onSpinWait();
        }
        assertEquals(0, told.size(), "the drain has begun");
        assertEquals("drain", next());
        engine.release.countDown();
        stopper.join();
    }

    @Test
    void allWhoStopWaitForTheSameEnd() throws Exception {
        RunningServer running = start(Server.http(0).onStopped(() -> told.add("stopped")));
        Thread[] stoppers = new Thread[8];
        for (int i = 0; i < stoppers.length; i++) {
            stoppers[i] = Thread.ofVirtual().start(() -> {
                running.stop();
                told.add("returned");
            });
        }
        Thread waiter = Thread.ofVirtual().start(() -> {
            running.awaitStop();
            told.add("returned");
        });
        assertEquals("drain", next());
        engine.release.countDown();
        assertEquals("drained", next());
        assertEquals("stopped", next());
        for (Thread stopper : stoppers) {
            stopper.join();
        }
        waiter.join();
        assertEquals(9, told.size());
    }
}
