package ringfort.server.nio;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import ringfort.server.exchange.ServerContext;
import ringfort.server.loop.Admission;
import ringfort.server.loop.Connection;
import ringfort.server.loop.Timed;
import ringfort.server.loop.Timekeeper;
import ringfort.server.loop.Worker;
import ringfort.sys.PeerAddress;
import ringfort.timers.DeadlineWheel;

/** A worker on the JDK's {@link Selector}: any platform, and no native code of ours. */
public final class NioWorker extends Worker {
    /** Connections taken from the listener before others get their turn. */
    private static final int ACCEPTS_PER_TURN = 64;

    /** After a failed accept, for want of descriptors as a rule, the worker looks again this much later. */
    private static final long BACK_OFF_NANOS = 50_000_000L;

    private final Selector selector;
    private final NioListener listener;
    private final Admission admission;
    private final Timekeeper timekeeper;
    private final NioRoom room;
    private @Nullable SelectionKey acceptKey; // null when the worker does not accept
    private long acceptAgainNanos; // after a failed accept; 0 when there was none

    /** A worker that accepts from the listener, which all workers of the server share. */
    public NioWorker(ServerContext context, Admission admission, String name, NioListener listener) throws IOException {
        this(context, admission, name, listener, new DirectBufferPool());
    }

    private NioWorker(
            ServerContext context, Admission admission, String name, NioListener listener, DirectBufferPool buffers)
            throws IOException {
        super(context, admission, buffers, name);
        this.admission = admission;
        this.listener = listener;
        selector = own(Selector.open());
        try {
            timekeeper = new Timekeeper.Wheel(
                    new DeadlineWheel<Timed>(context.ticker().nanos()), Timed::passed);
            room = new NioRoom(
                    selector, buffers, ByteBuffer.allocateDirect(SCRATCH_BYTES), new ArrayList<>(), scratch(), this);
        } catch (RuntimeException | Error e) {
            disown();
            throw e;
        }
        localAddress(listener.address());
        listener.enter();
    }

    @Override
    protected void open() throws IOException {
        acceptKey = listener.channel().register(selector, SelectionKey.OP_ACCEPT);
    }

    @Override
    public Timekeeper timekeeper() {
        return timekeeper;
    }

    @Override
    protected void wake() {
        selector.wakeup();
    }

    @Override
    protected void await(boolean mayWait) throws IOException {
        if (mayWait) {
            select(timeoutMillis());
        } else {
            selector.selectNow();
        }
        readClock();
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.attachment() instanceof Connection connection) {
                handle(connection);
            } else {
                acceptSome();
            }
        }
        selector.selectedKeys().clear();
        handOverPeeked();
        listenAgain();
    }

    /** Before deadlines are looked at: the selector does not tell of bytes that a look has read. */
    private void handOverPeeked() {
        if (!room.peeked().isEmpty()) {
            room.peeked().forEach(this::handle);
            room.peeked().clear();
        }
    }

    private void select(long millis) throws IOException {
        if (millis == 0) {
            selector.selectNow();
        } else {
            selector.select(Math.max(0, millis)); // 0 is for ever
        }
    }

    /** Rounded up: a deadline is met late by up to a millisecond, and never early. */
    private long timeoutMillis() {
        long wait = waitNanos();
        if (acceptAgainNanos != 0) {
            long back = Math.max(0, acceptAgainNanos - now());
            wait = wait < 0 ? back : Math.min(wait, back);
        }
        return wait < 0 ? -1 : (wait + 999_999) / 1_000_000;
    }

    private void handle(Connection connection) {
        try {
            wire(connection).ready(connection);
        } catch (Throwable e) {
            connection.defect(e);
        }
    }

    /** Each connection of this worker was made with such a wire. */
    private static NioWire wire(Connection connection) {
        return (NioWire) connection.wire();
    }

    // Accepting.

    /** Accepts what waits, so many at most; true when nothing waits any more. */
    private void acceptSome() {
        try {
            accept(ACCEPTS_PER_TURN);
        } catch (Throwable e) {
            defect("a connection could not be accepted", e);
            acceptLater();
        }
    }

    private boolean accept(int most) {
        for (int i = 0; i < most; i++) {
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
        counters().acceptFailures.add(1);
        acceptLater();
        context()
                .notices()
                .shortage("cannot accept connections: " + cause.getMessage()
                        + "; those that come wait. If descriptors are short, raise their limit (ulimit -n)");
    }

    private void acceptLater() {
        acceptAgainNanos = now() + BACK_OFF_NANOS;
        SelectionKey key = acceptKey;
        if (key != null && key.isValid()) {
            key.interestOps(0);
        }
    }

    private void listenAgain() {
        SelectionKey key = acceptKey;
        if (acceptAgainNanos != 0 && acceptAgainNanos - now() <= 0) {
            acceptAgainNanos = 0;
            if (key != null && key.isValid()) {
                key.interestOps(SelectionKey.OP_ACCEPT);
            }
        }
    }

    private void begin(SocketChannel channel) {
        Connection connection = admit(channel);
        if (connection == null) {
            return;
        }
        noticeTime(); // it connected after the turn's events were looked at: the budget must not begin with those
        try {
            wire(connection).register(connection);
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
            if (admission.enter(of, this::makePlace)) {
                address = of;
                connection = add(new NioWire(room, channel, peer, of));
                counters().accepted.add(1);
            } else {
                counters().rejected.add(1);
                reject(channel);
                kept = true;
                turnedAway().keep(() -> discard(channel), now());
            }
        } catch (IOException e) {
            connection = null; // the peer has reset it already
        } finally {
            if (connection == null) {
                if (!kept) {
                    close(channel);
                }
                if (address != null) {
                    counters().acceptFailures.add(1);
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
            counters().acceptFailures.add(1);
        }
    }

    @Override
    protected boolean stopAccepting() {
        SelectionKey key = acceptKey;
        if (key == null) {
            return true;
        }
        acceptAgainNanos = 0;
        if (!accept(ACCEPTS_PER_TURN)) {
            return false;
        }
        acceptAgainNanos = 0;
        acceptKey = null;
        key.cancel();
        listener.leave();
        return true;
    }

    @Override
    protected void release() {
        forEachConnection(connection -> wire(connection).abandon());
        if (acceptKey != null || thread().getState() == Thread.State.NEW) {
            acceptKey = null;
            listener.leave();
        }
    }
}
