package ringfort.ring;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct __kernel_timespec} (linux/time_types.h): the time of a timeout.
 *
 * <p>A request holds only the address. The kernel reads the sixteen bytes when it consumes the request, that is within
 * the call of {@link Ring#submit} that counts the request. Until then the memory must not be freed and its time must
 * not be changed.
 */
public final class Timespec {
    /** Size of the structure; align to eight. */
    public static final long BYTES = 16;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private Timespec() {}

    /**
     * Writes a time in nanoseconds at {@code offset} of {@code memory}: a span, or with
     * {@link IoUring#IORING_TIMEOUT_ABS} a time of the clock {@code CLOCK_MONOTONIC}. The kernel would refuse a
     * negative time, so it is written as zero: now.
     */
    public static void write(MemorySegment memory, long offset, long nanos) {
        long time = Math.max(0, nanos);
        memory.set(JAVA_LONG, offset, time / NANOS_PER_SECOND);
        memory.set(JAVA_LONG, offset + 8, time % NANOS_PER_SECOND);
    }
}
