package ringfort.server.exchange;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ringfort.api.Placement;
import ringfort.api.spi.Mount;

/**
 * Moves a route off the workers when its handler is seen to hold one: the JDK's scheduler compensates for a virtual
 * thread in file I/O or native code, a worker has no such help.
 *
 * <p>A run that took longer than the threshold is a first strike and puts its route under suspicion, no more: where
 * threads outnumber processors, one that was taken off its processor looks the same by the clock. The next runs of a
 * suspect are measured by what the kernel says of the thread: a strike is a run beyond the threshold that computed for as
 * long, or blocked. A route that is not suspected pays for none of that. Workers call this before and after each run of a
 * handler. Where the platform cannot tell what a thread has used, a run that took {@value #CLEARLY} times the threshold
 * counts as a strike.
 */
public final class HeavyRoutes {
    /** A route is moved when it held a worker this often; once may be a class that was loaded. */
    public static final int TIMES = 3;

    /** So many quick runs, without a strike between them, clear a route. */
    public static final int QUICK_RUNS = 1_000;

    /** No thread is kept from its processor for so many thresholds often, as a rule. */
    private static final int CLEARLY = 3;

    private final long thresholdNanos;
    private final ConcurrentHashMap<Mount, Suspicion> suspects = new ConcurrentHashMap<>();
    private final AtomicInteger moved = new AtomicInteger();
    private final Supplier<ThreadUse> usage;
    private final BiConsumer<Mount, Long> notice;
    private volatile boolean suspecting;

    private static final class Suspicion {
        final AtomicInteger strikes = new AtomicInteger(1);
        final AtomicInteger quickRuns = new AtomicInteger();
    }

    /**
     * @param thresholdNanos what a run may take; {@link Long#MAX_VALUE} suspects no route
     * @param usage what the calling thread has used so far
     * @param notice told once of each route that moves, with the nanoseconds of its last hold
     */
    public HeavyRoutes(long thresholdNanos, Supplier<ThreadUse> usage, BiConsumer<Mount, Long> notice) {
        this.thresholdNanos = thresholdNanos;
        this.usage = usage;
        this.notice = notice;
    }

    /** Before a run: what to give to {@link #after}. Null, and nothing was asked of the kernel, unless it is suspected. */
    public @Nullable ThreadUse before(Mount mount) {
        return suspecting && suspects.containsKey(mount) ? usage.get() : null;
    }

    /** After a run that took so long by the clock, on the same thread. */
    public void after(Mount mount, long nanos, @Nullable ThreadUse before) {
        if (before != null) {
            measured(mount, nanos, before);
        } else if (nanos > thresholdNanos && mount.placement() != Placement.OFFLOADED) {
            suspects.putIfAbsent(mount, new Suspicion()); // runs under way at once on several workers are one reason
            suspecting = true;
        }
    }

    private void measured(Mount mount, long nanos, ThreadUse before) {
        Suspicion suspicion = suspects.get(mount);
        if (suspicion == null) {
            return; // cleared, or moved, by a run on another worker
        }
        if (nanos <= thresholdNanos) {
            if (suspicion.quickRuns.incrementAndGet() >= QUICK_RUNS) {
                forget(mount);
            }
        } else if (isHold(nanos, before, usage.get())) {
            strike(mount, suspicion, nanos);
        }
    }

    /** A thread that neither computed for so long nor waited for anything was kept from its processor. */
    private boolean isHold(long nanos, ThreadUse before, ThreadUse after) {
        return before.equals(ThreadUse.UNKNOWN)
                ? nanos / CLEARLY > thresholdNanos
                : after.cpuNanos() - before.cpuNanos() > thresholdNanos || after.waits() > before.waits();
    }

    private void strike(Mount mount, Suspicion suspicion, long nanos) {
        suspicion.quickRuns.set(0);
        if (suspicion.strikes.incrementAndGet() < TIMES) {
            return;
        }
        forget(mount);
        if (mount.offload()) {
            moved.incrementAndGet();
            notice.accept(mount, nanos);
        }
    }

    private void forget(Mount mount) {
        suspects.remove(mount);
        suspecting = !suspects.isEmpty();
        if (!suspecting && !suspects.isEmpty()) {
            suspecting = true; // another worker came to suspect a route in between
        }
    }

    /** How many routes were moved. */
    public int moved() {
        return moved.get();
    }
}
