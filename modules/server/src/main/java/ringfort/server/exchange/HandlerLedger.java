package ringfort.server.exchange;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the handlers of one server that run, whether or not their connections live, and says when there are too many. Any
 * thread.
 *
 * <p>A handler that returns to its worker finished was never more than the one that this worker was inside of, so it is not
 * counted and costs nothing here. Counted is what outlives that: a handler that waits or was offloaded, the writer of an inline
 * handler's response, a tunnel, a file that is copied. The numbers change only when such a handler waits for the first time
 * and when its code has returned, so the one number that all workers share is read by each request and seldom written.
 *
 * <p>Each worker asks before it starts a handler and counts after the handler has waited, so the limit can be exceeded by one
 * handler for each worker.
 */
public final class HandlerLedger {
    private final int most;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();

    /** @param most how many may run; 0 for no limit */
    public HandlerLedger(int most) {
        this.most = most == 0 ? Integer.MAX_VALUE : most;
    }

    /** Whether another handler may start; one that may not is counted as refused. */
    boolean admits() {
        if (running.get() < most) {
            return true;
        }
        refused.incrementAndGet();
        return false;
    }

    /** A handler runs on after its worker has turned to other work. */
    void entered() {
        running.incrementAndGet();
    }

    /** The code of a handler that was counted has returned. */
    void left() {
        running.decrementAndGet();
    }

    /** How many handlers run, without those that a worker is inside of for the first time. */
    public int running() {
        return running.get();
    }

    /** How many handlers were not started because there were too many. */
    public long refused() {
        return refused.get();
    }
}
