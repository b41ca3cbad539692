package ringfort.server.http2;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import ringfort.api.ServerOptions;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.h2.H2Limits;
import ringfort.h2.H2Timeouts;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.ProtocolHost;
import ringfort.server.protocol.Protocols;
import ringfort.server.protocol.WorkerRoom;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/**
 * Makes the {@link Http2} objects of one worker. A connection keeps its own until it ends, because the tables of compressed
 * fields and the windows are part of it. One worker only.
 */
@OnWorker
public final class Http2Protocols implements Protocols {
    /** An {@link Http2} with all that belongs to it, and both tables of compressed fields, while it holds no stream. */
    static final int STATE_BYTES = 12 * 1024;

    /** A frame without its payload. */
    private static final int FRAME_HEADER_BYTES = 9;

    private static final long CREDIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int CREDIT_BYTES = 1024;
    private static final long ROUND_TRIP_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int LEAST_FIELD_BYTES = 256;
    private static final int MOST_FIELD_BYTES = 56 * 1024;
    private static final int LEAST_FIELDS = 4;
    private static final int MOST_FIELDS = 1024;

    private final WorkerRoom room;
    private final H2Limits limits;
    private final H2Timeouts timeouts;
    private final Http2Heads heads;
    private int lent;

    /** Protocol state for the connections of the worker that {@code room} belongs to. */
    public Http2Protocols(WorkerRoom room) {
        this.room = room;
        this.limits = limits(room.context().options());
        this.timeouts = timeouts(room.context().timeouts());
        this.heads = new Http2Heads(room.context());
    }

    @Override
    public Protocol take(ProtocolHost host, boolean first, @Nullable Phase armed, long deadlineNanos) {
        lent++;
        room.counters().h2Connections.add(1);
        // The preface is due from accept on, which is when the deadline was armed.
        boolean runs = armed == Phase.HEADER && timeouts.shared().headerNanos() > 0;
        long beganNanos = runs
                ? deadlineNanos - timeouts.shared().headerNanos()
                : room.turn().now();
        return new Http2(room, heads, host, limits, timeouts, beganNanos);
    }

    @Override
    public void give(Protocol protocol) {
        if (protocol instanceof Http2 http2) {
            lent--;
            room.counters().h2ConnectionsOver.add(1);
            http2.release();
        }
    }

    @Override
    public long lentBytes() {
        return (long) lent * STATE_BYTES;
    }

    /** The preface and the SETTINGS behind it are there whole. */
    @Override
    public boolean completesHead(byte[] pending, int count) {
        int at = Preface.BYTES;
        if (count < at + FRAME_HEADER_BYTES) {
            return false;
        }
        int length = ((pending[at] & 0xFF) << 16) | ((pending[at + 1] & 0xFF) << 8) | (pending[at + 2] & 0xFF);
        return count - at - FRAME_HEADER_BYTES >= length;
    }

    @OffWorker
    private static H2Limits limits(ServerOptions options) {
        H2Limits defaults = H2Limits.DEFAULT;
        return new H2Limits(
                options.h2MaxStreams(),
                defaults.streamWindow(),
                defaults.connectionWindow(),
                Math.clamp(options.maxHead(), LEAST_FIELD_BYTES, MOST_FIELD_BYTES),
                Math.clamp(options.maxHeaders(), LEAST_FIELDS, MOST_FIELDS),
                defaults.blockBytes(),
                defaults.tableBytes(),
                options.maxBody(),
                defaults.streamSendBytes(),
                defaults.sendBytes(),
                defaults.smallDataBytes(),
                true);
    }

    @OffWorker
    private static H2Timeouts timeouts(Timeouts shared) {
        long writeNanos = shared.writeNanos();
        return new H2Timeouts(
                shared,
                shared.headerNanos(),
                writeNanos == 0 ? CREDIT_NANOS : Math.min(writeNanos, CREDIT_NANOS),
                CREDIT_BYTES,
                ROUND_TRIP_NANOS,
                DRAIN_NANOS);
    }
}
