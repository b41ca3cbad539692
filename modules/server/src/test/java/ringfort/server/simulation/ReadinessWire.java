package ringfort.server.simulation;

import java.io.IOException;
import ringfort.server.wire.Outbox;
import ringfort.server.wire.ReadLoop;
import ringfort.server.wire.WireUser;

/** A transport of the kind of epoll: the kernel tells, once, that a socket can be read or written again. */
final class ReadinessWire extends SimulatedWire implements ReadLoop.Source {
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
        ReadLoop.receive(user, this);
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
        ReadLoop.receive(user, this);
        return !(readable && user.wantsRead());
    }

    @Override
    public boolean isClosed(WireUser user) {
        return socket.isClosed();
    }

    // What the loop of reads asks.

    @Override
    public boolean isReadable() {
        return readable;
    }

    @Override
    public int read() throws IOException {
        trial.faults().mayFail("receive");
        int count = socket.receive(room.scratch, room.scratch.length);
        readable = count > 0 && (count == room.scratch.length || finAnnounced);
        if (count == -2) {
            throw new IOException("receive: reset");
        }
        return count;
    }

    @Override
    public byte[] scratch() {
        return room.scratch;
    }

    @Override
    public boolean hasTime() {
        return room.kernel.hasTime();
    }
}
