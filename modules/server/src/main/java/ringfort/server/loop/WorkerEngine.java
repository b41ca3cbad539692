package ringfort.server.loop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringfort.api.Metric;
import ringfort.api.spi.RunningEngine;
import ringfort.server.exchange.ServerContext;
import ringfort.server.metrics.CounterMetrics;
import ringfort.timers.RunningTicker;

/** A running engine of workers: how they start together and end together. */
public final class WorkerEngine implements RunningEngine {
    /** After the drain deadline the workers close what is left; this much later they have ended. */
    private static final Duration FORCED = Duration.ofSeconds(3);

    private final ServerContext context;
    private final List<? extends Worker> workers;
    private final InetSocketAddress address;
    private final String description;
    private final Watchdog watchdog;
    private final @Nullable Pulse pulse; // null where the clock leaves nothing out

    private WorkerEngine(ServerContext context, List<? extends Worker> workers, String description) {
        this.context = context;
        this.workers = workers;
        this.address = workers.getFirst().localAddress();
        this.description = description;
        this.watchdog = new Watchdog(context, workers);
        RunningTicker running = context.runningTicker();
        this.pulse = running == null ? null : new Pulse(running);
        if (pulse != null) {
            pulse.start();
        }
        watchdog.start();
    }

    /** Makes a worker that listens on the server's address; on failure nothing of it is left. */
    public interface Maker {
        /** A worker whose thread gets this name. */
        Worker make(String name) throws IOException;
    }

    /** Makes and starts the workers; nothing is left behind on failure. */
    public static WorkerEngine start(ServerContext context, String engine, String features, Maker maker)
            throws IOException {
        List<Worker> workers = new ArrayList<>();
        try {
            int count = context.workers();
            for (int i = 0; i < count; i++) {
                workers.add(maker.make("ringfort-" + engine + "-" + i));
            }
            for (Worker worker : workers) {
                worker.start();
            }
            for (Worker worker : workers) {
                worker.awaitStarted();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(workers, context);
            throw new IOException("interrupted while starting", e);
        } catch (IOException | RuntimeException | Error e) {
            end(workers, context);
            throw e;
        } catch (Exception e) {
            end(workers, context);
            throw new IOException(e.getMessage(), e);
        }
        String description = "workers=" + workers.size() + " scheduler="
                + context.scheduler().name() + " " + features
                + context.scheduler().note();
        return new WorkerEngine(context, workers, description);
    }

    private static void end(List<Worker> workers, ServerContext context) {
        for (Worker worker : workers) {
            if (worker.thread().getState() == Thread.State.NEW) {
                worker.end();
            } else {
                worker.stop(context.ticker().nanos());
            }
        }
        context.notices().close();
    }

    @Override
    public InetSocketAddress address() {
        return address;
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
                "ringfort_notices_dropped_total",
                "Log notices dropped because their queue was full.",
                Metric.Kind.COUNTER,
                Map.of(),
                context.notices().droppedCount()));
        return metrics;
    }

    @Override
    public void stop(Duration drain) {
        long deadline = context.ticker().nanos() + drain.toNanos();
        for (Worker worker : workers) {
            worker.stop(deadline);
        }
        if (isHandler()) {
            // Its own request is one of those that the drain waits for, so that it cannot wait for the drain.
            Thread.ofPlatform().name("ringfort-stop").start(() -> finish(drain));
        } else {
            finish(drain);
        }
    }

    /** Whether the calling thread runs a handler of this engine. */
    private boolean isHandler() {
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
    public boolean awaitStop(Duration timeout) throws InterruptedException {
        long deadline = context.ticker().nanos() + timeout.toNanos();
        for (Worker worker : workers) {
            long left = deadline - context.ticker().nanos();
            if (!worker.thread().join(Duration.ofNanos(Math.max(1, left)))) {
                return false;
            }
        }
        watchdog.close();
        if (pulse != null) {
            pulse.close();
        }
        context.notices().close();
        return true;
    }
}
