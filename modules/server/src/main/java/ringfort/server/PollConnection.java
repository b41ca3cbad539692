package ringfort.server;

import java.io.IOException;
import ringfort.poller.Epoll;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.NativeMemory;
import ringfort.sys.PeerAddress;

/**
 * A connection whose bytes move through {@code recv} and {@code send} when epoll says they can. Its worker only.
 *
 * <p>Edges are remembered: {@link #readable} and {@link #writable} hold until a call would block. After a FIN was
 * announced the socket is read to its end even if a read came back short, for that FIN gives no further edge.
 */
final class PollConnection extends Connection {
    /** Reads of one connection before others get their turn. */
    private static final int READS_PER_TURN = 4;

    private final PollWorker poll;
    private boolean readable;
    private boolean writable = true;
    private boolean finAnnounced;
    private boolean writeWaits;
    private boolean gone;

    PollConnection(PollWorker worker, int fd, PeerAddress peerAddress, int index, int generation) {
        super(worker, fd, peerAddress, index, generation);
        this.poll = worker;
    }

    /** Events of epoll. */
    void ready(int events) {
        if ((events & (Epoll.EPOLLIN | Epoll.EPOLLRDHUP | Epoll.EPOLLHUP | Epoll.EPOLLERR)) != 0) {
            readable = true;
        }
        if ((events & (Epoll.EPOLLRDHUP | Epoll.EPOLLHUP | Epoll.EPOLLERR)) != 0) {
            finAnnounced = true;
        }
        if ((events & (Epoll.EPOLLOUT | Epoll.EPOLLHUP | Epoll.EPOLLERR)) != 0) {
            writable = true;
        }
        touch();
        if (readable) {
            receive();
        }
    }

    @Override
    boolean settle() {
        if (gone) {
            return true;
        }
        touched = true; // already: what sending brings about is settled below
        if (!isDestroyed()) {
            send();
        }
        if (wantsShutdown()) {
            Libc.shutdown(fd, Linux.SHUT_WR);
            shutdownDone();
        }
        if (isDestroyed()) {
            close();
            return true;
        }
        slot.settle();
        touched = false;
        rest();
        return !(readable && wantsRead()) || again();
    }

    /** Reading stopped for fairness or backpressure and can go on: in the next turn, without waiting. */
    private boolean again() {
        receive();
        return !(readable && wantsRead());
    }

    private void receive() {
        for (int i = 0; i < READS_PER_TURN && readable && wantsRead(); i++) {
            long count = Libc.recvNow(fd, poll.receiveBuffer, Worker.SCRATCH_BYTES, Linux.MSG_DONTWAIT);
            if (count > 0) {
                int bytes = (int) count;
                if (bytes < Worker.SCRATCH_BYTES && !finAnnounced) {
                    readable = false; // a short read emptied the socket; what comes next gives an edge
                }
                NativeMemory.copyOut(poll.receiveBuffer, worker.scratch, 0, bytes);
                received(worker.scratch, 0, bytes);
            } else if (count == 0) {
                readable = false;
                peerClosed();
            } else if (count == -Errno.EAGAIN) {
                readable = false;
            } else if (count != -Errno.EINTR) {
                readable = false;
                transportFailed(new IOException("recv: " + Errno.describe((int) -count)));
            }
        }
    }

    private void send() {
        while (writable && hasOutput() && !isDestroyed()) {
            Outbox out = out();
            long count = Libc.sendNow(fd, out.address(), out.length(), Linux.MSG_NOSIGNAL | Linux.MSG_DONTWAIT);
            if (count >= 0) {
                worker.counters.sentBytes.add(count);
                sent((int) count);
            } else if (count == -Errno.EAGAIN) {
                writable = false;
            } else if (count != -Errno.EINTR) {
                transportFailed(new IOException("send: " + Errno.describe((int) -count)));
            }
        }
        boolean waits = hasOutput() && !isDestroyed();
        if (waits != writeWaits) {
            writeWaits = waits;
            h1().writeOutstanding(waits, worker.now());
        }
    }

    private void close() {
        gone = true;
        out().clear();
        Libc.close(fd);
        poll.gone(this);
    }
}
