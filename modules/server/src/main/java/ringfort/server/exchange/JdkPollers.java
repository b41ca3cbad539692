package ringfort.server.exchange;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import ringfort.sys.OffWorker;

/**
 * Has the JDK start the threads that wait for sockets on behalf of virtual threads, before a handler does. Any thread.
 *
 * <p>{@code sun.nio.ch.Poller} starts them with the first virtual thread that waits for a socket. On Linux they are virtual
 * threads too, one or more for all sockets of the JVM, and they inherit the scheduler of the thread that starts them. Were that
 * a carried handler's, every virtual thread of the JVM that waits for a socket would wait for one worker.
 *
 * <p>Starting them takes tens of milliseconds of processor time, so it is left until the server has started. A handler that
 * begins before that has all threads that it starts run by the JDK's scheduler; the pollers may be among them.
 */
public final class JdkPollers {
    /** A server that has just started has better things to do for so long. */
    private static final long PAUSE_NANOS = 500_000_000L;

    private static final AtomicBoolean WANTED = new AtomicBoolean();
    private static volatile boolean started;

    private JdkPollers() {}

    /** Starts them soon, once in the life of the JVM; returns at once. */
    @OffWorker
    public static void startSoon() {
        if (WANTED.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("ringfort-pollers").start(JdkPollers::start);
        }
    }

    /** Whether they were started, so that no handler can start them. */
    public static boolean areStarted() {
        return started;
    }

    private static void start() {
        LockSupport.parkNanos(PAUSE_NANOS); // it may end early, which is harmless
        // This is a platform thread, so the new one, and what that starts, belong to the JDK's scheduler.
        try {
            Thread.ofVirtual().start(JdkPollers::waitForSockets);
        } catch (Throwable _) {
            WANTED.set(false); // for want of memory or threads; the next server tries again
        }
    }

    private static void waitForSockets() {
        try (Selector selector = Selector.open()) {
            selector.select(1); // in a virtual thread this waits with a poller
            started = true;
        } catch (IOException | RuntimeException | Error e) {
            WANTED.set(false); // for want of descriptors or threads as a rule; the next server tries again
        }
    }
}
