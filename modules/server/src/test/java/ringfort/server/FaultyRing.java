package ringfort.server;

import java.lang.foreign.MemorySegment;
import ringfort.ring.RingSyscalls;

/** The kernel's io_uring, which refuses io_uring_enter(2) for as long as a test wants. Any thread. */
final class FaultyRing implements RingSyscalls {
    private final RingSyscalls kernel = RingSyscalls.kernel();
    private volatile int errno;
    private volatile int left; // so many more calls fail
    private volatile int failed;

    /** From now on every call fails. */
    void enterFails(int number) {
        enterFails(number, Integer.MAX_VALUE);
    }

    /** The next so many calls fail. */
    void enterFails(int number, int times) {
        errno = number;
        left = times;
    }

    /** How many calls have failed. */
    int failed() {
        return failed;
    }

    @Override
    public int setup(int entries, MemorySegment params) {
        return kernel.setup(entries, params);
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one worker
    public int enter(int fd, int toSubmit, int minComplete, int flags, long argument, long argumentBytes) {
        if (left > 0) {
            left--;
            failed++;
            return -errno;
        }
        return kernel.enter(fd, toSubmit, minComplete, flags, argument, argumentBytes);
    }

    @Override
    public int register(int fd, int operation, long argument, int arguments) {
        return kernel.register(fd, operation, argument, arguments);
    }
}
