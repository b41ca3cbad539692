package ringfort.server;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ringfort.ring.Sqe;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.PeerAddress;

/**
 * A connection whose bytes move through io_uring. Its worker only.
 *
 * <p>The descriptor is closed after every operation that names it has completed: a destroyed connection cancels its
 * receive and its send by user data, waits for both to complete, and only then submits the close. Its
 * index is free again when the close has completed.
 */
final class RingConnection extends Connection {
    /** With kernel timers only. */
    final @Nullable RingTimer timer;

    private final RingWorker ring;
    private boolean receiving;
    private boolean cancelling;
    private boolean sending;
    private boolean sendCancelled;
    private boolean closing;
    private boolean closed;

    RingConnection(RingWorker worker, int fd, PeerAddress peerAddress, int index, int generation) {
        super(worker, fd, peerAddress, index, generation);
        this.ring = worker;
        this.timer = worker.kernelTimers ? new RingTimer() : null;
    }

    @Override
    boolean settle() {
        shutdownWhenSent();
        slot.settle();
        if (isDestroyed()) {
            return settleDestroyed();
        }
        boolean settled = settleSend() && settleReceive() && (timer == null || timer.settle(ring, this));
        rest();
        return settled;
    }

    private boolean settleSend() {
        if (sending || !hasOutput()) {
            return true;
        }
        Outbox out = out();
        Sqe sqe = ring.sqe();
        if (sqe == null) {
            return false;
        }
        sqe.send(fd, out.address(), out.length(), Linux.MSG_NOSIGNAL, RingWorker.userData(RingWorker.SEND, this));
        sending = true;
        h1().writeOutstanding(true, worker.now());
        return true;
    }

    private boolean settleReceive() {
        if (wantsRead() == receiving || cancelling || (receiving && !ring.multishotReceive())) {
            return true;
        }
        if (receiving) {
            return cancelReceive();
        }
        Sqe sqe = ring.sqe();
        if (sqe == null) {
            return false;
        }
        long userData = RingWorker.userData(RingWorker.RECEIVE, this);
        if (ring.multishotReceive()) {
            sqe.recvMultishot(fd, RingWorker.BUFFER_GROUP, userData);
        } else {
            sqe.recvSelect(fd, RingWorker.BUFFER_GROUP, 0, userData);
        }
        receiving = true;
        return true;
    }

    private boolean cancelReceive() {
        Sqe sqe = ring.sqe();
        if (sqe == null) {
            return false;
        }
        sqe.cancel(RingWorker.userData(RingWorker.RECEIVE, this), RingWorker.userData(RingWorker.CANCEL, this));
        cancelling = true;
        return true;
    }

    /** By a system call of its own: of the ring's shutdown the kernel makes work for another thread. */
    private void shutdownWhenSent() {
        if (!sending && wantsShutdown()) {
            Libc.shutdown(fd, Linux.SHUT_WR);
            shutdownDone();
        }
    }

    private boolean settleDestroyed() {
        if (timer != null && !timer.settleClosed(ring, this)) {
            return false;
        }
        if (closing) {
            leave();
            return true;
        }
        if (receiving && !cancelling && !cancelReceive()) {
            return false;
        }
        if (sending && !sendCancelled) {
            Sqe sqe = ring.sqe();
            if (sqe == null) {
                return false;
            }
            // Not a shutdown: its FIN would make a response that is cut look like one that is whole.
            sqe.cancel(RingWorker.userData(RingWorker.SEND, this), RingWorker.UNWATCHED);
            sendCancelled = true;
        }
        if (receiving || cancelling || sending) {
            return true; // each of them touches this connection when it completes
        }
        Sqe sqe = ring.sqe();
        if (sqe == null) {
            return false;
        }
        out().clear();
        sqe.close(fd, RingWorker.userData(RingWorker.CLOSE, this));
        closing = true;
        return true;
    }

    // Completions.

    void receiveCompleted(int result, boolean more) {
        receiving = more;
        touch();
        if (isDestroyed()) {
            return;
        }
        if (result > 0) {
            received(worker.scratch, 0, result);
        } else if (result == 0) {
            peerClosed();
        } else if (result == -Errno.ENOBUFS) {
            worker.counters.bufferShortages.add(1); // not a failure: buffers come back within the turn
        } else if (result != -Errno.ECANCELED && result != -Errno.EINTR && result != -Errno.EAGAIN) {
            transportFailed(new IOException("receive: " + Errno.describe(-result)));
        }
    }

    void sendCompleted(int result) {
        sending = false;
        touch();
        if (result >= 0) {
            worker.counters.sentBytes.add(result);
            sent(result);
            shutdownWhenSent();
        } else if (result != -Errno.EINTR && result != -Errno.EAGAIN && !isDestroyed()) {
            transportFailed(new IOException("send: " + Errno.describe(-result)));
        }
    }

    void cancelCompleted() {
        cancelling = false;
        touch();
    }

    void closeCompleted() {
        closed = true;
        leave();
    }

    /** Gives the index free when nothing in the kernel refers to it any more. */
    private void leave() {
        if (closed && (timer == null || !timer.isBusy())) {
            ring.gone(this);
        }
    }

    void timerCompleted() {
        touch();
        if (timer != null && timer.completed(ring) && !isDestroyed()) {
            deadline();
        }
    }

    void timerChanged() {
        if (timer != null) {
            timer.changed();
        }
        touch();
    }
}
