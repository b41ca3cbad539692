package ringfort.server.loop;

import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import ringfort.server.exchange.Carried;

/**
 * Lets a worker and the watchdog take turns with the worker's state: the watchdog may look while the worker runs a handler.
 *
 * <p>Two flags and two fences (Dekker): the worker says that it leaves a handler and then looks for the watchdog; the
 * watchdog says that it comes and then looks whether the handler still runs. At least one of them sees the other. The
 * watchdog gives way; a worker that finds it inside waits for the few microseconds its look takes.
 */
final class HandlerGuard {
    // An updater, not a VarHandle: the first use of a VarHandle takes memory, and a handler also ends where none is
    // left.
    private static final AtomicReferenceFieldUpdater<HandlerGuard, @Nullable Carried> RUNNING =
            AtomicReferenceFieldUpdater.newUpdater(HandlerGuard.class, Carried.class, "running");

    private volatile @Nullable Carried running;
    private volatile boolean watched;
    private long sinceNanos; // published by running
    private boolean reported; // the watchdog's
    private @Nullable Carried lastReported;
    private long lastReportedSince;

    // The worker's side.

    /** A handler begins to run on the worker. */
    void begin(Carried carried, long nowNanos) {
        sinceNanos = nowNanos;
        RUNNING.lazySet(this, carried); // publishes all that the worker did before
    }

    /** The handler waits or has ended; the worker's state is its own again when this returns. */
    void end() {
        RUNNING.lazySet(this, null);
        VarHandle.fullFence();
        while (watched) {
            Thread.onSpinWait();
        }
    }

    // The watchdog's side.

    /** The carried that has held the worker since before {@code nanos}, or null. */
    @Nullable Carried stuckSince(long nanos) {
        Carried current = running;
        return current != null && sinceNanos - nanos <= 0 ? current : null;
    }

    /** Whether it is this carried that the worker runs; true until {@link #leave}, if asked after {@link #enter}. */
    boolean isRunning(Carried carried) {
        return carried.equals(running);
    }

    /** Whether the calling thread is the handler that runs on the worker; any thread. */
    boolean isInside() {
        Carried current = running;
        return current != null && Thread.currentThread().equals(current.thread());
    }

    long heldNanos(long nowNanos) {
        return nowNanos - sinceNanos;
    }

    /** True the first time it is asked for one hold. */
    boolean reportOnce() {
        Carried current = running;
        long since = sinceNanos;
        if (reported && Objects.equals(current, lastReported) && since == lastReportedSince) {
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
