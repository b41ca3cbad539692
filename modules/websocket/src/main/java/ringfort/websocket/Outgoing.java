package ringfort.websocket;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ringfort.websocket.codec.Frames;

/**
 * The sending side of a socket; any thread. Messages are atomic, and control frames go between the fragments of a long
 * message: a message holds one lock, each frame another one, which is fair.
 */
final class Outgoing {
    /** A longer message is sent in fragments, so that a control frame waits for no more than one of these. */
    static final int FRAGMENT_BYTES = 64 * 1024;

    /** What {@code trySend} may leave behind; above it, it refuses. */
    static final int QUEUE_BYTES = 64 * 1024;

    private final OutputStream out;
    private final ReentrantLock message = new ReentrantLock(true);
    private final ReentrantLock wire = new ReentrantLock(true);
    private final ReentrantLock queueLock = new ReentrantLock();
    private final ArrayDeque<byte[]> queue = new ArrayDeque<>(); // under queueLock
    private int queuedBytes; // under queueLock
    private boolean draining; // under queueLock: a virtual thread empties the queue
    private volatile boolean closed; // written under wire: a Close frame has gone, or nothing can go
    private volatile @Nullable IOException failure;

    Outgoing(OutputStream out) {
        this.out = out;
    }

    /** Sends a message; waits while the peer is slow. */
    void send(int opcode, boolean compressed, byte[] content) throws IOException {
        message.lock();
        try {
            emptyQueue();
            int offset = 0;
            do {
                int length = Math.min(FRAGMENT_BYTES, content.length - offset);
                boolean last = offset + length == content.length;
                byte[] head = Frames.head(
                        offset == 0 ? opcode : Frames.CONTINUATION, last, compressed && offset == 0, length);
                write(head, content, offset, length, false);
                offset += length;
            } while (offset < content.length);
        } finally {
            message.unlock();
        }
    }

    /** Leaves a frame that is a message for later; false when too much waits already. */
    boolean offer(byte[] frame) throws IOException {
        check();
        queueLock.lock();
        try {
            if (!queue.isEmpty() && queuedBytes + frame.length > QUEUE_BYTES) {
                return false;
            }
            queue.add(frame);
            queuedBytes += frame.length;
            if (!draining) {
                draining = true;
                Thread.ofVirtual().name("websocket-sender").start(this::drain);
            }
            return true;
        } finally {
            queueLock.unlock();
        }
    }

    private void drain() {
        boolean more = true;
        while (more) {
            message.lock();
            try {
                emptyQueue();
            } catch (IOException ended) {
                failure = ended; // told to the next sender; the reader notices by itself
            } catch (Throwable e) { // for want of memory
                failure = new IOException("a message could not be sent", e);
            } finally {
                message.unlock();
            }
            queueLock.lock();
            try {
                if (failure != null) {
                    queue.clear();
                    queuedBytes = 0;
                }
                more = !queue.isEmpty();
                draining = more;
            } finally {
                queueLock.unlock();
            }
        }
    }

    /** With the lock of messages. */
    private void emptyQueue() throws IOException {
        for (byte[] frame = first(); frame != null; frame = first()) {
            write(frame, frame, 0, 0, false);
            queueLock.lock();
            try {
                queue.remove();
                queuedBytes -= frame.length;
            } finally {
                queueLock.unlock();
            }
        }
    }

    private byte @Nullable [] first() {
        queueLock.lock();
        try {
            return queue.peek();
        } finally {
            queueLock.unlock();
        }
    }

    /** Sends a control frame that is no Close. */
    void control(byte[] frame) throws IOException {
        write(frame, frame, 0, 0, false);
    }

    /** Sends Close unless it was sent, behind the message that is being sent. */
    void close(byte[] frame) throws IOException {
        message.lock();
        try {
            if (!closed) {
                write(frame, frame, 0, 0, true);
            }
        } finally {
            message.unlock();
        }
    }

    private void write(byte[] head, byte[] content, int offset, int length, boolean last) throws IOException {
        check();
        wire.lock();
        try {
            if (closed) {
                throw new IOException("the socket is closed");
            }
            closed = last;
            out.write(head);
            out.write(content, offset, length);
            out.flush();
        } catch (IOException broken) {
            closed = true;
            throw broken;
        } finally {
            wire.unlock();
        }
    }

    private void check() throws IOException {
        IOException cause = failure;
        if (cause != null) {
            throw new IOException(cause.getMessage(), cause);
        }
    }
}
