package ringfort.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ringfort.api.Metric;
import ringfort.api.spi.RunningEngine;
import ringfort.sys.Libc;

/** A running engine of workers: how they start together and end together. */
final class WorkerEngine implements RunningEngine {
    /** After the drain deadline the workers close what is left; this much later they have ended. */
    private static final Duration FORCED = Duration.ofSeconds(3);

    private final ServerContext context;
    private final List<? extends Worker> workers;
    private final InetSocketAddress address;
    private final String description;
    private final Watchdog watchdog;

    private WorkerEngine(
            ServerContext context, List<? extends Worker> workers, InetSocketAddress address, String description) {
        this.context = context;
        this.workers = workers;
        this.address = address;
        this.description = description;
        this.watchdog = new Watchdog(context, workers);
        watchdog.start();
    }

    /** Makes a worker for a listener that it then owns; on failure the listener stays the caller's. */
    interface Maker {
        Worker make(String name, int listenerFd) throws IOException;
    }

    /** Opens one listener per worker on one address, and starts the workers; nothing is left behind on failure. */
    static WorkerEngine start(ServerContext context, String engine, boolean nonBlocking, String features, Maker maker)
            throws IOException {
        List<Worker> workers = new ArrayList<>();
        InetSocketAddress address;
        try {
            address = new InetSocketAddress(context.options.host(), context.options.port());
            int count = context.workers();
            for (int i = 0; i < count; i++) {
                int backlog = context.options.backlog();
                int fd = i == 0
                        ? Listeners.first(address, backlog, nonBlocking)
                        : Listeners.open(address, backlog, nonBlocking);
                address = Listeners.bound(fd);
                Worker worker = make(maker, "ringfort-" + engine + "-" + i, fd);
                worker.localAddress(address);
                workers.add(worker);
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
        String description = "workers=" + workers.size() + " scheduler=" + context.scheduler.name() + " " + features
                + context.scheduler.note();
        return new WorkerEngine(context, workers, address, description);
    }

    /** A listener without a worker would take connections that nobody serves, and keep the address from the next engine. */
    private static Worker make(Maker maker, String name, int listenerFd) throws IOException {
        try {
            return maker.make(name, listenerFd);
        } catch (IOException | RuntimeException | Error e) {
            Libc.close(listenerFd);
            throw e;
        }
    }

    private static void end(List<Worker> workers, ServerContext context) {
        for (Worker worker : workers) {
            if (worker.thread().getState() == Thread.State.NEW) {
                worker.end();
            } else {
                worker.stop(context.ticker.nanos());
            }
        }
        context.notices.close();
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
                CounterMetrics.of(workers.stream().map(w -> w.counters).toList()));
        metrics.add(new Metric(
                "ringfort_routes_offloaded_total",
                "Routes moved off the workers because their handlers held one.",
                Metric.Kind.COUNTER,
                Map.of(),
                context.holds.moved()));
        metrics.add(new Metric(
                "ringfort_notices_dropped_total",
                "Log notices dropped because their queue was full.",
                Metric.Kind.COUNTER,
                Map.of(),
                context.notices.droppedCount()));
        return metrics;
    }

    @Override
    public void stop(Duration drain) {
        long deadline = context.ticker.nanos() + drain.toNanos();
        for (Worker worker : workers) {
            worker.stop(deadline);
        }
        try {
            awaitStop(drain.plus(FORCED));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean awaitStop(Duration timeout) throws InterruptedException {
        long deadline = context.ticker.nanos() + timeout.toNanos();
        for (Worker worker : workers) {
            long left = deadline - context.ticker.nanos();
            if (!worker.thread().join(Duration.ofNanos(Math.max(1, left)))) {
                return false;
            }
        }
        watchdog.close();
        context.notices.close();
        return true;
    }
}
