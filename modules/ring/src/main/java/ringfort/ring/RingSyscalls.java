package ringfort.ring;

import java.lang.foreign.MemorySegment;
import ringfort.sys.Libc;

/**
 * The three system calls of io_uring, each returning its result or the negated error number. A test implements this
 * interface to put itself between a {@link Ring} and the kernel: calls can then fail in ways that a healthy kernel does
 * not show.
 */
public interface RingSyscalls {
    /**
     * io_uring_setup(2).
     *
     * @param params a native {@code struct io_uring_params}, read and written
     * @return the ring's descriptor, or the negated error number
     */
    int setup(int entries, MemorySegment params);

    /**
     * io_uring_enter(2).
     *
     * @param fd the ring's descriptor, or its registered index where {@code flags} say so
     * @param argument address of what {@code flags} say, or 0
     * @return the number of requests consumed, or the negated error number
     */
    int enter(int fd, int toSubmit, int minComplete, int flags, long argument, long argumentBytes);

    /**
     * io_uring_register(2).
     *
     * @param argument address of what {@code operation} takes, or 0
     * @return 0 or what the operation answers, or the negated error number
     */
    int register(int fd, int operation, long argument, int arguments);

    /** Returns the kernel itself. */
    static RingSyscalls kernel() {
        return KernelSyscalls.INSTANCE;
    }
}

/** Passes each call to the kernel. */
final class KernelSyscalls implements RingSyscalls {
    static final KernelSyscalls INSTANCE = new KernelSyscalls();

    private KernelSyscalls() {}

    @Override
    public int setup(int entries, MemorySegment params) {
        return (int) Libc.syscall(IoUring.SYS_IO_URING_SETUP, entries, params.address(), 0, 0, 0, 0);
    }

    @Override
    public int enter(int fd, int toSubmit, int minComplete, int flags, long argument, long argumentBytes) {
        return (int)
                Libc.syscall(IoUring.SYS_IO_URING_ENTER, fd, toSubmit, minComplete, flags, argument, argumentBytes);
    }

    @Override
    public int register(int fd, int operation, long argument, int arguments) {
        return (int) Libc.syscall(IoUring.SYS_IO_URING_REGISTER, fd, operation, argument, arguments, 0, 0);
    }
}
