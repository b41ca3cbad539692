package ringfort.filters;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import ringfort.api.Filter;
import ringfort.api.Handler;
import ringfort.api.Request;
import ringfort.api.Response;

/**
 * Has one of several equal GET requests that come at the same time answered, and gives its answer to all: what a cache that is
 * empty needs most. Requests that say who they are, by {@code Authorization} or {@code Cookie}, go on by themselves, and so do
 * all when the answer turns out to be a stream, a file or a failure.
 *
 * <p>Waiting blocks the handler's thread: not for inline routes. Any thread.
 */
public final class SingleFlight implements Filter {
    private final Function<? super Request, ? extends Object> key;
    private final ConcurrentHashMap<Object, CompletableFuture<@Nullable Response>> flights = new ConcurrentHashMap<>();

    /** What a request is told apart by when nothing else is said. */
    private record Asked(
            String target,
            @Nullable String accept,
            @Nullable String language,
            @Nullable String coding) {}

    private SingleFlight(Function<? super Request, ? extends Object> key) {
        this.key = Objects.requireNonNull(key, "key");
    }

    /**
     * Requests are equal when target, {@code Accept}, {@code Accept-Language} and {@code Accept-Encoding} are.
     *
     * @return the filter
     */
    public static SingleFlight byTarget() {
        return by(request -> new Asked(
                request.target(),
                request.header("Accept"),
                request.header("Accept-Language"),
                request.header("Accept-Encoding")));
    }

    /**
     * Requests are equal when what a function makes of them is.
     *
     * @param key must tell apart all that get different answers
     * @return the filter
     */
    public static SingleFlight by(Function<? super Request, ? extends Object> key) {
        return new SingleFlight(key);
    }

    @Override
    public Response filter(Request request, Handler next) throws Exception {
        if (!request.method().equals("GET")
                || request.headers().contains("Authorization")
                || request.headers().contains("Cookie")
                || request.headers().contains("Range")) {
            return next.handle(request);
        }
        Object whose = key.apply(request);
        CompletableFuture<@Nullable Response> mine = new CompletableFuture<>();
        CompletableFuture<@Nullable Response> other = flights.putIfAbsent(whose, mine);
        if (other != null) {
            Response shared = await(other);
            return shared == null ? next.handle(request) : shared;
        }
        Response response = null;
        try {
            response = next.handle(request);
            return response;
        } finally {
            flights.remove(whose, mine);
            mine.complete(response != null && Answers.isWhole(response) && response.status() < 500 ? response : null);
        }
    }

    private static @Nullable Response await(CompletableFuture<@Nullable Response> other) throws InterruptedException {
        try {
            return other.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("flights are completed by answers alone", e);
        }
    }
}
