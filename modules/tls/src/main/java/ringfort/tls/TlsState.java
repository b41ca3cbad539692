package ringfort.tls;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one TLS connection: records in, plaintext out, and the other way round. One thread at a time; it
 * knows no socket, no thread and no clock.
 *
 * <pre>
 *  FIRST_BYTES ──TLS──► HANDSHAKE ──finished──► OPEN ──close_notify of the peer──► INPUT_CLOSED
 *       │                │     ▲                 │
 *       │         needs a task │ taskDone        │            any ──abandon──► ABANDONED
 *       │                ▼     │                 │
 *       │                 TASK                   │
 *       └──not TLS──► FAILED ◄──alert, limit─────┘
 * </pre>
 *
 * <p>Use: feed what was received to {@link #next} again and again, from {@link #position()} on, until it returns {@link
 * Event#NEED_INPUT}, {@link Event#NEED_TASK} or {@link Event#FAILED}. What the peer is to get, handshake messages and
 * alerts included, goes to the {@link TlsOutput} before a method returns.
 *
 * <p>While a {@link TlsTask} runs, the engine is locked by its thread. Every method may be called then, and none touches
 * the engine or waits.
 *
 * <p>Between two calls a connection holds its engine and what has come of a record that is not complete; everything else
 * is lent by its {@link TlsBuffers}. A deadline policy that counts what {@link Event#PLAINTEXT} brings is not deceived by
 * such a record: it is no progress until it is complete.
 *
 * <p>The engine may be of any provider; {@link TlsContext} makes those of the JDK.
 */
public final class TlsState {
    /** What {@link #next} found. */
    public enum Event {
        /** Nothing more in these bytes, all of which were taken. */
        NEED_INPUT,
        /** Application data: {@code data()[dataFrom(), dataTo())}, until the next call. */
        PLAINTEXT,
        /**
         * {@link TlsState#task()} must run, best on another thread. What follows {@link TlsState#position()} stays with the
         * caller until {@link TlsState#taskDone}; then {@code next} is called again, with or without more bytes.
         */
        NEED_TASK,
        /** The handshake is complete: {@link TlsState#session()}. Comes once, before any plaintext. */
        FINISHED,
        /**
         * The peer sends nothing more (RFC 8446, 6.1); what it sent before is whole. In TLS 1.3 the other direction stays
         * open. In TLS 1.2 it has been closed too, as RFC 5246, 7.2.1, wants it.
         */
        CLOSE_NOTIFY,
        /** {@link TlsState#failure()} says why. An alert has been written, where there is one: send it, then FIN, close. */
        FAILED
    }

    /** What the peer left behind when its transport ended. */
    public enum InputEnd {
        /** Nothing of a handshake had come, or nothing at all: just close. */
        BEFORE_HANDSHAKE,
        /** The handshake had begun: close, and count it. */
        IN_HANDSHAKE,
        /** {@link Event#CLOSE_NOTIFY} came before: all is in order. */
        CLEAN,
        /**
         * No close_notify came. Between two messages of a protocol that says how long they are, this is usual and harmless.
         * Anything that ends with the connection must be taken for cut off: an attacker can send a FIN.
         */
        WITHOUT_CLOSE_NOTIFY,
        /** In the middle of a record: what that record held is lost. */
        IN_RECORD
    }

    private enum State {
        FIRST_BYTES,
        HANDSHAKE,
        TASK,
        OPEN,
        INPUT_CLOSED,
        FAILED,
        ABANDONED
    }

    /** Calls of the engine without any effect, one after the other; it should never need one. */
    private static final int MOST_IDLE_CALLS = 4;

    private static final String TLS_1_2 = "TLSv1.2";
    private static final int HANDSHAKE_RECORD = 22;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Fatal, unexpected_message (RFC 8446, 6), in clear. */
    private static final byte[] UNEXPECTED_MESSAGE = {21, 3, 1, 0, 2, 2, 10};

    /** A header that no engine accepts, whatever the keys: it makes the engine write a fatal alert, encrypted if need be. */
    private static final byte[] IMPOSSIBLE_RECORD = {23, 3, 3, (byte) 0xFF, (byte) 0xFF};

    private final SSLEngine engine;
    private final TlsLimits limits;
    private final TlsBuffers buffers;
    private final TlsWriter writer;
    private final RecordReader records;
    private final Bucket withoutData;

    private State state = State.FIRST_BYTES;
    private @Nullable String nameInHello; // until the handshake has finished
    private int handshakeRecords;
    private int handshakeBytes;
    private @Nullable TlsTask task;
    private @Nullable TlsFailure failure;
    private boolean resumed;
    private boolean refusesHandshakes; // TLS 1.2: another one on this connection would be a renegotiation
    private boolean outputClosed;
    private int position;
    private ByteBuffer data = NOTHING;

    /**
     * The state of a connection of which nothing has come yet.
     *
     * @param engine in server mode, unused, with its parameters set; not used by anything else from now on
     * @param buffers of the thread that calls this object
     * @param output told what to send, from within every method that is not a getter
     */
    public TlsState(SSLEngine engine, TlsLimits limits, TlsBuffers buffers, TlsOutput output) {
        this.engine = engine;
        this.limits = limits;
        this.buffers = buffers;
        writer = new TlsWriter(engine, buffers, output);
        records = new RecordReader(buffers);
        withoutData = new Bucket(limits.recordsWithoutData(), limits.recordsWithoutDataPerSecond());
    }

    /**
     * Reads on in {@code buffer[from, to)}, up to the next event. The buffer is not kept, nor changed.
     *
     * @param nowNanos the clock, monotonic, read when the bytes came
     * @return what was found; {@link #position()} is the first byte not yet taken
     */
    public Event next(byte[] buffer, int from, int to, long nowNanos) {
        writer.begin();
        data = NOTHING;
        position = from;
        Event event = state == State.HANDSHAKE ? settle(engine.getHandshakeStatus()) : null;
        while (event == null) {
            event = switch (state) {
                case FIRST_BYTES, HANDSHAKE, OPEN -> record(buffer, to, nowNanos);
                case TASK -> Event.NEED_TASK;
                case FAILED -> taken(to, Event.FAILED);
                case INPUT_CLOSED, ABANDONED -> taken(to, Event.NEED_INPUT);
            };
        }
        writer.flush();
        return event;
    }

    private Event taken(int upTo, Event event) {
        position = upTo;
        return event;
    }

    /** Deals with one record; null when it brought no event. */
    private @Nullable Event record(byte[] buffer, int to, long nowNanos) {
        if (state == State.FIRST_BYTES && records.partialBytes() + to - position > 0) {
            Event event = firstBytes(buffer, to);
            if (event != null) {
                return event;
            }
        }
        RecordReader.Found found = records.read(buffer, position, to);
        position = records.position();
        return switch (found) {
            case MORE -> Event.NEED_INPUT;
            case TOO_LONG -> refuse(TlsFailure.Kind.PROTOCOL, "a record longer than TLS allows");
            case RECORD -> {
                Event refused = refuseRecord();
                Event event = refused != null ? refused : unwrap(nowNanos);
                records.taken();
                yield event;
            }
        };
    }

    /** Null when it is TLS. */
    private @Nullable Event firstBytes(byte[] buffer, int to) {
        byte[] start = records.peek(buffer, position, to);
        return switch (FirstBytes.of(start, 0, start.length)) {
            case TLS -> null;
            case UNDECIDED -> {
                records.hold(buffer, position, to);
                yield taken(to, Event.NEED_INPUT);
            }
            case HTTP -> {
                position = to;
                yield fail(new TlsFailure(TlsFailure.Kind.PLAIN_HTTP, "HTTP without TLS", null));
            }
            case OTHER -> {
                position = to;
                writer.send(UNEXPECTED_MESSAGE);
                yield fail(new TlsFailure(TlsFailure.Kind.NOT_TLS, "neither TLS nor HTTP", null));
            }
        };
    }

    private @Nullable Event refuseRecord() {
        if (state == State.OPEN) {
            boolean handshake = records.array()[records.from()] == HANDSHAKE_RECORD;
            return refusesHandshakes && handshake
                    ? refuse(TlsFailure.Kind.RENEGOTIATION, "the peer asks for a second handshake")
                    : null;
        }
        if (state == State.FIRST_BYTES) {
            state = State.HANDSHAKE;
            // A hello in several records is rare. Without its name nothing is lost but the resumption of a session.
            nameInHello = HelloPeek.of(records.array(), records.from(), records.to()) instanceof ClientHello hello
                    ? hello.serverName()
                    : null;
        }
        handshakeRecords++;
        handshakeBytes += records.to() - records.from();
        if (handshakeRecords > limits.handshakeRecords() || handshakeBytes > limits.handshakeBytes()) {
            String message =
                    handshakeRecords + " records and " + handshakeBytes + " bytes without a finished handshake";
            return refuse(TlsFailure.Kind.LIMIT, message);
        }
        return null;
    }

    private @Nullable Event unwrap(long nowNanos) {
        ByteBuffer source = ByteBuffer.wrap(records.array(), records.from(), records.to() - records.from());
        boolean wasOpen = state == State.OPEN;
        try {
            for (int idle = 0; idle < MOST_IDLE_CALLS; idle++) {
                ByteBuffer plaintext = buffers.plaintext(engine.getSession().getApplicationBufferSize());
                SSLEngineResult result = engine.unwrap(source, plaintext);
                Event event = settle(result.getHandshakeStatus());
                if (result.bytesConsumed() > 0) {
                    return event != null ? event : unwrapped(result, plaintext, wasOpen, nowNanos);
                }
                if (event == Event.FAILED) {
                    return event;
                }
            }
            return fail(new TlsFailure(TlsFailure.Kind.INTERNAL, "the engine takes no record", null));
        } catch (SSLException | RuntimeException e) {
            return failed(e);
        }
    }

    private @Nullable Event unwrapped(SSLEngineResult result, ByteBuffer plaintext, boolean wasOpen, long nowNanos) {
        if (result.bytesProduced() > 0) {
            data = plaintext.flip();
            return Event.PLAINTEXT;
        }
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            if (!wasOpen) {
                return fail(new TlsFailure(TlsFailure.Kind.PEER_ALERT, "close_notify within the handshake", null));
            }
            state = State.INPUT_CLOSED;
            outputClosed |= engine.isOutboundDone();
            return Event.CLOSE_NOTIFY;
        }
        if (wasOpen && !withoutData.take(nowNanos)) {
            return refuse(TlsFailure.Kind.LIMIT, "too many records without data");
        }
        return null;
    }

    /** Gives the engine what it asks for before it takes another record. Null when it can go on. */
    private @Nullable Event settle(HandshakeStatus status) {
        HandshakeStatus next = status;
        boolean finished = false;
        try {
            int idle = 0;
            while (next == HandshakeStatus.NEED_WRAP || next == HandshakeStatus.FINISHED) {
                if (next == HandshakeStatus.FINISHED) {
                    finished = true;
                    next = engine.getHandshakeStatus();
                    continue;
                }
                SSLEngineResult result = writer.wrap();
                next = result.getHandshakeStatus();
                idle = result.bytesProduced() > 0 ? 0 : idle + 1;
                if (result.getStatus() == SSLEngineResult.Status.CLOSED || idle > MOST_IDLE_CALLS) {
                    break;
                }
            }
        } catch (SSLException | RuntimeException e) {
            return failed(e);
        }
        if (finished && state == State.HANDSHAKE) {
            return finished();
        }
        return next == HandshakeStatus.NEED_TASK ? needTask() : null;
    }

    private Event finished() {
        state = State.OPEN;
        resumed = writer.finished();
        nameInHello = null;
        refusesHandshakes = engine.getSession().getProtocol().equals(TLS_1_2);
        return Event.FINISHED;
    }

    private @Nullable Event needTask() {
        List<Runnable> delegated = new ArrayList<>(1);
        for (Runnable part = engine.getDelegatedTask(); part != null; part = engine.getDelegatedTask()) {
            delegated.add(part);
        }
        if (delegated.isEmpty()) {
            return fail(new TlsFailure(TlsFailure.Kind.INTERNAL, "the engine has no task to give", null));
        }
        task = new TlsTask(delegated, nameInHello);
        state = State.TASK;
        return Event.NEED_TASK;
    }

    /** Encrypts {@code plaintext[from, to)}; see {@link #send(ByteBuffer...)}. */
    public boolean send(byte[] plaintext, int from, int to) {
        return send(ByteBuffer.wrap(plaintext, from, to - from));
    }

    /**
     * Encrypts all that remains in these buffers, as if it were one piece. Each record costs 21 to 38 bytes and its share
     * of work, so that a head and the beginning of its content are best given together.
     *
     * @return false when this direction has ended, by {@link #closeOutput}, a TLS 1.2 peer's close_notify or a failure;
     *     what was not encrypted is then lost
     * @throws IllegalStateException when the handshake has not finished
     */
    public boolean send(ByteBuffer... plaintext) {
        if (outputClosed || state == State.FAILED || state == State.ABANDONED) {
            return false;
        }
        if (state != State.OPEN && state != State.INPUT_CLOSED) {
            throw new IllegalStateException("the handshake has not finished");
        }
        writer.begin();
        try {
            int idle = 0;
            while (remain(plaintext)) {
                SSLEngineResult result = writer.wrap(plaintext);
                idle = result.bytesConsumed() + result.bytesProduced() > 0 ? 0 : idle + 1;
                if (result.getStatus() == SSLEngineResult.Status.CLOSED || idle > MOST_IDLE_CALLS) {
                    String message = "the engine takes no plaintext: " + result.getStatus();
                    fail(new TlsFailure(TlsFailure.Kind.INTERNAL, message, null));
                    return false;
                }
            }
            settle(engine.getHandshakeStatus());
        } catch (SSLException | RuntimeException e) {
            failed(e);
        } finally {
            writer.flush();
        }
        return state != State.FAILED;
    }

    private static boolean remain(ByteBuffer[] buffers) {
        for (ByteBuffer buffer : buffers) {
            if (buffer.hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Ends this direction: close_notify goes to the output, FIN should follow. The other one stays open, and {@link #next}
     * goes on. Once is enough. While a task runs, there is no alert that could be sent.
     */
    public void closeOutput() {
        if (outputClosed || state == State.FAILED || state == State.ABANDONED) {
            return;
        }
        outputClosed = true;
        if (state == State.TASK) {
            abandon();
            return;
        }
        writer.begin();
        engine.closeOutbound();
        settle(HandshakeStatus.NEED_WRAP);
        writer.flush();
        if (state != State.OPEN && state != State.INPUT_CLOSED) {
            abandon(); // without a handshake there is no other direction
        }
    }

    /** The task that {@link Event#NEED_TASK} spoke of; the same one until it is done. */
    public TlsTask task() {
        TlsTask current = task;
        if (current == null) {
            throw new IllegalStateException("no task");
        }
        return current;
    }

    /**
     * Takes a task back that has run, on the thread that owns this object. {@link #next} goes on then.
     *
     * @return false when the connection has ended meanwhile, or the task is none of its own: nothing happens
     * @throws IllegalStateException when the task has not run
     */
    public boolean taskDone(TlsTask done) {
        if (state != State.TASK || done != task) {
            return false;
        }
        if (!done.ended()) {
            throw new IllegalStateException("the task has not run");
        }
        task = null;
        state = State.HANDSHAKE;
        Throwable thrown = done.thrown();
        if (thrown != null) {
            fail(new TlsFailure(TlsFailure.Kind.INTERNAL, "the task failed: " + thrown, thrown));
        }
        return true;
    }

    /** The transport brings nothing more. No alert is written, and the session stays fit to be resumed. */
    public InputEnd inputClosed() {
        boolean inRecord = records.partialBytes() > 0;
        State was = state;
        if (state == State.FIRST_BYTES || state == State.HANDSHAKE || state == State.TASK) {
            abandon();
        }
        records.drop();
        return switch (was) {
            case FIRST_BYTES -> inRecord ? InputEnd.IN_HANDSHAKE : InputEnd.BEFORE_HANDSHAKE;
            case HANDSHAKE, TASK -> InputEnd.IN_HANDSHAKE;
            case INPUT_CLOSED -> InputEnd.CLEAN;
            case OPEN, FAILED, ABANDONED -> inRecord ? InputEnd.IN_RECORD : InputEnd.WITHOUT_CLOSE_NOTIFY;
        };
    }

    /** The connection is gone: nothing more is written, and a task that still runs is dropped when it ends. */
    public void abandon() {
        if (state != State.FAILED) {
            state = State.ABANDONED;
        }
        outputClosed = true;
        task = null;
        data = NOTHING;
        records.drop();
    }

    /** Refuses by this module's own rules, with an alert that the engine writes: unexpected_message. */
    private Event refuse(TlsFailure.Kind kind, String message) {
        try {
            engine.unwrap(ByteBuffer.wrap(IMPOSSIBLE_RECORD), buffers.plaintext(0));
        } catch (SSLException | RuntimeException e) {
            writer.alert();
        }
        return fail(new TlsFailure(kind, message, null));
    }

    /** The engine has thrown. */
    private Event failed(Throwable thrown) {
        TlsFailure why = TlsFailure.of(thrown);
        writer.alert();
        return fail(why);
    }

    private Event fail(TlsFailure why) {
        failure = why;
        state = State.FAILED;
        abandon();
        return Event.FAILED;
    }

    /** Index of the first byte that the last {@link #next} did not take, in the buffer given to it. */
    public int position() {
        return position;
    }

    /**
     * After {@link Event#PLAINTEXT}: the array that the data is in. The next call of {@link #next} of any state with the same
     * buffers uses it again; {@link #send} may be given it as it is.
     */
    public byte[] data() {
        return data.array();
    }

    /** After {@link Event#PLAINTEXT}: where the data starts. */
    public int dataFrom() {
        return data.arrayOffset() + data.position();
    }

    /** After {@link Event#PLAINTEXT}: where the data ends. */
    public int dataTo() {
        return data.arrayOffset() + data.limit();
    }

    /** How many bytes have come of a record that is not complete. They are no progress yet. */
    public int partialRecordBytes() {
        return records.partialBytes();
    }

    /**
     * Whether {@code waiting[from, to)}, bytes that were received and not given to {@link #next} yet, complete a record. Takes
     * nothing, and does not touch the engine.
     */
    public boolean completesRecord(byte[] waiting, int from, int to) {
        return records.completes(waiting, from, to);
    }

    /** Whether {@link #send} would take something: the handshake has finished, and this direction has not ended. */
    public boolean canSend() {
        return !outputClosed && (state == State.OPEN || state == State.INPUT_CLOSED);
    }

    /**
     * Why {@link Event#FAILED} was returned, or {@link #send} was not possible.
     *
     * @throws IllegalStateException when nothing has failed
     */
    public TlsFailure failure() {
        TlsFailure why = failure;
        if (why == null) {
            throw new IllegalStateException("no failure");
        }
        return why;
    }

    /**
     * What was agreed on. Made anew by each call, so that a connection at rest does not hold it.
     *
     * @throws IllegalStateException when the handshake has not finished
     */
    public TlsSession session() {
        if (state != State.OPEN && state != State.INPUT_CLOSED) {
            throw new IllegalStateException("no handshake has finished");
        }
        return TlsSession.of(engine, resumed);
    }
}
