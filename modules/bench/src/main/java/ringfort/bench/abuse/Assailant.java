package ringfort.bench.abuse;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A hostile peer: one connection, and another one when that has ended. What it sends is shared between all of its kind, so
 * that thousands cost nothing but their descriptors. Only the thread of its {@link Swarm} calls it.
 */
abstract class Assailant {
    /** A connection that ended is followed by the next no sooner than this. */
    static final long PAUSE_NANOS = 20_000_000L;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private ByteBuffer unsent = NOTHING;

    /** When {@link #due} is to be called, or the next connection begun; of {@link System#nanoTime}. */
    private long wakeNanos = Long.MAX_VALUE;

    /** Bytes sent over this connection. */
    private long sentBytes;

    private boolean standing;

    /** Called when the connection stands. */
    abstract void connected(long now) throws IOException;

    /** Called when all that was to be sent has gone into the kernel. */
    void sent(long now) throws IOException {}

    /** Called at the time of {@link #wakeAt}. */
    void due(long now) throws IOException {}

    /** Whether answers are read as they come; else only {@link #read} reads. */
    boolean reads() {
        return true;
    }

    /** The kernel's receive buffer; 0 leaves it alone. */
    int receiveBufferBytes() {
        return 0;
    }

    final void wakeAt(long nanos) {
        wakeNanos = nanos;
    }

    final boolean isOpen() {
        return channel != null;
    }

    final boolean isDue(long now) {
        return wakeNanos != Long.MAX_VALUE && now - wakeNanos >= 0;
    }

    final void woken(long now) throws IOException {
        wakeNanos = Long.MAX_VALUE;
        due(now);
    }

    final long sentBytes() {
        return sentBytes;
    }

    final void open(SocketChannel opened, SelectionKey registered) {
        channel = opened;
        key = registered;
        unsent = NOTHING;
        sentBytes = 0;
        standing = false;
        wakeNanos = Long.MAX_VALUE;
    }

    /** Whether the peer has taken the connection. */
    final boolean isStanding() {
        return standing;
    }

    /** The connection stands from here on, or an exception says why it never will. */
    final void finishConnect() throws IOException {
        SocketChannel connecting = open();
        connecting.finishConnect();
        standing = true;
        interest(reads() ? SelectionKey.OP_READ : 0);
    }

    /** Sends all of a shared buffer, from the buffer's position on; {@link #sent} follows. */
    final void send(ByteBuffer shared, long now) throws IOException {
        unsent = shared.duplicate();
        flush(now);
    }

    /** Writes what is unsent until the kernel takes no more. A few rounds at most, so that one fast peer holds no others. */
    final void flush(long now) throws IOException {
        for (int rounds = 0; rounds < 4 && unsent.hasRemaining(); rounds++) {
            int count = open().write(unsent);
            sentBytes += count;
            if (count == 0) {
                break;
            }
        }
        int reading = reads() ? SelectionKey.OP_READ : 0;
        if (unsent.hasRemaining()) {
            interest(reading | SelectionKey.OP_WRITE);
        } else {
            interest(reading);
            sent(now);
        }
    }

    /** Asks to be called when the kernel takes more, and sends then. */
    final void sendLater(ByteBuffer shared) {
        unsent = shared.duplicate();
        interest((reads() ? SelectionKey.OP_READ : 0) | SelectionKey.OP_WRITE);
    }

    /** Reads what is there into the buffer, up to its limit; negative at the end of the connection. */
    final int read(ByteBuffer into) throws IOException {
        return open().read(into);
    }

    /** Ends the connection with a reset. */
    final void reset() throws IOException {
        open().setOption(StandardSocketOptions.SO_LINGER, 0);
        throw new ResetByUs();
    }

    final void close() throws IOException {
        SocketChannel closing = channel;
        channel = null;
        key = null;
        standing = false;
        sentBytes = 0;
        if (closing != null) {
            closing.close();
        }
    }

    private SocketChannel open() {
        SocketChannel standing = channel;
        if (standing == null) {
            throw new IllegalStateException("no connection");
        }
        return standing;
    }

    private void interest(int operations) {
        SelectionKey registered = key;
        if (registered != null && registered.interestOps() != operations) {
            registered.interestOps(operations);
        }
    }

    /** An end that is not the server's. */
    static final class ResetByUs extends IOException {
        private static final long serialVersionUID = 1;

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
