package ringfort.server;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Who is inside a worker's state: the worker, except while it runs a handler and the watchdog looks.
 *
 * <p>Two flags and two fences (Dekker): the worker says that it leaves a handler and then looks for the watchdog; the
 * watchdog says that it comes and then looks whether the handler still runs. At least one of them sees the other. The
 * watchdog gives way; a worker that finds it inside waits for the few microseconds its look takes.
 */
final class Hold {
    private static final VarHandle RUNNING;

    static {
        try {
            RUNNING = MethodHandles.lookup().findVarHandle(Hold.class, "running", Exchange.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Exchange running;
    private volatile boolean watched;
    private long sinceNanos; // published by running
    private boolean reported; // the watchdog's
    private @Nullable Exchange lastReported;
    private long lastReportedSince;

    // The worker's side.

    /** A handler begins to run on the worker. */
    void begin(Exchange exchange, long nowNanos) {
        sinceNanos = nowNanos;
        RUNNING.setRelease(this, exchange); // who sees it sees all the worker did before; nobody waits for it
    }

    /** The handler waits or has ended; the worker's state is its own again when this returns. */
    void end() {
        RUNNING.setRelease(this, null);
        VarHandle.fullFence();
        while (watched) {
            Thread.onSpinWait();
        }
    }

    // The watchdog's side.

    /** The exchange that has held the worker since before {@code nanos}, or null. */
    @Nullable Exchange stuckSince(long nanos) {
        Exchange current = running;
        return current != null && sinceNanos - nanos <= 0 ? current : null;
    }

    /** Whether it is this exchange that the worker runs; true until {@link #leave}, if asked after {@link #enter}. */
    boolean isRunning(Exchange exchange) {
        return running == exchange;
    }

    long heldNanos(long nowNanos) {
        return nowNanos - sinceNanos;
    }

    /** True the first time it is asked for one hold. */
    boolean reportOnce() {
        Exchange current = running;
        long since = sinceNanos;
        if (reported && current == lastReported && since == lastReportedSince) {
            return false;
        }
        reported = true;
        lastReported = current;
        lastReportedSince = since;
        return true;
    }

    /** Comes in; false, and outside, when the handler no longer runs. */
    boolean enter() {
        watched = true;
        VarHandle.fullFence();
        if (running == null) {
            watched = false;
            return false;
        }
        return true;
    }

    void leave() {
        watched = false;
    }

    boolean isFree() {
        return running == null;
    }
}
