package ringfort.api.spi;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the JVM is ending, and which thread called for it. A thread that has called {@link System#exit} does not return:
 * it waits for the shutdown hooks, so a hook must not wait for it. Any thread.
 */
public final class JvmExit {
    private static final String SHUTDOWN = "java.lang.Shutdown";

    private JvmExit() {}

    /**
     * Whether the JVM has begun to end.
     *
     * @return true once shutdown hooks run
     */
    public static boolean isUnderWay() {
        try {
            Runtime.getRuntime().removeShutdownHook(new Thread()); // was never added: only the refusal is of interest
            return false;
        } catch (IllegalStateException _) {
            return true;
        }
    }

    /**
     * Whether a thread is inside {@link System#exit} or {@link Runtime#exit}, from which it does not return.
     *
     * @param thread a thread of either kind
     * @return true while it waits there
     */
    public static boolean isCalledBy(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getClassName().equals(SHUTDOWN)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The platform thread that has called for the end; a signal has one too.
     *
     * @return null when none has, or when it was a virtual thread, which is not to be found without knowing it
     */
    public static @Nullable Thread platformCaller() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> Arrays.stream(entry.getValue())
                        .anyMatch(frame -> frame.getClassName().equals(SHUTDOWN)))
                .map(Map.Entry::getKey)
                .findAny()
                .orElse(null);
    }
}
