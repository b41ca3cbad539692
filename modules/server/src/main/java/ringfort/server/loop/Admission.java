package ringfort.server.loop;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The limits on open connections, in all and per peer address, shared by all workers; any thread. */
public final class Admission {
    /** What a connection gets that is turned away. */
    public static final byte[] REJECTION = """
            HTTP/1.1 503 Service Unavailable
            Connection: close
            Retry-After: 1
            Content-Length: 0

            """.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);

    private final int most;
    private final int mostPerPeer;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentHashMap<InetAddress, Integer> peers = new ConcurrentHashMap<>();

    /** @param most and mostPerPeer 0 = no limit */
    public Admission(int most, int mostPerPeer) {
        this.most = most;
        this.mostPerPeer = mostPerPeer;
    }

    /**
     * Counts a connection in; false when there are too many.
     *
     * @param peer asked only where there is a limit per peer
     */
    public boolean enter(Supplier<InetAddress> peer) {
        if (most > 0 && open.incrementAndGet() > most) {
            open.decrementAndGet();
            return false;
        }
        if (mostPerPeer > 0 && peers.merge(peer.get(), 1, Integer::sum) > mostPerPeer) {
            leavePeer(peer);
            if (most > 0) {
                open.decrementAndGet();
            }
            return false;
        }
        return true;
    }

    /** A connection that was let in has ended. */
    public void leave(Supplier<InetAddress> peer) {
        if (mostPerPeer > 0) {
            leavePeer(peer); // first: where this needs memory that is not there, nothing has been counted out
        }
        if (most > 0) {
            open.decrementAndGet();
        }
    }

    private void leavePeer(Supplier<InetAddress> peer) {
        peers.computeIfPresent(peer.get(), (_, count) -> count == 1 ? null : count - 1);
    }
}
