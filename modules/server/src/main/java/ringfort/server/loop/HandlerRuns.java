package ringfort.server.loop;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import ringfort.api.spi.Mount;
import ringfort.server.exchange.Carried;
import ringfort.server.exchange.HeavyRoutes;
import ringfort.server.exchange.ThreadUse;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/**
 * Runs handlers on a worker's thread, measures how long each held it, and meets what the watchdog did meanwhile. Its worker's,
 * and the watchdog's while a handler runs.
 */
@OnWorker
final class HandlerRuns {
    private final Loop loop;
    private final Thread worker;
    private final HeavyRoutes heavyRoutes;
    private final HandlerGuard guard = new HandlerGuard();

    /** What the watchdog ended while a handler held the worker; met when the handler has returned. */
    private final ArrayList<Intervention.Enforced> enforced = new ArrayList<>(0);

    HandlerRuns(Loop loop, Thread worker, HeavyRoutes heavyRoutes) {
        this.loop = loop;
        this.worker = worker;
        this.heavyRoutes = heavyRoutes;
    }

    /** What lets the worker and the watchdog take turns. */
    @OffWorker
    HandlerGuard guard() {
        return guard;
    }

    /** Runs a handler until it waits or ends. What fails around it keeps it neither from running nor from being heard. */
    void run(Carried now) {
        Mount mount = now.mount();
        ThreadUse before = before(mount);
        long begin = loop.now(); // of the last handler's end, or the turn's: there is nothing long between
        guard.begin(now, begin);
        try {
            now.carry();
        } catch (Throwable e) {
            loop.defect("a handler could not be carried on", e);
        }
        guard.end();
        loop.noticeTime(); // many short handlers in one turn add up
        try {
            heavyRoutes.after(mount, loop.now() - begin, before);
        } catch (Throwable e) {
            loop.defect("a run of a handler could not be judged", e);
        }
        if (!enforced.isEmpty()) {
            meetEnforced();
        }
        now.returned(worker);
    }

    private @Nullable ThreadUse before(Mount mount) {
        try {
            return heavyRoutes.before(mount);
        } catch (Throwable e) {
            loop.defect("the use of a worker's thread could not be measured", e);
            return null;
        }
    }

    private void meetEnforced() {
        Thread.interrupted(); // meant for an inline handler, which is no longer there
        for (int i = 0; i < enforced.size(); i++) { // an iterator would need memory
            Intervention.Enforced ended = enforced.get(i);
            try {
                ended.meet();
            } catch (Throwable e) {
                ended.connection().defect(e);
            }
        }
        enforced.clear();
    }

    /** Ends the connection if its deadline has passed and its peer is not in time; the watchdog. */
    void enforceFromOutside(Intervention intervention, Connection connection, long nowNanos) {
        for (Intervention.Enforced earlier : enforced) {
            if (earlier.connection().equals(connection)) {
                return;
            }
        }
        enforced.ensureCapacity(enforced.size() + 1); // first: what was done outside must be met by the worker
        Intervention.Enforced ended = intervention.enforce(connection, guard, worker, nowNanos);
        if (ended != null) {
            enforced.add(ended);
            loop.counters().interventions.add(1);
        }
    }
}
