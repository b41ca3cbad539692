package ringfort.poller;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import ringfort.sys.Downcall;
import ringfort.sys.Libc;

/**
 * Sends a signal to one thread of this process, with a handler that does nothing: a blocking system call of that thread
 * ends with {@code EINTR}. The handler is the C library's {@code abs}, which has the right shape and is safe in a signal.
 */
final class Signals implements AutoCloseable {
    private static final int SIGUSR1 = 10;
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
    private static final long SYS_GETTID = ARM ? 178 : 186;
    private static final long SYS_TGKILL = ARM ? 131 : 234;
    private static final MethodHandle SIGNAL =
            Downcall.bind("signal", FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));

    private final MemorySegment before;

    private Signals(MemorySegment before) {
        this.before = before;
    }

    static Signals ignoredButInterrupting() {
        assumeTrue(
                ARM || System.getProperty("os.arch").equals("amd64"),
                "the system call numbers of this architecture aren't known to this test");
        MemorySegment abs = Linker.nativeLinker().defaultLookup().findOrThrow("abs");
        return new Signals(handle(abs));
    }

    static int currentThreadId() {
        return (int) Libc.syscall(SYS_GETTID, 0, 0, 0, 0, 0, 0);
    }

    void send(int threadId) {
        long process = ProcessHandle.current().pid();
        Libc.syscall(SYS_TGKILL, process, threadId, SIGUSR1, 0, 0, 0);
    }

    @Override
    public void close() {
        handle(before);
    }

    private static MemorySegment handle(MemorySegment handler) {
        try {
            return (MemorySegment) SIGNAL.invokeExact(Downcall.state(), SIGUSR1, handler);
        } catch (Throwable failure) {
            throw Downcall.unexpected(failure);
        }
    }
}
