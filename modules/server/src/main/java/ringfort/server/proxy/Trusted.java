package ringfort.server.proxy;

import java.net.InetSocketAddress;
import java.util.List;
import ringfort.api.spi.Network;
import ringfort.sys.PeerAddress;

/**
 * Whose headers are believed. Any thread.
 *
 * @param networks those of balancers
 */
record Trusted(List<Network> networks) {
    Trusted {
        networks = List.copyOf(networks);
    }

    /** Whether a peer is one of them. */
    boolean contains(InetSocketAddress peer) {
        PeerAddress address = PeerAddress.of(peer);
        for (int i = 0; i < networks.size(); i++) {
            if (networks.get(i).contains(address.high(), address.low())) {
                return true;
            }
        }
        return false;
    }
}
