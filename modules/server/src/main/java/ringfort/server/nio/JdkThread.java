package ringfort.server.nio;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import ringfort.server.exchange.ThreadUse;

/** What the JDK tells of a platform thread: its processor time, and not how often it waited. */
public final class JdkThread {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private JdkThread() {}

    /** What the calling platform thread has used so far. */
    public static ThreadUse use() {
        return THREADS.isCurrentThreadCpuTimeSupported()
                ? new ThreadUse(THREADS.getCurrentThreadCpuTime(), -1)
                : ThreadUse.UNKNOWN;
    }
}
