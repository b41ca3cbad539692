package ringfort.server.ring;

import java.util.function.LongUnaryOperator;
import ringfort.ring.IoUring;
import ringfort.ring.Sqe;
import ringfort.ring.Timespec;
import ringfort.sys.NativeMemory;
import ringfort.sys.OnWorker;

/**
 * Fills timer entries. The kernel reads a timespec when it takes the entry, and entries are taken in order: as many timespecs
 * as the submission queue has entries, used in turn, are never overwritten too early. Its worker only.
 */
@OnWorker
final class Timespecs implements AutoCloseable {
    private final int count;
    private final LongUnaryOperator kernelNanos;
    private final NativeMemory memory = new NativeMemory();
    private final long first;
    private int next;

    /** @param kernelNanos the kernel's time for a time of the server's ticker */
    Timespecs(int sqEntries, LongUnaryOperator kernelNanos) {
        this.count = sqEntries;
        this.kernelNanos = kernelNanos;
        this.first = memory.allocate((long) sqEntries * Timespec.BYTES, 8);
    }

    /** A timer that fires at an absolute time; early when the process is stopped before, so the time is to be looked at again. */
    void fillTimeout(Sqe sqe, long deadlineNanos, long userData) {
        sqe.timeout(timespec(deadlineNanos), IoUring.IORING_TIMEOUT_ABS, 0, userData);
    }

    /** Moves the timer whose user data is {@code target}. */
    void fillTimeoutUpdate(Sqe sqe, long target, long deadlineNanos, long userData) {
        sqe.timeoutUpdate(target, timespec(deadlineNanos), IoUring.IORING_TIMEOUT_ABS, userData);
    }

    private long timespec(long deadlineNanos) {
        long address = first + (long) next * Timespec.BYTES;
        next = (next + 1) % count;
        long nanos = kernelNanos.applyAsLong(deadlineNanos);
        NativeMemory.putLong(address, Math.floorDiv(nanos, 1_000_000_000L));
        NativeMemory.putLong(address + 8, Math.floorMod(nanos, 1_000_000_000L));
        return address;
    }

    @Override
    public void close() {
        memory.close();
    }
}
