package ringfort.filters;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import ringfort.api.Filter;
import ringfort.api.Handler;
import ringfort.api.HttpException;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.timers.Ticker;

/**
 * Stops calling handlers that fail: after so many failures in a row, requests are 503 with {@code Retry-After} for a time; then
 * one is let through, and what becomes of it decides. A failure is an answer of 500 or more, or an exception that is no
 * {@link HttpException} below 500. One breaker guards what it is put around: make one for each thing that can fail. Any thread;
 * no locks.
 *
 * <pre>
 *             failures in a row                 time is over
 *   closed ──────────────────────► open ──────────────────────► on trial
 *      ▲                             ▲                              │
 *      │                             └────────── failure ───────────┤
 *      └──────────────────────────────────────── success ───────────┘
 * </pre>
 */
public final class CircuitBreaker implements Filter {
    private final int failures;
    private final Duration open;
    private final Ticker ticker;
    private final AtomicReference<State> state = new AtomicReference<>(State.CLOSED);

    /** Closed while {@code open} is false; open until a moment, and then on trial when one request is under way. */
    private record State(int failures, boolean open, long untilNanos, boolean trial) {
        private static final State CLOSED = new State(0, false, 0, false);
    }

    private CircuitBreaker(int failures, Duration open, Ticker ticker) {
        this.failures = Answers.positive(failures, "failures");
        this.open = Answers.positive(open, "open");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
    }

    /**
     * Makes a breaker.
     *
     * @param failures how many in a row open it
     * @param open for how long it stays open
     * @return the filter
     */
    public static CircuitBreaker after(int failures, Duration open) {
        return new CircuitBreaker(failures, open, Ticker.system());
    }

    /**
     * Makes a breaker.
     *
     * @param failures how many in a row open it
     * @param open for how long it stays open
     * @param ticker the clock
     * @return the filter
     */
    public static CircuitBreaker after(int failures, Duration open, Ticker ticker) {
        return new CircuitBreaker(failures, open, ticker);
    }

    /**
     * Whether it refuses requests, or has one on trial.
     *
     * @return true when it is not closed
     */
    public boolean isOpen() {
        return state.get().open;
    }

    @Override
    public Response filter(Request request, Handler next) throws Exception {
        boolean trial = admit();
        boolean good = false;
        try {
            Response response = next.handle(request);
            good = response.status() < 500;
            return response;
        } catch (HttpException e) {
            good = e.status() < 500;
            throw e;
        } finally {
            ended(trial, good);
        }
    }

    /** Whether the request is the one on trial; throws when none is let through. */
    private boolean admit() {
        while (true) {
            State now = state.get();
            if (!now.open) {
                return false;
            }
            long left = now.untilNanos - ticker.nanos();
            if (left > 0 || now.trial) {
                throw HttpException.serviceUnavailable(
                        Duration.ofNanos(Math.max(left, 1)), "What this needs does not work at the moment");
            }
            if (state.compareAndSet(now, new State(now.failures, true, now.untilNanos, true))) {
                return true;
            }
        }
    }

    private void ended(boolean trial, boolean good) {
        while (true) {
            State now = state.get();
            if (now.open && !trial) {
                return; // a request from before it opened
            }
            int count = good ? 0 : now.failures + 1;
            State next = good
                    ? State.CLOSED
                    : trial || count >= failures
                            ? new State(count, true, ticker.nanos() + open.toNanos(), false)
                            : new State(count, false, 0, false);
            if (now.equals(next) || state.compareAndSet(now, next)) {
                return;
            }
        }
    }
}
