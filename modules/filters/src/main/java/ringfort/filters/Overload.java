package ringfort.filters;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import ringfort.api.Filter;
import ringfort.api.Handler;
import ringfort.api.HttpException;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.timers.Ticker;

/**
 * Runs so many handlers at a time, and judges by how long the others wait for their turn: a queue that empties now and then is a
 * burst, one in which nobody gets through within the target for a whole interval is overload (the idea of CoDel, RFC 8289). In a
 * burst a request waits up to the interval; under overload up to the target, and then it is 503 with {@code Retry-After}, while
 * somebody still waits for it.
 *
 * <p>Waiting blocks the handler's thread: not for inline routes. Streamed content is written when the turn is over. Any thread.
 */
public final class Overload implements Filter {
    private static final int WAITING_FOR_EACH = 64;

    private final Semaphore turns;
    private final int mostWaiting;
    private final long targetNanos;
    private final long intervalNanos;
    private final Ticker ticker;
    private final AtomicLong shed = new AtomicLong();
    private final AtomicLong lastGood; // when a request last got through within the target

    private Overload(int handlers, Duration target, Duration interval, Ticker ticker) {
        this.turns = new Semaphore(Answers.positive(handlers, "handlers"), true);
        this.mostWaiting = Math.multiplyExact(handlers, WAITING_FOR_EACH);
        this.targetNanos = Answers.positive(target, "target").toNanos();
        this.intervalNanos = Answers.positive(interval, "interval").toNanos();
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.lastGood = new AtomicLong(ticker.nanos());
    }

    /**
     * Limits handlers that run at a time.
     *
     * @param handlers how many; as many as what they use can do at a time, such as a pool of connections
     * @return the filter, with a target of 20 ms and an interval of 500 ms
     */
    public static Overload limit(int handlers) {
        return limit(handlers, Duration.ofMillis(20), Duration.ofMillis(500));
    }

    /**
     * Limits handlers that run at a time.
     *
     * @param handlers how many
     * @param target how long waiting is good
     * @param interval how long it may be worse than that
     * @return the filter
     */
    public static Overload limit(int handlers, Duration target, Duration interval) {
        return new Overload(handlers, target, interval, Ticker.system());
    }

    /**
     * How many requests were refused.
     *
     * @return requests since it was made
     */
    public long shed() {
        return shed.get();
    }

    @Override
    public Response filter(Request request, Handler next) throws Exception {
        long begun = ticker.nanos();
        if (!turns.tryAcquire()) {
            boolean overload = begun - lastGood.get() > intervalNanos;
            boolean full = turns.getQueueLength() >= mostWaiting;
            if (full || !turns.tryAcquire(overload ? targetNanos : intervalNanos, TimeUnit.NANOSECONDS)) {
                shed.incrementAndGet();
                throw HttpException.serviceUnavailable(Duration.ofSeconds(1), "Too much to do at the moment");
            }
        }
        try {
            long now = ticker.nanos();
            if (now - begun <= targetNanos) {
                lastGood.set(now);
            }
            return next.handle(request);
        } finally {
            turns.release();
        }
    }
}
