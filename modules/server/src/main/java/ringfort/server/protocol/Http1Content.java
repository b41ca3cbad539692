package ringfort.server.protocol;

import java.util.Arrays;
import ringfort.h1.H1State;
import ringfort.server.exchange.RequestBody;
import ringfort.sys.OnWorker;

/**
 * Content of requests, or a tunnel's bytes, on their way to the handler, and the back-pressure: while the handler's queue is
 * full, receiving stops and the peer is not waited for. One worker only.
 */
@OnWorker
final class Http1Content {
    private final H1State h1;
    private boolean paused;

    Http1Content(H1State h1) {
        this.h1 = h1;
    }

    /** Whether receiving has stopped because the handler's queue is full. */
    boolean isPaused() {
        return paused;
    }

    /** Gives {@code buffer[from, to)}, which is copied, to the handler. */
    void offer(RequestBody to, byte[] buffer, int begin, int end, long nowNanos) {
        if (!to.offer(Arrays.copyOfRange(buffer, begin, end)) && !paused && to.pause()) {
            paused = true;
            h1.readOutstanding(false, nowNanos);
        }
    }

    /** The handler may have read enough for receiving to go on. */
    void resume(RequestBody body, boolean isTunnel, long nowNanos) {
        if (paused && body.wantsMore()) {
            paused = false;
            body.resumed();
            h1.readOutstanding(!isTunnel, nowNanos);
        }
    }

    /** The handler's queue does not matter any more: what still comes is dropped. */
    void released(long nowNanos) {
        if (paused) {
            paused = false;
            h1.readOutstanding(true, nowNanos);
        }
    }

    /** Nothing more is read. */
    void stop(long nowNanos) {
        paused = false;
        h1.readOutstanding(false, nowNanos);
    }

    /** As of a new connection. */
    void reset() {
        paused = false;
    }
}
