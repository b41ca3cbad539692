package ringfort.server.linux;

import ringfort.server.exchange.ThreadUse;
import ringfort.sys.ThreadUsage;
import ringfort.sys.TimeSlice;

/** What a worker's thread asks of the Linux scheduler. */
public final class LinuxThread {
    /**
     * A worker that wakes for a deadline beside a thread that computes, such as the compiler's, waits for the rest of that
     * thread's slice, about three milliseconds, unless its own is shorter.
     */
    private static final long SLICE_NANOS = 200_000;

    private LinuxThread() {}

    /** Asks for a short time slice for the calling thread; a kernel that has no such thing changes nothing. */
    public static void prepare() {
        TimeSlice.ask(SLICE_NANOS);
    }

    /** What the calling thread, for a virtual one its carrier, has used so far. */
    public static ThreadUse use() {
        ThreadUsage usage = ThreadUsage.now();
        return new ThreadUse(usage.cpuNanos(), usage.voluntarySwitches());
    }
}
