package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import ringfort.api.Handler;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.budget.Phase;
import ringfort.server.loop.Watchdog;
import ringfort.server.metrics.CloseReason;

/** A handler that holds its worker, or its carrier, does not stop time for anybody else. */
@Isolated("its handlers keep the carriers of virtual threads for themselves")
class WatchdogTest extends DeadlineContract {
    /** Long enough for a handler to take hold of its worker first, however busy the machine is. */
    private static final Duration LATER = Duration.ofSeconds(1);

    @Test
    void deadlinesAreKeptBesideABusyLoop() throws Exception {
        var release = new AtomicBoolean();
        deadlinesAreKept(
                _ -> {
                    while (!release.get()) {
                        Thread.onSpinWait();
                    }
                    return Response.text("released");
                },
                Route.carried(),
                () -> release.set(true));
    }

    @Test
    void deadlinesAreKeptBesideAnInlineHandlerThatBlocks() throws Exception {
        var release = new CountDownLatch(1);
        deadlinesAreKept(
                _ -> {
                    release.await();
                    return Response.text("released");
                },
                Route.inline(),
                release::countDown);
    }

    @Test
    void deadlinesAreKeptBesideALockThatSomebodyHolds() throws Exception {
        var lock = new ReentrantLock();
        lock.lock();
        deadlinesAreKept(
                _ -> {
                    lock.lock();
                    try {
                        return Response.text("released");
                    } finally {
                        lock.unlock();
                    }
                },
                Route.inline(),
                lock::unlock);
    }

    private void deadlinesAreKept(Handler holds, Route route, Runnable release) throws Exception {
        var entered = new CountDownLatch(1);
        Served server = serve(options -> options.headerTimeout(LATER).idleTimeout(LATER), routes -> {
            echo(routes);
            routes.get(
                    "/hold",
                    request -> {
                        entered.countDown();
                        return holds.handle(request);
                    },
                    route);
        });
        try (SlowPeer silent = server.connectSlow();
                SlowPeer half = server.connectSlow();
                SlowPeer idle = server.connectSlow();
                SlowPeer stuck = server.connectSlow()) {
            half.send("GET /");
            idle.get("/").expect("here");
            server.awaitOpen(4);
            stuck.get("/hold");
            assertTrue(entered.await(5, TimeUnit.SECONDS));
            silent.end().after(LATER);
            half.end().after(LATER);
            idle.end().inOrder();
            release.run();
            stuck.expect("released");
            assertEquals(1, server.metric("ringfort_watchdog_stuck_total"), "reported once");
            assertEquals(3, server.metric("ringfort_watchdog_interventions_total"));
        } catch (Throwable e) {
            release.run();
            throw e;
        }
        server.awaitOpen(0);
        assertEquals(2, server.expired(Phase.HEADER));
        assertEquals(1, server.expired(Phase.IDLE));
        assertEquals(3, server.closed(CloseReason.DEADLINE));
        assertEquals(1, server.closed(CloseReason.PEER));
    }

    /** The request is whole and waits in the socket: it is us who are late, and the peer is served. */
    @Test
    void whoseBytesWaitForUsIsNotShutDown() throws Exception {
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        Served server = serve(options -> options.headerTimeout(LATER), routes -> {
            echo(routes);
            routes.get(
                    "/hold",
                    _ -> {
                        entered.countDown();
                        release.await();
                        return Response.text("released");
                    },
                    Route.inline());
        });
        try (SlowPeer stuck = server.connectSlow();
                SlowPeer good = server.connectSlow()) {
            good.send("GET / HT");
            server.awaitOpen(2);
            Await.until(
                    () -> server.metric("ringfort_received_bytes_total") >= 8, () -> "half a head was not received");
            stuck.get("/hold");
            assertTrue(entered.await(5, TimeUnit.SECONDS));
            good.send("TP/1.1\r\nHost: h\r\n\r\n");
            Await.pass(LATER.plus(Duration.ofMillis(200)));
            release.countDown();
            stuck.expect("released");
            good.expect("here");
            assertEquals(0, server.metric("ringfort_watchdog_interventions_total"));
        }
        server.awaitOpen(0);
        assertEquals(0, server.closed(CloseReason.DEADLINE));
    }

    private static Response held(CountDownLatch entered, CountDownLatch release) throws InterruptedException {
        entered.countDown();
        release.await();
        return Response.text("released");
    }

    private Served serveHeld(CountDownLatch entered, CountDownLatch release) throws Exception {
        return serve(options -> options.headerTimeout(LATER).idleTimeout(LATER), routes -> {
            echo(routes);
            routes.get("/hold", _ -> held(entered, release), Route.inline());
        });
    }

    /** An octet now and then waits in the socket each time that the watchdog looks; that buys no time. */
    @Test
    void whoDripsIsShutDownBesideAWorkerThatIsHeld() throws Exception {
        inClearOnly("the watchdog cannot look into records, and excuses them for a while");
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        Served server = serveHeld(entered, release);
        try (SlowPeer stuck = server.connectSlow();
                SlowPeer first = server.connectSlow();
                SlowPeer second = server.connectSlow()) {
            first.send("GET / HTTP/1.1\r\n");
            second.get("/").expect("here");
            server.awaitOpen(3);
            Await.until(() -> server.metric("ringfort_received_bytes_total") >= 43, () -> "no head was begun");
            stuck.get("/hold");
            assertTrue(entered.await(10, TimeUnit.SECONDS));
            first.trickle("X: " + "y".repeat(400), Duration.ofMillis(20));
            second.mark().trickle("GET / HTTP/1.1\r\nX: " + "y".repeat(400), Duration.ofMillis(20));
            first.end().after(LATER);
            second.end().after(LATER.plus(LATER).minusMillis(100)); // idle, and then a head's time
            assertEquals(1, release.getCount());
            release.countDown();
            stuck.expect("released");
        } finally {
            release.countDown();
        }
        server.awaitOpen(0);
        assertEquals(2, server.expired(Phase.HEADER));
        assertEquals(2, server.metric("ringfort_watchdog_interventions_total"));
        assertEquals(2, server.closed(CloseReason.DEADLINE));
    }

    /**
     * The kernel has handed the bytes over together with those of the request that then holds the worker: they are not in
     * the socket any more, and the worker has not looked at them.
     */
    @Test
    void whatTheWorkerHasNotLookedAtCountsAsUnread() throws Exception {
        inClearOnly("the watchdog cannot look into records, and excuses them for a while");
        var entered = new CountDownLatch(2);
        var release = new CountDownLatch(1);
        var turn = new CountDownLatch(1); // ends what holds the worker first, while the bytes of all arrive
        Served server = serve(options -> options.headerTimeout(LATER).idleTimeout(LATER.multipliedBy(20)), routes -> {
            echo(routes);
            routes.get("/hold", _ -> held(entered, release), Route.inline());
            routes.get("/turn", _ -> held(entered, turn), Route.inline());
        });
        try (SlowPeer stuck = server.connectSlow();
                SlowPeer good = server.connectSlow();
                SlowPeer drips = server.connectSlow();
                SlowPeer blocker = server.connectSlow()) {
            good.send("GET / HT");
            drips.send("GET / HT");
            Await.until(() -> server.metric("ringfort_received_bytes_total") >= 16, () -> "no head was begun");
            blocker.get("/turn");
            Await.until(() -> entered.getCount() == 1, () -> "the worker is not held");
            stuck.get("/hold");
            good.send("TP/1.1\r\nHost: h\r\n\r\n");
            drips.send("TP/1.1\r\n");
            turn.countDown();
            assertTrue(entered.await(10, TimeUnit.SECONDS));
            drips.end().after(LATER);
            Await.pass(Duration.ofMillis(100));
            release.countDown();
            stuck.expect("released");
            blocker.expect("released");
            good.expect("here");
            assertEquals(1, server.metric("ringfort_watchdog_interventions_total"));
        } finally {
            turn.countDown();
            release.countDown();
        }
        server.awaitOpen(0);
        assertEquals(1, server.expired(Phase.HEADER));
    }

    /** It was handled in the turn that a handler then holds: that it was not sent is our doing, and nobody is idle. */
    @Test
    void anAnswerThatIsQueuedIsNotLost() throws Exception {
        var entered = new CountDownLatch(2);
        var release = new CountDownLatch(1);
        var turn = new CountDownLatch(1);
        Served server = serve(options -> options.headerTimeout(LATER.multipliedBy(20)), routes -> {
            echo(routes);
            routes.get("/hold", _ -> held(entered, release), Route.inline());
            routes.get("/turn", _ -> held(entered, turn), Route.inline());
        });
        try (SlowPeer good = server.connectSlow();
                SlowPeer stuck = server.connectSlow();
                SlowPeer blocker = server.connectSlow()) {
            blocker.get("/turn");
            Await.until(() -> entered.getCount() == 1, () -> "the worker is not held");
            good.get("/");
            stuck.get("/hold");
            turn.countDown();
            assertTrue(entered.await(10, TimeUnit.SECONDS));
            Await.pass(ShortDeadlines.IDLE.plus(Duration.ofMillis(300)));
            release.countDown();
            stuck.expect("released");
            good.expect("here");
        } finally {
            turn.countDown();
            release.countDown();
        }
        server.awaitOpen(0);
    }

    /** However long it lasts and however often the watchdog looks. */
    @Test
    void whoHoldsAWorkerIsReportedOnce() throws Exception {
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var seen = new ConcurrentLinkedQueue<RecordedEvent>();
        try (var recording = new RecordingStream()) {
            recording.enable("ringfort.WorkerStuck");
            recording.setReuse(false);
            recording.onEvent("ringfort.WorkerStuck", seen::add);
            recording.startAsync();
            Served server = serveHeld(entered, release);
            try (SlowPeer stuck = server.connectSlow()) {
                stuck.get("/hold");
                Await.until(() -> server.metric("ringfort_watchdog_stuck_total") == 1, () -> "not noticed");
                Await.pass(Duration.ofMillis(200)); // ten more looks
                release.countDown();
                stuck.expect("released");
                assertEquals(1, server.metric("ringfort_watchdog_stuck_total"));
            }
            recording.stop();
        } finally {
            release.countDown();
        }
        assertEquals(1, seen.size(), seen::toString);
        RecordedEvent event = seen.element();
        assertTrue(event.getString("route").contains("/hold"), event::toString);
        assertTrue(event.getString("worker").startsWith("ringfort-"), event::toString);
        assertTrue(event.getDuration("heldNanos").toNanos() >= Watchdog.STUCK_NANOS, event::toString);
    }

    @Test
    void theReportSaysWhereTheHandlerIs() {
        Thread me = Thread.currentThread();
        String said = Watchdog.account("GET /hold", me, me.getStackTrace(), 41_000_000);
        assertTrue(said.startsWith("GET /hold has held " + me.getName() + " for 41 ms."), said);
        assertTrue(said.contains("WatchdogTest.theReportSaysWhereTheHandlerIs"), said);
    }

    /** The JVM initialises a class of a first request, which happens once: its author can do nothing about it. */
    @Test
    void classLoadingIsNotReported() {
        assertTrue(Watchdog.isLoadingClasses(Initialised.STACK));
        assertFalse(Watchdog.isLoadingClasses(Thread.currentThread().getStackTrace()));
    }

    private static final class Initialised {
        static final StackTraceElement[] STACK = Thread.currentThread().getStackTrace();
    }

    /** Two workers; the one that is held has a virtual thread that could go on. */
    @Test
    void whatCouldGoOnIsTakenOverByAnotherWorker() throws Exception {
        var waiting = new CountDownLatch(1);
        var parked = new CountDownLatch(8);
        var resumed = new CountDownLatch(8);
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        Served server = serve(
                options -> options.workers(2),
                routes -> routes.get("/waits", _ -> {
                            parked.countDown();
                            waiting.await();
                            resumed.countDown();
                            return Response.text("went on");
                        })
                        .get(
                                "/hold",
                                _ -> {
                                    entered.countDown();
                                    release.await();
                                    return Response.text("released");
                                },
                                Route.inline()));
        SlowPeer[] peers = new SlowPeer[8];
        try (SlowPeer stuck = server.connectSlow()) {
            for (int i = 0; i < peers.length; i++) {
                peers[i] = server.connectSlow().get("/waits");
            }
            assertTrue(parked.await(5, TimeUnit.SECONDS));
            stuck.get("/hold");
            assertTrue(entered.await(5, TimeUnit.SECONDS));
            waiting.countDown();
            assertTrue(resumed.await(2, TimeUnit.SECONDS), "all go on although one worker is held");
            release.countDown();
            stuck.expect("released");
            for (SlowPeer peer : peers) {
                peer.expect("went on");
                peer.close();
            }
        }
    }
}
