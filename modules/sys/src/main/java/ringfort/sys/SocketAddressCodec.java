package ringfort.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * {@code sockaddr_in} (linux/in.h) and {@code sockaddr_in6} (linux/in6.h) to and from {@link InetSocketAddress}.
 * Stateless.
 *
 * <pre>
 *   sockaddr_in    0 family(2) | 2 port(2, network order) | 4 address(4) | 8 zero(8)
 *   sockaddr_in6   0 family(2) | 2 port(2, network order) | 4 flowinfo(4) | 8 address(16) | 24 scope_id(4)
 * </pre>
 */
final class SocketAddressCodec {
    /** Room for any address this codec knows. */
    static final int MAX_BYTES = 28;

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

    /** Reads an address; an IPv4 peer of a dual-stack socket ({@code ::ffff:a.b.c.d}) comes back as IPv4. */
    static InetSocketAddress decode(MemorySegment source) {
        int family = source.get(FAMILY, 0);
        int port = Byte.toUnsignedInt(source.get(JAVA_BYTE, 2)) << 8 | Byte.toUnsignedInt(source.get(JAVA_BYTE, 3));
        try {
            return switch (family) {
                case Linux.AF_INET -> new InetSocketAddress(InetAddress.getByAddress(bytes(source, 4, 4)), port);
                case Linux.AF_INET6 -> new InetSocketAddress(inet6(source), port);
                default -> throw new IllegalArgumentException("not an internet address: address family " + family);
            };
        } catch (UnknownHostException impossible) {
            throw new AssertionError("an address of 4 or 16 bytes is never refused", impossible);
        }
    }

    private static InetAddress inet6(MemorySegment source) throws UnknownHostException {
        byte[] bytes = bytes(source, 8, 16);
        InetAddress address = InetAddress.getByAddress(bytes); // turns a mapped IPv4 address into an Inet4Address
        int scope = source.get(JAVA_INT_UNALIGNED, 24);
        if (address instanceof Inet4Address || scope == 0) {
            return address;
        }
        return Inet6Address.getByAddress(null, bytes, scope);
    }

    private static byte[] bytes(MemorySegment source, long offset, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(source, JAVA_BYTE, offset, bytes, 0, length);
        return bytes;
    }
}
