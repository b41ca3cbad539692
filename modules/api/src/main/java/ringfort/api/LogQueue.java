package ringfort.api;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes log lines on a thread of its own, so that a slow console or a lock in a logger holds no worker and thereby no
 * deadline. Bounded: what does not fit is dropped and counted. {@link #offer} may be called by any thread and never
 * blocks.
 *
 * <p>Lock-free: the writer says that it will sleep, then looks at the queue once more; who offers adds first, then looks
 * whether the writer sleeps. One of the two sees the other.
 */
final class LogQueue {
    private static final int CAPACITY = 8_192;

    private final Queue<Runnable> entries = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final LongAdder dropped = new LongAdder();
    private final int capacity;
    private final Thread writer;
    private volatile boolean asleep;

    /** The one of this process, made at first use. */
    private static final class Shared {
        private static final LogQueue QUEUE = new LogQueue(CAPACITY);
    }

    LogQueue(int capacity) {
        this.capacity = capacity;
        this.writer = Thread.ofPlatform().daemon().name("ringfort-log").unstarted(this::write);
        writer.start();
    }

    static LogQueue shared() {
        return Shared.QUEUE;
    }

    /** Queues something that writes one line; false when the queue is full. */
    boolean offer(Runnable entry) {
        if (size.incrementAndGet() > capacity) {
            size.decrementAndGet();
            dropped.increment();
            return false;
        }
        entries.add(entry);
        if (asleep) {
            LockSupport.unpark(writer);
        }
        return true;
    }

    long dropped() {
        return dropped.sum();
    }

    /** Waits until what is queued now has been written; false when that took too long. */
    boolean flush(Duration timeout) {
        CountDownLatch written = new CountDownLatch(1);
        try {
            return offer(written::countDown) && written.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void write() {
        long told = 0;
        while (true) {
            Runnable entry = entries.poll();
            if (entry != null) {
                size.decrementAndGet();
                run(entry);
                continue;
            }
            long lost = dropped();
            if (lost > told) {
                long more = lost - told;
                told = lost;
                run(() -> System.getLogger("ringfort").log(Level.WARNING, "{0} log lines dropped", more));
            }
            asleep = true;
            if (entries.isEmpty()) {
                LockSupport.park(this);
            }
            asleep = false;
        }
    }

    private void run(Runnable entry) {
        try {
            entry.run();
        } catch (RuntimeException _) {
            dropped.increment(); // a logger that fails has lost the line; the next one may fare better
        }
    }
}
