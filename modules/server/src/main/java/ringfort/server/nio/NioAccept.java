package ringfort.server.nio;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import ringfort.server.loop.Admission;
import ringfort.server.loop.Connection;
import ringfort.server.loop.Entrance;
import ringfort.server.loop.TurnedAway;
import ringfort.server.loop.Worker;
import ringfort.sys.OnWorker;
import ringfort.sys.PeerAddress;

/** How connections of one port come to a {@link NioWorker}. Its worker only. */
@OnWorker
final class NioAccept {
    /** Connections taken from the listener before others get their turn. */
    private static final int ACCEPTS_PER_TURN = 64;

    /** After a failed accept, for want of descriptors as a rule, the worker looks again this much later. */
    private static final long BACK_OFF_NANOS = 50_000_000L;

    /** When there is work enough, the worker looks again this much later. */
    private static final long FULL_NANOS = 5_000_000L;

    private final Worker worker;
    private final BooleanSupplier makesPlace;
    private final TurnedAway turnedAway;
    private final NioRoom room;
    private final NioListener listener;
    private final Entrance entrance;
    private final Admission admission;
    private @Nullable SelectionKey key; // null when the worker does not accept
    private boolean left; // the listener knows that this worker accepts no more
    private long
            againNanos; // after a failed accept, or when there was work enough; 0 when there is nothing to wait for

    /**
     * Accepts from one listener.
     *
     * @param makesPlace whether an idle connection is given up for a new one
     * @param turnedAway where the sockets of peers are kept that get a 503
     */
    NioAccept(
            Worker worker,
            NioRoom room,
            NioListener listener,
            Entrance entrance,
            Admission admission,
            @OnWorker BooleanSupplier makesPlace,
            TurnedAway turnedAway) {
        this.worker = worker;
        this.makesPlace = makesPlace;
        this.turnedAway = turnedAway;
        this.room = room;
        this.listener = listener;
        this.entrance = entrance;
        this.admission = admission;
        listener.enter();
    }

    void open() throws IOException {
        key = listener.channel().register(room.selector(), SelectionKey.OP_ACCEPT, this);
    }

    /** Connections wait: accepts some. */
    void ready() {
        try {
            accept(ACCEPTS_PER_TURN);
        } catch (Throwable e) {
            worker.defect("a connection could not be accepted", e);
            later(BACK_OFF_NANOS);
        }
    }

    /** True when nothing waits any more, or more is not to be accepted for now. */
    private boolean accept(int most) {
        for (int i = 0; i < most; i++) {
            if (!worker.isDraining() && entrance.port().isFull()) {
                later(FULL_NANOS);
                return true;
            }
            SocketChannel accepted;
            try {
                accepted = listener.channel().accept();
            } catch (IOException e) {
                shortage(e);
                return true;
            }
            if (accepted == null) {
                return true;
            }
            begin(accepted);
        }
        return false;
    }

    private void shortage(IOException cause) {
        worker.counters().acceptFailures.add(1);
        later(BACK_OFF_NANOS);
        worker.context()
                .notices()
                .shortage("cannot accept connections: " + cause.getMessage()
                        + "; those that come wait. If descriptors are short, raise their limit (ulimit -n)");
    }

    private void later(long nanos) {
        againNanos = worker.now() + nanos;
        interest(0);
    }

    private void interest(int operations) {
        SelectionKey current = key;
        if (current != null && current.isValid()) {
            current.interestOps(operations);
        }
    }

    /** Listens again if it is time to. */
    void listenAgain() {
        if (againNanos != 0 && againNanos - worker.now() <= 0) {
            againNanos = 0;
            interest(SelectionKey.OP_ACCEPT);
        }
    }

    /** How long the worker may wait until it is to listen again: {@code nanos} or less; negative for ever. */
    long waitNanos(long nanos) {
        if (againNanos == 0) {
            return nanos;
        }
        return Worker.earlier(nanos, Math.max(0, againNanos - worker.now()));
    }

    private void begin(SocketChannel channel) {
        Connection connection = admit(channel);
        if (connection == null) {
            return;
        }
        worker.noticeTime(); // it connected after the look at the turn's events: its budget does not begin there
        try {
            if (connection.wire() instanceof NioWire wire) { // as it was made
                wire.register(connection);
            }
            connection.accepted();
        } catch (Throwable e) {
            connection.defect(e);
        }
    }

    /** Lets it in, or closes it, takes no place then, and returns null. */
    private @Nullable Connection admit(SocketChannel channel) {
        Connection connection = null;
        PeerAddress address = null; // once it was let in
        boolean kept = false;
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            var peer = (InetSocketAddress) channel.getRemoteAddress();
            PeerAddress of = PeerAddress.of(peer);
            if (admission.enter(of, makesPlace)) {
                address = of;
                connection = worker.add(new NioWire(room, channel, peer, of), entrance);
                worker.counters().accepted.add(1);
            } else {
                worker.counters().rejected.add(1);
                if (entrance.port().isClear()) {
                    reject(channel);
                    kept = true;
                    turnedAway.keep(() -> discard(channel), worker.now());
                }
            }
        } catch (IOException e) {
            connection = null; // the peer has reset it already
        } finally {
            if (connection == null) {
                if (!kept) {
                    close(channel);
                }
                if (address != null) {
                    worker.counters().acceptFailures.add(1);
                    admission.leave(address);
                }
            }
        }
        return connection;
    }

    /** Says why. */
    private static void reject(SocketChannel channel) throws IOException {
        channel.write(ByteBuffer.wrap(Admission.REJECTION));
        channel.shutdownOutput();
    }

    /** Reads what has come before it closes: closing over unread bytes would reset what was said. */
    private void discard(SocketChannel channel) {
        try {
            channel.read(room.receiveBuffer().clear());
        } catch (IOException _) {
            // The peer has reset it: there is nothing to read.
        }
        close(channel);
    }

    private void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            worker.counters().acceptFailures.add(1);
        }
    }

    /** Accepts what the kernel has queued, and leaves the listener; true when that is done. */
    boolean stop() {
        SelectionKey current = key;
        if (current == null) {
            return true;
        }
        againNanos = 0;
        if (!accept(ACCEPTS_PER_TURN)) {
            return false;
        }
        againNanos = 0;
        current.cancel();
        leave();
        return true;
    }

    /** The worker accepts no more. */
    void leave() {
        key = null;
        if (!left) {
            left = true;
            listener.leave();
        }
    }
}
