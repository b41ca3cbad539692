package ringfort.server;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import ringfort.api.Placement;
import ringfort.api.spi.Mount;

/**
 * Moves a route off the workers when its handler is seen to hold one: the JDK's scheduler compensates for a virtual
 * thread in file I/O or native code, a worker has no such help.
 *
 * <p>Called by workers, on the rare turn in which a handler held one for longer than the threshold.
 */
final class Holds {
    /** A route is moved when it held a worker this often; once may be a class that was loaded. */
    static final int TIMES = 3;

    private final ConcurrentHashMap<Mount, AtomicInteger> times = new ConcurrentHashMap<>();
    private final AtomicInteger moved = new AtomicInteger();
    private final BiConsumer<Mount, Long> notice;

    /** @param notice told once of each route that moves, with the nanoseconds of its last hold */
    Holds(BiConsumer<Mount, Long> notice) {
        this.notice = notice;
    }

    void held(Mount mount, long nanos) {
        if (mount.placement() == Placement.OFFLOADED) {
            return;
        }
        int count = times.computeIfAbsent(mount, _ -> new AtomicInteger()).incrementAndGet();
        if (count >= TIMES && mount.offload()) {
            moved.incrementAndGet();
            notice.accept(mount, nanos);
        }
    }

    /** How many routes were moved. */
    int moved() {
        return moved.get();
    }
}
