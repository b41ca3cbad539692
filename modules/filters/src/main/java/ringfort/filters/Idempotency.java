package ringfort.filters;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import ringfort.api.Filter;
import ringfort.api.Handler;
import ringfort.api.HttpException;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.timers.Ticker;

/**
 * Has a request that a client repeats with the same {@code Idempotency-Key} done once: the second gets the first one's answer,
 * with {@code Idempotency-Replayed: true}. While the first is being done, the second is 409; a key that comes with another
 * content is 422. For POST and PATCH; requests without the field go on.
 *
 * <p>Kept are answers below 500 whose content is in memory, so many and for so long. The content of such a request is read into
 * memory; its limit is that of the route. In this process only. Any thread.
 */
public final class Idempotency implements Filter {
    private static final int LONGEST_KEY = 255;
    private static final int MOST_ANSWERS = 10_000;

    private final Function<? super Request, String> client;
    private final long keepNanos;
    private final Ticker ticker;
    private final BoundedTable<Key, Entry> entries;

    private record Key(String client, String method, String target, String key) {}

    /** What was asked, and the answer; null while it is being made. */
    private record Entry(String content, @Nullable Response answer, long untilNanos) {}

    private Idempotency(Function<? super Request, String> client, Duration keep, int mostAnswers, Ticker ticker) {
        this.client = Objects.requireNonNull(client, "client");
        this.keepNanos = Answers.positive(keep, "keep").toNanos();
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.entries = new BoundedTable<>(mostAnswers, Entry::untilNanos);
    }

    /**
     * Makes the filter.
     *
     * @param client who asks, for one client must not get another's answer: a principal, not an address
     * @param keep for how long answers are kept
     * @return the filter, which keeps 10,000 answers
     */
    public static Idempotency of(Function<? super Request, String> client, Duration keep) {
        return of(client, keep, MOST_ANSWERS, Ticker.system());
    }

    /**
     * Makes the filter.
     *
     * @param client who asks
     * @param keep for how long answers are kept
     * @param mostAnswers how many
     * @param ticker the clock
     * @return the filter
     */
    public static Idempotency of(
            Function<? super Request, String> client, Duration keep, int mostAnswers, Ticker ticker) {
        return new Idempotency(client, keep, mostAnswers, ticker);
    }

    @Override
    public Response filter(Request request, Handler next) throws Exception {
        String sent = request.header("Idempotency-Key");
        boolean applies = request.method().equals("POST") || request.method().equals("PATCH");
        if (sent == null || !applies) {
            return next.handle(request);
        }
        if (sent.isEmpty() || sent.length() > LONGEST_KEY) {
            throw HttpException.badRequest("Idempotency-Key is 1 to " + LONGEST_KEY + " characters");
        }
        Key key = new Key(client.apply(request), request.method(), request.target(), sent);
        String content = WebFilters.digest(request.bytes());
        while (true) {
            long now = ticker.nanos();
            Entry mine = new Entry(content, null, now + keepNanos);
            Entry present = entries.putIfAbsent(key, mine, now);
            if (present == null) {
                return first(key, mine, request, next);
            }
            if (present.untilNanos - now > 0) {
                return again(present, content);
            }
            entries.remove(key, present);
        }
    }

    private Response first(Key key, Entry mine, Request request, Handler next) throws Exception {
        boolean kept = false;
        try {
            Response response = Answers.of(request, next);
            if (response.status() < 500 && Answers.isWhole(response)) {
                kept = entries.replace(key, mine, new Entry(mine.content, response, mine.untilNanos));
            }
            return response;
        } finally {
            if (!kept) {
                entries.remove(key, mine);
            }
        }
    }

    private static Response again(Entry present, String content) {
        if (!present.content.equals(content)) {
            throw HttpException.unprocessable("This Idempotency-Key was used for another content");
        }
        Response answer = present.answer;
        if (answer == null) {
            throw HttpException.conflict("The request with this Idempotency-Key is still being done");
        }
        return answer.header("Idempotency-Replayed", "true");
    }
}
