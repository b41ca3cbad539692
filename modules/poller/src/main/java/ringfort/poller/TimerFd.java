package ringfort.poller;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import ringfort.sys.Downcall;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;

/**
 * timerfd_create(2): a timer as a descriptor, which is readable once the timer has expired. It counts
 * {@code CLOCK_MONOTONIC}, which no setting of the wall clock moves. All methods belong to one thread at a time; after
 * {@link #open} nothing allocates.
 */
public final class TimerFd implements AutoCloseable {
    // linux/time.h, linux/timerfd.h
    private static final int CLOCK_MONOTONIC = 1;
    private static final int TFD_NONBLOCK = Linux.O_NONBLOCK;
    private static final int TFD_CLOEXEC = Linux.O_CLOEXEC;

    /** {@code struct itimerspec}: interval, then first expiry, each as seconds and nanoseconds of 64 bits. */
    private static final long ITIMERSPEC_BYTES = 32;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private static final MemorySegment TIMERFD_CREATE = Downcall.symbol("timerfd_create");
    private static final MemorySegment TIMERFD_SETTIME = Downcall.symbol("timerfd_settime");

    private final MemorySegment setting = Arena.ofAuto().allocate(ITIMERSPEC_BYTES, Long.BYTES);
    private final MemorySegment expirations = Arena.ofAuto().allocate(JAVA_LONG);
    private int fd;

    private TimerFd(int fd) {
        this.fd = fd;
    }

    /**
     * Opens a timer that isn't armed, non-blocking and close-on-exec.
     *
     * @throws IOException when there is no descriptor left
     */
    public static TimerFd open() throws IOException {
        int fd = Downcall.intCall(TIMERFD_CREATE, CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC, 0, 0, 0, 0, 0);
        if (fd < 0) {
            throw new IOException("timerfd_create: " + Errno.describe(-fd));
        }
        return new TimerFd(fd);
    }

    /**
     * Expires each time this period is over, first after one period. Replaces what was set before. Drain it each time,
     * also when it is watched edge-triggered: the kernel starts a periodic timer again only when it is read. Until then
     * it makes no further event and only counts the periods.
     *
     * @throws IllegalArgumentException unless the period is positive
     * @throws IllegalStateException when this timer is closed
     */
    public void everyNanos(long periodNanos) {
        requirePositive(periodNanos);
        set(periodNanos, periodNanos);
    }

    /**
     * Expires once, after this delay. Replaces what was set before.
     *
     * @throws IllegalArgumentException unless the delay is positive
     * @throws IllegalStateException when this timer is closed
     */
    public void onceAfterNanos(long delayNanos) {
        requirePositive(delayNanos);
        set(delayNanos, 0);
    }

    /**
     * Stops the timer and forgets expiries that were not drained: the descriptor is not readable after this.
     *
     * @throws IllegalStateException when this timer is closed
     */
    public void disarm() {
        set(0, 0);
    }

    /**
     * Returns how often this timer has expired since the last drain or setting, 0 if not at all. The descriptor then is
     * not readable until the next expiry. Never blocks.
     *
     * @throws IllegalStateException when this timer is closed
     */
    public long drain() {
        long result;
        do {
            result = Libc.read(fd, expirations, Long.BYTES);
        } while (result == -Errno.EINTR);
        if (result == -Errno.EAGAIN) {
            return 0;
        }
        if (result < 0) {
            throw new IllegalStateException("read of a timerfd: " + Errno.describe((int) -result));
        }
        return expirations.get(JAVA_LONG, 0);
    }

    /** The descriptor to watch for {@link Epoll#EPOLLIN}; -1 once it is closed. */
    public int fd() {
        return fd;
    }

    /** Closes the descriptor; an epoll that watches it stops watching it. Idempotent. */
    @Override
    public void close() {
        if (fd >= 0) {
            Libc.close(fd);
            fd = -1;
        }
    }

    /** Sets the timer; a first expiry of 0 disarms it (timerfd_settime(2)). */
    private void set(long firstNanos, long periodNanos) {
        setting.setAtIndex(JAVA_LONG, 0, periodNanos / NANOS_PER_SECOND);
        setting.setAtIndex(JAVA_LONG, 1, periodNanos % NANOS_PER_SECOND);
        setting.setAtIndex(JAVA_LONG, 2, firstNanos / NANOS_PER_SECOND);
        setting.setAtIndex(JAVA_LONG, 3, firstNanos % NANOS_PER_SECOND);
        int result = Downcall.intCall(TIMERFD_SETTIME, fd, 0, setting.address(), 0, 0, 0, 0);
        if (result < 0) {
            throw new IllegalStateException("timerfd_settime: " + Errno.describe(-result));
        }
    }

    private static void requirePositive(long nanos) {
        if (nanos <= 0) {
            // The kernel would take 0 for "disarm", and the timer would silently never expire.
            throw new IllegalArgumentException(nanos + " ns isn't positive");
        }
    }
}
