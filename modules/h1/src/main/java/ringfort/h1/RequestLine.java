package ringfort.h1;

import org.jspecify.annotations.Nullable;
import ringfort.message.Authority;
import ringfort.message.Octets;
import ringfort.message.Refusal;

/**
 * Reads a request line, incrementally and strictly (RFC 9112, 3): exactly one SP between the parts, CR LF at the end.
 *
 * <p>Everything that is kept between calls is relative to the first byte of the line, the base. Each byte is looked at
 * once. One thread at a time.
 */
final class RequestLine {
    /** What {@link #read} found. */
    enum Found {
        MORE,
        END,
        REFUSED
    }

    private static final byte[] VERSION_PATTERN = {'H', 'T', 'T', 'P', '/', '0', '.', '0'};

    // The states, in the order in which a request line runs through them.
    private static final int METHOD = 0;
    private static final int TARGET = 1;
    private static final int VERSION = 2;
    private static final int CARRIAGE_RETURN = 3;
    private static final int LINE_FEED = 4;

    private final int mostBytes;

    private int state;
    private int cursor;
    private int methodEnd;
    private int targetEnd;
    private int majorVersion;
    private int minorVersion;
    private TargetForm form = TargetForm.ORIGIN;
    private int authorityStart;
    private int authorityEnd;
    private int defaultPort;
    private @Nullable Refusal refusal;

    RequestLine(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    void begin() {
        state = METHOD;
        cursor = 0;
    }

    int cursor() {
        return cursor;
    }

    int methodEnd() {
        return methodEnd;
    }

    int targetStart() {
        return methodEnd + 1;
    }

    int targetEnd() {
        return targetEnd;
    }

    int minorVersion() {
        return minorVersion;
    }

    TargetForm form() {
        return form;
    }

    /** Where the authority of an absolute target starts. */
    int authorityStart() {
        return authorityStart;
    }

    /** Where the authority of an absolute target ends and its path starts. */
    int authorityEnd() {
        return authorityEnd;
    }

    int defaultPort() {
        return defaultPort;
    }

    @Nullable Refusal refusal() {
        return refusal;
    }

    /** Continues to read, in {@code buffer[base + cursor(), to)}. */
    Found read(byte[] buffer, int base, int to) {
        int stop = base + Math.min(to - base, mostBytes);
        int i = base + cursor;
        if (i < stop && state == METHOD) {
            i = Octets.skip(Octets.TOKEN, buffer, i, stop);
            if (i < stop) {
                if (buffer[i] != ' ' || i == base) {
                    return refuse(400, "method is not a token");
                }
                methodEnd = i - base;
                i++;
                state = TARGET;
            }
        }
        if (i < stop && state == TARGET) {
            i = targetEnd(buffer, i, stop);
            if (i < stop && buffer[i] == '%') {
                if (stop - i > 2) {
                    return refuse(400, "NUL in the target");
                }
            } else if (i < stop) {
                if (buffer[i] != ' ' || i == base + targetStart()) {
                    return refuse(400, buffer[i] == ' ' ? "no target" : "character not allowed in the target");
                }
                targetEnd = i - base;
                i++;
                state = VERSION;
            }
        }
        if (i < stop && state == VERSION) {
            i = versionEnd(buffer, base, i, stop);
            if (i < 0) {
                return refuse(400, "not an HTTP version");
            } else if (state == CARRIAGE_RETURN && majorVersion != 1) {
                return refuse(505, "not HTTP/1");
            }
        }
        if (i < stop && state == CARRIAGE_RETURN) {
            if (buffer[i] != '\r') {
                return refuse(400, "request line does not end with CR LF");
            }
            i++;
            state = LINE_FEED;
        }
        if (i < stop && state == LINE_FEED) {
            if (buffer[i] != '\n') {
                return refuse(400, "bare CR");
            }
            cursor = i + 1 - base;
            refusal = judgeTarget(buffer, base);
            return refusal == null ? Found.END : Found.REFUSED;
        }
        cursor = i - base;
        return Math.min(to - base, mostBytes) == mostBytes ? refuse(414, "request line too long") : Found.MORE;
    }

    /**
     * Index of the first byte that ends a target or that no target may contain. It is a {@code %} when {@code %00}
     * begins there, or when the bytes that would show it have not come yet.
     */
    private static int targetEnd(byte[] buffer, int from, int to) {
        int i = from;
        while (true) {
            i = Octets.skip(Octets.TARGET, buffer, i, to);
            if (i == to || buffer[i] != '%') {
                return i;
            } else if (to - i <= 2 && (to - i == 1 || buffer[i + 1] == '0')) {
                return i;
            } else if (buffer[i + 1] == '0' && buffer[i + 2] == '0') {
                return i;
            }
            i++;
        }
    }

    /**
     * Compares the version with {@code HTTP/d.d}, as far as bytes have come; returns where they end, or -1 for a
     * difference.
     */
    private int versionEnd(byte[] buffer, int base, int from, int to) {
        int start = base + targetEnd + 1;
        int end = Math.min(to, start + VERSION_PATTERN.length);
        for (int i = from; i < end; i++) {
            byte expected = VERSION_PATTERN[i - start];
            boolean fits = expected == '0' ? Octets.isDigit(buffer[i]) : buffer[i] == expected;
            if (!fits) {
                return -1;
            }
        }
        if (end == start + VERSION_PATTERN.length) {
            majorVersion = buffer[end - 3] - '0';
            minorVersion = Math.min(1, buffer[end - 1] - '0'); // a higher minor version is read as 1.1 (RFC 9110, 2.5)
            state = CARRIAGE_RETURN;
        }
        return end;
    }

    private @Nullable Refusal judgeTarget(byte[] buffer, int base) {
        int from = base + targetStart();
        int to = base + targetEnd;
        if (isMethod("CONNECT", buffer, base)) {
            return new Refusal(501, "CONNECT");
        } else if (buffer[from] == '/') {
            form = TargetForm.ORIGIN;
            return null;
        } else if (to - from == 1 && buffer[from] == '*') {
            form = TargetForm.ASTERISK;
            return isMethod("OPTIONS", buffer, base) ? null : new Refusal(400, "* is a target for OPTIONS only");
        }
        form = TargetForm.ABSOLUTE;
        return absolute(buffer, base, from, to) ? null : new Refusal(400, "target is neither a path nor an http URI");
    }

    private boolean isMethod(String method, byte[] buffer, int base) {
        return Octets.equal(buffer, base, base + methodEnd, method);
    }

    /** Finds the authority of {@code http://authority/path} (RFC 9112, 3.2.2). */
    private boolean absolute(byte[] buffer, int base, int from, int to) {
        int schemeEnd = from;
        while (schemeEnd < to && buffer[schemeEnd] != ':') {
            schemeEnd++;
        }
        if (Octets.matches(buffer, from, schemeEnd, "http")) {
            defaultPort = 80;
        } else if (Octets.matches(buffer, from, schemeEnd, "https")) {
            defaultPort = 443;
        } else {
            return false;
        }
        int start = schemeEnd + 3;
        if (start > to || buffer[schemeEnd + 1] != '/' || buffer[schemeEnd + 2] != '/') {
            return false;
        }
        int end = start;
        while (end < to && buffer[end] != '/' && buffer[end] != '?') {
            end++;
        }
        authorityStart = start - base;
        authorityEnd = end - base;
        return Authority.isValid(buffer, start, end);
    }

    private Found refuse(int status, String reason) {
        refusal = new Refusal(status, reason);
        return Found.REFUSED;
    }
}
