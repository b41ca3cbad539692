package ringfort.server.ring;

import java.io.IOException;
import ringfort.ring.Sqe;
import ringfort.server.linux.DescriptorWire;
import ringfort.server.linux.OutsideMemory;
import ringfort.server.wire.Outbox;
import ringfort.server.wire.WireUser;
import ringfort.sys.Errno;
import ringfort.sys.Linux;
import ringfort.sys.OnWorker;
import ringfort.sys.PeerAddress;

/**
 * Moves the bytes of one connection through io_uring. Its worker only.
 *
 * <p>The descriptor is closed after every operation that names it has completed: the wire of a connection that is gone cancels
 * its receive and its send by user data, waits for both to complete, and only then submits the close.
 */
@OnWorker
final class RingWire extends DescriptorWire {
    private enum Close {
        NO,
        SUBMITTED,
        DONE
    }

    private final RingRoom room;
    private boolean receiving; // a receive is in flight
    private boolean multishot; // it goes on until it is cancelled
    private boolean cancelling; // a cancel of that receive is in flight
    private boolean sending; // a send is in flight
    private boolean sendCancelled; // a cancel of that send was submitted
    private Close close = Close.NO;

    RingWire(RingRoom room, int fd, PeerAddress peer) {
        super(fd, peer);
        this.room = room;
    }

    @Override
    protected OutsideMemory outside() {
        return room.queue().outside();
    }

    @Override
    public int peek(WireUser user, byte[] target) {
        int count = room.queue().pendingInput(user.id(), target);
        return count + outside().peek(fd, target, count);
    }

    /** By a system call of its own: the kernel hands a shutdown entry of the ring to another thread, which is dearer. */
    @Override
    public void flush(WireUser user) {
        if (!sending && user.wantsFin()) {
            finish();
            user.finSent();
        }
    }

    @Override
    public boolean settle(WireUser user) {
        if (user.isGone()) {
            return settleGone(user);
        }
        KernelTimers timers = room.timers();
        return settleSend(user) && settleReceive(user) && (timers == null || timers.settle(user.id()));
    }

    private boolean settleSend(WireUser user) {
        if (sending || !user.hasOutput()) {
            return true;
        }
        Outbox out = user.out();
        Sqe sqe = room.queue().sqe();
        if (sqe == null) {
            return false;
        }
        sqe.send(fd, out.address(), out.length(), Linux.MSG_NOSIGNAL, RingQueue.userData(RingQueue.SEND, user.id()));
        sending = true;
        user.sendWaits(true);
        return true;
    }

    private boolean settleReceive(WireUser user) {
        if (user.wantsRead() == receiving || cancelling || (receiving && !multishot)) {
            return true;
        }
        if (receiving) {
            return cancelReceive(user);
        }
        Sqe sqe = room.queue().sqe();
        if (sqe == null) {
            return false;
        }
        long userData = RingQueue.userData(RingQueue.RECEIVE, user.id());
        // While memory is short one buffer at a time: a multishot receive goes on until its cancel has come through.
        multishot = room.queue().multishotReceive() && !room.worker().isShort();
        if (multishot) {
            sqe.recvMultishot(fd, RingQueue.BUFFER_GROUP, userData);
        } else {
            sqe.recvSelect(fd, RingQueue.BUFFER_GROUP, 0, userData);
        }
        receiving = true;
        return true;
    }

    private boolean cancelReceive(WireUser user) {
        Sqe sqe = room.queue().sqe();
        if (sqe == null) {
            return false;
        }
        sqe.cancel(RingQueue.userData(RingQueue.RECEIVE, user.id()), RingQueue.userData(RingQueue.CANCEL, user.id()));
        cancelling = true;
        return true;
    }

    private boolean settleGone(WireUser user) {
        KernelTimers timers = room.timers();
        if (timers != null && !timers.settleClosed(user.id())) {
            return false;
        }
        if (close != Close.NO) {
            return true;
        }
        if (receiving && !cancelling && !cancelReceive(user)) {
            return false;
        }
        if (sending && !sendCancelled && !cancelSend(user)) {
            return false;
        }
        if (receiving || cancelling || sending) {
            return true; // each of them touches this connection when it completes
        }
        Sqe sqe = room.queue().sqe();
        if (sqe == null) {
            return false;
        }
        sqe.close(fd, RingQueue.userData(RingQueue.CLOSE, user.id()));
        close = Close.SUBMITTED;
        return true;
    }

    /** Not a shutdown: its FIN would make a response that is cut look like one that is whole. */
    private boolean cancelSend(WireUser user) {
        Sqe sqe = room.queue().sqe();
        if (sqe == null) {
            return false;
        }
        sqe.cancel(RingQueue.userData(RingQueue.SEND, user.id()), RingQueue.UNWATCHED);
        sendCancelled = true;
        return true;
    }

    @Override
    public boolean isClosed(WireUser user) {
        KernelTimers timers = room.timers();
        return close == Close.DONE && (timers == null || !timers.isBusy(user.id()));
    }

    // Completions.

    void receiveCompleted(WireUser user, int result, boolean more) {
        receiving = more;
        user.touch();
        if (user.isGone()) {
            return;
        }
        if (result > 0) {
            user.received(room.scratch(), 0, result);
        } else if (result == 0) {
            user.inputEnded();
        } else if (result == -Errno.ENOBUFS) {
            room.queue().counters().bufferShortages.add(1); // not a failure: buffers come back within the turn
        } else if (result != -Errno.ECANCELED && result != -Errno.EINTR && result != -Errno.EAGAIN) {
            user.failed(new IOException("receive: " + Errno.describe(-result)));
        }
    }

    void sendCompleted(WireUser user, int result) {
        sending = false;
        user.touch();
        if (result >= 0) {
            user.sent(result);
        } else if (result != -Errno.EINTR && result != -Errno.EAGAIN && !user.isGone()) {
            user.failed(new IOException("send: " + Errno.describe(-result)));
        }
    }

    void cancelCompleted(WireUser user) {
        cancelling = false;
        user.touch();
    }

    void closeCompleted(WireUser user) {
        close = Close.DONE;
        user.touch();
    }
}
