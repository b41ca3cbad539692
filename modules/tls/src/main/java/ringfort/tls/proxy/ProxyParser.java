package ringfort.tls.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads one PROXY header, version 1 or 2, from bytes in any portions. One thread at a time; for one connection.
 *
 * <p>What two readers could take for two addresses is refused: literals have no leading zeros, a command or family that is
 * not known closes the connection, and a checksum that was sent must be right. Values of a type that is not known are kept
 * and mean nothing.
 */
public final class ProxyParser {
    /** What the bytes so far are. */
    public enum Result {
        /** The beginning of a header: all were taken, more are needed. */
        NEED_INPUT,
        /** {@link ProxyParser#header()}; what follows {@link ProxyParser#position()} is the connection's own. */
        HEADER,
        /** No header, for {@link ProxyParser#reason()}: close, without a word. */
        REFUSED
    }

    private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
    private static final byte[] V1 = {'P', 'R', 'O', 'X', 'Y', ' '};
    private static final int MOST_V1_BYTES = 107; // section 2.1, with CR LF
    private static final int V2_HEAD_BYTES = 16;

    /** Addresses take up to 216 bytes; 2 KiB are left for values, of which a client certificate's name is the longest. */
    private static final int MOST_V2_BODY_BYTES = 216 + 2048;

    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int AF_UNSPEC = 0x00;
    private static final int TCP_OVER_IPV4 = 0x11;
    private static final int TCP_OVER_IPV6 = 0x21;
    private static final int UNIX_STREAM = 0x31;
    private static final int UNIX_BYTES = 216;
    private static final int PP2_TYPE_CRC32C = 0x03;
    private static final int PP2_TYPE_NOOP = 0x04;

    private byte[] bytes = new byte[V2_HEAD_BYTES];
    private int length;
    private int position;
    private @Nullable Result ended;
    private @Nullable ProxyHeader header;
    private String reason = "";

    /** A parser that has seen nothing. */
    public ProxyParser() {}

    /**
     * Reads on in {@code buffer[from, to)}. At most one header is taken; the buffer is not kept. Once it has returned
     * something else than {@link Result#NEED_INPUT}, it returns the same again and takes nothing.
     */
    public Result parse(byte[] buffer, int from, int to) {
        position = from;
        while (ended == null && position < to) {
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, bytes.length * 2);
            }
            bytes[length++] = buffer[position++];
            ended = look();
        }
        return ended == null ? Result.NEED_INPUT : ended;
    }

    /** Decides after each byte, so that no byte behind the header is taken; a header has a hundred of them. */
    private @Nullable Result look() {
        int last = length - 1;
        if (bytes[0] == V1[0]) {
            if (last < V1.length) {
                return bytes[last] == V1[last] ? null : refuse("it begins as no PROXY header does");
            }
            if (bytes[last] == '\n') {
                return bytes[last - 1] == '\r' ? line() : refuse("a line feed without carriage return");
            }
            return length >= MOST_V1_BYTES ? refuse("a line of more than " + MOST_V1_BYTES + " bytes") : null;
        }
        if (last < SIGNATURE.length) {
            return bytes[last] == SIGNATURE[last] ? null : refuse("it begins as no PROXY header does");
        }
        if (length < V2_HEAD_BYTES) {
            return null;
        }
        int body = unsigned16(V2_HEAD_BYTES - 2);
        if (length == V2_HEAD_BYTES && body > MOST_V2_BODY_BYTES) {
            return refuse("a header of " + body + " bytes; at most " + MOST_V2_BODY_BYTES + " are taken");
        }
        return length == V2_HEAD_BYTES + body ? block() : null;
    }

    private Result refuse(String why) {
        reason = why;
        return Result.REFUSED;
    }

    private Result found(
            int version,
            @Nullable InetSocketAddress source,
            @Nullable InetSocketAddress destination,
            Map<Integer, byte[]> values) {
        header = new ProxyHeader(version, source, destination, values);
        bytes = new byte[0];
        return Result.HEADER;
    }

    /** Version 1: {@code PROXY TCP4 source destination port port CR LF}. */
    private Result line() {
        String text = new String(bytes, 0, length - 2, StandardCharsets.ISO_8859_1);
        String[] words = text.split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            return found(1, null, null, Map.of());
        }
        boolean v4 = words[1].equals("TCP4");
        if (words.length != 6 || !(v4 || words[1].equals("TCP6"))) {
            return refuse("not the words of a PROXY line");
        }
        InetAddress source = v4 ? AddressLiteral.ipv4(words[2]) : AddressLiteral.ipv6(words[2]);
        InetAddress destination = v4 ? AddressLiteral.ipv4(words[3]) : AddressLiteral.ipv6(words[3]);
        int sourcePort = AddressLiteral.port(words[4]);
        int destinationPort = AddressLiteral.port(words[5]);
        if (source == null || destination == null || sourcePort < 0 || destinationPort < 0) {
            return refuse("an address or a port that is none");
        }
        return found(
                1,
                new InetSocketAddress(source, sourcePort),
                new InetSocketAddress(destination, destinationPort),
                Map.of());
    }

    /** Version 2: signature, command, family, length, addresses, values. */
    private Result block() {
        int command = bytes[12] & 0xFF;
        int family = bytes[13] & 0xFF;
        if (command != LOCAL && command != PROXY) {
            return refuse("version and command 0x%02X".formatted(command));
        }
        int addressBytes = switch (family) {
            case AF_UNSPEC -> 0;
            case TCP_OVER_IPV4 -> 4;
            case TCP_OVER_IPV6 -> 16;
            case UNIX_STREAM -> UNIX_BYTES / 2;
            default -> -1;
        };
        if (command == LOCAL) { // section 2.2: the addresses are not looked at, whatever they are
            return found(2, null, null, Map.of());
        }
        if (addressBytes < 0) {
            return refuse("family and protocol 0x%02X".formatted(family));
        }
        boolean internet = family == TCP_OVER_IPV4 || family == TCP_OVER_IPV6;
        int valuesFrom = V2_HEAD_BYTES + 2 * addressBytes + (internet ? 4 : 0);
        if (valuesFrom > length) {
            return refuse("shorter than its addresses");
        }
        if (family == AF_UNSPEC) { // what follows is of no known form
            return found(2, null, null, Map.of());
        }
        Map<Integer, byte[]> values = values(valuesFrom);
        if (values == null) {
            return Result.REFUSED;
        }
        if (!internet) {
            return found(2, null, null, values);
        }
        int ports = V2_HEAD_BYTES + 2 * addressBytes;
        return found(
                2,
                new InetSocketAddress(addressAt(V2_HEAD_BYTES, addressBytes), unsigned16(ports)),
                new InetSocketAddress(addressAt(V2_HEAD_BYTES + addressBytes, addressBytes), unsigned16(ports + 2)),
                values);
    }

    private InetAddress addressAt(int at, int count) {
        return AddressLiteral.address(Arrays.copyOfRange(bytes, at, at + count));
    }

    /** Null, and a reason, when they are malformed. Of a type sent twice the first counts. */
    private @Nullable Map<Integer, byte[]> values(int from) {
        Map<Integer, byte[]> values = new HashMap<>();
        int at = from;
        while (at < length) {
            int end = length - at < 3 ? length + 1 : at + 3 + unsigned16(at + 1);
            if (end > length) {
                refuse("a value that is longer than the header");
                return null;
            }
            int type = bytes[at] & 0xFF;
            if (type == PP2_TYPE_CRC32C && !checksumIsRight(at + 3, end)) {
                refuse("the checksum is wrong");
                return null;
            }
            if (type != PP2_TYPE_NOOP) {
                values.putIfAbsent(type, Arrays.copyOfRange(bytes, at + 3, end));
            }
            at = end;
        }
        return values;
    }

    /** Over the whole header, with the checksum's own four bytes as zeros (section 2.2.3). */
    private boolean checksumIsRight(int from, int to) {
        if (to - from != 4) {
            return false;
        }
        int sent = ByteBuffer.wrap(bytes, from, 4).getInt();
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, from);
        crc.update(new byte[4]);
        crc.update(bytes, to, length - to);
        return (int) crc.getValue() == sent;
    }

    private int unsigned16(int at) {
        return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
    }

    /** Index of the first byte that the last {@link #parse} did not take, in the buffer given to it. */
    public int position() {
        return position;
    }

    /**
     * After {@link Result#HEADER}: what it says.
     *
     * @throws IllegalStateException when there is none
     */
    public ProxyHeader header() {
        ProxyHeader found = header;
        if (found == null) {
            throw new IllegalStateException("no header");
        }
        return found;
    }

    /** After {@link Result#REFUSED}: why, for a log. Empty otherwise. */
    public String reason() {
        return reason;
    }
}
