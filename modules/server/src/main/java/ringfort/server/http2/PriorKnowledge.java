package ringfort.server.http2;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.server.protocol.Http1Pool;
import ringfort.server.protocol.Layer;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.ProtocolHost;
import ringfort.server.protocol.Protocols;
import ringfort.server.protocol.WorkerRoom;
import ringfort.server.wire.BufferPool;
import ringfort.sys.OnWorker;

/**
 * HTTP/1 and HTTP/2 on one port without TLS: a connection that begins with exactly the preface of HTTP/2 speaks that (RFC 9113,
 * 3.3), any other HTTP/1. The first octet decides for nearly all of HTTP/1, and a connection that has had a response is not
 * asked again. With TLS both are chosen by name. Where the option says so, the first request of HTTP/1.1 may also ask for
 * HTTP/2. One worker only.
 */
@OnWorker
public final class PriorKnowledge implements Protocols {
    private final Http1Pool http1;
    private final Protocols http2;
    private final BufferPool buffers;
    private final boolean inClear; // whether HTTP/2 is spoken without TLS
    private final boolean byUpgrade; // whether HTTP/1.1 may ask for it

    /** Protocol state for the connections of the worker that {@code room} belongs to. */
    public PriorKnowledge(WorkerRoom room) {
        http1 = new Http1Pool(room);
        http2 = new Http2Protocols(room);
        buffers = room.buffers();
        inClear = room.context().options().h2c();
        byUpgrade = room.context().options().h2cUpgrade();
    }

    /** What a layer may ask for ({@link Layer#over}). */
    public Map<String, Protocols> byName() {
        return Map.of(Layer.UNNAMED, this, Layer.HTTP_1, http1, Layer.HTTP_2, http2);
    }

    @Override
    public Protocol take(ProtocolHost host, boolean first, @Nullable Phase armed, long deadlineNanos) {
        return http1.take(host, first, armed, deadlineNanos);
    }

    @Override
    public Protocol take(
            ProtocolHost host,
            boolean first,
            @Nullable Phase armed,
            long deadlineNanos,
            byte[] buffer,
            int from,
            int to) {
        boolean mayUpgrade = byUpgrade && first && !host.secure();
        boolean matches = inClear && first && Preface.matches(buffer, from, to, 0);
        if (!matches && !mayUpgrade) {
            return http1.take(host, first, armed, deadlineNanos);
        } else if (matches && to - from >= Preface.BYTES) {
            return http2.take(host, true, armed, deadlineNanos);
        }
        return new Undecided(
                http1, http2, host, buffers, armed, deadlineNanos, inClear, mayUpgrade ? http1.probe() : null);
    }

    @Override
    public void give(Protocol protocol) {
        if (protocol instanceof Undecided undecided) {
            undecided.giveBack();
        } else if (protocol instanceof Http2) {
            http2.give(protocol);
        } else {
            http1.give(protocol);
        }
    }

    @Override
    public long lentBytes() {
        return http1.lentBytes() + http2.lentBytes();
    }

    @Override
    public boolean completesHead(byte[] pending, int count) {
        boolean isHttp2 = inClear && count >= Preface.BYTES && Preface.matches(pending, 0, count, 0);
        return isHttp2 ? http2.completesHead(pending, count) : http1.completesHead(pending, count);
    }
}
