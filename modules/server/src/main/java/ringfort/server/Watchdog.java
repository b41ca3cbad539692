package ringfort.server;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Keeps time going when a handler holds its worker: a busy loop, a native call, a lock. A thread of its own.
 *
 * <p>Every {@link #TICK_NANOS} it looks whether a worker has been inside one handler for longer than
 * {@link #STUCK_NANOS}. It then
 *
 * <ul>
 *   <li>ends, from outside, the connections of that worker whose deadlines have passed ({@link Intervention}). That is safe
 *       from any thread as long as the descriptor is not closed meanwhile, and only the worker closes: so the two agree by
 *       {@link Hold}, and a worker that comes back waits for the watchdog's look to end;
 *   <li>hands the worker's runnable virtual threads to a worker that is not stuck;
 *   <li>reports the stuck stack, once for each time.
 * </ul>
 */
final class Watchdog implements Runnable, AutoCloseable {
    static final long TICK_NANOS = 20_000_000L;
    static final long STUCK_NANOS = 40_000_000L;

    private final ServerContext context;
    private final List<? extends Worker> workers;
    private final Thread thread;
    private volatile boolean closed;

    Watchdog(ServerContext context, List<? extends Worker> workers) {
        this.context = context;
        this.workers = workers;
        this.thread = Thread.ofPlatform().daemon().name("ringfort-watchdog").unstarted(this);
    }

    void start() {
        thread.start();
    }

    @Override
    public void run() {
        try (var intervention = new Intervention(context)) {
            while (!closed) {
                LockSupport.parkNanos(this, TICK_NANOS);
                for (Worker worker : workers) {
                    try {
                        look(worker, intervention);
                    } catch (Throwable e) {
                        worker.counters.defects.add(1);
                        context.notices.defect("the watchdog failed; it goes on", e);
                    }
                }
            }
        }
    }

    private void look(Worker worker, Intervention intervention) {
        Hold hold = worker.hold;
        long now = context.ticker.nanos();
        Exchange exchange = hold.stuckSince(now - STUCK_NANOS);
        if (exchange == null) {
            return;
        }
        boolean first = hold.reportOnce();
        if (first) {
            worker.counters.stuck.add(1);
        }
        if (hold.enter()) { // else the handler has just returned
            try {
                worker.enforceFromOutside(intervention, now);
                handOver(worker, now);
            } finally {
                hold.leave();
            }
        }
        if (first) {
            report(worker, exchange, now); // last: a stack is to be had only when its thread lets it be seen
        }
    }

    private void handOver(Worker stuck, long now) {
        Worker idle = workers.stream()
                .filter(w -> !w.equals(stuck) && w.hold.stuckSince(now - STUCK_NANOS) == null)
                .findFirst()
                .orElse(null);
        if (idle != null) {
            for (Exchange next = stuck.takeRunnable(); next != null; next = stuck.takeRunnable()) {
                Exchange taken = next;
                stuck.counters.takenOver.add(1);
                idle.execute(() -> idle.carry(taken));
            }
        }
    }

    private void report(Worker worker, Exchange exchange, long nowNanos) {
        long heldNanos = worker.hold.heldNanos(nowNanos);
        @Nullable Thread handler = exchange.thread();
        String route = exchange.mount().toString();
        FlightRecorder.stuck(worker.thread().getName(), route, heldNanos);
        context.notices.stuck(account(route, worker.thread(), handler != null ? handler : worker.thread(), heldNanos));
    }

    /** What is said of a handler that has held a worker for so long, with the stack it does that in. */
    static String account(String route, Thread worker, Thread handler, long heldNanos) {
        var said = new StringBuilder(route + " has held " + worker.getName() + " for " + heldNanos / 1_000_000
                + " ms. Deadlines are kept; requests of that worker wait. Route.offload() avoids this.");
        for (StackTraceElement frame : handler.getStackTrace()) {
            said.append("\n    at ").append(frame);
        }
        return said.toString();
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
