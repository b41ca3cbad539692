package ringfort.server.loop;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import ringfort.server.exchange.Carried;
import ringfort.server.exchange.ServerContext;
import ringfort.server.metrics.FlightRecorder;

/**
 * Keeps time going when a handler holds its worker: a busy loop, a native call, a lock. A thread of its own.
 *
 * <p>Every {@link #TICK_NANOS} it looks whether a worker has been inside one handler for longer than
 * {@link #STUCK_NANOS}. It then
 *
 * <ul>
 *   <li>ends, from outside, the connections of that worker whose deadlines have passed ({@link Intervention}). That is safe
 *       from any thread as long as the descriptor is not closed meanwhile, and only the worker closes: so the two agree by
 *       {@link HandlerGuard}, and a worker that comes back waits for the watchdog's look to end;
 *   <li>hands the worker's runnable virtual threads to a worker that is not stuck;
 *   <li>reports the stuck stack, once for each time.
 * </ul>
 */
public final class Watchdog implements Runnable, AutoCloseable {
    /** Between two looks. */
    public static final long TICK_NANOS = 20_000_000L;

    /** A handler that has held its worker for so long is looked after. */
    public static final long STUCK_NANOS = 40_000_000L;

    private final ServerContext context;
    private final List<? extends Worker> workers;
    private final BiConsumer<Worker, Throwable> died;
    private final Intervention intervention;
    private final Thread thread;
    private volatile boolean closed;

    /**
     * A watchdog of these workers; {@link #start} begins to look.
     *
     * @param died told in each look of a worker that ends although it was not asked to, with the reason
     */
    public Watchdog(ServerContext context, List<? extends Worker> workers, BiConsumer<Worker, Throwable> died) {
        this.context = context;
        this.workers = workers;
        this.died = died;
        this.intervention = new Intervention(context.timeouts().headerNanos());
        this.thread = Thread.ofPlatform().daemon().name("ringfort-watchdog").unstarted(this);
    }

    /** Begins to look, on a thread of its own. */
    public void start() {
        thread.start();
    }

    @Override
    public void run() {
        while (!closed) {
            LockSupport.parkNanos(this, TICK_NANOS);
            for (int i = 0; i < workers.size(); i++) { // an iterator would need memory
                Worker worker = workers.get(i);
                try {
                    look(worker);
                    lookWhetherItLives(worker);
                } catch (Throwable e) {
                    worker.failures().defect("the watchdog failed; it goes on", e);
                }
            }
        }
    }

    /** A worker that has ended although nobody asked it to takes the server down: it had a part of the connections to itself. */
    private void lookWhetherItLives(Worker worker) {
        Throwable cause = worker.failures().end();
        if (cause != null) {
            died.accept(worker, cause);
        }
    }

    /** One look at one worker. */
    void look(Worker worker) {
        HandlerGuard guard = worker.guard();
        long now = context.ticker().nanos();
        Carried running = guard.stuckSince(now - STUCK_NANOS);
        if (running == null) {
            return;
        }
        boolean first = guard.reportOnce();
        if (first) {
            worker.counters().stuck.add(1);
        }
        if (guard.enter()) { // else the handler has just returned
            try {
                worker.enforceFromOutside(intervention, now);
                handOver(worker, now);
            } finally {
                guard.leave();
            }
        }
        if (first) {
            report(worker, running, now); // last: a stack is to be had only when its thread lets it be seen
        }
    }

    private void handOver(Worker stuck, long now) {
        Worker idle = workers.stream()
                .filter(w -> !w.equals(stuck) && w.guard().stuckSince(now - STUCK_NANOS) == null)
                .findFirst()
                .orElse(null);
        if (idle != null) {
            for (Carried next = stuck.takeRunnable(); next != null; next = stuck.takeRunnable()) {
                handOver(stuck, idle, next);
                stuck.counters().takenOver.add(1);
            }
        }
    }

    private static void handOver(Worker stuck, Worker idle, Carried taken) {
        try {
            idle.execute(() -> idle.carry(taken));
        } catch (Throwable e) {
            stuck.putBack(taken); // there is room: it was taken from there
            throw e;
        }
    }

    private void report(Worker worker, Carried running, long nowNanos) {
        long heldNanos = worker.guard().heldNanos(nowNanos);
        @Nullable Thread handler = running.thread();
        String route = running.mount().toString();
        FlightRecorder.stuck(worker.thread().getName(), route, heldNanos);
        StackTraceElement[] stack = (handler != null ? handler : worker.thread()).getStackTrace();
        if (!isLoadingClasses(stack)) { // it happens once, and the handler's author can do nothing about it
            context.notices().stuck(account(route, worker.thread(), stack, heldNanos));
        }
    }

    /** Whether the JVM is loading, linking or initialising classes on top of the handler's frames. */
    public static boolean isLoadingClasses(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            String type = frame.getClassName();
            if (frame.getMethodName().equals("<clinit>")
                    || type.equals("java.lang.ClassLoader")
                    || type.startsWith("jdk.internal.loader.")
                    || type.equals("java.lang.invoke.MethodHandleNatives")) {
                return true;
            }
        }
        return false;
    }

    /** What is said of a handler that has held a worker for so long, with the stack it does that in. */
    public static String account(String route, Thread worker, StackTraceElement[] stack, long heldNanos) {
        var said = new StringBuilder(route + " has held " + worker.getName() + " for " + heldNanos / 1_000_000
                + " ms. Deadlines are kept; requests of that worker wait. Route.offload() avoids this.");
        for (StackTraceElement frame : stack) {
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
