package ringfort.server.exchange;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A streamed response body on its way from a virtual thread to the worker: bytes gather into pieces, pieces wait in a
 * bounded queue, and the writing thread parks while the pieces cost {@link #HIGH_BYTES} or more.
 *
 * <p>One writer, one worker. The head goes out with the first piece; a body that ends before its first piece was full
 * is handed over whole, so that it gets a {@code Content-Length}. The output of a tunnel is of the same kind, but that
 * {@link #close} ends it.
 */
public final class ResponseStream extends OutputStream {
    static final int PIECE_BYTES = 16 * 1024;
    private static final int FIRST_BYTES = 1024;
    /** What the pieces of a response may cost before its writer waits. */
    public static final int HIGH_BYTES = 128 * 1024;

    /** What a piece costs beside its bytes: the header of the array, and its place in the queue. */
    static final int PIECE_COST = 48;

    private static final int LOW_BYTES = 64 * 1024;

    /** As {@link #HIGH_BYTES}, while the server is short of memory. */
    public static final int SHORT_BYTES = 32 * 1024;

    private static final int SHORT_LOW_BYTES = PIECE_BYTES + PIECE_COST;
    private static final byte[] NONE = {};
    private static final String[] NO_TRAILERS = {};

    private final ConcurrentLinkedQueue<byte[]> pieces = new ConcurrentLinkedQueue<>();
    private final Signals signals;
    private final long declaredLength;
    private final BooleanSupplier isShort;
    private volatile long postedCost; // of the pieces; written by the writer
    private volatile long takenCost; // written by the worker
    private volatile boolean ended;
    private volatile boolean returned; // of a tunnel: set by its handler before the output ends
    private volatile String[] trailers = NO_TRAILERS;
    private volatile @Nullable Throwable aborted;
    private volatile @Nullable IOException connectionFailure;
    private volatile @Nullable Thread waiting;

    private int lowBytes = LOW_BYTES; // written by the writer before it says that it waits

    private byte[] piece = NONE; // the writer's
    private int filled;
    private long written;
    private boolean posted;
    private boolean closeEnds;
    private Runnable begun = () -> {};

    /** @param declaredLength what the handler announced, or -1 */
    public ResponseStream(Signals signals, long declaredLength) {
        this(signals, declaredLength, () -> false);
    }

    /**
     * @param declaredLength what the handler announced, or -1
     * @param isShort whether the server is short of memory
     */
    ResponseStream(Signals signals, long declaredLength, BooleanSupplier isShort) {
        this.signals = signals;
        this.declaredLength = declaredLength;
        this.isShort = isShort;
    }

    // The writer's side.

    /** What to do when the first piece is about to be posted: from then on the status is decided. Before any write. */
    void whenBegun(Runnable action) {
        begun = action;
    }

    /** The handler of the tunnel has returned: it has said, and read, all that it wants to. */
    void tunnelReturned() {
        returned = true;
    }

    @Override
    public void write(int value) throws IOException {
        room(1);
        piece[filled++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        while (length > 0) {
            int count = Math.min(length, room(length));
            System.arraycopy(source, offset, piece, filled, count);
            filled += count;
            offset += count;
            length -= count;
        }
    }

    /** Sends what has gathered; the worker gets its turn before this returns. */
    @Override
    public void flush() throws IOException {
        check();
        post();
        signals.letWorkerRun();
    }

    /** Everything is written, and there are no trailers; as {@link #finish(String[])}. */
    byte @Nullable [] finish() throws IOException {
        return finish(null);
    }

    /**
     * Everything is written. A body that never filled a piece comes back as bytes, and nothing was sent yet.
     *
     * @param last names and values of trailers; not null keeps even a short body chunked
     */
    byte @Nullable [] finish(String @Nullable [] last) throws IOException {
        check();
        if (declaredLength >= 0 && written + filled != declaredLength) {
            throw new IOException(
                    "the response announced " + declaredLength + " bytes and wrote " + (written + filled));
        }
        if (!posted && last == null) {
            return filled == piece.length ? piece : Arrays.copyOf(piece, filled);
        }
        if (last != null) {
            trailers = last;
        }
        post();
        ended = true;
        signals.signal();
        return null;
    }

    /** Posts the head at once; from then on closing ends the output. */
    void beginTunnel() throws IOException {
        closeEnds = true;
        flush();
    }

    /** Ends a tunnel's output; a response's ends when its writer returns. */
    @Override
    public void close() throws IOException {
        if (closeEnds && !ended) {
            finish();
        }
    }

    /** The handler failed midway: the peer must be able to tell, so the connection is cut and not ended. */
    void abort(Throwable cause) {
        aborted = cause;
        signals.signal();
    }

    /** Whether a piece was posted, so that the status is decided. */
    boolean hasBegun() {
        return posted;
    }

    private int room(int wanted) throws IOException {
        check();
        if (ended) {
            throw new IOException("the output was closed");
        }
        if (declaredLength >= 0 && written + filled + wanted > declaredLength) {
            throw new IOException("the response announced " + declaredLength + " bytes and writes more");
        }
        if (filled == PIECE_BYTES) {
            post();
        }
        if (filled == piece.length) {
            piece = Arrays.copyOf(piece, pieceBytes(filled + wanted));
        }
        return piece.length - filled;
    }

    /** As much as the body can still fill of a piece, where that is known; else twice as much each time it is not enough. */
    private int pieceBytes(int wanted) {
        long bytes =
                declaredLength >= 0 ? declaredLength - written : Math.max(FIRST_BYTES, Math.max(2 * filled, wanted));
        return (int) Math.min(PIECE_BYTES, bytes);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void post() throws IOException {
        if (filled == 0 && posted) {
            return;
        }
        if (filled > 0) {
            pieces.add(filled == piece.length ? piece : Arrays.copyOf(piece, filled));
            postedCost += filled + PIECE_COST;
            written += filled;
            piece = NONE;
            filled = 0;
        }
        if (!posted) {
            posted = true;
            begun.run();
        }
        signals.signal();
        awaitRoom();
    }

    private void awaitRoom() throws IOException {
        boolean less = isShort.getAsBoolean();
        if (heldBytes() < (less ? SHORT_BYTES : HIGH_BYTES)) {
            return;
        }
        lowBytes = less ? SHORT_LOW_BYTES : LOW_BYTES;
        waiting = Thread.currentThread();
        try {
            while (heldBytes() > lowBytes) {
                check();
                if (Thread.interrupted()) {
                    throw new InterruptedIOException("interrupted while the peer is slow to read the response");
                }
                LockSupport.park(this);
            }
        } finally {
            waiting = null;
        }
    }

    private void check() throws IOException {
        IOException cause = connectionFailure;
        if (cause != null) {
            throw new IOException(cause.getMessage(), cause);
        }
    }

    // The worker's side.

    /** The oldest piece that was not taken; null when there is none. */
    public byte @Nullable [] peek() {
        return pieces.peek();
    }

    /** What the pieces cost that were not taken; any thread. */
    public long heldBytes() {
        return postedCost - takenCost;
    }

    /** Removes the piece {@link #peek()} gave. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one worker
    public void taken() {
        byte[] first = pieces.remove();
        takenCost += first.length + PIECE_COST;
        Thread writer = waiting;
        if (writer != null && heldBytes() <= lowBytes) {
            LockSupport.unpark(writer);
        }
    }

    /** True once the writer has finished; pieces put before that are still to be taken. */
    public boolean isEnded() {
        return ended;
    }

    /** Names and values in turn; known when it has ended. */
    public String[] trailers() {
        return trailers;
    }

    /** Why the handler failed midway; null when it did not. */
    public @Nullable Throwable aborted() {
        return aborted;
    }

    /** The length the handler announced; -1 when it announced none. */
    public long declaredLength() {
        return declaredLength;
    }

    /** Whether the handler of a tunnel has returned. */
    public boolean isReturned() {
        return returned;
    }

    /** The connection is gone: the writer's next call fails. */
    public void fail(IOException cause) {
        connectionFailure = cause;
        Thread writer = waiting;
        if (writer != null) {
            LockSupport.unpark(writer);
        }
    }
}
