package ringfort.bench;

import java.io.UncheckedIOException;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import ringfort.ring.CompletionBatch;
import ringfort.ring.Ring;
import ringfort.ring.RingOptions;
import ringfort.ring.RingUnavailableException;
import ringfort.ring.Sqe;

/**
 * What does an operation of the ring cost that does nothing: its entry filled, submitted, completed and reaped?
 *
 * <p>An operation of JMH's is one {@code io_uring_enter} with all that it takes; divide by {@code batch}. With a batch of 0
 * the kernel is entered for nothing, which is the floor.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@State(Scope.Thread)
public class SubmitNop {
    /** Entries that one {@code io_uring_enter} takes. */
    @Param({"0", "1", "16", "256"})
    int batch;

    private final CompletionBatch completions = new CompletionBatch(1024);
    private final Ring ring = open();

    private static Ring open() {
        try {
            return Ring.open(RingOptions.DEFAULT);
        } catch (RingUnavailableException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On the thread that measures: the ring belongs to it. */
    @Setup
    public void enable() {
        ring.enable();
    }

    /** Closes the ring. */
    @TearDown
    public void close() {
        ring.close();
    }

    /** Fills, submits and reaps. */
    @Benchmark
    public int nop() {
        for (int i = 0; i < batch; i++) {
            Sqe sqe = ring.sqe();
            if (sqe == null) {
                throw new IllegalStateException("the submission queue is full");
            }
            sqe.nop(i);
        }
        int result = batch == 0 ? ring.submitAndWait(0, 0) : ring.submitAndWait(batch, -1);
        if (result < 0) {
            throw new IllegalStateException("io_uring_enter answered " + result);
        }
        return ring.reap(completions);
    }
}
