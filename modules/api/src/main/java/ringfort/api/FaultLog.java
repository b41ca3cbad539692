package ringfort.api;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import ringfort.api.spi.LogQueue;
import ringfort.api.spi.LogText;

/**
 * Reports what handlers threw and nobody expected: each counted, the first few of a second logged with their trace.
 * Any thread; never blocks.
 */
final class FaultLog implements BiConsumer<Request, Throwable> {
    private static final System.Logger LOGGER = System.getLogger("ringfort");
    private static final int TRACES_PER_SECOND = 10;

    private final LogQueue queue;
    private final AtomicLong faults = new AtomicLong();
    private final AtomicLong second = new AtomicLong();
    private final AtomicInteger inThisSecond = new AtomicInteger();

    FaultLog(LogQueue queue) {
        this.queue = queue;
    }

    /** Counts first: what follows may find no memory, and then the line is counted as lost. */
    @Override
    public void accept(Request request, Throwable fault) {
        faults.incrementAndGet();
        try {
            log(request, fault);
        } catch (Throwable _) {
            queue.lost();
        }
    }

    private void log(Request request, Throwable fault) {
        long now = System.currentTimeMillis() / 1_000;
        int unlogged = 0;
        if (second.getAndSet(now) != now) {
            unlogged = Math.max(0, inThisSecond.getAndSet(0) - TRACES_PER_SECOND);
        }
        if (inThisSecond.incrementAndGet() <= TRACES_PER_SECOND) {
            String what = request + " failed; route " + request.pattern()
                    + (unlogged > 0 ? "; before it " + unlogged + " faults were counted without a trace" : "");
            queue.offer(() -> LOGGER.log(Level.ERROR, LogText.line(what), LogText.of(fault)));
        }
    }

    List<Metric> metrics() {
        return List.of(
                new Metric(
                        "ringfort_handler_faults_total",
                        "Exceptions of handlers, filters and error handlers that are no HttpException",
                        Metric.Kind.COUNTER,
                        Map.of(),
                        faults.get()),
                new Metric(
                        "ringfort_log_lines_dropped_total",
                        "Log lines dropped because the writer did not keep up",
                        Metric.Kind.COUNTER,
                        Map.of(),
                        queue.dropped()));
    }
}
