package ringfort.sys;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether this process can make the calls of this module at all, and what to do when it cannot. Any thread may ask.
 *
 * <p>Structures, constants and system call numbers here are those of Linux on amd64 and aarch64. Elsewhere the C library
 * may have a function of the same name, and the same number may be another system call: so nothing is called there.
 */
public final class NativeAccess {
    private static final Set<String> ARCHITECTURES = Set.of("amd64", "aarch64");

    private NativeAccess() {}

    /**
     * Says why no call can be made here, before one is made.
     *
     * @return one line with the cause and, where there is one, the remedy; null when calls can be made
     */
    public static @Nullable String refusal() {
        String foreign = foreign();
        if (foreign != null) {
            return foreign;
        }
        try {
            Downcall.state(); // makes the stubs, for which the JVM wants native access to be enabled
            return null;
        } catch (LinkageError | IllegalCallerException e) {
            return explain(e, "ringfort.sys");
        }
    }

    /** Why this system is none that the module knows; null on Linux with a known processor. */
    static @Nullable String foreign() {
        return foreign(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }

    static @Nullable String foreign(String system, String architecture) {
        if (!system.equals("Linux")) {
            return "its system calls are Linux's; this is " + system;
        }
        return ARCHITECTURES.contains(architecture)
                ? null
                : "its system calls are those of Linux on amd64 and aarch64; this is " + architecture;
    }

    /**
     * Says in one line what a failure to call native code means. A failed class initializer hides its cause twice: behind
     * an {@link ExceptionInInitializerError} without a message, and later behind a {@link NoClassDefFoundError}.
     *
     * @param failure what was thrown
     * @param modules the modules that the remedy names, separated by commas; on the class path it names ALL-UNNAMED
     * @return the first cause, and the option that grants native access when that was denied
     */
    public static String explain(Throwable failure, String modules) {
        Throwable root = failure;
        for (Throwable cause = root.getCause(); cause != null; cause = root.getCause()) {
            root = cause;
        }
        String message = root.getMessage();
        String text = message == null || message.isBlank() ? root.getClass().getSimpleName() : message;
        boolean denied = text.contains("llegal native access") || root instanceof IllegalCallerException;
        return denied
                ? "native access is denied (" + text + "); start java with --enable-native-access="
                        + (NativeAccess.class.getModule().isNamed() ? modules : "ALL-UNNAMED")
                : text;
    }
}
