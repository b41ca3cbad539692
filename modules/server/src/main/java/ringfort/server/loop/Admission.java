package ringfort.server.loop;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Network;
import ringfort.sys.OnWorker;
import ringfort.sys.PeerAddress;

/**
 * The limits on open connections, in all and per peer, shared by all workers; any thread.
 *
 * <p>A peer is an IPv4 address, or an IPv6 network of 64 bits. Peers in exempt networks, as balancers are, have only the limit
 * in all. When all places are taken an idle connection is given up for a new one; until that is closed there is one more open
 * than the limit says.
 */
public final class Admission {
    /** What a connection gets that is turned away. */
    public static final byte[] REJECTION = """
            HTTP/1.1 503 Service Unavailable
            Connection: close
            Retry-After: 1
            Content-Length: 0

            """.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);

    /** The limit in all divided by this is the one per peer, unless an option names one. */
    public static final int PEER_SHARE = 4;

    /** That limit is not below this: several people behind one address have a few connections each. */
    public static final int LEAST_PER_PEER = 64;

    private final int most;
    private final int mostPerPeer;
    private final List<Network> exempt;
    private final Ledger ledger;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentHashMap<Long, Integer> peers = new ConcurrentHashMap<>();

    /** @param most and mostPerPeer 0 = no limit */
    public Admission(int most, int mostPerPeer, List<Network> exempt, Ledger ledger) {
        this.most = most;
        this.mostPerPeer = mostPerPeer;
        this.exempt = List.copyOf(exempt);
        this.ledger = ledger;
    }

    /** The limits that the options name. */
    public static Admission of(ServerOptions options) {
        return new Admission(
                options.maxConnections(),
                perPeer(options),
                Network.parse(options.exemptNetworks()),
                new Ledger(Ledger.limit(options)));
    }

    /** The limit per peer that the options mean; 0 for none. */
    public static int perPeer(ServerOptions options) {
        int most = options.maxConnections();
        if (options.maxConnectionsPerPeer() != ServerOptions.AUTO) {
            return options.maxConnectionsPerPeer();
        }
        return most == 0 ? 0 : Math.max(LEAST_PER_PEER, most / PEER_SHARE);
    }

    /** What the server as a whole holds in memory. */
    public Ledger ledger() {
        return ledger;
    }

    /**
     * Counts a connection in; false when there are too many, or no memory is left for it.
     *
     * @param makesPlace asked when all places are taken: whether another connection is given up for this one
     */
    @OnWorker
    public boolean enter(PeerAddress peer, @OnWorker BooleanSupplier makesPlace) {
        if (ledger.level() == Ledger.Level.FULL) {
            return false;
        }
        boolean counted = isCounted(peer);
        if (counted && peers.merge(peer.network(), 1, Integer::sum) > mostPerPeer) {
            leavePeer(peer);
            return false;
        }
        if (most > 0 && open.incrementAndGet() > most && !makesPlace.getAsBoolean()) {
            open.decrementAndGet();
            if (counted) {
                leavePeer(peer);
            }
            return false;
        }
        return true;
    }

    /** A connection that was let in has ended. */
    public void leave(PeerAddress peer) {
        if (isCounted(peer)) {
            leavePeer(peer); // first: where this needs memory that is not there, nothing has been counted out
        }
        if (most > 0) {
            open.decrementAndGet();
        }
    }

    private boolean isCounted(PeerAddress peer) {
        if (mostPerPeer == 0) {
            return false;
        }
        for (int i = 0; i < exempt.size(); i++) {
            if (exempt.get(i).contains(peer.high(), peer.low())) {
                return false;
            }
        }
        return true;
    }

    private void leavePeer(PeerAddress peer) {
        peers.computeIfPresent(peer.network(), (_, count) -> count == 1 ? null : count - 1);
    }
}
