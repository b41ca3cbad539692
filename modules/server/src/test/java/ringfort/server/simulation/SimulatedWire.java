package ringfort.server.simulation;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import ringfort.server.loop.Connection;
import ringfort.server.wire.Wire;
import ringfort.server.wire.WireUser;
import ringfort.sys.PeerAddress;

/** What the two simulated transports do alike. */
abstract class SimulatedWire implements Wire {
    /** What the transports of one simulation share. */
    static final class Room {
        final Trial trial;
        final SimulatedKernel kernel;
        final SimulatedBuffers buffers;
        final byte[] scratch; // no receive brings more
        final boolean tellsUnacknowledged;

        Room(Trial trial, SimulatedKernel kernel, SimulatedBuffers buffers) {
            this.trial = trial;
            this.kernel = kernel;
            this.buffers = buffers;
            scratch = new byte[trial.isMild() ? 64 * 1024 : trial.dice().pick(16, 500, 64 * 1024)];
            tellsUnacknowledged = !trial.dice().oneIn(3);
        }
    }

    final Room room;
    final Trial trial;
    final SimulatedSocket socket;
    private @Nullable Connection connection;

    SimulatedWire(Room room, SimulatedSocket socket) {
        this.room = room;
        this.trial = room.trial;
        this.socket = socket;
    }

    final SimulatedSocket socket() {
        return socket;
    }

    /** The connection that uses this wire; null before it was accepted. */
    final @Nullable Connection connection() {
        return connection;
    }

    final void connection(Connection user) {
        connection = user;
    }

    /** Whether the kernel has something to tell. */
    abstract boolean isReady();

    /** Tells the connection what has happened. */
    abstract void deliver(WireUser user);

    /** Whether the kernel holds an operation of this connection. */
    abstract boolean isBusy();

    /** Whether the kernel's queue had no room for what the connection wants; it is asked for again in the next turn. */
    boolean waitsForRoom() {
        return false;
    }

    @Override
    public final void resetOnClose() {
        socket.resetOnClose();
    }

    @Override
    public final int unacknowledged() {
        return trial.breaks(Break.ALL_TAKEN) ? 0 : room.tellsUnacknowledged ? socket.unacknowledged() : -1;
    }

    @Override
    public final void boundUnsent(long nanos) {}

    @Override
    public final PeerAddress address() {
        return PeerAddress.of(socket.peer());
    }

    @Override
    public final InetSocketAddress peer() {
        return socket.peer();
    }

    @Override
    public final int peek(WireUser user, byte[] target) {
        return trial.breaks(Break.BLIND) ? 0 : socket.peek(target);
    }

    @Override
    public final boolean sendNow(byte[] bytes, int length) {
        int sent = socket.send(bytes, length);
        return sent == length;
    }

    @Override
    public final void finish() {
        socket.finish();
    }

    @Override
    public final void shutdown() {
        socket.shutdown();
    }

    @Override
    public final void reset() {
        socket.resetOnClose();
        socket.shutdown();
    }
}
