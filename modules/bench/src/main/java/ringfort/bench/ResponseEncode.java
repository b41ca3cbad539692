package ringfort.bench;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import ringfort.h1.ResponseEncoder;
import ringfort.message.ByteSink;
import ringfort.message.DateHeader;

/**
 * What does it cost to write the head of a response, its fields checked and its date looked up?
 *
 * <p>The floor beside it copies a head that was written before.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@State(Scope.Thread)
public class ResponseEncode {
    private static final long EPOCH_SECOND = 1_795_420_800L;
    private static final String[] PLAIN = {"Content-Type", "text/plain; charset=utf-8"};
    private static final String[] API = {
        "Content-Type", "application/json",
        "Cache-Control", "no-store",
        "ETag", "\"5f2b-1795420800\"",
        "Vary", "Accept, Accept-Encoding",
        "X-Request-Id", "0b51f5c1-9a1e-4f7e-8c52-6e1f0d7a2b11",
        "Strict-Transport-Security", "max-age=63072000; includeSubDomains",
        "Set-Cookie", "session=eyJhbGciOiJIUzI1NiJ9; Path=/; HttpOnly; Secure; SameSite=Lax",
    };

    private final ResponseEncoder encoder = new ResponseEncoder();
    private final DateHeader date = new DateHeader();
    private final ByteSink sink = new ByteSink(4096);
    private final byte[] written = plain().toString().getBytes(StandardCharsets.ISO_8859_1);

    /** One field: what a benchmark's greeting has. */
    @Benchmark
    public ByteSink plain() {
        return head(13, PLAIN);
    }

    /** Seven fields: what an API sends. */
    @Benchmark
    public ByteSink api() {
        return head(1532, API);
    }

    /** The floor of {@link #plain}. */
    @Benchmark
    public ByteSink copied() {
        sink.reset();
        return sink.bytes(written);
    }

    private ByteSink head(long contentLength, String... namesAndValues) {
        sink.reset();
        encoder.begin(sink, 200, 1, false, contentLength, true, date.value(EPOCH_SECOND));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            encoder.field(sink, namesAndValues[i], namesAndValues[i + 1]);
        }
        encoder.end(sink);
        return sink;
    }
}
