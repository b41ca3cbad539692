package ringfort.api.spi;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes log lines on a thread of its own, so that a slow console or a lock in a logger holds no worker and thereby no
 * deadline. Bounded: what does not fit is dropped and counted. {@link #offer} may be called by any thread and never
 * blocks.
 *
 * <p>Lock-free: the writer says that it will sleep, then looks at the queue once more; who offers adds first, then looks
 * whether the writer sleeps. One of the two sees the other.
 */
public final class LogQueue {
    private static final int CAPACITY = 8_192;

    private final Queue<Runnable> entries = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private final int capacity;
    private final Thread writer;
    private final AtomicBoolean started = new AtomicBoolean();
    private volatile boolean asleep;
    private long told; // lines known to be lost; the writer's

    /** The one of this process, made at first use. */
    private static final class Shared {
        private static final LogQueue QUEUE = new LogQueue(CAPACITY);
    }

    /**
     * Makes a queue; its thread starts with the first line.
     *
     * @param capacity how many lines may wait
     */
    public LogQueue(int capacity) {
        this.capacity = capacity;
        this.writer = Thread.ofPlatform().daemon().name("ringfort-log").unstarted(this::write);
    }

    /**
     * The one of this process.
     *
     * @return the queue, whose losses are counted in {@code ringfort_log_lines_dropped_total}
     */
    public static LogQueue shared() {
        return Shared.QUEUE;
    }

    /**
     * Queues something that writes one line.
     *
     * @param entry writes the line, on the queue's thread
     * @return false when the queue is full, or there is no memory, or no thread to be had
     */
    public boolean offer(Runnable entry) {
        if (size.incrementAndGet() > capacity) {
            size.decrementAndGet();
            lost();
            return false;
        }
        try {
            if (!started.get()) {
                start();
            }
            entries.add(entry);
        } catch (Throwable _) {
            size.decrementAndGet();
            lost();
            return false;
        }
        if (asleep) {
            LockSupport.unpark(writer);
        }
        return true;
    }

    /** With the first line: where the limit on threads is reached, a later line may find one. */
    private void start() {
        if (started.compareAndSet(false, true)) {
            try {
                writer.start();
            } catch (Throwable e) {
                started.set(false);
                throw e;
            }
        }
    }

    /** A line was lost: counted, and told when lines can be written. */
    public void lost() {
        dropped.incrementAndGet();
    }

    /**
     * How many lines were lost.
     *
     * @return lines since the start
     */
    public long dropped() {
        return dropped.get();
    }

    /**
     * Waits until what is queued now has been written.
     *
     * @param timeout how long to wait at most
     * @return false when that took too long
     */
    public boolean flush(Duration timeout) {
        CountDownLatch written = new CountDownLatch(1);
        try {
            return offer(written::countDown) && written.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void write() {
        while (true) {
            try {
                writeNext();
            } catch (Throwable _) {
                lost(); // of a logger that fails, or for want of memory; the next line may fare better
            }
        }
    }

    private void writeNext() {
        Runnable entry = entries.poll();
        if (entry != null) {
            size.decrementAndGet();
            entry.run();
            return;
        }
        long lines = dropped();
        if (lines > told) {
            long more = lines - told;
            told = lines
                    + 1; // where this line fails, it is one of those: else its loss would be told at once, and again
            System.getLogger("ringfort").log(Level.WARNING, "{0} log lines dropped", more);
            told = lines;
        }
        asleep = true;
        if (entries.isEmpty()) {
            LockSupport.park(this);
        }
        asleep = false;
    }
}
