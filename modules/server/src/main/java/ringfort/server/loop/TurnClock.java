package ringfort.server.loop;

import ringfort.sys.OnWorker;
import ringfort.timers.Ticker;

/** What time it is for a worker, and how long its turn may still begin requests. Its worker only. */
@OnWorker
final class TurnClock {
    /**
     * After a look at the kernel queue, requests begin for so long; those whose bytes come then wait for the next turn. A
     * thousand requests that are answered at once take less.
     */
    private static final long COMPLETION_NANOS = 8_000_000;

    /** While the worker settles, requests whose bytes had to wait begin for so long. */
    private static final long SETTLE_NANOS = 4_000_000;

    private final Ticker ticker;
    private long nowNanos;
    private long lookedNanos;
    private long timeUntilNanos;

    TurnClock(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Reads the clock. */
    void read() {
        nowNanos = ticker.nanos();
    }

    /** The kernel queue was looked at just now. */
    void looked() {
        nowNanos = ticker.nanos();
        lookedNanos = nowNanos;
        timeUntilNanos = nowNanos + COMPLETION_NANOS;
    }

    /** The worker settles what the turn touched. */
    void settling() {
        timeUntilNanos = nowNanos + SETTLE_NANOS;
    }

    /** The last reading. */
    long now() {
        return nowNanos;
    }

    /** When the kernel queue was looked at last. */
    long lookedNanos() {
        return lookedNanos;
    }

    /** Whether requests may still begin. */
    boolean hasTime() {
        return nowNanos - timeUntilNanos < 0;
    }
}
