package ringfort.server.loop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ringfort.api.Metric;
import ringfort.api.spi.JvmExit;
import ringfort.api.spi.RunningEngine;
import ringfort.server.exchange.JdkPollers;
import ringfort.server.exchange.ServerContext;
import ringfort.server.metrics.CounterMetrics;
import ringfort.timers.RunningTicker;

/** A running engine of workers: how they start together and end together. */
public final class WorkerEngine implements RunningEngine {
    /** After the drain deadline the workers close what is left; this much later they have ended. */
    private static final Duration FORCED = Duration.ofSeconds(3);

    /** Handlers that outlive the drain get so long to return: what they use, pools of the application, is closed behind them. */
    private static final Duration HANDLERS_END = Duration.ofSeconds(2);

    private static final long LOOK_NANOS = 10_000_000L;

    private final ServerContext context;
    private final Ports ports;
    private final List<Worker> workers = new ArrayList<>();
    private final String description;
    private final Watchdog watchdog;
    private volatile @Nullable Thread exiting; // the platform thread that has called System.exit
    private volatile @Nullable Throwable failure; // set by the watchdog
    private final @Nullable Pulse pulse; // null where the clock leaves nothing out

    private WorkerEngine(ServerContext context, Ports ports, String description) {
        this.context = context;
        this.ports = ports;
        this.description = description;
        this.watchdog = new Watchdog(context, workers, this::workerDied);
        RunningTicker running = context.runningTicker();
        this.pulse = running == null ? null : new Pulse(running);
    }

    /** Makes a worker that listens on the server's address; on failure nothing of it is left. */
    public interface Maker {
        /** A worker whose thread gets this name. */
        Worker make(String name) throws IOException;
    }

    /** Makes and starts the workers; nothing is left behind on failure. */
    public static WorkerEngine start(ServerContext context, Ports ports, String engine, String features, Maker maker)
            throws IOException {
        String description = "workers=" + context.workers() + " scheduler="
                + context.scheduler().name() + " " + features
                + context.scheduler().note();
        var started = new WorkerEngine(context, ports, description);
        try {
            started.begin(engine, maker);
            if (context.scheduler().carries()) {
                JdkPollers.startSoon();
            }
            FirstUse.prepareSoon(context);
            return started;
        } catch (InterruptedException e) {
            started.undo();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while starting", e);
        } catch (IOException | RuntimeException | Error e) {
            started.undo();
            throw e;
        } catch (Exception e) {
            started.undo();
            throw new IOException(e.getMessage(), e);
        }
    }

    private void begin(String engine, Maker maker) throws Exception {
        int count = context.workers();
        for (int i = 0; i < count; i++) {
            workers.add(maker.make("ringfort-" + engine + "-" + i));
        }
        if (pulse != null) {
            pulse.start();
        }
        watchdog.start();
        for (Worker worker : workers) {
            worker.start();
        }
        for (Worker worker : workers) {
            worker.awaitStarted();
        }
    }

    /** The one place that gives back what a start has acquired by the time it failed; returns when all of it is gone. */
    private void undo() {
        for (Worker worker : workers) {
            if (worker.thread().getState() == Thread.State.NEW) {
                worker.end();
            } else {
                worker.stop(context.ticker().nanos());
            }
        }
        try {
            for (Worker worker : workers) {
                if (worker.thread().getState() != Thread.State.NEW) {
                    worker.thread().join(FORCED);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // they end all the same
        }
        closeThreads();
    }

    private void closeThreads() {
        watchdog.close();
        if (pulse != null) {
            pulse.close();
        }
        ports.close();
        context.notices().close();
    }

    /** One worker has ended by itself: peers of its listener would wait for nobody, so the others end in order, too. */
    private void workerDied(Worker worker, Throwable cause) {
        if (failure != null) {
            return;
        }
        long deadline =
                context.ticker().nanos() + context.options().drainTimeout().toNanos();
        failure = cause; // first: the thread that waits for the stop asks for it when the workers have ended
        for (int i = 0; i < workers.size(); i++) {
            workers.get(i).stop(deadline);
        }
        worker.failures().defect("a worker has ended, and the server stops", cause);
    }

    @Override
    public InetSocketAddress address() {
        return ports.address();
    }

    @Override
    public List<URI> uris() {
        return ports.uris();
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>(
                CounterMetrics.of(workers.stream().map(Worker::counters).toList()));
        metrics.add(new Metric(
                "ringfort_routes_offloaded_total",
                "Routes moved off the workers because their handlers held one.",
                Metric.Kind.COUNTER,
                Map.of(),
                context.heavyRoutes().moved()));
        RunningTicker running = context.runningTicker();
        metrics.add(new Metric(
                "ringfort_absence_seconds_total",
                "Time in which the process did not run; it was given back to every deadline.",
                Metric.Kind.COUNTER,
                Map.of(),
                running == null ? 0 : running.absentNanos() / 1e9));
        metrics.add(new Metric(
                "ringfort_handlers_running",
                "Handlers that wait or run beside the workers, whether or not their connections live.",
                Metric.Kind.GAUGE,
                Map.of(),
                context.handlers().running()));
        metrics.add(new Metric(
                "ringfort_handlers_refused_total",
                "Requests answered 503 because too many handlers were running.",
                Metric.Kind.COUNTER,
                Map.of(),
                context.handlers().refused()));
        metrics.add(new Metric(
                "ringfort_notices_dropped_total",
                "Log notices dropped because their queue was full.",
                Metric.Kind.COUNTER,
                Map.of(),
                context.notices().droppedCount()));
        metrics.addAll(ports.metrics());
        return metrics;
    }

    @Override
    public void stop(Duration drain) {
        long deadline = context.ticker().nanos() + drain.toNanos();
        for (Worker worker : workers) {
            worker.stop(deadline);
        }
        if (JvmExit.isUnderWay()) {
            exitCalled();
        }
        if (isHandler()) {
            // Its own request is one of those that the drain waits for, so that it cannot wait for the drain.
            Thread.ofPlatform().name("ringfort-stop").start(() -> finish(drain));
        } else {
            finish(drain);
        }
    }

    /**
     * A handler that has called System.exit waits until the JVM's shutdown hooks have run, of which the drain is one: the drain
     * must not wait for the handler. What it holds is given up, its worker if it runs inline and its connection otherwise.
     */
    private void exitCalled() {
        Thread caller = JvmExit.platformCaller();
        exiting = caller;
        if (caller == null) {
            workers.forEach(worker -> worker.execute(() -> worker.forEachConnection(Drain::cutExiting)));
        }
    }

    @Override
    public boolean isHandler() {
        return context.scheduler().isOffloaded()
                || workers.stream().anyMatch(worker -> worker.guard().isInside());
    }

    private void finish(Duration drain) {
        try {
            awaitStop(drain.plus(FORCED));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public @Nullable Throwable failure() {
        return failure;
    }

    @Override
    public boolean awaitStop(Duration timeout) throws InterruptedException {
        long deadline = context.ticker().nanos() + timeout.toNanos();
        for (Worker worker : workers) {
            long left = deadline - context.ticker().nanos();
            if (worker.thread() == exiting) {
                continue;
            }
            if (!worker.thread().join(Duration.ofNanos(Math.max(1, left)))) {
                return false;
            }
        }
        awaitHandlers();
        closeThreads();
        return true;
    }

    /** Their connections are gone and their reads and writes fail. One that never returns is waited for in vain. */
    private void awaitHandlers() throws InterruptedException {
        long until = context.ticker().nanos() + HANDLERS_END.toNanos();
        long left = until - context.ticker().nanos();
        while (left > 0 && context.handlers().running() > 0 && !JvmExit.isUnderWay() && !isHandler()) {
            LockSupport.parkNanos(this, Math.min(left, LOOK_NANOS));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            left = until - context.ticker().nanos();
        }
    }
}
