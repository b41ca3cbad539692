package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.api.spi.Mount;
import ringfort.server.Await;
import ringfort.server.Served;
import ringfort.server.ShortDeadlines;
import ringfort.server.SlowPeer;
import ringfort.server.Variant;
import ringfort.server.exchange.HandlerLedger;
import ringfort.server.exchange.HandlerThread;
import ringfort.server.exchange.Scheduler;
import ringfort.timers.Ticker;

/** What one worker does for another that a handler holds, and what the two then share. */
@Timeout(60)
class TakeOverTest {
    private static final long STRESS_NANOS = 4_000_000_000L;

    private final Server server = Server.http(0).get("/", _ -> Response.text("here"));
    private final FakeWorker owner = new FakeWorker(server);
    private final FakeWorker idle = new FakeWorker(server);

    @AfterEach
    void endWorkers() throws InterruptedException {
        for (FakeWorker worker : new FakeWorker[] {owner, idle}) {
            if (worker.thread().getState() != Thread.State.NEW) {
                worker.stop(worker.context().ticker().nanos());
                assertTrue(worker.thread().join(Duration.ofSeconds(10)));
            }
            worker.context().notices().close();
        }
    }

    /** The first of three holds the worker, and the watchdog gives the other two away meanwhile. */
    @Test
    void aQueueThatTheWatchdogEmptiedIsNotRunOn() throws Exception {
        var inside = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var done = new CountDownLatch(1);
        owner.start();
        owner.execute(() -> {
            owner.exchange().thread().execute(() -> {
                inside.countDown();
                awaitQuietly(release);
            });
            owner.exchange().thread().execute(() -> {});
            owner.exchange().thread().execute(() -> {});
        });
        assertTrue(inside.await(10, TimeUnit.SECONDS));
        assertTrue(owner.guard().enter());
        assertNotNull(owner.takeRunnable());
        assertNotNull(owner.takeRunnable());
        assertNull(owner.takeRunnable());
        owner.guard().leave();
        release.countDown();
        owner.execute(done::countDown);
        assertTrue(done.await(10, TimeUnit.SECONDS));
        assertEquals(0, owner.counters().defects.get(), "the turn did not fail");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The idle worker has run a virtual thread until it waits. Before it looks for a signal, that thread goes on, on its own
     * worker, which is back, and signals there: that signal is not the idle worker's to take.
     */
    @Test
    void aWorkerThatStandsInTakesNoSignalOfTheConnectionsWorker() throws Exception {
        var taken = new AtomicReference<@Nullable Thread>();
        var inline = new AtomicReference<@Nullable HandlerThread>();
        var signalled = new CountDownLatch(1);
        HandlerThread thread =
                new HandlerThread(owner, new Scheduler(false), new HandlerLedger(0), new HandlerThread.Work() {
                    @Override
                    public void run() {}

                    @Override
                    public void runInline() {
                        Objects.requireNonNull(inline.get()).signal();
                    }

                    @Override
                    public Mount mount() {
                        return owner.exchange().mount();
                    }

                    @Override
                    public void signalled() {
                        taken.set(Thread.currentThread());
                    }
                });
        inline.set(thread);
        thread.execute(() -> {
            owner.execute(() -> {
                thread.runInline();
                signalled.countDown();
            });
            awaitQuietly(signalled);
        });
        assertNotNull(owner.takeRunnable()); // else its worker would carry it as well, and take the signal as its own
        owner.start();
        idle.carry(thread);
        assertEquals(owner.thread(), taken.get(), "taken by a worker that may not touch the connection");
    }

    /**
     * Two workers for seconds: handlers that hold theirs until the watchdog comes, and come back while it looks, beside
     * handlers that wait and go on, where they are or at the other worker. Every request gets its own answer.
     */
    @ParameterizedTest
    @EnumSource(names = {"RING", "RING_WITH_KERNEL_TIMERS", "POLL"})
    void everybodyGetsTheirAnswerWhileWorkersAreTakenOver(Variant variant) throws Exception {
        var holds = new AtomicInteger();
        try (Served timed = Served.start(
                        variant,
                        ShortDeadlines.and(options -> options.workers(2)
                                .holdThreshold(Duration.ZERO)
                                .headerTimeout(Duration.ofSeconds(20))
                                .idleTimeout(Duration.ofSeconds(20))),
                        routes -> routes.get("/waits/{n}", request -> {
                                    for (int i = 0; i < 5; i++) {
                                        Await.pass(Duration.ofMillis(1));
                                        Thread.onSpinWait();
                                    }
                                    return Response.text(request.path("n"));
                                })
                                .get(
                                        "/holds/{n}",
                                        request -> {
                                            long begin = Ticker.system().nanos();
                                            // From just before the watchdog's threshold to a tick behind it.
                                            long nanos = 36_000_000L + holds.incrementAndGet() % 14 * 2_000_000L;
                                            while (Ticker.system().nanos() - begin < nanos) {
                                                Thread.onSpinWait();
                                            }
                                            return Response.text(request.path("n"));
                                        },
                                        Route.carried()));
                var clients = Executors.newThreadPerTaskExecutor(
                        Thread.ofPlatform().daemon().factory())) {
            long begin = Ticker.system().nanos();
            List<Future<Integer>> counts = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                String path = i < 2 ? "/holds/" : "/waits/";
                int number = i;
                counts.add(clients.submit(() -> {
                    int count = 0;
                    try (SlowPeer peer = timed.connectSlow()) {
                        for (; Ticker.system().nanos() - begin < STRESS_NANOS; count++) {
                            peer.get(path + number + "-" + count).expect(number + "-" + count);
                        }
                    }
                    return count;
                }));
            }
            for (Future<Integer> count : counts) {
                assertTrue(count.get(40, TimeUnit.SECONDS) > 0);
            }
            assertTrue(timed.metric("ringfort_watchdog_stuck_total") > 0, "no worker was held for long enough");
            assertFalse(timed.metric("ringfort_defects_total") > 0, "defects");
        }
    }
}
