package ringfort.server.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import ringfort.api.Metric;
import ringfort.server.metrics.Counter;
import ringfort.timers.Ticker;

/**
 * The threads that do the expensive part of handshakes, key exchange and signature: one to twenty milliseconds each, which no
 * worker can spare. They take tasks in the order of arrival. Any thread.
 *
 * <p>There are as many threads as processors, so that tasks never have more than half of the machine beside the workers. What
 * bounds the queue is {@link #isFull}: no port accepts while {@link #MOST_WAITING} tasks wait, and a connection has one at most.
 * Putting a task in takes no lock that another thread holds.
 */
final class HandshakePool implements AutoCloseable {
    /** With so many tasks waiting no new connection is accepted. */
    static final int MOST_WAITING = 256;

    private final Ticker ticker;
    private final int most;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final Semaphore there = new Semaphore(0); // a permit for each task that waits
    private final List<Thread> threads = new ArrayList<>();
    private final Counter done = new Counter(true);
    private final Counter failed = new Counter(true);
    private final Counter nanos = new Counter(true);
    private volatile boolean closed;

    /** A pool without threads; {@link #open} starts them. */
    HandshakePool(Ticker ticker) {
        this(ticker, Runtime.getRuntime().availableProcessors());
    }

    /** @param most how many threads */
    HandshakePool(Ticker ticker, int most) {
        this.ticker = ticker;
        this.most = most;
    }

    /** Starts the threads, once. */
    synchronized void open() {
        while (threads.size() < most && !closed) {
            Thread thread = Thread.ofPlatform()
                    .daemon()
                    .name("ringfort-handshake-" + threads.size())
                    .unstarted(this::run);
            threads.add(thread);
            thread.start();
        }
    }

    /** Runs a task on a thread of the pool; what it throws is counted and goes no further. */
    void execute(Runnable task) {
        waiting.add(task); // first, for it may throw for want of memory: what was counted and never runs would fill the
        // pool for ever
        size.incrementAndGet();
        there.release();
    }

    /** Whether so many tasks wait that no more connections should be accepted. */
    boolean isFull() {
        return size.get() >= MOST_WAITING;
    }

    private void run() {
        while (!closed) {
            there.acquireUninterruptibly();
            Runnable task = waiting.poll();
            if (task == null) {
                continue; // the pool is being closed
            }
            long begin = ticker.nanos();
            try {
                task.run();
            } catch (
                    Throwable
                            e) { // for want of memory or of stack, say: the deadline ends that connection, and the next
                // task runs
                failed.add(1);
            } finally {
                size.decrementAndGet();
                done.add(1);
                nanos.add(ticker.nanos() - begin);
            }
        }
    }

    /** Tasks that wait or run, and those that are done. */
    List<Metric> metrics() {
        return List.of(
                new Metric(
                        "ringfort_tls_tasks_waiting",
                        "Tasks of TLS handshakes that wait for a thread, or run.",
                        Metric.Kind.GAUGE,
                        Map.of(),
                        size.get()),
                new Metric(
                        "ringfort_tls_tasks_total",
                        "Tasks of TLS handshakes that are done.",
                        Metric.Kind.COUNTER,
                        Map.of(),
                        (double) done.get()),
                new Metric(
                        "ringfort_tls_tasks_failed_total",
                        "Tasks of TLS handshakes that ended by an error; their connections end by their deadline.",
                        Metric.Kind.COUNTER,
                        Map.of(),
                        (double) failed.get()),
                new Metric(
                        "ringfort_tls_task_seconds_total",
                        "Time that threads have spent in tasks of TLS handshakes.",
                        Metric.Kind.COUNTER,
                        Map.of(),
                        nanos.get() / 1e9));
    }

    /** The threads end when they have done the task they are at. */
    @Override
    public synchronized void close() {
        closed = true;
        there.release(threads.size());
    }
}
