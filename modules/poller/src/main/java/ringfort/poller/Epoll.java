package ringfort.poller;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import ringfort.sys.Downcall;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;

/**
 * epoll(7): one thread waits for many descriptors. All methods belong to one thread at a time, the thread of the loop.
 * Another thread wakes the loop by a {@link ringfort.sys.EventFd} that the loop watches. After {@link #open} nothing
 * allocates.
 *
 * <p>Each descriptor is added with 64 bits of data, which come back with its events. Do not use the number of the
 * descriptor alone. An event of a descriptor that was closed may still follow in the batch, and by then the number may
 * belong to another descriptor. Use an index with a generation, or look the number up.
 *
 * <p><b>Edge-triggered</b> ({@link #EPOLLET}) means: one event per arrival, not per state. Read until {@code EAGAIN},
 * or until a read was short <em>and</em> the event had no {@link #EPOLLRDHUP}. A FIN that arrives with the last bytes
 * makes no further event, so a loop that stops after a short read never sees the end of the stream. A {@link #modify}
 * reports again what is ready at that time.
 */
public final class Epoll implements AutoCloseable {
    // linux/eventpoll.h

    /** There is something to read, or to accept. */
    public static final int EPOLLIN = 0x1;

    /** There is urgent data (tcp(7)). */
    public static final int EPOLLPRI = 0x2;

    /** There is room to write. */
    public static final int EPOLLOUT = 0x4;

    /** An error is pending, or the reader of a pipe is gone. Reported whether asked for or not. */
    public static final int EPOLLERR = 0x8;

    /** Both directions are shut down, or the last writer of a pipe is gone. Reported whether asked for or not. */
    public static final int EPOLLHUP = 0x10;

    /** The peer has sent a FIN: after what is buffered, the stream ends. */
    public static final int EPOLLRDHUP = 0x2000;

    /** When several epolls watch one descriptor, wake one or more of them instead of all; only with {@link #add}. */
    public static final int EPOLLEXCLUSIVE = 1 << 28;

    /** Report once, then nothing until {@link #modify}. */
    public static final int EPOLLONESHOT = 1 << 30;

    /** Report arrivals, not states. */
    public static final int EPOLLET = 1 << 31;

    private static final int EPOLL_CLOEXEC = Linux.O_CLOEXEC;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLL_CTL_MOD = 3;

    private static final MemorySegment EPOLL_CREATE1 = Downcall.symbol("epoll_create1");
    private static final MemorySegment EPOLL_CTL = Downcall.symbol("epoll_ctl");
    private static final MemorySegment EPOLL_WAIT = Downcall.symbol("epoll_wait");

    private final int maxEvents;
    private final MemorySegment events;
    private final MemorySegment change;
    private int fd;
    private int ready;

    private Epoll(int fd, int maxEvents) {
        this.fd = fd;
        this.maxEvents = maxEvents;
        // The garbage collector frees this memory, so an event that is read after close() is old, but no wild read.
        this.events = Arena.ofAuto().allocate((long) maxEvents * EpollEvent.HERE.bytes(), Long.BYTES);
        this.change = Arena.ofAuto().allocate(EpollEvent.HERE.bytes(), Long.BYTES);
    }

    /**
     * Opens an epoll that watches nothing, close-on-exec.
     *
     * @param maxEvents how many events one {@link #await} returns at most; the next call returns what is ready beyond
     *     that
     * @throws IOException when there is no descriptor left
     */
    public static Epoll open(int maxEvents) throws IOException {
        if (maxEvents <= 0) {
            throw new IllegalArgumentException("maxEvents is " + maxEvents + ", and must be positive");
        }
        int fd = Downcall.intCall(EPOLL_CREATE1, EPOLL_CLOEXEC, 0, 0, 0, 0, 0, 0);
        if (fd < 0) {
            throw new IOException("epoll_create1: " + Errno.describe(-fd));
        }
        return new Epoll(fd, maxEvents);
    }

    /**
     * Watches a descriptor. The watch ends when the last copy of the descriptor is closed.
     *
     * @param events {@code EPOLL*} bits; {@link #EPOLLERR} and {@link #EPOLLHUP} are always reported
     * @param data what {@link #data} returns for its events
     * @return 0, or the negated error number: {@code -EEXIST} when it is watched already, {@code -EPERM} for what can't
     *     be watched (a regular file), {@code -ENOSPC} beyond {@code fs.epoll.max_user_watches}
     */
    public int add(int fd, int events, long data) {
        return control(EPOLL_CTL_ADD, fd, events, data);
    }

    /**
     * Changes the events a descriptor is watched for, and its data. What is ready now is reported again, also when it
     * is edge-triggered. So no wake-up is lost when there is room to write before {@link #EPOLLOUT} is asked for.
     *
     * @return 0, or the negated error number: {@code -ENOENT} when it isn't watched
     */
    public int modify(int fd, int events, long data) {
        return control(EPOLL_CTL_MOD, fd, events, data);
    }

    /**
     * Stops watching a descriptor. Events already returned by the last {@link #await} stay where they are.
     *
     * @return 0, or the negated error number: {@code -ENOENT} when it isn't watched
     */
    public int remove(int fd) {
        return control(EPOLL_CTL_DEL, fd, 0, 0);
    }

    private int control(int operation, int watched, int eventBits, long data) {
        EpollEvent.HERE.set(change, 0, eventBits, data);
        return Downcall.intCall(EPOLL_CTL, fd, operation, watched, change.address(), 0, 0, 0);
    }

    /**
     * Waits until something happens and returns how many events there are. They are read with {@link #events(int)} and
     * {@link #data(int)}, until the next call. A virtual thread that waits here pins its carrier.
     *
     * @param timeoutMillis negative: until something happens; 0: don't wait. The kernel rounds up to its timers, so a
     *     wait is never shorter than asked for
     * @return 0 when the time is over, and also when a signal, of a profiler for example, ended the wait early
     *     ({@code EINTR}): a loop then waits again
     * @throws IllegalStateException when this epoll is closed
     */
    public int await(long timeoutMillis) {
        int timeout = Math.clamp(timeoutMillis, -1, Integer.MAX_VALUE);
        int result = timeout == 0
                ? Downcall.intNow(EPOLL_WAIT, fd, events.address(), maxEvents, 0, 0, 0, 0)
                : Downcall.intCall(EPOLL_WAIT, fd, events.address(), maxEvents, timeout, 0, 0, 0);
        ready = Math.max(result, 0);
        if (result < 0 && result != -Errno.EINTR) {
            // Thrown and not returned: a loop that takes a negative number for "no events" would spin.
            throw new IllegalStateException("epoll_wait: " + Errno.describe(-result));
        }
        return ready;
    }

    /**
     * The {@code EPOLL*} bits of an event of the last {@link #await}.
     *
     * @throws IndexOutOfBoundsException when there were not so many
     */
    public int events(int index) {
        return EpollEvent.HERE.events(events, Objects.checkIndex(index, ready));
    }

    /**
     * What the descriptor of an event of the last {@link #await} was added with.
     *
     * @throws IndexOutOfBoundsException when there were not so many
     */
    public long data(int index) {
        return EpollEvent.HERE.data(events, Objects.checkIndex(index, ready));
    }

    /** The descriptor of this epoll, which another epoll may watch; -1 once it is closed. */
    public int fd() {
        return fd;
    }

    /** Closes the descriptor; what was watched stays open. Idempotent. No thread may be waiting. */
    @Override
    public void close() {
        if (fd >= 0) {
            Libc.close(fd);
            fd = -1;
            ready = 0;
        }
    }
}
