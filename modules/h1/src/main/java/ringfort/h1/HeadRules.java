package ringfort.h1;

import org.jspecify.annotations.Nullable;
import ringfort.message.Authority;
import ringfort.message.FieldSection;
import ringfort.message.Octets;
import ringfort.message.Refusal;

/**
 * What the header fields mean for framing, for routing, and for whether the connection stays open (RFC 9112, 3.2, 6, 7,
 * 9; RFC 9110, 10.1.1). {@link #field} looks at each field as soon as its line is complete, {@link #end} looks at the
 * whole head. One thread at a time.
 */
final class HeadRules {
    private static final long MOST_BEFORE_NEXT_DIGIT = Long.MAX_VALUE / 10;

    private long contentLength;
    private boolean chunked;
    private boolean close;
    private boolean persist;
    private boolean connectionUpgrade;
    private boolean expectsContinue;
    private int hostField;
    private int upgradeField;

    void begin() {
        contentLength = -1;
        chunked = false;
        close = false;
        persist = false;
        connectionUpgrade = false;
        expectsContinue = false;
        hostField = -1;
        upgradeField = -1;
    }

    long contentLength() {
        return contentLength;
    }

    boolean chunked() {
        return chunked;
    }

    /** Whether the peer expects {@code 100 Continue}: never in HTTP/1.0, never without content. */
    boolean expectsContinue(int minorVersion) {
        return expectsContinue && minorVersion > 0 && (chunked || contentLength > 0);
    }

    /** Whether the peer lets the connection stay open (RFC 9112, 9.3). */
    boolean keepAlive(int minorVersion) {
        return !close && (minorVersion > 0 || persist);
    }

    /** Index of the Host field, -1 when there is none. */
    int hostField() {
        return hostField;
    }

    /** Index of the Upgrade field that Connection names, -1 when there is none (RFC 9110, 7.8). */
    int upgradeField(int minorVersion) {
        return connectionUpgrade && minorVersion > 0 ? upgradeField : -1;
    }

    /** Looks at one field; offsets count from {@code base}. Returns why the head is refused, or null. */
    @Nullable Refusal field(byte[] buffer, int base, long span, int index, int minorVersion) {
        int nameStart = base + FieldSection.nameStart(span);
        int nameEnd = base + FieldSection.nameEnd(span);
        int from = base + FieldSection.valueStart(span);
        int to = base + FieldSection.valueEnd(span);
        return switch (nameEnd - nameStart) {
            case 4 -> Octets.matches(buffer, nameStart, nameEnd, "host") ? host(buffer, from, to, index) : null;
            case 6 ->
                Octets.matches(buffer, nameStart, nameEnd, "expect") ? expect(buffer, from, to, minorVersion) : null;
            case 7 -> {
                if (Octets.matches(buffer, nameStart, nameEnd, "upgrade")) {
                    upgradeField = index;
                }
                yield null;
            }
            case 10 -> {
                if (Octets.matches(buffer, nameStart, nameEnd, "connection")) {
                    connection(buffer, from, to);
                }
                yield null;
            }
            case 14 ->
                Octets.matches(buffer, nameStart, nameEnd, "content-length") ? contentLength(buffer, from, to) : null;
            case 17 ->
                Octets.matches(buffer, nameStart, nameEnd, "transfer-encoding")
                        ? transferEncoding(buffer, from, to, minorVersion)
                        : null;
            default -> null;
        };
    }

    /** Looks at the complete head; offsets count from {@code base}. Returns why the head is refused, or null. */
    @Nullable Refusal end(byte[] buffer, int base, RequestLine line, FieldLines fields) {
        if (hostField < 0) {
            return line.minorVersion() > 0 ? bad("no Host") : null;
        } else if (line.form() == TargetForm.ABSOLUTE) {
            long host = fields.span(hostField);
            boolean same = Authority.same(
                    buffer,
                    base + line.authorityStart(),
                    base + line.authorityEnd(),
                    base + FieldSection.valueStart(host),
                    base + FieldSection.valueEnd(host),
                    line.defaultPort());
            return same ? null : bad("Host contradicts the target");
        }
        return null;
    }

    private @Nullable Refusal host(byte[] buffer, int from, int to, int index) {
        if (hostField >= 0) {
            return bad("more than one Host");
        }
        hostField = index;
        return Authority.isValid(buffer, from, to) ? null : bad("Host is not a host with an optional port");
    }

    private @Nullable Refusal expect(byte[] buffer, int from, int to, int minorVersion) {
        if (minorVersion == 0) {
            return null; // RFC 9110, 10.1.1: ignored in HTTP/1.0
        }
        expectsContinue = true;
        return Octets.matches(buffer, from, to, "100-continue") ? null : new Refusal(417, "unknown expectation");
    }

    private void connection(byte[] buffer, int from, int to) {
        int start = from;
        while (start < to) {
            int comma = comma(buffer, start, to);
            int optionStart = Octets.skipWhitespace(buffer, start, comma);
            int optionEnd = Octets.trimEnd(buffer, optionStart, comma);
            close |= Octets.matches(buffer, optionStart, optionEnd, "close");
            persist |= Octets.matches(buffer, optionStart, optionEnd, "keep-alive");
            connectionUpgrade |= Octets.matches(buffer, optionStart, optionEnd, "upgrade");
            start = comma + 1;
        }
    }

    /**
     * There may be one Content-Length, in decimal digits, without leading zeros. Anything else is refused (RFC 9112,
     * 6.3).
     */
    private @Nullable Refusal contentLength(byte[] buffer, int from, int to) {
        if (contentLength >= 0) {
            return bad("more than one Content-Length");
        } else if (chunked) {
            return bad("Content-Length with Transfer-Encoding");
        } else if (from == to || (buffer[from] == '0' && to - from > 1)) {
            return bad("Content-Length is empty or has leading zeros");
        }
        long length = 0;
        for (int i = from; i < to; i++) {
            int digit = buffer[i] - '0';
            if (digit < 0 || digit > 9) {
                return bad("Content-Length is not a number");
            } else if (length > MOST_BEFORE_NEXT_DIGIT || length * 10 > Long.MAX_VALUE - digit) {
                return bad("Content-Length is above 2^63-1");
            }
            length = length * 10 + digit;
        }
        contentLength = length;
        return null;
    }

    /** Accepts {@code chunked} alone (RFC 9112, 6.1). No other transfer coding is supported. */
    private @Nullable Refusal transferEncoding(byte[] buffer, int from, int to, int minorVersion) {
        if (minorVersion == 0) {
            return bad("Transfer-Encoding in HTTP/1.0");
        } else if (chunked) {
            return bad("more than one Transfer-Encoding");
        } else if (contentLength >= 0) {
            return bad("Content-Length with Transfer-Encoding");
        }
        chunked = true;
        return Octets.matches(buffer, from, to, "chunked") ? null : unknownCodings(buffer, from, to);
    }

    /** Returns 501 for a list of codings in which chunked stands once, at the end; for anything else 400. */
    private static Refusal unknownCodings(byte[] buffer, int from, int to) {
        int start = from;
        boolean last = false;
        while (start <= to) {
            int comma = comma(buffer, start, to);
            int nameStart = Octets.skipWhitespace(buffer, start, comma);
            int nameEnd = Octets.trimEnd(buffer, nameStart, comma);
            boolean token = nameStart < nameEnd && Octets.skip(Octets.TOKEN, buffer, nameStart, nameEnd) == nameEnd;
            if (!token || last || Octets.matches(buffer, nameStart, nameEnd, "identity")) {
                return bad("Transfer-Encoding is not a list of codings that ends in chunked");
            }
            last = Octets.matches(buffer, nameStart, nameEnd, "chunked");
            start = comma + 1;
        }
        return last ? new Refusal(501, "unknown transfer coding") : bad("Transfer-Encoding does not end in chunked");
    }

    private static int comma(byte[] buffer, int from, int to) {
        int i = from;
        while (i < to && buffer[i] != ',') {
            i++;
        }
        return i;
    }

    private static Refusal bad(String reason) {
        return new Refusal(400, reason);
    }
}
