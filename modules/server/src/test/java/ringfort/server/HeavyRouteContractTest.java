package ringfort.server;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ringfort.api.Handler;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.server.exchange.HeavyRoutes;
import ringfort.sys.Downcall;
import ringfort.sys.ThreadUsage;

/**
 * A handler that waits, beside others on the same worker. One that parks costs them nothing. One that keeps its carrier
 * is seen to, and its route moved off the worker, after which it costs them nothing either.
 */
class HeavyRouteContractTest extends EngineContract {
    private static final int HOLD_MILLIS = 20; // clearly more than the threshold, also by the clock alone
    private static final MethodHandle USLEEP = Downcall.bind("usleep", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final AtomicBoolean slowIsInside = new AtomicBoolean();
    private final CountDownLatch release = new CountDownLatch(1);
    private volatile boolean forLong;

    @AfterEach
    void releaseHandlers() {
        release.countDown();
    }

    private Served serveBeside(Handler slow) throws IOException {
        return serve(options -> options.holdThreshold(Duration.ofMillis(5)), server -> routes(server, slow));
    }

    private void routes(Server server, Handler slow) {
        server.get("/fast", _ -> Response.text("fast")).get("/slow", request -> {
            slowIsInside.set(true);
            try {
                return slow.handle(request);
            } finally {
                slowIsInside.set(false);
            }
        });
    }

    /** Fast requests are answered while the slow handler is inside, and the slow one after it was let go. */
    private void fastOnesAreAnsweredMeanwhile(Served served, Runnable letGo) throws Exception {
        forLong = true;
        try (Peer slow = served.connect();
                Peer fast = served.connect()) {
            slow.get("/slow");
            Await.until(slowIsInside::get, () -> "the slow handler was not started");
            for (int i = 0; i < 100; i++) {
                assertEquals("fast", fast.get("/fast").reply().text());
            }
            assertTrue(slowIsInside.get(), "the fast ones had to wait for the slow one");
            letGo.run();
            assertEquals("slow", slow.reply().text());
        }
    }

    /** HeavyRoutes the worker a few times with fast requests beside, and checks that the route moved where it can hold one. */
    private void holdsAreSeen(Served served, Runnable eachTime) throws IOException {
        try (Peer slow = served.connect();
                Peer fast = served.connect()) {
            for (int i = 0; i < HeavyRoutes.TIMES; i++) {
                slow.get("/slow");
                eachTime.run();
                assertEquals("fast", fast.get("/fast").reply().text());
                assertEquals("slow", slow.reply().text());
            }
        }
        long moved = variant.carriesHandlers() ? 1 : 0;
        assertEquals(moved, served.metric("ringfort_routes_offloaded_total"));
    }

    @Test
    void aHandlerThatParksHoldsNobody() throws Exception {
        Served served = serve(
                options -> options.holdThreshold(Duration.ofSeconds(10)),
                server -> routes(server, _ -> {
                    Thread.sleep(1);
                    release.await();
                    return Response.text("slow");
                }));
        fastOnesAreAnsweredMeanwhile(served, release::countDown);
    }

    @Test
    void aHandlerInANativeCallIsMovedOffTheWorker() throws Exception {
        Served served = serveBeside(_ -> {
            do {
                usleep(HOLD_MILLIS * 1000);
            } while (forLong && release.getCount() > 0);
            return Response.text("slow");
        });
        holdsAreSeen(served, () -> {});
        fastOnesAreAnsweredMeanwhile(served, release::countDown);
    }

    private static void usleep(int micros) {
        try {
            MemorySegment state = Downcall.state();
            int result = (int) USLEEP.invokeExact(state, micros);
            assertEquals(0, result);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    @Test
    void aHandlerThatComputesUnderALockIsMovedOffTheWorker() throws Exception {
        Object lock = new Object();
        Served served = serveBeside(_ -> {
            synchronized (lock) {
                ThreadUsage begin = ThreadUsage.now(); // beside other programs the clock says nothing of computing
                while (ThreadUsage.now().since(begin).cpuNanos() < HOLD_MILLIS * 1_000_000L
                        || (forLong && release.getCount() > 0)) {
                    Thread.onSpinWait();
                }
            }
            return Response.text("slow");
        });
        holdsAreSeen(served, () -> {});
        fastOnesAreAnsweredMeanwhile(served, release::countDown);
    }

    /** A named pipe is a file whose read lasts as long as the test wants. */
    @Test
    void aHandlerInFileInputIsMovedOffTheWorker(@TempDir Path folder) throws Exception {
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Served served = serveBeside(_ -> {
            try (var in = Files.newInputStream(pipe)) {
                return Response.text(in.read() == '!' ? "slow" : "nothing came");
            }
        });
        // Opened for both, which waits for nobody (fifo(7)); so the handler's read is what lasts.
        try (var feed = new RandomAccessFile(pipe.toFile(), "rw")) {
            holdsAreSeen(served, () -> {
                LockSupport.parkNanos(HOLD_MILLIS * 1_000_000L); // how long the read is to hold its carrier
                write(feed);
            });
            fastOnesAreAnsweredMeanwhile(served, () -> write(feed));
        }
    }

    private static void write(RandomAccessFile feed) {
        try {
            feed.write('!');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Zero switches the moving of routes off. */
    @Test
    void withoutAThresholdNoRouteMoves() throws Exception {
        Served served = serve(
                options -> options.holdThreshold(Duration.ZERO),
                server -> routes(server, _ -> {
                    usleep(HOLD_MILLIS * 1000);
                    return Response.text("slow");
                }));
        for (int i = 0; i < 2 * HeavyRoutes.TIMES; i++) {
            assertEquals("slow", served.get("/slow"));
        }
        assertEquals(0, served.metric("ringfort_routes_offloaded_total"));
    }
}
