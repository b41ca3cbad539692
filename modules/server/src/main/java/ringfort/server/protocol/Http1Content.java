package ringfort.server.protocol;

import org.jspecify.annotations.Nullable;
import ringfort.api.spi.RouteSettings;
import ringfort.h1.H1State;
import ringfort.message.Refusal;
import ringfort.server.exchange.RequestBody;
import ringfort.server.wire.BufferPool;
import ringfort.sys.OnWorker;

/**
 * Content of requests, or a tunnel's bytes, on their way to the handler, and the back-pressure: while the handler's queue is
 * full, receiving stops and the peer is not waited for. While the server is short of memory a queue is full sooner, so that
 * the largest holders stop first. One worker only.
 */
@OnWorker
final class Http1Content {
    private final H1State h1;
    private final BufferPool buffers;
    private boolean paused;

    Http1Content(H1State h1, BufferPool buffers) {
        this.h1 = h1;
        this.buffers = buffers;
    }

    /** Lets the route's own limits take the place of the server's; not null when the request exceeds them. */
    @Nullable Refusal applySettings(RouteSettings settings) {
        if (settings.equals(RouteSettings.INHERITED)) {
            return null;
        }
        h1.overrideTimeouts(settings.bodyNanos(), settings.handlerNanos());
        return settings.bodyBytes() < 0 ? null : h1.limitBody(settings.bodyBytes());
    }

    /** Whether receiving has stopped because the handler's queue is full. */
    boolean isPaused() {
        return paused;
    }

    /** Gives {@code buffer[begin, end)}, which is copied, to the handler; null when no handler reads it. */
    void offer(@Nullable RequestBody to, byte[] buffer, int begin, int end, long nowNanos) {
        int most = buffers.isShort() ? RequestBody.SHORT_BYTES : RequestBody.HIGH_BYTES;
        if (to != null && !to.offer(buffer, begin, end, most) && !paused && to.pause()) {
            paused = true;
            h1.readOutstanding(false, nowNanos);
        }
    }

    /** Gives bytes of another protocol to the handler that speaks it. */
    void tunnelled(RequestBody to, byte[] buffer, int begin, int end, long nowNanos) {
        if (begin < end) {
            h1.readOutstanding(false, nowNanos);
            offer(to, buffer, begin, end, nowNanos);
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
