package ringfort.server.simulation;

import java.io.IOException;
import java.util.Arrays;
import ringfort.server.wire.Outbox;
import ringfort.server.wire.WireUser;

/**
 * A transport of the kind of io_uring: operations are put into a queue that may be full, are in flight for a while, and
 * complete. Memory that a send in flight refers to must neither change nor move.
 */
final class CompletionWire extends SimulatedWire {
    private static final byte[] NONE = {};

    private boolean receiving;
    private boolean cancelling;
    private boolean sending;
    private boolean sendCancelled;
    private boolean closing;
    private boolean closed;
    private boolean unsettled; // the queue was full
    private long sendAddress;
    private byte[] sendBytes = NONE; // as they were when the send was submitted

    CompletionWire(Room room, SimulatedSocket socket) {
        super(room, socket);
    }

    @Override
    public void flush(WireUser user) {
        trial.faults().mayFail("flush");
        if (!sending && user.wantsFin()) {
            finish();
            user.finSent();
        }
    }

    @Override
    public boolean settle(WireUser user) {
        trial.faults().mayFail("settle");
        boolean settled = user.isGone() ? settleGone() : settleSend(user) && settleReceive(user);
        unsettled = !settled;
        return settled;
    }

    @Override
    boolean waitsForRoom() {
        return unsettled;
    }

    private boolean settleSend(WireUser user) {
        if (sending || !user.hasOutput()) {
            return true;
        }
        if (!room.kernel.takeEntry()) {
            return false;
        }
        Outbox out = user.out();
        sendAddress = out.address();
        sendBytes = room.buffers.copyOut(sendAddress, out.length());
        sending = true;
        user.sendWaits(true);
        return true;
    }

    private boolean settleReceive(WireUser user) {
        if (user.wantsRead() == receiving || cancelling) {
            return true;
        }
        if (!room.kernel.takeEntry()) {
            return false;
        }
        cancelling = receiving;
        receiving = true;
        return true;
    }

    private boolean settleGone() {
        if (closing || closed) {
            return true;
        }
        if (receiving && !cancelling) {
            if (!room.kernel.takeEntry()) {
                return false;
            }
            cancelling = true;
        }
        if (sending && !sendCancelled) {
            if (!room.kernel.takeEntry()) {
                return false;
            }
            sendCancelled = true;
        }
        if ((receiving || cancelling || sending) && !trial.breaks(Break.CLOSED_TOO_EARLY)) {
            return true;
        }
        if (!room.kernel.takeEntry()) {
            return false;
        }
        closing = true;
        return true;
    }

    @Override
    public boolean isClosed(WireUser user) {
        return closed;
    }

    @Override
    boolean isBusy() {
        return receiving || cancelling || sending || closing;
    }

    @Override
    boolean isReady() {
        return closing
                || cancelling
                || (receiving && socket.isReadable())
                || (sending && (sendCancelled || socket.isWritable()));
    }

    @Override
    void deliver(WireUser user) {
        if (closing) {
            if (receiving || cancelling || sending) {
                trial.fail("connection " + socket.number() + " is closed with an operation in flight");
            }
            closing = false;
            closed = true;
            socket.close();
            user.touch();
            return;
        }
        if (sending && trial.dice().oneIn(2)) {
            completeSend(user);
        }
        if (receiving && !cancelling && socket.isReadable()) {
            completeReceive(user);
        } else if (cancelling) {
            completeCancel(user);
        }
        if (sending) {
            completeSend(user);
        }
    }

    private void completeCancel(WireUser user) {
        if (receiving && trial.dice().oneIn(4) && socket.isReadable()) {
            completeReceive(user); // it was there before the cancel
        }
        receiving = false;
        cancelling = false;
        user.touch();
    }

    private void completeReceive(WireUser user) {
        boolean noBuffers = !trial.isMild() && trial.dice().oneIn(20);
        int count = noBuffers ? -1 : socket.receive(room.scratch, room.scratch.length);
        receiving = count > 0 && !trial.dice().oneIn(10) && receiving;
        user.touch();
        if (user.isGone()) {
            return;
        }
        trial.faults().mayFail("receive");
        if (count > 0) {
            user.received(room.scratch, 0, count);
        } else if (count == 0) {
            user.inputEnded();
        } else if (count == -2) {
            user.failed(new IOException("receive: reset"));
        }
    }

    private void completeSend(WireUser user) {
        if (sendCancelled) {
            sending = false;
            user.touch();
            return;
        }
        if (!socket.isWritable()) {
            return;
        }
        if (!Arrays.equals(sendBytes, room.buffers.copyOut(sendAddress, sendBytes.length))) {
            trial.fail("memory of a send in flight was changed, connection " + socket.number());
        }
        int count = socket.send(sendBytes, sendBytes.length);
        sending = false;
        if (trial.breaks(Break.COMPLETION_LOST) && trial.dice().oneIn(4)) {
            sending = true;
            sendBytes = NONE;
            return;
        }
        user.touch();
        if (count >= 0) {
            user.sent(count);
        } else if (!user.isGone()) {
            user.failed(new IOException("send: reset"));
        }
    }
}
