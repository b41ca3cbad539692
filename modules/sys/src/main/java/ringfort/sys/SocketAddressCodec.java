package ringfort.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code sockaddr_in} (linux/in.h) and {@code sockaddr_in6} (linux/in6.h) from an {@link InetSocketAddress}, and to
 * a {@link PeerAddress}. Stateless.
 *
 * <pre>
 *   sockaddr_in    0 family(2) | 2 port(2, network order) | 4 address(4) | 8 zero(8)
 *   sockaddr_in6   0 family(2) | 2 port(2, network order) | 4 flowinfo(4) | 8 address(16) | 24 scope_id(4)
 * </pre>
 */
final class SocketAddressCodec {
    /** Room for any address this codec knows. */
    static final int MAX_BYTES = 28;

    /** The low half of {@code ::ffff:0.0.0.0}. */
    static final long MAPPED_IPV4 = 0xFFFF_0000_0000L;

    private static final int INET_BYTES = 16;
    private static final int INET6_BYTES = 28;
    private static final ValueLayout.OfShort FAMILY = ValueLayout.JAVA_SHORT_UNALIGNED;

    private SocketAddressCodec() {}

    /** Writes a resolved address and returns its length in bytes. */
    static int encode(InetSocketAddress address, MemorySegment target) {
        InetAddress host = address.getAddress();
        if (host == null) {
            throw new IllegalArgumentException("unresolved address " + address);
        }
        byte[] bytes = host.getAddress();
        boolean v6 = host instanceof Inet6Address;
        int length = v6 ? INET6_BYTES : INET_BYTES;
        target.asSlice(0, length).fill((byte) 0);
        target.set(FAMILY, 0, (short) (v6 ? Linux.AF_INET6 : Linux.AF_INET));
        target.set(JAVA_BYTE, 2, (byte) (address.getPort() >>> 8)); // network order
        target.set(JAVA_BYTE, 3, (byte) address.getPort());
        MemorySegment.copy(bytes, 0, target, JAVA_BYTE, v6 ? 8 : 4, bytes.length);
        if (host instanceof Inet6Address inet6) {
            target.set(JAVA_INT_UNALIGNED, 24, inet6.getScopeId());
        }
        return length;
    }

    /** Reads an address. */
    static PeerAddress decode(MemorySegment source) {
        long length = Math.min(source.byteSize(), MAX_BYTES);
        var network = ByteBuffer.wrap(source.asSlice(0, length).toArray(JAVA_BYTE));
        ByteBuffer host = network.duplicate().order(ByteOrder.nativeOrder());
        int family = host.getShort(0);
        int port = Short.toUnsignedInt(network.getShort(2));
        return switch (family) {
            case Linux.AF_INET -> new PeerAddress(0, MAPPED_IPV4 | Integer.toUnsignedLong(network.getInt(4)), 0, port);
            case Linux.AF_INET6 -> new PeerAddress(network.getLong(8), network.getLong(16), host.getInt(24), port);
            default -> throw new IllegalArgumentException("not an internet address: address family " + family);
        };
    }
}
