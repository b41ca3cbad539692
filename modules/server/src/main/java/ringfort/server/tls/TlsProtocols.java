package ringfort.server.tls;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.server.metrics.TlsCounters;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.ProtocolHost;
import ringfort.server.protocol.Protocols;
import ringfort.server.protocol.WorkerRoom;
import ringfort.sys.OnWorker;
import ringfort.tls.TlsBuffers;
import ringfort.tls.TlsContext;

/**
 * The TLS of one port on one worker. A connection keeps its {@link TlsProtocol} from its first byte to its end, for there are
 * keys in it; what it gives back at rest is the protocol within. Its worker only.
 */
@OnWorker
final class TlsProtocols implements Protocols {
    /** What is encrypted in one go: as many records as {@link TlsBuffers} makes in one piece. */
    private static final int PLAINTEXT_BYTES = 64 * 1024;

    /** A connection that has finished its handshake, engine included: measured, see TLS.md, and rounded up. */
    static final int OPEN_BYTES = 8 * 1024;

    /** A connection in its handshake: the engine's messages and keys, rounded up. */
    static final int HANDSHAKE_BYTES = 32 * 1024;

    private final TlsRoom room;
    private final Runnable handshakeOver = this::handshakeOver;
    private int lent;
    private int handshakes; // of those lent, still in it

    /**
     * Lends TLS state.
     *
     * @param room what all protocols of the worker share
     * @param context makes engines
     * @param pool runs the tasks of handshakes
     * @param counters what the TLS ports of the server count
     * @param byName what lends the protocol within, by its name for ALPN; {@code http/1.1} is for clients that do not ask
     */
    TlsProtocols(
            WorkerRoom room,
            TlsContext context,
            HandshakePool pool,
            TlsCounters counters,
            Map<String, Protocols> byName) {
        this.room = new TlsRoom(
                room, context, pool, counters, new TlsBuffers(), new byte[PLAINTEXT_BYTES], Map.copyOf(byName));
    }

    @Override
    public Phase opening() {
        return Phase.HANDSHAKE;
    }

    @Override
    public Protocol take(ProtocolHost host, boolean first, @Nullable Phase armed, long deadlineNanos) {
        TlsProtocol taken = new TlsProtocol(room, handshakeOver, host, armed, deadlineNanos);
        lent++;
        handshakes++;
        return taken;
    }

    /** A connection is in its handshake no longer. */
    private void handshakeOver() {
        handshakes--;
    }

    @Override
    public void give(Protocol protocol) {
        lent--;
        if (protocol instanceof TlsProtocol tls) {
            tls.release();
        }
    }

    /** Without the protocols within, which their own {@link Protocols} counts. */
    @Override
    public long lentBytes() {
        return (long) lent * OPEN_BYTES + (long) handshakes * (HANDSHAKE_BYTES - OPEN_BYTES);
    }

    /** Of a connection from which nothing was read: whatever waits cannot be all of a handshake. */
    @Override
    public boolean completesHead(byte[] pending, int count) {
        return false;
    }
}
