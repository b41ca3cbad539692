package ringfort.server;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import ringfort.api.Handler;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;
import ringfort.sys.Downcall;

/**
 * The deadline of a handler that holds its worker: the peer is answered on time, although the handler has not come back
 * and the worker with it.
 */
@Isolated("its handlers keep processors for themselves, and the time that it takes to notice is measured")
class HeldHandlerTest extends DeadlineContract {
    private static final Duration HANDLER = Duration.ofMillis(300);

    /** What may lie between a deadline and what the peer sees of it. */
    private static final long BOUND_NANOS = 150_000_000L;

    /** On a machine with other things to do, one of so many must keep to the bound. */
    private static final int ATTEMPTS = 6;

    private static final MemorySegment USLEEP = Downcall.symbol("usleep");
    private static final MemorySegment QSORT = Downcall.symbol("qsort");

    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch entered = new CountDownLatch(1);

    @AfterEach
    void releaseHandlers() {
        release.countDown();
    }

    private Response busy() {
        entered.countDown();
        while (release.getCount() > 0) {
            Thread.onSpinWait();
        }
        return Response.text("what took so long");
    }

    private Response inNativeCall() {
        entered.countDown();
        while (release.getCount() > 0) {
            Downcall.intCall(USLEEP, 20_000, 0, 0, 0, 0, 0, 0);
        }
        return Response.text("what took so long");
    }

    private Served serveHeld(Handler held, Route route) throws IOException {
        return serve(
                options -> options.handlerTimeout(HANDLER).holdThreshold(Duration.ZERO),
                routes -> routes.get("/held", held, route).get("/", _ -> Response.text("here")));
    }

    /** One request that is late by the handler's fault; answered, and counted, once. */
    private void isAnsweredFor(Handler held, Route route) throws Exception {
        Served server = serveHeld(held, route);
        try (SlowPeer peer = server.connectSlow()) {
            SlowPeer.Ending end = peer.mark()
                    .get("/held")
                    .end()
                    .answered(503)
                    .closes()
                    .inOrder()
                    .after(HANDLER);
            assertTrue(end.received().endsWith("\r\n\r\nhandler too late\n"), end::received);
            assertEquals(1, release.getCount(), "the handler has not come back");
            Await.until(() -> server.metric("ringfort_watchdog_interventions_total") == 1, () -> "not counted");
        }
        release.countDown();
        isServedAgain(server);
        assertEquals(1, server.expired(Phase.HANDLER));
        assertEquals(1, server.closed(CloseReason.DEADLINE));
        assertEquals(1, server.metric("ringfort_watchdog_interventions_total"));
        assertEquals(1, server.metric("ringfort_responses_total"), "what the handler answered in the end is dropped");
    }

    private static void isServedAgain(Served server) throws IOException {
        try (SlowPeer peer = server.connectSlow()) {
            peer.get("/").expect("here");
        }
        server.awaitOpen(0);
    }

    @Test
    void aBusyHandlerIsAnsweredFor() throws Exception {
        isAnsweredFor(_ -> busy(), Route.carried());
    }

    @Test
    void aBusyInlineHandlerIsAnsweredFor() throws Exception {
        isAnsweredFor(_ -> busy(), Route.inline());
    }

    @Test
    void aHandlerInANativeCallIsAnsweredFor() throws Exception {
        isAnsweredFor(_ -> inNativeCall(), Route.carried());
    }

    /** By the client's clock, from before the request is sent. */
    @Test
    void thePeerIsAnsweredWithinTheBound() throws Exception {
        var done = new AtomicBoolean();
        Served server = serveHeld(
                _ -> {
                    while (!done.get()) {
                        Thread.onSpinWait();
                    }
                    return Response.text("at last");
                },
                Route.carried());
        long late = Long.MAX_VALUE;
        for (int i = 0; i < ATTEMPTS && late > BOUND_NANOS; i++) {
            done.set(false);
            try (SlowPeer peer = server.connectSlow()) {
                late = peer.mark().get("/held").end().answered(503).firstNanos() - HANDLER.toNanos();
            } finally {
                done.set(true);
            }
            isServedAgain(server);
        }
        assertTrue(late <= BOUND_NANOS, late / 1_000_000 + " ms late, like those before");
    }

    /** Not a processor is used, and a virtual thread that waits there cannot be unmounted: a native frame is beneath it. */
    @Test
    void aHandlerThatWaitsForALockInAnUpcallIsAnsweredFor() throws Exception {
        var lock = new ReentrantLock();
        lock.lock();
        try {
            isAnsweredForBesideALock(lock);
        } finally {
            lock.unlock();
        }
    }

    private void isAnsweredForBesideALock(ReentrantLock lock) throws Exception {
        var interrupted = new AtomicBoolean();
        Served server = serveHeld(
                _ -> {
                    try (Arena arena = Arena.ofConfined()) {
                        sortTwo(arena, () -> {
                            try {
                                lock.lockInterruptibly();
                            } catch (InterruptedException e) {
                                interrupted.set(true);
                            }
                        });
                    }
                    return Response.text("what took so long");
                },
                Route.carried());
        try (SlowPeer peer = server.connectSlow()) {
            peer.mark().get("/held").end().answered(503).closes().inOrder().after(HANDLER);
        }
        isServedAgain(server);
        assertTrue(interrupted.get(), "the handler's thread is interrupted");
        assertEquals(1, server.metric("ringfort_watchdog_interventions_total"), "it held its worker");
        assertEquals(1, server.expired(Phase.HANDLER));
    }

    /** Sorts two numbers with the C library, which calls {@code inside} to compare them. */
    private static void sortTwo(Arena arena, Runnable inside) throws Exception {
        MethodHandle compare = MethodHandles.lookup()
                .findStatic(
                        HeldHandlerTest.class,
                        "compare",
                        MethodType.methodType(int.class, Runnable.class, MemorySegment.class, MemorySegment.class))
                .bindTo(inside);
        MemorySegment stub =
                Linker.nativeLinker().upcallStub(compare, FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS), arena);
        MemorySegment numbers = arena.allocateFrom(JAVA_INT, 2, 1);
        Downcall.intCall(QSORT, numbers.address(), 2, 4, stub.address(), 0, 0, 0);
    }

    @SuppressWarnings("UnusedMethod") // found by name, for the upcall
    private static int compare(Runnable inside, MemorySegment one, MemorySegment other) {
        inside.run();
        return Long.compare(one.address(), other.address());
    }

    /** Since JDK 24 (JEP 491) a monitor is no longer a reason to keep the carrier: the worker goes on by itself. */
    @Test
    void aHandlerThatWaitsForAMonitorHoldsNobody() throws Exception {
        Object monitor = new Object();
        Served server = serveHeld(
                _ -> {
                    entered.countDown();
                    synchronized (monitor) {
                        return Response.text("what took so long");
                    }
                },
                Route.carried());
        synchronized (monitor) {
            try (SlowPeer peer = server.connectSlow()) {
                peer.mark().get("/held");
                assertTrue(entered.await(10, TimeUnit.SECONDS));
                try (SlowPeer other = server.connectSlow()) {
                    other.get("/").expect("here");
                }
                peer.end().answered(503).closes().after(HANDLER);
            }
        }
        server.awaitOpen(0);
        assertEquals(0, server.metric("ringfort_watchdog_interventions_total"));
    }

    /** It blocks although it said it would not; interrupted, it gives the worker back. */
    @Test
    void anInlineHandlerThatBlocksIsInterrupted() throws Exception {
        var interrupted = new CountDownLatch(1);
        Served server = serveHeld(
                _ -> {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                    }
                    return Response.text("what took so long");
                },
                Route.inline());
        try (SlowPeer peer = server.connectSlow()) {
            peer.mark().get("/held").end().answered(503).closes().inOrder().after(HANDLER);
        }
        assertTrue(interrupted.await(5, TimeUnit.SECONDS));
        isServedAgain(server);
        assertEquals(1, release.getCount());
        assertEquals(1, server.expired(Phase.HANDLER));
    }

    /** Both are late: the one that waits is answered although its own thread does nothing wrong. */
    @Test
    void aHandlerThatWaitsBesideOneThatHoldsTheWorkerIsAnsweredFor() throws Exception {
        var waits = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        Served server = serve(
                options -> options.handlerTimeout(HANDLER).holdThreshold(Duration.ZERO),
                routes -> routes.get("/held", _ -> busy(), Route.carried().handlerTimeout(Duration.ofSeconds(20)))
                        .get("/", _ -> Response.text("here"))
                        .get("/waits", _ -> {
                            waits.countDown();
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                interrupted.countDown();
                            }
                            return Response.text("never");
                        }));
        try (SlowPeer waiting = server.connectSlow();
                SlowPeer held = server.connectSlow()) {
            waiting.mark().get("/waits");
            assertTrue(waits.await(5, TimeUnit.SECONDS));
            held.get("/held");
            assertTrue(entered.await(10, TimeUnit.SECONDS));
            waiting.end().answered(503).closes().inOrder().after(HANDLER);
            release.countDown();
            held.expect("what took so long");
        }
        server.awaitOpen(0);
        assertTrue(interrupted.await(5, TimeUnit.SECONDS));
        assertEquals(1, server.expired(Phase.HANDLER));
        assertEquals(1, server.closed(CloseReason.DEADLINE));
    }

    /** The answer to the first request is queued and not sent: a 503 may not come before it, so the connection ends. */
    @Test
    void behindAnAnswerThatWaitsTheConnectionIsShutDown() throws Exception {
        Served server = serveHeld(_ -> busy(), Route.carried());
        try (SlowPeer peer = server.connectSlow()) {
            peer.mark().send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /held HTTP/1.1\r\nHost: h\r\n\r\n");
            SlowPeer.Ending end = peer.end().after(HANDLER);
            assertFalse(end.received().contains("503"), end::received);
        }
        release.countDown();
        isServedAgain(server);
        assertEquals(1, server.expired(Phase.HANDLER));
        assertEquals(1, server.metric("ringfort_watchdog_interventions_total"));
    }

    /** It was in time; that the worker was not there to take its answer is not its fault. */
    @Test
    void aHandlerThatHasAnsweredIsNotLate() throws Exception {
        var go = new CountDownLatch(1);
        var answered = new CountDownLatch(1);
        Served server = serve(
                options -> options.handlerTimeout(HANDLER).holdThreshold(Duration.ZERO),
                routes -> routes.get("/held", _ -> busy(), Route.carried().handlerTimeout(Duration.ofSeconds(20)))
                        .get(
                                "/elsewhere",
                                _ -> {
                                    go.await();
                                    answered.countDown();
                                    return Response.text("in time");
                                },
                                Route.offload()));
        try (SlowPeer good = server.connectSlow();
                SlowPeer held = server.connectSlow()) {
            good.get("/elsewhere");
            Await.until(() -> server.metric("ringfort_requests_total") == 1, () -> "no request");
            held.get("/held");
            assertTrue(entered.await(10, TimeUnit.SECONDS));
            go.countDown();
            assertTrue(answered.await(10, TimeUnit.SECONDS));
            Await.pass(HANDLER.plus(Duration.ofMillis(200)));
            release.countDown();
            held.expect("what took so long");
            good.expect("in time");
        }
        server.awaitOpen(0);
        assertEquals(0, server.metric("ringfort_watchdog_interventions_total"));
        assertEquals(0, server.expired(Phase.HANDLER));
    }

    /** The body comes in drops, which is excused as long as we do not look; the handler's deadline is not. */
    @Test
    void aBodyInDropsDoesNotHideALateHandler() throws Exception {
        Served server = serve(
                options -> options.handlerTimeout(HANDLER)
                        .bodyTimeout(Duration.ofMillis(200))
                        .holdThreshold(Duration.ZERO),
                routes -> routes.post("/held", _ -> busy()).get("/", _ -> Response.text("here")));
        try (SlowPeer peer = server.connectSlow()) {
            peer.mark().send("POST /held HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\na");
            assertTrue(entered.await(10, TimeUnit.SECONDS));
            peer.trickle("b".repeat(900), Duration.ofMillis(20));
            peer.end().answered(503).after(HANDLER);
        }
        release.countDown();
        isServedAgain(server);
        assertEquals(1, server.expired(Phase.HANDLER));
        assertEquals(0, server.expired(Phase.BODY));
    }

    @Test
    void headsAreAnsweredWithoutContent() throws Exception {
        var calls = new AtomicInteger();
        Served server = serveHeld(
                _ -> {
                    calls.incrementAndGet();
                    return busy();
                },
                Route.carried());
        try (SlowPeer peer = server.connectSlow()) {
            peer.mark().send("HEAD /held HTTP/1.1\r\nHost: h\r\n\r\n");
            SlowPeer.Ending end = peer.end().answered(503).closes();
            assertTrue(end.received().endsWith("\r\n\r\n"), end::received);
        }
        assertEquals(1, calls.get());
        release.countDown();
        isServedAgain(server);
    }
}
