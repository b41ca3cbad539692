package ringfort.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import ringfort.message.ByteSink;
import ringfort.message.Refusal;

/**
 * Answers for a handler that is too late, and ends the connection beside it: a refusal, FIN, a bounded look at what the
 * peer still sends, close. A thread of its own, since the handler's may never come back.
 *
 * <p>Its writes can block as any can: the sweep looks at {@link #isLate} and cuts the connection.
 */
final class LateAnswer implements Runnable {
    private static final int DISCARD_BYTES = 8 * 1024;
    private static final int LINGER_BYTES = 256 * 1024;

    private final ServerContext context;
    private final Socket socket;
    private final Refusal refusal;
    private final boolean isHead;
    private final ReentrantLock output;
    private final Runnable ended;
    private volatile long deadlineNanos;
    private volatile boolean bounded;

    /**
     * @param output held by whoever writes to the socket beside the final response
     * @param ended told when there is nothing left to do but close
     */
    LateAnswer(
            ServerContext context,
            Socket socket,
            Refusal refusal,
            boolean isHead,
            ReentrantLock output,
            Runnable ended) {
        this.context = context;
        this.socket = socket;
        this.refusal = refusal;
        this.isHead = isHead;
        this.output = output;
        this.ended = ended;
        until(context.timeouts.writeGraceNanos());
    }

    private void until(long nanos) {
        deadlineNanos = context.ticker.nanos() + nanos;
        bounded = nanos > 0;
    }

    /** Whether the peer has had its time; any thread. */
    boolean isLate(long nowNanos) {
        return bounded && deadlineNanos - nowNanos <= 0;
    }

    @Override
    public void run() {
        try {
            answer();
            linger();
        } catch (IOException _) {
            // The peer is gone, or was cut for being late itself: closing follows, as it would have anyway, and the
            // deadline that brought us here is counted.
        } finally {
            ended.run();
        }
    }

    private void answer() throws IOException {
        var sink = new ByteSink(512);
        new ResponseContent(context).refusal(sink, refusal, isHead);
        output.lock();
        try {
            socket.getOutputStream().write(sink.array(), 0, sink.length());
            socket.shutdownOutput();
        } finally {
            output.unlock();
        }
    }

    private void linger() throws IOException {
        long lingerNanos = context.timeouts.lingerNanos();
        if (lingerNanos == 0) {
            return;
        }
        until(lingerNanos);
        InputStream in = socket.getInputStream();
        byte[] discarded = new byte[DISCARD_BYTES];
        int bytes = 0;
        try {
            for (int count = 0; count >= 0 && bytes < LINGER_BYTES; bytes += count) {
                long left = deadlineNanos - context.ticker.nanos();
                if (left <= 0) {
                    return;
                }
                socket.setSoTimeout(Math.clamp((left + 999_999) / 1_000_000, 1, Integer.MAX_VALUE));
                count = in.read(discarded);
            }
        } catch (SocketTimeoutException _) {
            // the peer had its time to read the answer
        }
    }
}
