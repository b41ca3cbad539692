package consumer.filters;

import java.time.Duration;
import ringfort.api.Filter;
import ringfort.api.Handler;
import ringfort.api.HttpException;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.filters.Compression;
import ringfort.filters.RateLimit;

/** A handler that compresses, and answers each peer once an hour. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        Filter both = RateLimit.perPeer(1, Duration.ofHours(1)).andThen(Compression.gzip());
        Handler handler = both.around(request -> Response.text("x".repeat(10_000)));
        Request request = Request.builder("GET", "/").header("Accept-Encoding", "gzip").build();
        if (!"gzip".equals(handler.handle(request).header("Content-Encoding"))) {
            throw new AssertionError("not compressed");
        }
        try {
            handler.handle(request);
            throw new AssertionError("not limited");
        } catch (HttpException e) {
            if (e.status() != 429) {
                throw e;
            }
        }
        System.out.println("ok");
    }
}
