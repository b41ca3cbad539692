package ringfort.server.nio;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringfort.server.loop.Connection;
import ringfort.server.loop.Worker;
import ringfort.server.wire.Outbox;
import ringfort.server.wire.ReadLoop;
import ringfort.server.wire.Wire;
import ringfort.server.wire.WireUser;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;
import ringfort.sys.PeerAddress;

/**
 * Moves the bytes of one connection through a {@link SocketChannel} that does not block. Its worker only.
 *
 * <p>The selector is told of reading for as long as bytes are wanted, and of writing only while the kernel has not taken all.
 * The JDK cannot look at bytes and leave them in the socket, so what a look finds is kept here and handed over first in the
 * worker's next turn.
 */
@OnWorker
final class NioWire implements Wire, ReadLoop.Source {
    private static final byte[] NONE = {};

    private final NioRoom room;
    private final SocketChannel channel;
    private final InetSocketAddress peer;
    private final PeerAddress address;
    private @Nullable SelectionKey key; // null until the worker has registered the channel
    private byte[] early = NONE; // what a look has read
    private boolean earlyEnd; // a look has seen the peer's FIN, behind what it has read
    private boolean readable; // the selector has said so, and no read has come back empty since
    private boolean sendWaits;
    private boolean closed;

    NioWire(NioRoom room, SocketChannel channel, InetSocketAddress peer, PeerAddress address) {
        this.room = room;
        this.channel = channel;
        this.peer = peer;
        this.address = address;
    }

    /** Tells the selector of the channel. */
    void register(WireUser user) throws IOException {
        key = channel.register(room.selector(), SelectionKey.OP_READ, user);
    }

    /** Closes the channel of a connection that could not be registered, or whose worker ends. */
    void abandon() {
        try {
            channel.close();
        } catch (IOException e) {
            // Closed all the same: close(2) releases the descriptor whatever it returns.
            closed = true;
        }
    }

    /** The selector says that the channel is ready. */
    void ready(WireUser user) {
        user.touch();
        SelectionKey current = key;
        readable |= current != null && current.isValid() && current.isReadable();
        receive(user);
    }

    @Override
    public void flush(WireUser user) {
        boolean writable = true;
        while (writable && !user.isGone() && user.hasOutput()) {
            Outbox out = user.out();
            try {
                int count = channel.write(room.buffers().bytes(out.address(), out.length()));
                writable = count == out.length();
                user.sent(count);
            } catch (IOException e) {
                user.failed(e);
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
        if (user.isGone()) {
            if (!closed) {
                closed = true;
                abandon();
            }
            return true;
        }
        // Reading stopped for fairness or back-pressure, and can go on.
        receive(user);
        boolean wantsRead = user.wantsRead() && !user.isGone();
        boolean again = wantsRead && (readable || hasEarly());
        interest(wantsRead, sendWaits);
        return !again;
    }

    private void interest(boolean read, boolean write) {
        SelectionKey current = key;
        if (current == null || !current.isValid()) {
            return;
        }
        int wanted = (read ? SelectionKey.OP_READ : 0) | (write ? SelectionKey.OP_WRITE : 0);
        if (current.interestOps() != wanted) {
            current.interestOps(wanted);
        }
    }

    private boolean hasEarly() {
        return early.length > 0 || earlyEnd;
    }

    private void receive(WireUser user) {
        handOverEarly(user);
        ReadLoop.receive(user, this);
    }

    // What the loop of reads asks.

    @Override
    public boolean isReadable() {
        return readable;
    }

    @Override
    public int read() throws IOException {
        ByteBuffer buffer = room.receiveBuffer().clear();
        if (room.worker().isShort()) {
            buffer.limit(Worker.SHORT_READ_BYTES);
        }
        readable = false; // a short read empties the socket; the selector tells of more
        int count = channel.read(buffer);
        if (count <= 0) {
            return count < 0 ? END : NOTHING;
        }
        readable = count == buffer.limit();
        buffer.flip().get(room.scratch(), 0, count);
        return count;
    }

    @Override
    public byte[] scratch() {
        return room.scratch();
    }

    @Override
    public boolean hasTime() {
        return room.worker().hasTime();
    }

    /** What a look has read comes first. */
    private void handOverEarly(WireUser user) {
        if (early.length > 0 && user.wantsRead()) {
            byte[] bytes = early;
            early = NONE;
            user.received(bytes, 0, bytes.length);
        }
        if (earlyEnd && early.length == 0 && user.wantsRead()) {
            earlyEnd = false;
            user.inputEnded();
        }
    }

    @Override
    public boolean isClosed(WireUser user) {
        return closed;
    }

    /** The JDK does not tell. */
    @Override
    public int unacknowledged() {
        return -1;
    }

    @Override
    public void resetOnClose() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            closed |= !channel.isOpen(); // the peer was quicker: there is nothing left to reset
        }
    }

    /** The JDK does not tell what is not acknowledged. */
    @Override
    public void boundUnsent(long nanos) {}

    @Override
    @OffWorker
    public PeerAddress address() {
        return address;
    }

    @Override
    @OffWorker
    public InetSocketAddress peer() {
        return peer;
    }

    // Looks, and what the watchdog does.

    @Override
    public int peek(WireUser user, byte[] target) {
        int space = target.length - early.length;
        if (space > 0 && !earlyEnd) {
            ByteBuffer buffer = room.receiveBuffer().clear(); // nobody else is using it: the worker reads or hands over
            buffer.limit(Math.min(space, buffer.capacity()));
            try {
                int count = channel.read(buffer);
                if (count > 0) {
                    byte[] joined = Arrays.copyOf(early, early.length + count);
                    buffer.flip().get(joined, early.length, count);
                    early = joined;
                } else if (count < 0) {
                    earlyEnd = true;
                }
            } catch (IOException e) {
                return early.length; // the worker meets the same failure when it reads
            }
        }
        if (hasEarly()
                && user instanceof Connection connection
                && !room.peeked().contains(connection)) {
            room.peeked().add(connection);
        }
        System.arraycopy(early, 0, target, 0, Math.min(early.length, target.length));
        return Math.min(early.length, target.length);
    }

    @Override
    public boolean sendNow(byte[] bytes, int length) {
        try {
            return channel.write(ByteBuffer.wrap(bytes, 0, length)) == length;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void finish() {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            readable = true; // the worker meets the failure when it reads
        }
    }

    /**
     * The JDK resets only when a channel is closed, and closes one that is registered only on the worker's thread. So the peer
     * gets a FIN now, and what it still sends a reset when the worker is back.
     */
    @Override
    public void reset() {
        resetOnClose();
        shutdown();
    }

    @Override
    public void shutdown() {
        finish();
        try {
            channel.shutdownInput();
        } catch (IOException e) {
            readable = true; // as for finish
        }
    }
}
