package ringfort.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * eventfd(2): wakes a thread that waits for descriptors. Any thread may {@link #signal} and {@link #close}; one thread
 * waits for {@link #fd} and calls {@link #drain}.
 *
 * <p>Signals add up until they are drained: many signals, one wake-up. A signal after close does nothing. The
 * descriptor is closed only when no call of {@link #signal} is under way any more. Otherwise the kernel could give the
 * number of the descriptor to another file, and the signal would write into that file.
 */
public final class EventFd implements AutoCloseable {
    private static final MemorySegment ONE = one();
    private static final int CLOSED = 1 << 31;

    private final int fd;

    /** Calls of {@link #signal} under way, and the bit {@link #CLOSED}. The last call to end closes the descriptor. */
    private final AtomicInteger users = new AtomicInteger();

    private EventFd(int fd) {
        this.fd = fd;
    }

    /**
     * Opens a counter at zero, close-on-exec.
     *
     * @param nonBlocking true for epoll: {@link #drain} never waits. False for a read by io_uring: older kernels answer
     *     {@code EAGAIN} at once for a non-blocking descriptor, instead of waiting for the signal
     * @throws IOException when there is no descriptor left
     */
    public static EventFd open(boolean nonBlocking) throws IOException {
        int fd = Libc.eventfd(0, Linux.EFD_CLOEXEC | (nonBlocking ? Linux.EFD_NONBLOCK : 0));
        if (fd < 0) {
            throw new IOException("eventfd: " + Errno.describe(-fd));
        }
        return new EventFd(fd);
    }

    /** Returns the descriptor, which is readable while there are signals that were not drained. */
    public int fd() {
        return fd;
    }

    /** Adds one to the counter. Does nothing after {@link #close}. */
    public void signal() {
        if (enter()) {
            long result;
            do {
                result = Libc.write(fd, ONE.address(), Long.BYTES);
            } while (result == -Errno.EINTR);
            // EAGAIN means that the counter is at its maximum: the descriptor is readable already, and nothing is lost.
        }
        leave();
    }

    /**
     * Sets the counter to zero and returns what it was. Without a signal since the last drain, a non-blocking
     * descriptor returns 0, and a blocking one waits for the next signal.
     */
    public long drain() {
        MemorySegment scratch = Downcall.scratch(Downcall.state());
        long result;
        do {
            result = Libc.read(fd, scratch.address(), Long.BYTES);
        } while (result == -Errno.EINTR);
        return result == Long.BYTES ? scratch.get(JAVA_LONG, 0) : 0;
    }

    /** Closes the descriptor. Idempotent; the waiting thread must have stopped waiting. */
    @Override
    public void close() {
        int before = users.getAndUpdate(value -> value < 0 ? value : (value | CLOSED) + 1);
        if (before >= 0) {
            leave();
        }
    }

    /** Keeps the descriptor open until {@link #leave}, which must follow in any case; false when it is closed. */
    boolean enter() {
        return users.getAndIncrement() >= 0;
    }

    void leave() {
        if (users.decrementAndGet() == CLOSED) {
            // Compare-and-set, because a late signal() may bring the count to CLOSED again: only one thread may close.
            if (users.compareAndSet(CLOSED, CLOSED | (1 << 30))) {
                Libc.close(fd);
            }
        }
    }

    private static MemorySegment one() {
        MemorySegment one = Arena.global().allocate(JAVA_LONG);
        one.set(JAVA_LONG, 0, 1);
        return one.asReadOnly();
    }
}
