package ringfort.server.proxy;

import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.ProtocolHost;
import ringfort.server.protocol.Protocols;
import ringfort.server.protocol.WorkerRoom;
import ringfort.sys.OnWorker;

/** Lends {@link ProxyProtocol}s to new connections of one port and worker. Its worker only. */
@OnWorker
final class ProxyProtocols implements Protocols {
    /** A reader of a header with its array, which holds 2.5 KiB at most. */
    private static final int STATE_BYTES = 4 * 1024;

    private final WorkerRoom room;
    private final Protocols behind;
    private final Trusted trusted;
    private int lent;

    ProxyProtocols(WorkerRoom room, Protocols behind, Trusted trusted) {
        this.room = room;
        this.behind = behind;
        this.trusted = trusted;
    }

    @Override
    public Phase opening() {
        return Phase.HANDSHAKE;
    }

    @Override
    public Protocol take(ProtocolHost host, boolean first, @Nullable Phase armed, long deadlineNanos) {
        lent++;
        return new ProxyProtocol(room, behind, trusted, host, armed, deadlineNanos);
    }

    @Override
    public void give(Protocol protocol) {
        lent--;
    }

    @Override
    public long lentBytes() {
        return (long) lent * STATE_BYTES + behind.lentBytes();
    }

    @Override
    public long lentBytes(Protocols counted) {
        return (long) lent * STATE_BYTES + behind.lentBytes(counted);
    }

    /** A header does not complete what is opened behind it. */
    @Override
    public boolean completesHead(byte[] pending, int count) {
        return false;
    }
}
