package ringfort.rules.twins;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Method;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import ringfort.sys.OnWorker;
import ringfort.timers.DeadlineWheel;
import ringfort.timers.Ticker;

/** Reflection, clocks and native memory, rightly used and wrongly. */
public final class CodeTwins {
    private CodeTwins() {}

    /** Handles that access rules hold for, and the names of classes, are no reflection. */
    public static final class GoodHandles {
        static final VarHandle COUNT;

        static {
            try {
                COUNT = MethodHandles.lookup().findVarHandle(GoodHandles.class, "count", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        int count;

        String name() {
            return getClass().getName();
        }
    }

    /** Goes past the compiler. */
    public static final class Reflects {
        Object call(Object target) throws ReflectiveOperationException {
            Method method = Class.forName("java.util.List").getMethod("size");
            return method.invoke(target);
        }
    }

    /** Knows native memory. */
    public static final class Native {
        long address(MemorySegment segment) {
            return segment.address();
        }
    }

    /** Is a ticker itself. */
    public static final class GoodTicker implements Ticker {
        @Override
        public long nanos() {
            return System.nanoTime();
        }
    }

    /** Asks it. */
    public static final class GoodDeadline extends DeadlineWheel.Entry {
        private final Ticker ticker;
        private long dueNanos;

        GoodDeadline(Ticker ticker) {
            this.ticker = ticker;
        }

        boolean isOver() {
            return dueNanos - ticker.nanos() <= 0;
        }
    }

    /** Has nothing to do with deadlines, so it may know what day it is. */
    public static final class GoodDate {
        String now() {
            return Instant.now().toString();
        }
    }

    /** Reads the clock itself, twice. */
    public static final class OwnClock {
        private final LongSupplier clock = System::nanoTime;

        long elapsed() {
            return System.nanoTime() - clock.getAsLong();
        }
    }

    /** Measures a deadline by the wall. */
    public static final class WallDeadline {
        private long deadlineMillis;

        boolean isOver() {
            return System.currentTimeMillis() > deadlineMillis;
        }

        boolean isOver(Instant deadline) {
            return Instant.now().isAfter(deadline);
        }
    }

    /** Lets each read begin anew. */
    public static final class RelativeDeadline extends DeadlineWheel.Entry {
        private Duration budget = Duration.ZERO;

        void read(Socket socket) throws SocketException {
            socket.setSoTimeout((int) budget.toMillis());
        }
    }

    /** Closes what it opens, or keeps it to close. */
    public static final class GoodArena implements AutoCloseable {
        private static final MemorySegment ONE = Arena.global().allocate(8);
        private final Arena arena = Arena.ofShared();
        private final MemorySegment start = Arena.ofAuto().allocate(8);

        @OnWorker
        long read() {
            try (Arena temporary = Arena.ofConfined()) {
                return temporary.allocate(8).address() + ONE.address() + start.address();
            }
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /** Loses one of each kind. */
    @SuppressWarnings("MustBeClosedChecker") // that is what it is for
    public static final class LostArena {
        MemorySegment confined() {
            return Arena.ofConfined().allocate(8);
        }

        MemorySegment shared() {
            return Arena.ofShared().allocate(8);
        }

        MemorySegment global() {
            return Arena.global().allocate(8);
        }
    }

    /** Leaves memory to the collector in every turn. */
    public static final class AutoArena {
        @OnWorker
        MemorySegment turn() {
            return memory();
        }

        private static MemorySegment memory() {
            return Arena.ofAuto().allocate(8);
        }
    }
}
