package ringfort.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import ringfort.h1.Limits;
import ringfort.h1.RequestHead;
import ringfort.h1.RequestParser;

/**
 * What does it cost to read a request head, strictly, into an array of its own, and what would it cost only to find its end?
 *
 * <p>An operation is one head of several that follow each other in a buffer, at every alignment. {@link ParseReport} runs
 * this and turns times into bytes per second.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@State(Scope.Thread)
public class RequestHeadParse {
    private static final int COPIES = 9;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH = 0x0101010101010101L;
    private static final long TOP_BITS = 0x8080808080808080L;
    private static final long RETURNS = '\r' * EACH;

    /** Which head; a name of {@link Heads}. */
    @Param({"WRK", "CURL", "BROWSER", "API", "HUNDRED"})
    Heads head = Heads.WRK;

    private final RequestParser parser = new RequestParser(Limits.DEFAULT);
    private byte[] buffer = new byte[0];
    private int headBytes;
    private int at;

    /** Fills the buffer; a byte between two heads changes their alignment. */
    @Setup
    public void fill() {
        byte[] octets = head.octets();
        headBytes = octets.length;
        buffer = new byte[COPIES * (headBytes + 1) + Long.BYTES];
        for (int i = 0; i < COPIES; i++) {
            System.arraycopy(octets, 0, buffer, i * (headBytes + 1), headBytes);
        }
    }

    private int nextHead() {
        at += headBytes + 1;
        if (at >= COPIES * (headBytes + 1)) {
            at = 0;
        }
        return at;
    }

    /** Reads a head. */
    @Benchmark
    public RequestHead parse() {
        int from = nextHead();
        if (parser.parse(buffer, from, from + headBytes) != RequestParser.Result.HEAD) {
            throw new IllegalStateException("not a head: " + head);
        }
        return parser.head();
    }

    /** Finds the empty line, eight bytes at a time, and looks at nothing else. */
    @Benchmark
    public int findEndByWords() {
        int from = nextHead();
        int last = from + headBytes - 4;
        for (int i = from; i <= last; i += Long.BYTES) {
            long word = (long) LONGS.get(buffer, i) ^ RETURNS;
            long found = (word - EACH) & ~word & TOP_BITS;
            while (found != 0) {
                int end = i + (Long.numberOfTrailingZeros(found) >>> 3);
                if (isEnd(end)) {
                    return end + 4;
                }
                found &= found - 1;
            }
        }
        throw new IllegalStateException("no end: " + head);
    }

    /** Finds the empty line, a byte at a time. */
    @Benchmark
    public int findEndByBytes() {
        int from = nextHead();
        int last = from + headBytes - 4;
        for (int i = from; i <= last; i++) {
            if (isEnd(i)) {
                return i + 4;
            }
        }
        throw new IllegalStateException("no end: " + head);
    }

    private boolean isEnd(int i) {
        byte[] octets = buffer;
        return octets[i] == '\r' && octets[i + 1] == '\n' && octets[i + 2] == '\r' && octets[i + 3] == '\n';
    }
}
