package ringfort.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * What a platform thread has used so far, by getrusage(2) with {@code RUSAGE_THREAD}. The difference of two readings
 * shows whether the thread computed, blocked, or only waited for a processor that ran another thread.
 *
 * @param cpuNanos processor time, in user and in kernel mode, with the kernel's resolution of a microsecond
 * @param voluntarySwitches how often the thread gave its processor up because it had to wait for something
 * @param involuntarySwitches how often the kernel gave the thread's processor to another thread
 */
public record ThreadUsage(long cpuNanos, long voluntarySwitches, long involuntarySwitches) {
    private static final ThreadUsage UNKNOWN = new ThreadUsage(0, 0, 0);

    /** A class of its own: where native calls cannot be made, it is never initialized. */
    private static final class Native {
        static final MemorySegment GETRUSAGE = Downcall.symbol("getrusage");
    }

    /** Asked once: an engine without native calls measures its handlers too, on any system. */
    private static final boolean CALLABLE = NativeAccess.refusal() == null;

    private static final int RUSAGE_THREAD = 1; // linux/resource.h

    // struct rusage, linux/resource.h: two timevals of 16 bytes, then fourteen longs. 144 bytes, which scratch memory
    // holds.
    private static final int USER = 0;
    private static final int SYSTEM = 16;
    private static final int VOLUNTARY = 128;
    private static final int INVOLUNTARY = 136;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MICRO = 1_000L;

    /**
     * Reads the usage of the calling thread; for a virtual thread, of its carrier. One system call; zeros if it fails, and
     * where no native call can be made ({@link NativeAccess#refusal()}).
     */
    public static ThreadUsage now() {
        if (!CALLABLE) {
            return UNKNOWN;
        }
        MemorySegment usage = Downcall.scratch(Downcall.state());
        int result = Downcall.intNow(Native.GETRUSAGE, RUSAGE_THREAD, usage.address(), 0, 0, 0, 0, 0);
        return result < 0
                ? UNKNOWN
                : new ThreadUsage(
                        nanos(usage, USER) + nanos(usage, SYSTEM),
                        usage.get(JAVA_LONG, VOLUNTARY),
                        usage.get(JAVA_LONG, INVOLUNTARY));
    }

    private static long nanos(MemorySegment usage, int timeval) {
        return usage.get(JAVA_LONG, timeval) * NANOS_PER_SECOND + usage.get(JAVA_LONG, timeval + 8) * NANOS_PER_MICRO;
    }

    /** Returns what the thread used between {@code before} and this reading; both must be readings of one thread. */
    public ThreadUsage since(ThreadUsage before) {
        return new ThreadUsage(
                cpuNanos - before.cpuNanos,
                voluntarySwitches - before.voluntarySwitches,
                involuntarySwitches - before.involuntarySwitches);
    }
}
