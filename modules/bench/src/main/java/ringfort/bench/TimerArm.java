package ringfort.bench;

import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import ringfort.ring.CompletionBatch;
import ringfort.ring.IoUring;
import ringfort.ring.Ring;
import ringfort.ring.RingOptions;
import ringfort.ring.RingUnavailableException;
import ringfort.ring.Sqe;
import ringfort.sys.NativeMemory;
import ringfort.timers.DeadlineWheel;
import ringfort.timers.Ticker;

/**
 * What does one deadline cost: armed and cleared, or moved, in a {@link DeadlineWheel} and as a timer of the kernel?
 *
 * <p>An operation is one timer of {@value #TIMERS}, beside others that stand armed and are older. A kernel timer pays for
 * its submission entry, its share of {@code io_uring_enter}, which takes {@code batch} entries at once, and its completion.
 * A wheel has no batches.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class TimerArm {
    private static final int TIMERS = 64;
    private static final long SECOND_NANOS = 1_000_000_000L;

    /** Far enough that none fires while it is measured. */
    private static final long BUDGET_NANOS = 600 * SECOND_NANOS;

    private static final class Slot extends DeadlineWheel.Entry {}

    /** A wheel with deadlines standing in it. */
    @State(Scope.Thread)
    public static class Wheel {
        /** Deadlines that stand armed beside the measured ones. */
        @Param({"64", "1000", "10000"})
        int standing;

        private DeadlineWheel<Slot> wheel = new DeadlineWheel<>(0);
        private final Slot[] slots = new Slot[TIMERS];
        private long deadlineNanos;

        /** Arms what stands, then what is measured. */
        @Setup
        public void arm() {
            long now = Ticker.system().nanos();
            wheel = new DeadlineWheel<>(now);
            for (int i = 0; i < standing; i++) {
                wheel.arm(new Slot(), now + BUDGET_NANOS + i * 1000L);
            }
            deadlineNanos = now + BUDGET_NANOS;
            for (int i = 0; i < TIMERS; i++) {
                slots[i] = new Slot();
                wheel.arm(slots[i], deadlineNanos);
            }
        }
    }

    /** Clears and arms again, as a connection that ends and one that begins. */
    @Benchmark
    @OperationsPerInvocation(TIMERS)
    public void wheelClearAndArm(Wheel state) {
        for (Slot slot : state.slots) {
            state.wheel.clear(slot);
            state.wheel.arm(slot, state.deadlineNanos);
        }
    }

    /** Moves later, as a connection that is served again. */
    @Benchmark
    @OperationsPerInvocation(TIMERS)
    public void wheelMoveLater(Wheel state) {
        state.deadlineNanos++;
        for (Slot slot : state.slots) {
            state.wheel.arm(slot, state.deadlineNanos);
        }
    }

    /** Moves earlier, as from idle to a short header budget. */
    @Benchmark
    @OperationsPerInvocation(TIMERS)
    public void wheelMoveEarlier(Wheel state) {
        state.deadlineNanos--;
        for (Slot slot : state.slots) {
            state.wheel.arm(slot, state.deadlineNanos);
        }
    }

    /** A ring with timers in flight. */
    @State(Scope.Thread)
    public static class Kernel {
        private static final int TIMESPEC_BYTES = 16;
        private static final long CHANGE = 1L << 32;

        /** Timers in flight beside the measured ones, and older. */
        @Param({"64", "1000", "10000"})
        int standing;

        /** Entries that one {@code io_uring_enter} takes. */
        @Param({"1", "64"})
        int batch;

        private final NativeMemory memory = new NativeMemory();
        private final long timespecs = memory.allocate((long) TIMERS * TIMESPEC_BYTES, 8);
        private final CompletionBatch completions = new CompletionBatch(1024);
        private final Ring ring = open();
        private long deadlineNanos;

        private static Ring open() {
            try {
                return Ring.open(RingOptions.DEFAULT);
            } catch (RingUnavailableException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Arms what stands, then what is measured. */
        @Setup
        public void arm() {
            ring.enable();
            deadlineNanos = Ticker.system().nanos() + BUDGET_NANOS;
            int all = standing + TIMERS;
            for (int i = 0; i < all; i++) {
                timeout(i % TIMERS, i < standing ? CHANGE | i : i - standing);
                if (i % TIMERS == TIMERS - 1 || i == all - 1) {
                    submit(0);
                }
            }
        }

        /** Closes the ring and with it the timers. */
        @TearDown(Level.Trial)
        public void close() {
            ring.close();
            memory.close();
        }

        private Sqe sqe() {
            Sqe sqe = ring.sqe();
            if (sqe == null) {
                throw new IllegalStateException("the submission queue is full");
            }
            return sqe;
        }

        private long timespec(int place) {
            long address = timespecs + (long) place * TIMESPEC_BYTES;
            NativeMemory.putLong(address, deadlineNanos / SECOND_NANOS);
            NativeMemory.putLong(address + 8, deadlineNanos % SECOND_NANOS);
            return address;
        }

        private void timeout(int place, long userData) {
            sqe().timeout(timespec(place), IoUring.IORING_TIMEOUT_ABS, 0, userData);
        }

        private void update(int timer) {
            sqe().timeoutUpdate(timer, timespec(timer), IoUring.IORING_TIMEOUT_ABS, CHANGE);
        }

        private void remove(int timer) {
            sqe().timeoutRemove(timer, CHANGE);
        }

        /** Submits, and takes at least this many completions. */
        private void submit(int expected) {
            int result = ring.submitAndWait(expected, 0);
            for (int reaped = ring.reap(completions); reaped < expected; reaped += ring.reap(completions)) {
                result = Math.min(result, ring.submitAndWait(1, SECOND_NANOS));
            }
            if (result < 0) {
                throw new IllegalStateException("io_uring_enter answered " + result);
            }
        }
    }

    /** Removes and arms again: two entries, and two completions, that of the timer and that of its removal. */
    @Benchmark
    @OperationsPerInvocation(TIMERS)
    public void kernelClearAndArm(Kernel state) {
        int pairs = Math.max(1, state.batch / 2);
        for (int timer = 0; timer < TIMERS; timer += pairs) {
            for (int i = timer; i < timer + pairs; i++) {
                state.remove(i);
                if (state.batch == 1) {
                    state.submit(2);
                }
                state.timeout(i, i);
            }
            state.submit(state.batch == 1 ? 0 : 2 * pairs);
        }
    }

    /** Gives a timer in flight another time: one entry, one completion. */
    @Benchmark
    @OperationsPerInvocation(TIMERS)
    public void kernelMove(Kernel state) {
        state.deadlineNanos++;
        for (int timer = 0; timer < TIMERS; timer += state.batch) {
            for (int i = timer; i < timer + state.batch; i++) {
                state.update(i);
            }
            state.submit(state.batch);
        }
    }
}
