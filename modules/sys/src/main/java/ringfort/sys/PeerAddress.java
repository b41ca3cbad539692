package ringfort.sys;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * The address and port of a peer, in one object of 40 bytes. An {@link InetSocketAddress} consists of five objects, and
 * most connections are never asked for their peer's address. An IPv4 address is kept as IPv6 maps it,
 * {@code ::ffff:a.b.c.d} (RFC 4291, 2.5.5.2). Immutable.
 */
public final class PeerAddress {
    /** Stands for a peer whose address the kernel does not know any more: {@code 0.0.0.0:0}. */
    static final PeerAddress UNKNOWN = new PeerAddress(0, SocketAddressCodec.MAPPED_IPV4, 0, 0);

    private static final int BYTES = 16;

    private final long high;
    private final long low;
    private final int scope;
    private final int port;

    /** @param scope of a link-local address; 0 for none */
    PeerAddress(long high, long low, int scope, int port) {
        this.high = high;
        this.low = low;
        this.scope = scope;
        this.port = port;
    }

    /** The same address and port, without its zone's name; the address is resolved. */
    public static PeerAddress of(InetSocketAddress address) {
        byte[] bytes = address.getAddress().getAddress();
        ByteBuffer numbers = ByteBuffer.wrap(bytes);
        return bytes.length == BYTES
                ? new PeerAddress(numbers.getLong(0), numbers.getLong(Long.BYTES), scope(address), address.getPort())
                : new PeerAddress(
                        0,
                        SocketAddressCodec.MAPPED_IPV4 | Integer.toUnsignedLong(numbers.getInt(0)),
                        0,
                        address.getPort());
    }

    private static int scope(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address inet6 ? inet6.getScopeId() : 0;
    }

    /** The first 64 bits of the address; 0 for an IPv4 address. */
    public long high() {
        return high;
    }

    /** The last 64 bits of the address. */
    public long low() {
        return low;
    }

    /**
     * What one peer has to itself: its IPv4 address, or the first 64 bits of its IPv6 address, since a network gives each host
     * as many addresses as it likes within those (RFC 4291, 2.5.4). The number is unique among both.
     */
    public long network() {
        return high == 0 && low >>> 32 == SocketAddressCodec.MAPPED_IPV4 >>> 32 ? low : high;
    }

    /** Returns address and port as an object of the JDK; each call makes a new object. */
    public InetSocketAddress toInetSocketAddress() {
        return new InetSocketAddress(address(), port);
    }

    /**
     * Returns the address without the port, an IPv4 peer of a dual-stack socket as IPv4; each call makes a new object.
     */
    public InetAddress address() {
        byte[] bytes = ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
        try {
            InetAddress address = InetAddress.getByAddress(bytes); // turns a mapped IPv4 address into an Inet4Address
            return scope == 0 || address instanceof Inet4Address
                    ? address
                    : Inet6Address.getByAddress(null, bytes, scope);
        } catch (UnknownHostException impossible) {
            throw new AssertionError("an address of 16 bytes is never refused", impossible);
        }
    }
}
