package ringfort.server.ring;

import java.io.IOException;
import ringfort.ring.IoUring;
import ringfort.ring.Sqe;
import ringfort.server.linux.DescriptorWire;
import ringfort.server.linux.OutsideMemory;
import ringfort.server.wire.Outbox;
import ringfort.server.wire.WireUser;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.NativeMemory;
import ringfort.sys.OnWorker;
import ringfort.sys.PeerAddress;

/**
 * Moves the bytes of one connection through io_uring. Its worker only.
 *
 * <p>The descriptor is closed after every operation that names it has completed: the wire of a connection that is gone cancels
 * its receive and its send by user data, waits for both to complete, and only then submits the close.
 */
@OnWorker
final class RingWire extends DescriptorWire implements Watches.Socket {
    /** How far the watch for a reset has come. */
    private enum Watch {
        NONE,
        /** It is submitted when the handler has been at work for a while. */
        WISHED,
        IN_FLIGHT,
        CANCELLED,
        /** The kernel has ended it. */
        OVER
    }

    private enum Close {
        NO,
        SUBMITTED,
        DONE
    }

    private final RingRoom room;
    private boolean receiving; // a receive is in flight
    private boolean multishot; // it goes on until it is cancelled
    private boolean starved; // the last receive found no buffer, and what waits is still to be read by a system call
    private boolean cancelling; // a cancel of that receive is in flight
    private boolean sending; // a send is in flight
    private boolean sendCancelled; // a cancel of that send was submitted
    private Watch watch = Watch.NONE; // a poll that tells of a reset while a handler is at work
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
        settleWatch(user);
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
        if (user.wantsRead() == receiving || cancelling || starved || (receiving && !multishot)) {
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

    private void settleWatch(WireUser user) {
        if (watch == Watch.NONE && user.awaitsHandler()) {
            room.watches().add(this, user, room.worker().now());
            watch = Watch.WISHED;
        }
    }

    /**
     * Submits the watch if a handler is still at work. It stays until the connection ends, and tells of changes only: the peer's FIN
     * is one, and does not end it.
     */
    @Override
    public boolean watch(WireUser user) {
        if (user.isGone() || !user.awaitsHandler()) {
            watch = Watch.NONE;
            return true;
        }
        Sqe sqe = room.queue().sqe();
        if (sqe == null) {
            return false;
        }
        sqe.pollMultishot(fd, IoUring.POLLERR, RingQueue.userData(RingQueue.WATCH, user.id()));
        watch = Watch.IN_FLIGHT;
        return true;
    }

    private boolean cancelWatch(WireUser user) {
        Sqe sqe = room.queue().sqe();
        if (sqe == null) {
            return false;
        }
        sqe.cancel(RingQueue.userData(RingQueue.WATCH, user.id()), RingQueue.UNWATCHED);
        watch = Watch.CANCELLED;
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
        if (watch == Watch.IN_FLIGHT && !cancelWatch(user)) {
            return false;
        }
        if (receiving || cancelling || sending || watch == Watch.CANCELLED) {
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
            room.queue().counters().bufferShortages.add(1);
            starved = true;
            room.starved().add(user);
        } else if (result != -Errno.ECANCELED && result != -Errno.EINTR && result != -Errno.EAGAIN) {
            user.failed(new IOException("receive: " + Errno.describe(-result)));
        }
    }

    /** There was no buffer for what has come: reads as much as one would have held. No receive is in flight. */
    void receiveStarved(WireUser user) {
        starved = false; // from now on the connection receives as before
        if (user.isGone()) {
            return; // it may be closed, and its descriptor another's
        }
        user.touch();
        if (!user.wantsRead()) {
            return;
        }
        long count = Libc.recvNow(fd, room.receiveBuffer(), room.receiveBytes(), Linux.MSG_DONTWAIT);
        if (count > 0) {
            NativeMemory.copyOut(room.receiveBuffer(), room.scratch(), 0, (int) count);
            user.received(room.scratch(), 0, (int) count);
        } else if (count == 0) {
            user.inputEnded();
        } else if (count != -Errno.EAGAIN && count != -Errno.EINTR) {
            user.failed(new IOException("receive: " + Errno.describe((int) -count)));
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

    /** A negative result is that of the cancel. A connection that both sides have closed says HUP, and nothing is wrong. */
    void watchCompleted(WireUser user, int result, boolean more) {
        if (!more) {
            watch = Watch.OVER;
        }
        user.touch();
        if (result > 0 && (result & IoUring.POLLERR) != 0 && user.awaitsHandler()) {
            user.failed(new IOException("the peer has reset the connection"));
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
