package ringfort.server.simulation;

import java.io.IOException;
import ringfort.server.wire.Outbox;
import ringfort.server.wire.WireUser;

/** A transport of the kind of epoll: the kernel tells, once, that a socket can be read or written again. */
final class ReadinessWire extends SimulatedWire {
    private static final int READS_PER_TURN = 4;

    private boolean readable;
    private boolean writable = true;
    private boolean finAnnounced;
    private boolean sendWaits;

    ReadinessWire(Room room, SimulatedSocket socket) {
        super(room, socket);
    }

    @Override
    boolean isReady() {
        return socket.hasEdge() && !socket.isClosed();
    }

    @Override
    boolean isBusy() {
        return false;
    }

    @Override
    void deliver(WireUser user) {
        readable |= socket.takeInputEdge();
        writable |= socket.takeRoomEdge() && socket.isWritable();
        finAnnounced |= socket.isHungUp();
        user.touch();
        if (readable) {
            receive(user);
        }
    }

    @Override
    public void flush(WireUser user) {
        trial.faults().mayFail("flush");
        while (writable && !user.isGone() && user.hasOutput()) {
            Outbox out = user.out();
            int count = socket.send(room.buffers.copyOut(out.address(), out.length()), out.length());
            if (trial.breaks(Break.COMPLETION_LOST) && count > 0) {
                writable = false;
                break;
            }
            if (count >= 0) {
                user.sent(count);
                trial.faults().mayFail("sent");
            } else if (count == -1) {
                writable = false;
            } else {
                user.failed(new IOException("send: reset"));
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
        trial.faults().mayFail("settle");
        if (user.isGone()) {
            if (!socket.isClosed()) {
                socket.close();
            }
            return true;
        }
        receive(user);
        return !(readable && user.wantsRead());
    }

    @Override
    public boolean isClosed(WireUser user) {
        return socket.isClosed();
    }

    private void receive(WireUser user) {
        for (int i = 0; i < READS_PER_TURN && readable && user.wantsRead(); i++) {
            trial.faults().mayFail("receive");
            int count = socket.receive(room.scratch, room.scratch.length);
            if (count > 0) {
                if (count < room.scratch.length && !finAnnounced) {
                    readable = false;
                }
                user.received(room.scratch, 0, count);
            } else if (count == 0) {
                readable = false;
                user.inputEnded();
            } else {
                readable = false;
                if (count == -2) {
                    user.failed(new IOException("receive: reset"));
                }
            }
        }
    }
}
