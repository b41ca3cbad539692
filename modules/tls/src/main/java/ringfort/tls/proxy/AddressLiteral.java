package ringfort.tls.proxy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Addresses and ports in the strict form of section 2.1: decimal without leading zeros; RFC 4291, 2.2, without a zone. */
final class AddressLiteral {
    private static final int MOST_PORT = 0xFFFF;
    private static final int GROUPS = 8;

    private AddressLiteral() {}

    /** Null when {@code text} is none. */
    static @Nullable InetAddress ipv4(String text) {
        byte[] octets = octets(text);
        return octets == null ? null : address(octets);
    }

    private static byte @Nullable [] octets(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        byte[] octets = new byte[4];
        for (int i = 0; i < 4; i++) {
            int octet = decimal(parts[i], 255);
            if (octet < 0) {
                return null;
            }
            octets[i] = (byte) octet;
        }
        return octets;
    }

    /** -1 when {@code text} is no port. */
    static int port(String text) {
        return decimal(text, MOST_PORT);
    }

    private static int decimal(String text, int most) {
        boolean digits = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || (text.length() > 1 && text.charAt(0) == '0')) {
            return -1;
        }
        int number = Integer.parseInt(text);
        return number <= most ? number : -1;
    }

    /** Null when {@code text} is none. An IPv4 address in the last 32 bits may be written as one. */
    static @Nullable InetAddress ipv6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            int[] groups = groups(text, GROUPS);
            return groups == null || groups.length != GROUPS ? null : address(bytes(groups, new int[0]));
        }
        int[] before = groups(text.substring(0, gap), GROUPS - 1);
        int[] after = groups(text.substring(gap + 2), GROUPS - 1);
        if (before == null || after == null || before.length + after.length >= GROUPS) {
            return null;
        }
        return text.substring(0, gap).indexOf('.') < 0 ? address(bytes(before, after)) : null;
    }

    /** Groups between colons, none for an empty text; null when one is malformed or there are too many. */
    private static int @Nullable [] groups(String text, int most) {
        if (text.isEmpty()) {
            return new int[0];
        }
        String[] parts = text.split(":", -1);
        byte[] last = octets(parts[parts.length - 1]);
        int count = parts.length + (last == null ? 0 : 1);
        if (count > most) {
            return null;
        }
        int[] groups = new int[count];
        for (int i = 0; i < (last == null ? count : count - 2); i++) {
            String part = parts[i];
            if (part.isEmpty() || part.length() > 4 || !part.chars().allMatch(AddressLiteral::isHex)) {
                return null;
            }
            groups[i] = Integer.parseInt(part, 16);
        }
        if (last != null) {
            groups[count - 2] = (last[0] & 0xFF) << 8 | (last[1] & 0xFF);
            groups[count - 1] = (last[2] & 0xFF) << 8 | (last[3] & 0xFF);
        }
        return groups;
    }

    private static boolean isHex(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    private static byte[] bytes(int[] before, int[] after) {
        byte[] bytes = new byte[2 * GROUPS];
        for (int i = 0; i < before.length; i++) {
            bytes[2 * i] = (byte) (before[i] >> 8);
            bytes[2 * i + 1] = (byte) before[i];
        }
        for (int i = 0; i < after.length; i++) {
            int at = 2 * (GROUPS - after.length + i);
            bytes[at] = (byte) (after[i] >> 8);
            bytes[at + 1] = (byte) after[i];
        }
        return bytes;
    }

    static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address of " + bytes.length + " bytes", e);
        }
    }
}
