package ringfort.app;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import ringfort.api.RunningServer;
import ringfort.api.ServerOptions;
import ringfort.api.spi.JvmExit;

/**
 * How the program ends when it is told to. A JVM that a signal ends exits with 128 and the signal's number, whatever its shutdown
 * hooks have done. SIGTERM is how operators end a server in order, and one that has drained says 0. SIGINT keeps its 130: a person
 * has interrupted the program, and shells look at that.
 *
 * <p>A hook cannot change the exit code but by halting the JVM, which would cut off what other hooks still do, such as writing
 * logs or recordings. So it halts when no other thread is left that the JVM would wait for. The same halt is the backstop: a log
 * whose reader is gone holds a lock for ever that one of the JDK's own hooks wants.
 */
final class Termination {
    /** After the drain the JVM's own shutdown has so long. */
    static final Duration BACKSTOP = Duration.ofSeconds(5);

    private static final int INTERRUPTED = 130;
    private static final long LOOK_MILLIS = 5;

    private final RunningServer server;
    private final Duration bound;
    private final AtomicBoolean drained = new AtomicBoolean();

    private Termination(RunningServer server, ServerOptions options) {
        this.server = server;
        bound = options.drainDelay().plus(options.drainTimeout()).plus(BACKSTOP);
    }

    /** A shutdown hook for a program that serves. */
    static Thread hook(RunningServer server, ServerOptions options) {
        return Thread.ofPlatform().name("ringfort-end").unstarted(new Termination(server, options)::jvmEnds);
    }

    private void jvmEnds() {
        Thread caller = JvmExit.platformCaller();
        boolean terminated = isFor("SIGTERM", caller);
        int code = terminated ? Program.DONE : isFor("SIGINT", caller) ? INTERRUPTED : Program.FAILED;
        Thread.ofPlatform().daemon().name("ringfort-backstop").start(() -> haltInTime(code));
        server.stop();
        drained.set(true);
        if (terminated) {
            letOthersEnd(caller);
            Runtime.getRuntime().halt(Program.DONE);
        }
    }

    /** The JDK runs what a signal asks for on a thread that is named after it. */
    private static boolean isFor(String signal, @Nullable Thread caller) {
        return caller != null && caller.getName().equals(signal + " handler");
    }

    /** Waits for other hooks and for the threads of the program; the backstop ends a wait that is too long. */
    private static void letOthersEnd(@Nullable Thread caller) {
        try {
            while (Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> holdsTheEnd(thread, caller))) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean holdsTheEnd(Thread thread, @Nullable Thread caller) {
        return thread.isAlive()
                && !thread.isDaemon()
                && thread != caller
                && thread != Thread.currentThread()
                && !thread.getName().equals("DestroyJavaVM")
                && !JvmExit.isCalledBy(thread);
    }

    private void haltInTime(int code) {
        try {
            Thread.sleep(bound);
            Runtime.getRuntime().halt(drained.get() ? code : Program.FAILED);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // nothing interrupts this thread
        }
    }
}
