package ringfort.websocket;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import ringfort.api.Request;
import ringfort.timers.Ticker;
import ringfort.websocket.codec.CloseCode;
import ringfort.websocket.codec.Compression;
import ringfort.websocket.codec.Frames;
import ringfort.websocket.codec.MessageReader;
import ringfort.websocket.codec.Received;
import ringfort.websocket.codec.Violation;

/**
 * A socket that a client has opened. Its handler's thread receives; any thread sends, pings and closes.
 *
 * <p>Pings are answered, and deadlines are kept, while the handler receives: a handler that does something else for long
 * lets the peer wait, which is the back-pressure.
 */
public final class WebSocket implements Iterable<Message> {
    private static final Ticker CLOCK = Ticker.system();
    private static final int READ_BYTES = 8192;
    private static final int COMPRESS_FROM_BYTES = 1024;
    private static final int NOT_READING = 0;
    private static final int READING = 1;
    private static final int WAKING = 2;
    private static final int WOKEN = 3;

    private final Request request;
    private final @Nullable String subprotocol;
    private final boolean compression;
    private final SocketTimeouts timeouts;
    private final InputStream in;
    private final Outgoing outgoing;
    private final MessageReader reader;

    private final AtomicInteger reading = new AtomicInteger(); // NOT_READING and so on
    private volatile long wakeAtNanos; // set by the reader before it waits
    private volatile @Nullable Thread receiver; // the handler's thread
    private volatile @Nullable Violation toClose; // set by any thread: what the reader is to close with
    private volatile boolean closeSent;
    private volatile long closeSentNanos;
    private volatile int closeCode = CloseCode.ABNORMAL; // set by the handler's thread
    private volatile String closeReason = "";
    private volatile boolean ended;

    // Of the handler's thread.
    private byte[] buffer = new byte[0];
    private int position;
    private int limit;
    private long heardNanos = CLOCK.nanos();
    private boolean pinged;
    private boolean inFrame;
    private boolean inMessage;
    private long frameNanos;
    private long frameBytes;
    private long messageNanos;
    private long messageBytes;

    WebSocket(Request request, WebSocketOptions options, Opening opening, InputStream in, OutputStream out) {
        this.request = request;
        this.subprotocol = opening.subprotocol();
        this.compression = opening.extensions() != null;
        this.timeouts = options.timeouts();
        this.in = in;
        this.outgoing = new Outgoing(out);
        this.reader = new MessageReader(options.limits(), compression);
    }

    void run(SocketHandler handler, Set<WebSocket> open, BooleanSupplier stopping) throws Exception {
        receiver = Thread.currentThread();
        open.add(this);
        Alarm.add(this);
        try {
            if (stopping.getAsBoolean()) {
                closeLater(CloseCode.GOING_AWAY, "the server stops");
            }
            handler.handle(this);
            finish(CloseCode.NORMAL, "");
        } catch (Exception failed) {
            boolean gone = failed instanceof IOException && (ended || closeSent);
            finish(CloseCode.INTERNAL_ERROR, "the handler failed");
            if (!gone) {
                throw failed;
            }
        } finally {
            open.remove(this);
            Alarm.remove(this);
            reader.end();
        }
    }

    /** Closes and waits for the Close of the peer, within the timeout for that. */
    private void finish(int code, String reason) {
        if (!ended) {
            try {
                close(code, reason);
            } catch (IOException gone) {
                ended = true;
            }
        }
        while (receive() != null) {
            // The handler has seen enough: what still comes in front of the Close is dropped.
        }
    }

    /**
     * The request that opened the socket.
     *
     * @return its path, fields, attributes and peer; its content is over
     */
    public Request request() {
        return request;
    }

    /**
     * The subprotocol that was agreed on.
     *
     * @return its name, or null
     */
    public @Nullable String subprotocol() {
        return subprotocol;
    }

    /**
     * Waits for the next message. The handler's thread only.
     *
     * @return the message, or null when the socket has ended: {@link #closeCode} says how
     */
    public @Nullable Message receive() {
        try {
            while (!ended) {
                Received received = reader.take();
                Violation violation = reader.violation();
                if (received != null) {
                    Message message = take(received);
                    if (message != null && !closeSent) {
                        return message;
                    }
                } else if (violation != null) {
                    failWith(violation);
                } else if (position < limit) {
                    long now = CLOCK.nanos();
                    int count = reader.read(buffer, position, limit - position, now);
                    position += count;
                    count(count, now);
                } else {
                    fill();
                }
            }
        } catch (IOException vanished) {
            ended = true; // the code stays 1006
        }
        buffer = new byte[0];
        return null;
    }

    private @Nullable Message take(Received received) throws IOException {
        switch (received) {
            case Received.Data(boolean text, byte[] bytes) -> {
                return new Message(text, bytes);
            }
            case Received.Ping(byte[] bytes) -> {
                if (!closeSent) {
                    outgoing.control(Frames.frame(Frames.PONG, false, bytes));
                }
            }
            case Received.Pong _ -> {}
            case Received.Close(int code, String reason) -> {
                closeCode = code;
                closeReason = reason;
                ended = true;
                sendClose(Frames.close(code, ""));
            }
        }
        return null;
    }

    private void failWith(Violation violation) throws IOException {
        closeCode = violation.code();
        closeReason = violation.reason();
        ended = true;
        sendClose(Frames.close(violation.code(), violation.reason()));
    }

    private void sendClose(byte[] frame) throws IOException {
        if (!closeSent) {
            closeSentNanos = CLOCK.nanos();
            closeSent = true;
            outgoing.close(frame);
        }
    }

    /** Keeps the times at which the frame and the message under way have begun, and what has come of them. */
    private void count(int count, long now) {
        if (!reader.insideFrame()) {
            inFrame = false;
        } else if (inFrame) {
            frameBytes += count;
        } else {
            inFrame = true;
            frameNanos = now;
            frameBytes = 0;
        }
        if (!reader.insideMessage()) {
            inMessage = false;
        } else if (inMessage) {
            messageBytes += count;
        } else {
            inMessage = true;
            messageNanos = now;
            messageBytes = 0;
        }
    }

    private static long due(long begun, Duration timeout, long bytes) {
        return begun + timeout.toNanos() + bytes * (1_000_000_000L / SocketTimeouts.BYTES_PER_SECOND);
    }

    private void fill() throws IOException {
        Violation asked = toClose;
        if (asked != null && !closeSent) {
            sendClose(Frames.close(asked.code(), asked.reason()));
        }
        boolean closing = closeSent; // looked at before the time that depends on it
        long now = CLOCK.nanos();
        long due = heardNanos + (pinged ? timeouts.idle() : timeouts.pingAfter()).toNanos();
        Violation late = new Violation(CloseCode.GOING_AWAY, "idle for too long");
        if (inFrame && due(frameNanos, timeouts.frame(), frameBytes) - due < 0) {
            due = due(frameNanos, timeouts.frame(), frameBytes);
            late = new Violation(CloseCode.POLICY, "a frame takes too long");
        }
        if (inMessage && due(messageNanos, timeouts.message(), messageBytes) - due < 0) {
            due = due(messageNanos, timeouts.message(), messageBytes);
            late = new Violation(CloseCode.POLICY, "a message takes too long");
        }
        if (closing && due(closeSentNanos, timeouts.close(), 0) - due < 0) {
            due = due(closeSentNanos, timeouts.close(), 0);
        }
        if (now - due < 0) {
            await(due, closing);
        } else if (closing) {
            ended = true;
        } else if (late.code() == CloseCode.GOING_AWAY && !pinged) {
            pinged = true;
            outgoing.control(Frames.frame(Frames.PING, false, new byte[0]));
        } else {
            failWith(late);
        }
    }

    private void await(long due, boolean closing) throws IOException {
        if (buffer.length == 0) {
            buffer = new byte[READ_BYTES];
        }
        wakeAtNanos = due;
        reading.set(READING);
        // Another thread may have asked to close between the last look and this: it wakes only a thread that reads.
        int count = 0;
        try {
            if (closeSent == closing && (toClose == null || closing)) {
                count = in.read(buffer);
            }
        } catch (InterruptedIOException interrupted) {
            if (reading.get() == READING) {
                throw interrupted; // not by us: the server wants the handler to end
            }
        } finally {
            stopReading();
        }
        if (count < 0) {
            ended = true;
        } else if (count > 0) {
            position = 0;
            limit = count;
            heardNanos = CLOCK.nanos();
            pinged = false;
        }
    }

    /** A wake-up under way must have come before the thread does anything else that an interrupt would disturb. */
    private void stopReading() {
        if (!reading.compareAndSet(READING, NOT_READING)) {
            while (reading.get() != WOKEN) {
                Thread.onSpinWait();
            }
            Thread.interrupted();
            reading.set(NOT_READING);
        }
    }

    private void wake() {
        Thread thread = receiver;
        if (thread != null && reading.compareAndSet(READING, WAKING)) {
            try {
                thread.interrupt();
            } finally {
                reading.set(WOKEN);
            }
        }
    }

    /** By the alarm. */
    void wakeIfDue(long now) {
        if (reading.get() == READING && now - wakeAtNanos >= 0) {
            wake();
        }
    }

    /** Has the handler's thread close the socket; does not wait. A handler that does not receive closes when it does. */
    void closeLater(int code, String reason) {
        toClose = new Violation(code, reason);
        wake();
    }

    /**
     * Sends a message; waits while the peer is slow. Any thread.
     *
     * @param message the message
     * @throws IOException when the socket is closed, or the connection fails
     */
    public void send(Message message) throws IOException {
        byte[] content = message.bytes();
        boolean compressed = compression && content.length >= COMPRESS_FROM_BYTES;
        outgoing.send(opcode(message), compressed, compressed ? Compression.compress(content) : content);
    }

    /**
     * Sends text; as {@link #send(Message)}.
     *
     * @param text the text
     * @throws IOException when the socket is closed, or the connection fails
     */
    public void send(String text) throws IOException {
        send(Message.of(text));
    }

    /**
     * Sends binary data; as {@link #send(Message)}.
     *
     * @param bytes the data
     * @throws IOException when the socket is closed, or the connection fails
     */
    public void send(byte[] bytes) throws IOException {
        send(Message.of(bytes));
    }

    /**
     * Leaves a message to be sent, in order, and does not wait for the peer. Any thread.
     *
     * @param message the message
     * @return false when 64 KiB wait already; nothing is sent then
     * @throws IOException when the socket is closed, or the connection has failed
     */
    public boolean trySend(Message message) throws IOException {
        if (closeSent || ended) {
            throw new IOException("the socket is closed");
        }
        return outgoing.offer(frame(message));
    }

    private byte[] frame(Message message) {
        byte[] content = message.bytes();
        boolean compressed = compression && content.length >= COMPRESS_FROM_BYTES;
        return Frames.frame(opcode(message), compressed, compressed ? Compression.compress(content) : content);
    }

    private static int opcode(Message message) {
        return message.isText() ? Frames.TEXT : Frames.BINARY;
    }

    /**
     * Sends a Ping. Any thread; the Pong is not reported.
     *
     * @param content at most 125 octets
     * @throws IOException when the socket is closed, or the connection fails
     */
    public void ping(byte[] content) throws IOException {
        if (content.length > Frames.CONTROL_BYTES) {
            throw new IllegalArgumentException("a Ping of " + content.length + " octets; 125 are allowed");
        }
        outgoing.control(Frames.frame(Frames.PING, false, content));
    }

    /**
     * Sends a Close, behind the message that is being sent; nothing is sent or received afterwards. A second one does
     * nothing. Any thread.
     *
     * @param code 1000 to 1003, 1007 to 1014, 3000 to 4999
     * @param reason cut to 123 octets
     * @throws IOException when the connection fails
     * @throws IllegalArgumentException for a code that may not be sent
     */
    public void close(int code, String reason) throws IOException {
        sendClose(Frames.close(code, reason));
        wake();
    }

    /**
     * How the socket has ended.
     *
     * @return the code of the peer's Close, {@link CloseCode#NONE} for one without; that of ours when the peer broke a
     *     rule or a deadline; {@link CloseCode#ABNORMAL} for a peer that vanished, and while the socket is open
     */
    public int closeCode() {
        return closeCode;
    }

    /**
     * Why the socket has ended.
     *
     * @return the reason that belongs to {@link #closeCode}, perhaps empty
     */
    public String closeReason() {
        return closeReason;
    }

    /**
     * The messages, as they come: {@code for (Message message : socket)} goes on until the socket has ended. The handler's
     * thread only.
     *
     * @return waits in {@code hasNext}
     */
    @Override
    public Iterator<Message> iterator() {
        return new Iterator<>() {
            private @Nullable Message next;

            @Override
            public boolean hasNext() {
                if (next == null) {
                    next = receive();
                }
                return next != null;
            }

            @Override
            public Message next() {
                if (!hasNext() || next == null) {
                    throw new NoSuchElementException("the socket has ended");
                }
                Message message = next;
                next = null;
                return message;
            }
        };
    }
}
