package ringfort.api.spi;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A network: the addresses that begin with the same bits. An IPv4 address is looked at as IPv6 maps it, {@code ::ffff:a.b.c.d}
 * (RFC 4291, 2.5.5.2), so that a peer is in the same networks whatever kind of socket took its connection. Immutable.
 *
 * @param high the first 64 bits of the network's first address
 * @param low the last 64 bits of that address
 * @param bits how many bits all its addresses share, of 128
 */
public record Network(long high, long low, int bits) {
    private static final int IPV4_BYTES = 4;
    private static final int MAPPED_BITS = 96; // before an IPv4 address
    private static final long MAPPED = 0xFFFF_0000_0000L;

    /**
     * Reads networks in the notation of RFC 4632 (CIDR), separated by commas: {@code 127.0.0.0/8,::1/128}. An address without a
     * length is a network of its own. Empty text is no network.
     *
     * @param text the networks
     * @return the networks, in order
     * @throws IllegalArgumentException when an address is none, or a length too long
     */
    public static List<Network> parse(String text) {
        List<Network> networks = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (!part.isBlank()) {
                networks.add(parseOne(part.strip()));
            }
        }
        return List.copyOf(networks);
    }

    private static Network parseOne(String text) {
        int slash = text.indexOf('/');
        byte[] bytes = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash))
                .getAddress();
        int most = bytes.length * Byte.SIZE;
        int length = slash < 0 ? most : length(text.substring(slash + 1), text);
        if (length < 0 || length > most) {
            throw new IllegalArgumentException(text + ": the length is 0 to " + most);
        }
        ByteBuffer numbers = ByteBuffer.wrap(bytes);
        return bytes.length == IPV4_BYTES
                ? masked(0, MAPPED | Integer.toUnsignedLong(numbers.getInt(0)), MAPPED_BITS + length)
                : masked(numbers.getLong(0), numbers.getLong(Long.BYTES), length);
    }

    private static int length(String digits, String text) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(text + ": write the length as a number, such as 10.0.0.0/8", e);
        }
    }

    private static Network masked(long high, long low, int bits) {
        return new Network(high & mask(bits), low & mask(bits - Long.SIZE), bits);
    }

    /** As many ones as {@code bits}, from the left. */
    private static long mask(int bits) {
        return bits <= 0 ? 0 : -1L << (Long.SIZE - Math.min(bits, Long.SIZE));
    }

    /**
     * Whether an address lies in this network.
     *
     * @param addressHigh its first 64 bits
     * @param addressLow its last 64 bits
     * @return whether the first {@link #bits()} bits are those of the network
     */
    public boolean contains(long addressHigh, long addressLow) {
        return (addressHigh & mask(bits)) == high && (addressLow & mask(bits - Long.SIZE)) == low;
    }
}
