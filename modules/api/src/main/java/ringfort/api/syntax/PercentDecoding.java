package ringfort.api.syntax;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import ringfort.api.HttpException;

/**
 * Percent-decoding (RFC 3986, section 2), the one place where it happens. Stateless; any thread.
 *
 * <p>Strict: an incomplete or non-hexadecimal escape, a NUL, encoded or not, and bytes that are not well-formed UTF-8
 * (overlong forms and surrogates among them) are refused with 400, never repaired.
 */
public final class PercentDecoding {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private PercentDecoding() {}

    /**
     * Turns the path of a request into what routes are matched against: each escape decoded exactly once, but an
     * encoded slash kept as {@code %2F}, so that it never separates segments; then dot segments removed (RFC 3986,
     * section 5.2.4), those written with {@code %2E} as well, and none leads above the root. Empty segments are kept,
     * {@code ;} has no meaning, case counts. What was encoded twice stays encoded: {@code %252E} is the text
     * {@code %2E}, and {@code %252F} reads as an encoded slash does.
     *
     * @param raw the path as sent, without query; empty means {@code /}
     * @return the path, which starts with a slash; the same string when there was nothing to change
     * @throws HttpException 400 when the path is malformed
     */
    public static String path(String raw) {
        boolean escapes = false;
        boolean dots = false;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == '#') {
                throw HttpException.badRequest("The path holds a character that must be percent-encoded");
            }
            escapes |= c == '%';
            dots |= c == '.' && i > 0 && raw.charAt(i - 1) == '/';
        }
        if (raw.isEmpty()) {
            return "/";
        }
        if (raw.charAt(0) != '/') {
            throw HttpException.badRequest("The path does not start with a slash");
        }
        String decoded = escapes ? decode(raw, 0, raw.length(), false, true) : raw;
        return dots || escapes ? withoutDotSegments(decoded) : decoded;
    }

    /**
     * Decodes a piece of a query or of a form ({@code application/x-www-form-urlencoded}): plus is a space.
     *
     * @param raw the text
     * @param from first character
     * @param to after the last character
     * @return the decoded piece
     * @throws HttpException 400 when an escape is malformed
     */
    public static String form(String raw, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = raw.charAt(i);
            if (c == '%' || c == '+' || c == 0 || c >= 0x7F) {
                return decode(raw, from, to, true, false);
            }
        }
        return raw.substring(from, to);
    }

    /**
     * Encodes a decoded path for use in a {@code Location}.
     *
     * @param path decoded path
     * @return its UTF-8 bytes, those outside the unreserved set and the slash as escapes
     */
    public static String encodePath(String path) {
        StringBuilder encoded = new StringBuilder(path.length() + 16);
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            boolean letterOrDigit = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (letterOrDigit || "-._~/".indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX.toHighHexDigit(b)).append(HEX.toLowHexDigit(b));
            }
        }
        return encoded.toString();
    }

    private static String decode(String raw, int from, int to, boolean plusIsSpace, boolean keepSlash) {
        byte[] bytes = new byte[to - from];
        int used = 0;
        for (int i = from; i < to; i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                int value = escape(raw, i, to);
                if (value == '/' && keepSlash) {
                    bytes[used++] = '%';
                    bytes[used++] = '2';
                    bytes[used++] = 'F';
                } else {
                    bytes[used++] = (byte) value;
                }
                i += 2;
            } else if (c == 0) {
                throw HttpException.badRequest("A NUL is not accepted");
            } else if (c > 0xFF) {
                throw HttpException.badRequest("A character that must be percent-encoded is not");
            } else {
                bytes[used++] = c == '+' && plusIsSpace ? (byte) ' ' : (byte) c;
            }
        }
        return utf8(bytes, used);
    }

    private static int escape(String raw, int at, int to) {
        int high = at + 2 < to ? hex(raw.charAt(at + 1)) : -1;
        int low = at + 2 < to ? hex(raw.charAt(at + 2)) : -1;
        if (high < 0 || low < 0) {
            throw HttpException.badRequest("A percent sign is not followed by two hexadecimal digits");
        }
        int value = high << 4 | low;
        if (value == 0) {
            throw HttpException.badRequest("An encoded NUL is not accepted");
        }
        return value;
    }

    /** ASCII only: {@link Character#digit} would take digits of other scripts. */
    private static int hex(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int letter = c | 0x20;
        return letter >= 'a' && letter <= 'f' && c < 0x7F ? letter - 'a' + 10 : -1;
    }

    private static String utf8(byte[] bytes, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException _) {
            throw HttpException.badRequest("Percent-encoded bytes are not well-formed UTF-8");
        }
    }

    private static String withoutDotSegments(String path) {
        StringBuilder resolved = new StringBuilder(path.length());
        int from = 1;
        while (from <= path.length()) {
            int slash = path.indexOf('/', from);
            int to = slash < 0 ? path.length() : slash;
            boolean last = slash < 0;
            int length = to - from;
            boolean dot = length == 1 && path.charAt(from) == '.';
            boolean dotDot = length == 2 && path.startsWith("..", from);
            if (dotDot) {
                resolved.setLength(Math.max(0, resolved.lastIndexOf("/")));
            }
            if (!dot && !dotDot) {
                resolved.append('/').append(path, from, to);
            } else if (last) {
                resolved.append('/');
            }
            from = to + 1;
        }
        return resolved.toString();
    }
}
