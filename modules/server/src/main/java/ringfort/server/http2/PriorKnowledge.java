package ringfort.server.http2;

import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.server.protocol.Http1Pool;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.ProtocolHost;
import ringfort.server.protocol.Protocols;
import ringfort.server.protocol.WorkerRoom;
import ringfort.server.wire.BufferPool;
import ringfort.sys.OnWorker;

/**
 * HTTP/1 and HTTP/2 on one port without TLS: a connection that begins with exactly the preface of HTTP/2 speaks that (RFC 9113,
 * 3.3), any other HTTP/1. The first octet decides for nearly all of HTTP/1, and a connection that has had a response is not
 * asked again. One worker only.
 */
@OnWorker
public final class PriorKnowledge implements Protocols {
    private final Protocols http1;
    private final Protocols http2;
    private final BufferPool buffers;

    private PriorKnowledge(Protocols http1, Protocols http2, BufferPool buffers) {
        this.buffers = buffers;
        this.http1 = http1;
        this.http2 = http2;
    }

    /** What a worker speaks without TLS, by the options. */
    public static Protocols protocols(WorkerRoom room) {
        Protocols http1 = new Http1Pool(room);
        return room.context().options().h2c()
                ? new PriorKnowledge(http1, new Http2Protocols(room), room.buffers())
                : http1;
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
        if (!first || !Preface.matches(buffer, from, to, 0)) {
            return http1.take(host, first, armed, deadlineNanos);
        } else if (to - from >= Preface.BYTES) {
            return http2.take(host, true, armed, deadlineNanos);
        }
        return new Undecided(http1, http2, host, buffers, armed, deadlineNanos);
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
        boolean isHttp2 = count >= Preface.BYTES && Preface.matches(pending, 0, count, 0);
        return isHttp2 ? http2.completesHead(pending, count) : http1.completesHead(pending, count);
    }
}
