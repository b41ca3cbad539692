package ringfort.server.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A request body on its way from the worker to the handler: a bounded queue with one producer, the connection's
 * worker, and one consumer, the handler's thread, which parks while it is empty.
 *
 * <p>When {@link #HIGH_BYTES} wait unread the worker stops receiving; when the handler has read down to
 * {@link #LOW_BYTES} it asks the worker to go on. No lock: each side publishes, then looks at the other's field.
 */
public final class RequestBody extends InputStream {
    public static final int HIGH_BYTES = 256 * 1024;
    private static final int LOW_BYTES = 64 * 1024;
    private static final byte[] NONE = {};

    private final ConcurrentLinkedQueue<byte[]> chunks = new ConcurrentLinkedQueue<>();
    private final Signals signals;
    private final boolean tellsWaiting;
    private volatile long offeredBytes; // written by the worker
    private volatile long takenBytes; // written by the reader
    private volatile boolean paused; // written by the worker
    private volatile boolean ended;
    private volatile boolean continueWanted;
    private volatile @Nullable IOException failure;
    private volatile @Nullable Thread waiting;

    private byte[] current = NONE; // the reader's
    private int position;
    private boolean closed;

    /** @param signals tells the worker that {@link #continueWanted()} or {@link #wantsMore()} may have changed */
    public RequestBody(Signals signals) {
        this(signals, false);
    }

    /** @param tellsWaiting whether {@link #readerWaits()} becoming true is worth a signal each time */
    public RequestBody(Signals signals, boolean tellsWaiting) {
        this.signals = signals;
        this.tellsWaiting = tellsWaiting;
    }

    // The worker's side.

    /** Adds bytes; tells whether there is room for more. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one producer
    public boolean offer(byte[] chunk) {
        offeredBytes += chunk.length;
        chunks.add(chunk);
        wakeReader();
        return offeredBytes - takenBytes < HIGH_BYTES;
    }

    /** Takes note that the worker stopped receiving; false when the reader has caught up meanwhile. */
    public boolean pause() {
        paused = true;
        if (wantsMore()) {
            paused = false;
            return false;
        }
        return true;
    }

    /** Tells whether receiving stopped and should go on. */
    public boolean wantsMore() {
        return paused && offeredBytes - takenBytes <= LOW_BYTES;
    }

    /** Whether the reader can do nothing before the peer has sent something. */
    public boolean readerWaits() {
        return waiting != null && chunks.isEmpty() && !ended;
    }

    /** Receiving goes on. */
    public void resumed() {
        paused = false;
    }

    /** Whether the handler waits for content: the peer may be told to send it. */
    public boolean continueWanted() {
        return continueWanted;
    }

    /** All content has come. */
    public void end() {
        ended = true;
        wakeReader();
    }

    /** The rest will not come: reads fail with {@code cause} once what has arrived is read. */
    public void fail(IOException cause) {
        if (!ended) {
            failure = cause;
            wakeReader();
        }
    }

    /** Whether all content has come. */
    public boolean isEnded() {
        return ended;
    }

    private void wakeReader() {
        Thread reader = waiting;
        if (reader != null) {
            LockSupport.unpark(reader);
        }
    }

    // The handler's side.

    @Override
    public int read() throws IOException {
        return ready() ? current[position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!ready()) {
            return -1;
        }
        int count = Math.min(length, current.length - position);
        System.arraycopy(current, position, target, offset, count);
        position += count;
        return count;
    }

    /** Gathers what came without a buffer between; what came in one piece is that piece. */
    @Override
    public byte[] readNBytes(int length) throws IOException {
        if (length < 0) {
            throw new IllegalArgumentException("cannot read " + length + " bytes");
        }
        byte[] gathered = NONE;
        int filled = 0;
        while (filled < length && ready()) {
            int count = Math.min(length - filled, current.length - position);
            if (filled == 0 && count == current.length) {
                gathered = current; // no other code refers to the array, and it is full: it grows by a copy
            } else {
                if (gathered.length - filled < count) {
                    gathered = Arrays.copyOf(gathered, capacity(filled, count, length));
                }
                System.arraycopy(current, position, gathered, filled, count);
            }
            position += count;
            filled += count;
        }
        return filled == gathered.length ? gathered : Arrays.copyOf(gathered, filled);
    }

    /** Room for {@code more}, and to spare: a body may come in very many pieces. */
    private static int capacity(int filled, int more, int most) {
        return (int) Math.min(most, Math.max(2L * filled, filled + (long) more));
    }

    /** Hands over what came as it came, without a buffer between. */
    @Override
    public long transferTo(OutputStream out) throws IOException {
        long moved = 0;
        while (ready()) {
            byte[] piece = current;
            int from = position;
            position = piece.length;
            out.write(piece, from, piece.length - from);
            moved += piece.length - from;
        }
        return moved;
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, current.length - position + offeredBytes - takenBytes);
    }

    /** Ends reading; what is left is drained by the connection within its bounds. */
    @Override
    public void close() {
        closed = true;
        current = NONE;
        position = 0;
    }

    private boolean ready() throws IOException {
        if (closed) {
            throw new IOException("the request body is closed");
        }
        while (position == current.length) {
            byte[] next = await();
            if (next == null) {
                return false;
            }
            current = next;
            position = 0;
            taken(next.length);
        }
        return true;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one consumer
    private void taken(int count) {
        takenBytes += count;
        if (wantsMore()) {
            signals.signal();
        }
    }

    private byte @Nullable [] await() throws IOException {
        byte[] next = chunks.poll();
        if (next != null) {
            return next;
        }
        if (!continueWanted && !ended) {
            continueWanted = true;
            signals.signal();
        }
        waiting = Thread.currentThread();
        if (tellsWaiting) {
            signals.signal();
        }
        try {
            for (; ; ) {
                boolean last = ended;
                IOException cause = failure;
                next = chunks.poll();
                if (next != null || last) {
                    return next;
                }
                if (cause != null) {
                    throw new IOException(cause.getMessage(), cause);
                }
                if (Thread.interrupted()) {
                    throw new InterruptedIOException("interrupted while waiting for the request body");
                }
                LockSupport.park(this);
            }
        } finally {
            waiting = null;
        }
    }
}
