package ringfort.server.linux;

import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import ringfort.server.loop.Admission;
import ringfort.server.loop.Connection;
import ringfort.server.loop.TurnedAway;
import ringfort.server.metrics.Counters;
import ringfort.server.metrics.Notices;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.NativeMemory;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;
import ringfort.sys.PeerAddress;
import ringfort.sys.Sockets;

/**
 * A worker's listening socket: which connections are let in, what happens when the process has no descriptor left, and how
 * the socket closes without a reset of the connections that are still in the kernel's queue. Its worker only.
 */
@OnWorker
public final class Listener implements AutoCloseable {
    /** After a failed accept for want of descriptors or memory, the worker looks again this much later. */
    public static final long BACK_OFF_NANOS = 50_000_000L;

    /** Of a peer that was turned away so much is read and dropped. */
    private static final int DISCARDED_BYTES = 4096;

    private static final int MOST_DISCARDS = 16;

    private final int fd;
    private final Admission admission;
    private final BooleanSupplier makesPlace;
    private final TurnedAway turnedAway;
    private final LongSupplier clock;
    private final Counters counters;
    private final Notices notices;
    private final NativeMemory memory = new NativeMemory();
    private final long tooMany = memory.allocate(Admission.REJECTION.length, 8);
    private final long discarded = memory.allocate(DISCARDED_BYTES, 8);
    private int reserve = openReserve();
    private boolean closed;

    /**
     * Owns {@code fd}, a listening socket.
     *
     * @param makesPlace whether an idle connection is given up for a new one
     * @param turnedAway where the sockets of peers are kept that get a 503
     * @param clock the worker's time in nanoseconds
     */
    public Listener(
            int fd,
            Admission admission,
            @OnWorker BooleanSupplier makesPlace,
            TurnedAway turnedAway,
            @OnWorker LongSupplier clock,
            Counters counters,
            Notices notices) {
        this.fd = fd;
        this.admission = admission;
        this.makesPlace = makesPlace;
        this.turnedAway = turnedAway;
        this.clock = clock;
        this.counters = counters;
        this.notices = notices;
        NativeMemory.copyIn(Admission.REJECTION, 0, Admission.REJECTION.length, tooMany);
    }

    /** The listening socket. */
    public int fd() {
        return fd;
    }

    /** Makes the connection of a socket that was let in. */
    @OnWorker
    public interface Maker {
        /** Adds a connection to the worker; where that fails, nothing of it is left. */
        Connection make(int accepted, PeerAddress peer);
    }

    /**
     * Lets a new connection in, or turns it away with a 503. A socket of which no connection could be made is closed, counted,
     * and takes no place of another.
     *
     * @return the connection; null when it was turned away
     */
    public @Nullable Connection admit(int accepted, Maker maker) {
        Connection connection = null;
        PeerAddress entered = null; // once it was let in
        boolean kept = false;
        try {
            PeerAddress peer = Sockets.peerOrUnknown(accepted);
            if (admission.enter(peer, makesPlace)) {
                entered = peer;
                connection = maker.make(accepted, peer);
                counters.accepted.add(1);
            } else {
                counters.rejected.add(1);
                if (!closed) {
                    reject(accepted);
                    kept = true;
                    turnedAway.keep(() -> discard(accepted), clock.getAsLong());
                }
            }
            return connection;
        } finally {
            if (connection == null) {
                if (!kept) {
                    Libc.close(accepted);
                }
                if (entered != null) {
                    counters.acceptFailures.add(1);
                    admission.leave(entered);
                }
            }
        }
    }

    /** Says why. */
    private void reject(int accepted) {
        Libc.sendNow(accepted, tooMany, Admission.REJECTION.length, Linux.MSG_NOSIGNAL);
        Libc.shutdown(accepted, Linux.SHUT_WR);
    }

    /** Reads what has come before it closes: closing over unread bytes would reset what was said. */
    private void discard(int accepted) {
        long count = closed ? 0 : DISCARDED_BYTES;
        for (int i = 0; i < MOST_DISCARDS && count == DISCARDED_BYTES; i++) {
            count = Libc.recvNow(accepted, discarded, DISCARDED_BYTES, Linux.MSG_DONTWAIT);
        }
        Libc.close(accepted);
    }

    /** Takes note of a failed accept; true when the next attempt should wait. */
    public boolean failed(int errno) {
        if (closed || errno == Errno.ECANCELED || errno == Errno.EINTR || errno == Errno.EAGAIN) {
            return false;
        }
        counters.acceptFailures.add(1);
        if (errno == Errno.EMFILE || errno == Errno.ENFILE) {
            refuseOne();
            tell(errno);
            return true;
        }
        return errno == Errno.ENOBUFS || errno == Errno.ENOMEM; // the rest, ECONNABORTED say, concerns one connection
    }

    private void tell(int errno) {
        try {
            notices.shortage("cannot accept connections: " + Errno.describe(errno)
                    + "; one that waited was closed. Raise "
                    + (errno == Errno.EMFILE ? "the descriptor limit (ulimit -n)" : "sysctl fs.file-max"));
        } catch (Throwable _) {
            counters.defects.add(1); // no memory to tell it: the worker backs off all the same
        }
    }

    /** Uses the reserve descriptor to close one waiting connection, so that its peer learns of it. */
    private void refuseOne() {
        if (reserve >= 0) {
            Libc.close(reserve);
            int flags = Libc.fcntl(fd, Linux.F_GETFL, 0);
            Sockets.setNonBlocking(fd, true);
            int refused = Libc.accept4(fd, 0, 0, Linux.SOCK_CLOEXEC);
            Libc.fcntl(fd, Linux.F_SETFL, flags);
            if (refused >= 0) {
                Libc.close(refused);
                counters.rejected.add(1);
            }
        }
        reserve = openReserve();
    }

    /**
     * Accepts what the kernel has queued, so many at most: a listener that is closed with a queue resets every peer in it.
     *
     * @return whether the queue is empty, and the listener closed
     */
    public boolean drain(int acceptFlags, int most, IntConsumer accepted) {
        if (closed) {
            return true;
        }
        Sockets.setNonBlocking(fd, true);
        for (int i = 0; i < most; i++) {
            int next = Libc.accept4(fd, 0, 0, acceptFlags | Linux.SOCK_CLOEXEC);
            if (next < 0) {
                close();
                return true;
            }
            accepted.accept(next);
        }
        return false;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            // An accept that is still in flight in a ring keeps the socket, and would keep it listening.
            Sockets.shutdown(fd);
            Libc.close(fd);
            if (reserve >= 0) {
                Libc.close(reserve);
            }
            memory.close();
        }
    }

    @OffWorker
    private static int openReserve() {
        return Libc.eventfd(0, Linux.EFD_CLOEXEC);
    }
}
