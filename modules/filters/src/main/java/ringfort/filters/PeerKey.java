package ringfort.filters;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Who a peer is for a limit: its IPv4 address, or the 64 bits of an IPv6 address that name its network, for a customer has all
 * addresses of such a network (RFC 6177).
 *
 * @param high the first 64 bits of an IPv6 address; 0 for IPv4
 * @param low the address for IPv4; 0 for IPv6
 */
record PeerKey(long high, long low) {
    static PeerKey of(InetSocketAddress peer) {
        InetAddress address = peer.getAddress();
        if (address == null) {
            return new PeerKey(-1, peer.getHostString().hashCode());
        }
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet6Address
                ? new PeerKey(bytes.getLong(0), 0)
                : new PeerKey(0, Integer.toUnsignedLong(bytes.getInt(0)));
    }
}
