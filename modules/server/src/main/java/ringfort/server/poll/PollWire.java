package ringfort.server.poll;

import java.io.IOException;
import ringfort.poller.Epoll;
import ringfort.server.linux.DescriptorWire;
import ringfort.server.linux.OutsideMemory;
import ringfort.server.loop.Worker;
import ringfort.server.wire.Outbox;
import ringfort.server.wire.ReadLoop;
import ringfort.server.wire.WireUser;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.NativeMemory;
import ringfort.sys.OnWorker;
import ringfort.sys.PeerAddress;

/**
 * Moves the bytes of one connection by {@code recv} and {@code send} when epoll says that they can. Its worker only.
 *
 * <p>Edges are remembered: {@link #readable} and {@link #writable} hold until a call would block. After a FIN was
 * announced the socket is read to its end even if a read came back short, for that FIN gives no further edge.
 */
@OnWorker
final class PollWire extends DescriptorWire implements ReadLoop.Source {
    private final PollRoom room;
    private boolean readable;
    private boolean writable = true;
    private boolean finAnnounced;
    private boolean erred; // the kernel has told of an error, by a reset as a rule; that is told once
    private boolean sendWaits;
    private boolean closed;

    PollWire(PollRoom room, int fd, PeerAddress peer) {
        super(fd, peer);
        this.room = room;
    }

    @Override
    protected OutsideMemory outside() {
        return room.outside();
    }

    /** Events of epoll. */
    void ready(WireUser user, int events) {
        if ((events & (Epoll.EPOLLIN | Epoll.EPOLLRDHUP | Epoll.EPOLLHUP | Epoll.EPOLLERR)) != 0) {
            readable = true;
        }
        if ((events & (Epoll.EPOLLRDHUP | Epoll.EPOLLHUP | Epoll.EPOLLERR)) != 0) {
            finAnnounced = true;
        }
        if ((events & (Epoll.EPOLLOUT | Epoll.EPOLLHUP | Epoll.EPOLLERR)) != 0) {
            writable = true;
        }
        user.touch();
        erred |= (events & Epoll.EPOLLERR) != 0;
        ReadLoop.receive(user, this);
    }

    @Override
    public void flush(WireUser user) {
        while (writable && !user.isGone() && user.hasOutput()) {
            Outbox out = user.out();
            long count = Libc.sendNow(fd, out.address(), out.length(), Linux.MSG_NOSIGNAL | Linux.MSG_DONTWAIT);
            if (count >= 0) {
                user.sent((int) count);
            } else if (count == -Errno.EAGAIN) {
                writable = false;
            } else if (count != -Errno.EINTR) {
                user.failed(new IOException("send: " + Errno.describe((int) -count)));
            }
        }
        boolean waits = !user.isGone() && user.hasOutput();
        if (waits != sendWaits) {
            sendWaits = waits;
            user.sendWaits(waits);
        }
        if (user.wantsFin()) {
            finish();
            user.finSent();
        }
    }

    @Override
    public boolean settle(WireUser user) {
        if (user.isGone()) {
            if (!closed) {
                closed = true;
                Libc.close(fd);
            }
            return true;
        }
        // Reading stopped for fairness or back-pressure, and can go on.
        ReadLoop.receive(user, this);
        if (erred && !user.wantsRead() && user.awaitsHandler()) {
            user.failed(new IOException("the peer has reset the connection")); // no read is to come that would tell
        }
        return !(readable && user.wantsRead());
    }

    @Override
    public boolean isClosed(WireUser user) {
        return closed;
    }

    // What the loop of reads asks.

    @Override
    public boolean isReadable() {
        return readable;
    }

    @Override
    public int read() throws IOException {
        byte[] scratch = room.scratch();
        int most = room.worker().isShort() ? Worker.SHORT_READ_BYTES : scratch.length;
        long count = Libc.recvNow(fd, room.receiveBuffer(), most, Linux.MSG_DONTWAIT);
        if (count > 0) {
            if (count < most && !finAnnounced) {
                readable = false; // a short read emptied the socket; what comes next gives an edge
            }
            NativeMemory.copyOut(room.receiveBuffer(), scratch, 0, (int) count);
            return (int) count;
        } else if (count == -Errno.EINTR) {
            return NOTHING;
        }
        readable = false;
        if (count == 0) {
            return END;
        } else if (count == -Errno.EAGAIN) {
            return NOTHING;
        }
        throw new IOException("recv: " + Errno.describe((int) -count));
    }

    @Override
    public byte[] scratch() {
        return room.scratch();
    }

    @Override
    public boolean hasTime() {
        return room.worker().hasTime();
    }
}
