package ringfort.server.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A request body on its way from the worker to the handler: a bounded queue with one producer, the connection's
 * worker, and one consumer, the handler's thread, which parks while it is empty.
 *
 * <p>The bytes lie in segments. A piece of {@link #SMALL_BYTES} or more, and the first piece of a body, gets an array of
 * its size: a body that comes in one piece is copied once. Smaller pieces are appended to the last segment, which is twice
 * as long as the one before, {@link #LARGEST_BYTES} at most. So content that comes as chunks of one octet costs hardly
 * more than its length.
 *
 * <p>The bound counts what the queue costs, not what it holds. When {@link #HIGH_BYTES} wait unread the worker stops
 * receiving; when the handler has read down to {@link #LOW_BYTES} it asks the worker to go on. No lock: each side
 * publishes, then looks at the other's field.
 */
public final class RequestBody extends InputStream {
    /** What a queue may cost before the worker stops receiving. */
    public static final int HIGH_BYTES = 256 * 1024;

    /** The same while the server is short of memory. */
    public static final int SHORT_BYTES = 32 * 1024;

    /** Where reading makes room in a window, the worker is told of it in steps of so many bytes, and when the reader waits. */
    static final int STEP_BYTES = 4 * 1024;

    /** What {@link #readBytes()} is when the reader wants no more. */
    private static final long ALL = Long.MAX_VALUE;

    /** A segment without its bytes: two objects with their headers, rounded up. */
    static final int SEGMENT_BYTES = 64;

    /** The size of the last and largest segments that gather small pieces. */
    static final int LARGEST_BYTES = 16 * 1024;

    private static final int LOW_BYTES = 64 * 1024;
    private static final int SHORT_LOW_BYTES = 20 * 1024; // above one segment, whose end a reader may wait for
    private static final int SMALL_BYTES = 1024;
    private static final byte[] NONE = {};

    /** Bytes of the body, one segment behind the other. */
    private static final class Segment {
        private final byte[] bytes;
        private volatile int filled; // written by the worker: the bytes before this index are there
        private volatile @Nullable Segment next; // written by the worker when this one is full

        Segment(byte[] bytes, int filled) {
            this.bytes = bytes;
            this.filled = filled;
        }

        int costBytes() {
            return bytes.length + SEGMENT_BYTES;
        }
    }

    /** What the worker wants to be told of beside {@link #continueWanted()} and {@link #wantsMore()}. */
    public enum Tells {
        /** Nothing. */
        NOTHING,
        /** That {@link #readerWaits()} has become true, each time. */
        WAITING,
        /** How much was read. */
        READING,
        /** Both. */
        READING_AND_WAITING
    }

    private final Signals signals;
    private final boolean tellsWaiting;
    private final boolean tellsReading;
    private volatile long readBytes; // written by the reader, where the worker is told of it
    private long toldBytes; // the reader's: the last value of readBytes
    private volatile long offeredCost; // of all segments; written by the worker
    private volatile long takenCost; // of those that are the reader's; written by the reader
    private volatile boolean paused; // written by the worker
    private volatile boolean ended;
    private volatile boolean continueWanted;
    private volatile @Nullable IOException failure;
    private volatile @Nullable Thread waiting;
    private long readWhenWaiting; // bytes that were read; written by the reader before it says that it waits

    private Segment last = new Segment(NONE, 0); // the worker's
    private long offered; // bytes; the worker's
    private int lowBytes = LOW_BYTES; // written by the worker before it pauses

    private Segment current = last; // the reader's
    private int position; // in the current segment
    private int limit; // of the current segment, as far as the reader has looked
    private long before; // bytes of the segments before the current one
    private boolean counted = true; // whether the current segment is in takenCost
    private boolean closed;

    /** @param signals tells the worker that {@link #continueWanted()} or {@link #wantsMore()} may have changed */
    public RequestBody(Signals signals) {
        this(signals, Tells.NOTHING);
    }

    /** @param tells what else is worth a signal */
    public RequestBody(Signals signals, Tells tells) {
        this.signals = signals;
        this.tellsWaiting = tells == Tells.WAITING || tells == Tells.READING_AND_WAITING;
        this.tellsReading = tells == Tells.READING || tells == Tells.READING_AND_WAITING;
    }

    // The worker's side.

    /**
     * Adds {@code buffer[from, to)}, which is copied; tells whether there is room for more.
     *
     * @param most what the queue may cost
     */
    public boolean offer(byte[] buffer, int from, int to, int most) {
        int at = append(buffer, from, to);
        if (at < to) {
            add(buffer, at, to);
        }
        offered += to - from;
        wakeReader();
        lowBytes = most < HIGH_BYTES ? SHORT_LOW_BYTES : LOW_BYTES;
        return heldBytes() < most;
    }

    /** Fills the last segment; returns the first index that found no room. */
    private int append(byte[] buffer, int from, int to) {
        int filled = last.filled;
        int count = Math.min(to - from, last.bytes.length - filled);
        if (count > 0) {
            System.arraycopy(buffer, from, last.bytes, filled, count);
            last.filled = filled + count;
        }
        return from + count;
    }

    private void add(byte[] buffer, int from, int to) {
        int length = to - from;
        byte[] bytes;
        if (offered == 0 || length >= SMALL_BYTES) {
            bytes = Arrays.copyOfRange(buffer, from, to);
        } else {
            bytes = new byte[Math.clamp(2L * last.bytes.length, SMALL_BYTES, LARGEST_BYTES)];
            System.arraycopy(buffer, from, bytes, 0, length);
        }
        Segment added = new Segment(bytes, length);
        addCost(added.costBytes());
        last.next = added;
        last = added;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one producer
    private void addCost(int bytes) {
        offeredCost += bytes;
    }

    /** What the segments cost that the reader has not taken. */
    public long heldBytes() {
        return offeredCost - takenCost;
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
        return paused && heldBytes() <= lowBytes;
    }

    /** Whether the reader can do nothing before the peer has sent something. */
    public boolean readerWaits() {
        return waiting != null && readWhenWaiting == offered && !ended;
    }

    /** How many of the bytes that were offered the reader has read, or does not want, as far as it has told. */
    public long readBytes() {
        return Math.min(readBytes, offered);
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
        return ready() ? current.bytes[position++] & 0xFF : -1;
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
        int count = Math.min(length, limit - position);
        System.arraycopy(current.bytes, position, target, offset, count);
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
            byte[] bytes = current.bytes;
            int count = Math.min(length - filled, limit - position);
            if (filled == 0 && count == bytes.length) {
                gathered = bytes; // full, so that the worker writes nothing to it any more: it grows by a copy
            } else {
                if (gathered.length - filled < count) {
                    gathered = Arrays.copyOf(gathered, capacity(filled, count, length));
                }
                System.arraycopy(bytes, position, gathered, filled, count);
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
            int from = position;
            position = limit;
            out.write(current.bytes, from, limit - from);
            moved += limit - from;
        }
        return moved;
    }

    /** Counts what has come. */
    @Override
    public int available() {
        long count = 0;
        int from = position;
        for (Segment at = closed ? null : current; at != null; at = at.next) {
            count += at.filled - from;
            from = 0;
        }
        return (int) Math.min(Integer.MAX_VALUE, count);
    }

    /** Ends reading; what is left is drained by the connection within its bounds. */
    @Override
    public void close() {
        closed = true;
        current = new Segment(NONE, 0);
        position = 0;
        limit = 0;
        if (tellsReading && toldBytes != ALL) {
            told(ALL);
        }
    }

    private void told(long bytes) {
        toldBytes = bytes;
        readBytes = bytes;
        signals.signal();
    }

    private boolean ready() throws IOException {
        if (closed) {
            throw new IOException("the request body is closed");
        }
        return position < limit || look() || await();
    }

    /** Looks for bytes behind those that were read. */
    private boolean look() {
        if (tellsReading && before + position - toldBytes >= STEP_BYTES) {
            told(before + position);
        }
        limit = current.filled;
        if (position < limit) {
            return true;
        }
        Segment next = limit < current.bytes.length ? null : current.next;
        if (next == null) {
            return false;
        }
        if (!counted) {
            taken(current.costBytes());
        }
        before += position;
        current = next;
        position = 0;
        limit = next.filled;
        counted = limit == next.bytes.length; // a full one is the reader's alone from now on
        if (counted) {
            taken(next.costBytes());
        }
        return true;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one consumer
    private void taken(int count) {
        takenCost += count;
        if (wantsMore()) {
            signals.signal();
        }
    }

    /** Waits for bytes; false when all were read. */
    private boolean await() throws IOException {
        if (!continueWanted && !ended) {
            continueWanted = true;
            signals.signal();
        }
        if (tellsReading && before + position > toldBytes) {
            told(before + position);
        }
        readWhenWaiting = before + position;
        waiting = Thread.currentThread();
        if (tellsWaiting) {
            signals.signal();
        }
        try {
            for (; ; ) {
                boolean all = ended;
                IOException cause = failure;
                boolean found = look();
                if (found || all) {
                    return found;
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
