package ringfort.server.proxy;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringfort.api.spi.Network;
import ringfort.budget.Phase;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.ProtocolHost;
import ringfort.server.protocol.Protocols;
import ringfort.server.protocol.WorkerRoom;
import ringfort.sys.OnWorker;
import ringfort.sys.PeerAddress;

/** Lends {@link ProxyProtocol}s to new connections of one port and worker. Its worker only. */
@OnWorker
final class ProxyProtocols implements Protocols {
    /** A reader of a header with its array, which holds 2.5 KiB at most. */
    private static final int STATE_BYTES = 4 * 1024;

    private final WorkerRoom room;
    private final Protocols behind;
    private final List<Network> trusted;
    private int lent;

    ProxyProtocols(WorkerRoom room, Protocols behind, List<Network> trusted) {
        this.room = room;
        this.behind = behind;
        this.trusted = trusted;
    }

    /** What the bytes behind the header mean. */
    Protocols behind() {
        return behind;
    }

    /** Whether the headers of this peer are believed. */
    boolean trusts(InetSocketAddress peer) {
        PeerAddress address = PeerAddress.of(peer);
        for (int i = 0; i < trusted.size(); i++) {
            if (trusted.get(i).contains(address.high(), address.low())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Phase opening() {
        return Phase.HANDSHAKE;
    }

    @Override
    public Protocol take(ProtocolHost host, boolean first, @Nullable Phase armed, long deadlineNanos) {
        lent++;
        return new ProxyProtocol(room, this, host, armed, deadlineNanos);
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
