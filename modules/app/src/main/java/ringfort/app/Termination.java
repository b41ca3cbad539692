package ringfort.app;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import ringfort.api.ServerOptions;
import sun.misc.Signal;

/**
 * What the program does when it is told to end. A JVM that a signal ends exits with 128 and the signal's number, whatever its
 * shutdown hooks have done. SIGTERM is how operators end a server in order, so that one which has drained says 0. SIGINT keeps
 * its 130: a person has interrupted the program, and shells look at that.
 */
final class Termination {
    /** After the drain the JVM's own shutdown has so long; a log whose reader is gone would hold it for ever. */
    static final Duration BACKSTOP = Duration.ofSeconds(5);

    private static final int INTERRUPTED = 130;
    private static final AtomicBoolean TERMINATED = new AtomicBoolean();

    private Termination() {}

    /** Makes SIGTERM end the process with 0, after all shutdown hooks. */
    static void onSigterm() {
        try {
            Signal.handle(new Signal("TERM"), _ -> {
                TERMINATED.set(true);
                System.exit(Program.DONE);
            });
        } catch (IllegalArgumentException e) {
            TERMINATED.set(false); // java -Xrs leaves signals to the system: then its exit codes hold
        }
    }

    /**
     * Halts the process when it has not ended so long after a shutdown began, whatever holds it. What is ended is told by
     * {@code drained}.
     */
    static Thread backstop(ServerOptions options, AtomicBoolean drained) {
        Duration bound = options.drainDelay().plus(options.drainTimeout()).plus(BACKSTOP);
        return Thread.ofPlatform()
                .name("ringfort-backstop")
                .unstarted(() -> Thread.ofPlatform().daemon().name("ringfort-halt").start(() -> halt(bound, drained)));
    }

    private static void halt(Duration bound, AtomicBoolean drained) {
        try {
            Thread.sleep(bound);
            int ended = TERMINATED.get() ? Program.DONE : INTERRUPTED;
            Runtime.getRuntime().halt(drained.get() ? ended : Program.FAILED);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // nothing interrupts this thread
        }
    }
}
