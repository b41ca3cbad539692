package ringfort.message;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Byte classes of HTTP and scans over them. Stateless, any thread.
 *
 * <p>Short runs (names, targets) are scanned byte by byte through a table; field values, most of a head, eight bytes at
 * a time: a subtraction borrows into the top bit of each byte that is below a bound, and the lowest such bit is exact.
 */
public final class Octets {
    /** {@code tchar} (RFC 9110, 5.6.2). */
    public static final int TOKEN = 1;

    /** Visible ASCII but {@code #}, which no target contains, and {@code %}, behind which the parser looks. */
    public static final int TARGET = 1 << 1;

    /** Hexadecimal digits. */
    public static final int HEX = 1 << 2;

    /** What a host name may hold (RFC 3986, 3.2.2), without the comma, which makes lists, and without escapes. */
    public static final int HOST = 1 << 3;

    /** What stands between the brackets of an IPv6 address. */
    public static final int IPV6 = 1 << 4;

    /** Reads and writes eight bytes of an array as a number, the first byte lowest. */
    public static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final byte[] CLASS = new byte[256];
    private static final byte[] LOWER = new byte[256];
    private static final byte[] HEX_VALUE = new byte[256];

    private static final long EACH = 0x0101010101010101L;
    private static final long TOP_BITS = 0x8080808080808080L;
    private static final long SPACES = 0x20 * EACH;
    private static final long DELETES = 0x7F * EACH;

    static {
        String digits = "0123456789";
        String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        classify(TOKEN, digits + letters + "!#$%&'*+-.^_`|~");
        classify(HOST, digits + letters + "-._~!$&'()*+;=");
        classify(HEX, digits + "abcdefABCDEF");
        classify(IPV6, digits + "abcdefABCDEF:.");
        for (int octet = 0; octet < 256; octet++) {
            LOWER[octet] = (byte) (octet >= 'A' && octet <= 'Z' ? octet + 0x20 : octet);
            HEX_VALUE[octet] = (byte) Character.digit(octet < 0x80 ? octet : 0, 16);
            if (octet > ' ' && octet < 0x7F && octet != '#' && octet != '%') {
                CLASS[octet] |= TARGET;
            }
        }
    }

    private Octets() {}

    private static void classify(int octetClass, String members) {
        for (byte octet : members.getBytes(StandardCharsets.US_ASCII)) {
            CLASS[octet] |= (byte) octetClass;
        }
    }

    /** Whether the byte belongs to the class. */
    public static boolean is(int octetClass, byte octet) {
        return (CLASS[octet & 0xFF] & octetClass) != 0;
    }

    /** The first index in {@code [from, to)} whose byte is not in the class, or {@code to}. */
    public static int skip(int octetClass, byte[] buffer, int from, int to) {
        int i = from;
        while (i < to && (CLASS[buffer[i] & 0xFF] & octetClass) != 0) {
            i++;
        }
        return i;
    }

    /** The first index in {@code [from, to)} whose byte is neither SP nor HTAB, or {@code to}. */
    public static int skipWhitespace(byte[] buffer, int from, int to) {
        int i = from;
        while (i < to && isWhitespace(buffer[i])) {
            i++;
        }
        return i;
    }

    /** The end of {@code [from, to)} without the SP and HTAB it ends with. */
    public static int trimEnd(byte[] buffer, int from, int to) {
        int end = to;
        while (end > from && isWhitespace(buffer[end - 1])) {
            end--;
        }
        return end;
    }

    /** Whether the byte is SP or HTAB. */
    public static boolean isWhitespace(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    /** The first index in {@code [from, to)} whose byte cannot be part of a field value (RFC 9110, 5.5), or {@code to}. */
    public static int valueEnd(byte[] buffer, int from, int to) {
        int i = from;
        while (true) {
            i = firstControl(buffer, i, to);
            if (i == to || buffer[i] != '\t') {
                return i;
            }
            i++;
        }
    }

    private static int firstControl(byte[] buffer, int from, int to) {
        int i = from;
        for (; to - i >= Long.BYTES; i += Long.BYTES) {
            long word = (long) LONGS.get(buffer, i);
            long control = (word - SPACES) & ~word;
            long delete = word ^ DELETES;
            long found = (control | ((delete - EACH) & ~delete)) & TOP_BITS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        while (i < to && (buffer[i] < 0 || buffer[i] >= ' ') && buffer[i] != 0x7F) {
            i++;
        }
        return i;
    }

    /** The value of a byte of class {@link #HEX}. */
    public static int hexValue(byte octet) {
        return HEX_VALUE[octet & 0xFF];
    }

    /** Whether the byte is a decimal digit of ASCII. */
    public static boolean isDigit(byte octet) {
        return octet >= '0' && octet <= '9';
    }

    /** The byte with an ASCII upper-case letter made lower-case. */
    public static byte lower(byte octet) {
        return LOWER[octet & 0xFF];
    }

    /** Whether {@code buffer[from, to)} spells the ASCII text. */
    public static boolean equal(byte[] buffer, int from, int to, String text) {
        if (to - from != text.length()) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (buffer[i] != text.charAt(i - from)) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code buffer[from, to)} spells the lower-case ASCII text, whatever the case of its letters. */
    public static boolean matches(byte[] buffer, int from, int to, String lowerCase) {
        if (to - from != lowerCase.length()) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (LOWER[buffer[i] & 0xFF] != lowerCase.charAt(i - from)) {
                return false;
            }
        }
        return true;
    }

    /** Whether two ranges of one buffer spell the same, whatever the case of ASCII letters. */
    public static boolean matches(byte[] buffer, int from, int to, int otherFrom, int otherTo) {
        if (to - from != otherTo - otherFrom) {
            return false;
        }
        for (int i = 0; i < to - from; i++) {
            if (lower(buffer[from + i]) != lower(buffer[otherFrom + i])) {
                return false;
            }
        }
        return true;
    }

    /** The bytes as ISO-8859-1 text: each byte one character. */
    public static String text(byte[] buffer, int from, int to) {
        return new String(buffer, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** How many octets of CR LF CR LF end here, when {@code matched} of them, at most 3, ended before {@code octet}. */
    public static int endOfHead(int matched, byte octet) {
        if (octet == '\r') {
            return matched == 2 ? 3 : 1;
        }
        return octet == '\n' && (matched & 1) == 1 ? matched + 1 : 0;
    }
}
