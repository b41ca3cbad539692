package ringfort.filters;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import ringfort.api.Filter;
import ringfort.api.Handler;
import ringfort.api.HttpException;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.timers.Ticker;

/**
 * Lets each client make so many requests in a time, and a burst of as many at once: a token bucket for each key, kept as the
 * moment at which it will be full again (the generic cell rate algorithm, ITU-T I.371). Others are 429 with {@code Retry-After}.
 *
 * <p>The table is bounded; where it is full, the client that would be forgiven first is forgotten. Any thread, no locks, so that
 * inline routes may have it.
 */
public final class RateLimit implements Filter {
    private static final int MOST_KEYS = 65_536;

    private final long intervalNanos; // between requests
    private final long burstNanos;
    private final Function<? super Request, ? extends @Nullable Object> key;
    private final Ticker ticker;
    private final BoundedTable<Object, AtomicLong> fullAt;

    private RateLimit(
            long intervalNanos,
            long burstNanos,
            Function<? super Request, ? extends @Nullable Object> key,
            int mostKeys,
            Ticker ticker) {
        this.intervalNanos = intervalNanos;
        this.burstNanos = burstNanos;
        this.key = Objects.requireNonNull(key, "key");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.fullAt = new BoundedTable<>(mostKeys, AtomicLong::get);
    }

    /**
     * Limits each peer by its address; all of an IPv6 network of 64 bits are one. Behind a proxy put {@link ForwardedHeaders}
     * around it.
     *
     * @param requests how many, 1 or more
     * @param time in which time
     * @return the filter
     */
    public static RateLimit perPeer(int requests, Duration time) {
        return per(request -> PeerKey.of(request.peer()), requests, time);
    }

    /**
     * Limits by what a function makes of a request.
     *
     * @param key such as {@code request -> request.attribute(WebFilters.PRINCIPAL)}; requests for which it is null have no limit
     * @param requests how many, 1 or more
     * @param time in which time
     * @return the filter
     */
    public static RateLimit per(
            Function<? super Request, ? extends @Nullable Object> key, int requests, Duration time) {
        return of(key, requests, time, MOST_KEYS, Ticker.system());
    }

    /**
     * As {@link #per}, with everything named.
     *
     * @param key whose request it is
     * @param requests how many
     * @param time in which time
     * @param mostKeys how many clients are known at a time
     * @param ticker the clock
     * @return the filter
     */
    public static RateLimit of(
            Function<? super Request, ? extends @Nullable Object> key,
            int requests,
            Duration time,
            int mostKeys,
            Ticker ticker) {
        long interval = Answers.positive(time, "time").toNanos() / Answers.positive(requests, "requests");
        return new RateLimit(Math.max(1, interval), time.toNanos(), key, mostKeys, ticker);
    }

    @Override
    public Response filter(Request request, Handler next) throws Exception {
        Object whose = key.apply(request);
        if (whose != null) {
            long wait = take(whose);
            if (wait > 0) {
                throw HttpException.tooManyRequests(Duration.ofNanos(wait), "Too many requests");
            }
        }
        return next.handle(request);
    }

    /** Takes a token; 0, or how long until there is one. */
    long take(Object whose) {
        long now = ticker.nanos();
        AtomicLong bucket = fullAt.get(whose);
        if (bucket == null) {
            AtomicLong fresh = new AtomicLong(now);
            AtomicLong present = fullAt.putIfAbsent(whose, fresh, now - 1);
            bucket = present == null ? fresh : present;
        }
        while (true) {
            long full = bucket.get();
            long then = (full - now > 0 ? full : now) + intervalNanos;
            long over = then - now - burstNanos;
            if (over > 0) {
                return over;
            }
            if (bucket.compareAndSet(full, then)) {
                return 0;
            }
        }
    }
}
