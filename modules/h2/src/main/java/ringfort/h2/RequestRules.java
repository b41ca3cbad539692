package ringfort.h2;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringfort.message.Authority;
import ringfort.message.FieldRules;
import ringfort.message.FieldSection;
import ringfort.message.Fields;
import ringfort.message.Octets;

/**
 * Whether decoded fields are a request, or trailers, and what they mean (RFC 9113, 8.1 to 8.3 and 8.5; RFC 8441, 4). One
 * thread at a time.
 *
 * <p>What RFC 9110 forbids in names and values is refused too, not only the least that RFC 9113, 8.2.1 asks for: a field
 * that HTTP/1.1 could not carry is no field here either.
 */
final class RequestRules {
    /** The span of what is not there: no value begins behind its end. */
    static final long ABSENT = FieldSection.span(0, 0, 1, 0);

    private static final long MOST_BEFORE_NEXT_DIGIT = Long.MAX_VALUE / 10;

    private static final byte[] NOTHING = {};

    private final boolean connectProtocol;

    private byte[] octets = NOTHING;
    private long method;
    private long scheme;
    private long path;
    private long authority;
    private long protocol;
    private long host;
    private long contentLength;
    private boolean expectsContinue;
    private int priority;
    private int cookies;
    private @Nullable String malformed;

    /** @param connectProtocol whether extended CONNECT is offered */
    RequestRules(boolean connectProtocol) {
        this.connectProtocol = connectProtocol;
    }

    long method() {
        return method;
    }

    long scheme() {
        return scheme;
    }

    long path() {
        return path;
    }

    long authority() {
        return authority;
    }

    long protocol() {
        return protocol;
    }

    long contentLength() {
        return contentLength;
    }

    boolean expectsContinue() {
        return expectsContinue;
    }

    int priority() {
        return priority;
    }

    /** Forgets the decoder's array. */
    void release() {
        octets = NOTHING;
    }

    /** Why the last fields were refused, in short ASCII; null when they were not. */
    @Nullable String malformed() {
        return malformed;
    }

    /**
     * The request that the decoder's fields are; null when they are malformed.
     *
     * @param ends whether nothing follows
     */
    @Nullable H2RequestHead request(HpackDecoder decoder, boolean ends) {
        octets = decoder.octets();
        method = ABSENT;
        scheme = ABSENT;
        path = ABSENT;
        authority = ABSENT;
        protocol = ABSENT;
        host = ABSENT;
        contentLength = -1;
        expectsContinue = false;
        priority = Priority.DEFAULT;
        cookies = 0;
        malformed = null;
        int pseudo = 0;
        int count = decoder.fieldCount();
        for (int i = 0; i < count && malformed == null; i++) {
            long span = decoder.span(i);
            if (isPseudo(span)) {
                malformed = pseudo < i ? "a pseudo-field behind a field" : pseudo(span);
                pseudo++;
            } else {
                malformed = field(span);
            }
        }
        if (malformed == null) {
            malformed = whole(ends);
        }
        if (malformed != null) {
            return null;
        }
        return cookies > 1 ? joined(decoder, pseudo, ends) : plain(decoder, pseudo, ends);
    }

    /** The trailers that the decoder's fields are, without those that no trailers may have; null when they are malformed. */
    @Nullable Fields trailers(HpackDecoder decoder) {
        octets = decoder.octets();
        malformed = null;
        expectsContinue = false;
        contentLength = -1;
        host = ABSENT;
        int count = decoder.fieldCount();
        long[] kept = new long[count];
        int left = 0;
        for (int i = 0; i < count && malformed == null; i++) {
            long span = decoder.span(i);
            malformed = isPseudo(span) ? "a pseudo-field in trailers" : field(span);
            if (FieldRules.mayBeTrailer(octets, FieldSection.nameStart(span), FieldSection.nameEnd(span))) {
                kept[left++] = span;
            }
        }
        if (malformed != null) {
            return null;
        } else if (left == 0) {
            return Fields.EMPTY;
        }
        byte[] own = new byte[decoder.octetsLength() + left * Long.BYTES];
        System.arraycopy(octets, 0, own, 0, decoder.octetsLength());
        for (int i = 0; i < left; i++) {
            Octets.LONGS.set(own, decoder.octetsLength() + i * Long.BYTES, kept[i]);
        }
        return new Fields(own, left);
    }

    private boolean isPseudo(long span) {
        return FieldSection.nameEnd(span) > FieldSection.nameStart(span) && octets[FieldSection.nameStart(span)] == ':';
    }

    private boolean isName(long span, String name) {
        return Octets.equal(octets, FieldSection.nameStart(span), FieldSection.nameEnd(span), name);
    }

    private boolean isValue(long span, String value) {
        return Octets.equal(octets, FieldSection.valueStart(span), FieldSection.valueEnd(span), value);
    }

    private static boolean isEmpty(long span) {
        return FieldSection.valueStart(span) >= FieldSection.valueEnd(span);
    }

    private @Nullable String pseudo(long span) {
        boolean again;
        if (isName(span, ":method")) {
            again = method != ABSENT;
            method = span;
        } else if (isName(span, ":scheme")) {
            again = scheme != ABSENT;
            scheme = span;
        } else if (isName(span, ":path")) {
            again = path != ABSENT;
            path = span;
        } else if (isName(span, ":authority")) {
            again = authority != ABSENT;
            authority = span;
        } else if (connectProtocol && isName(span, ":protocol")) {
            again = protocol != ABSENT;
            protocol = span;
        } else {
            return "an unknown pseudo-field";
        }
        return again ? "a pseudo-field twice" : null;
    }

    private @Nullable String field(long span) {
        int from = FieldSection.nameStart(span);
        int to = FieldSection.nameEnd(span);
        if (from == to) {
            return "an empty name";
        }
        for (int i = from; i < to; i++) {
            byte octet = octets[i];
            if (!Octets.is(Octets.TOKEN, octet) || (octet >= 'A' && octet <= 'Z')) {
                return "a name that is not a token in lower case";
            }
        }
        int valueFrom = FieldSection.valueStart(span);
        int valueTo = FieldSection.valueEnd(span);
        if (Octets.valueEnd(octets, valueFrom, valueTo) < valueTo) {
            return "a control character in a value";
        } else if (valueFrom < valueTo
                && (Octets.isWhitespace(octets[valueFrom]) || Octets.isWhitespace(octets[valueTo - 1]))) {
            return "white space around a value";
        }
        return meaning(span, to - from);
    }

    private @Nullable String meaning(long span, int nameLength) {
        switch (nameLength) {
            case 2 -> {
                return isName(span, "te") && !isValue(span, "trailers") ? "te is not trailers" : null;
            }
            case 4 -> {
                if (isName(span, "host")) {
                    boolean again = host != ABSENT;
                    host = span;
                    return again ? "more than one Host" : null;
                }
            }
            case 6 -> {
                if (isName(span, "cookie")) {
                    cookies++;
                } else if (isName(span, "expect")) {
                    expectsContinue |= isValue(span, "100-continue");
                }
            }
            case 7 -> {
                return isName(span, "upgrade") ? "a field of a connection" : null;
            }
            case 8 -> {
                if (isName(span, "priority")) {
                    priority = Priority.parse(octets, FieldSection.valueStart(span), FieldSection.valueEnd(span));
                }
            }
            case 10 -> {
                return isName(span, "connection") || isName(span, "keep-alive") ? "a field of a connection" : null;
            }
            case 14 -> {
                return isName(span, "content-length") ? contentLength(span) : null;
            }
            case 16 -> {
                return isName(span, "proxy-connection") ? "a field of a connection" : null;
            }
            case 17 -> {
                return isName(span, "transfer-encoding") ? "a field of a connection" : null;
            }
            default -> {}
        }
        return null;
    }

    /** Exactly one, in decimal digits, without leading zeros. */
    private @Nullable String contentLength(long span) {
        int from = FieldSection.valueStart(span);
        int to = FieldSection.valueEnd(span);
        if (contentLength >= 0) {
            return "more than one Content-Length";
        } else if (from == to || (octets[from] == '0' && to - from > 1)) {
            return "Content-Length is not a number";
        }
        long length = 0;
        for (int i = from; i < to; i++) {
            int digit = octets[i] - '0';
            if (digit < 0 || digit > 9 || length > MOST_BEFORE_NEXT_DIGIT) {
                return "Content-Length is not a number";
            }
            length = length * 10 + digit;
            if (length < 0) {
                return "Content-Length is not a number";
            }
        }
        contentLength = length;
        return null;
    }

    private @Nullable String whole(boolean ends) {
        if (isEmpty(method) || !isToken(method)) {
            return "no method";
        }
        boolean connect = isValue(method, "CONNECT");
        if (protocol != ABSENT && (!connect || isEmpty(protocol) || !isToken(protocol))) {
            return ":protocol outside of CONNECT";
        } else if (connect && protocol == ABSENT) {
            if (scheme != ABSENT || path != ABSENT) {
                return "CONNECT with a scheme or a path";
            }
        } else if (isEmpty(scheme) || !isScheme()) {
            return "no scheme";
        } else if (isEmpty(path) || !isPath()) {
            return "no path";
        }
        if (connect && authority == ABSENT) {
            return "CONNECT without an authority";
        }
        String wrong = authorities();
        if (wrong == null && ends && contentLength > 0) {
            return "no content, but a Content-Length";
        }
        return wrong;
    }

    private boolean isToken(long span) {
        int to = FieldSection.valueEnd(span);
        return Octets.skip(Octets.TOKEN, octets, FieldSection.valueStart(span), to) == to;
    }

    private boolean isScheme() {
        if (isValue(scheme, "https") || isValue(scheme, "http")) {
            return true;
        }
        int from = FieldSection.valueStart(scheme);
        for (int i = from; i < FieldSection.valueEnd(scheme); i++) {
            byte octet = octets[i];
            boolean letter = octet >= 'a' && octet <= 'z';
            boolean other = Octets.isDigit(octet) || octet == '+' || octet == '-' || octet == '.';
            if (!letter && (i == from || !other)) {
                return false;
            }
        }
        return true;
    }

    /** A path begins with a slash and is visible ASCII, without a fragment and without NUL, as in HTTP/1. */
    private boolean isPath() {
        int from = FieldSection.valueStart(path);
        int to = FieldSection.valueEnd(path);
        if (octets[from] != '/') {
            return to - from == 1 && octets[from] == '*' && isValue(method, "OPTIONS");
        }
        int i = from;
        while (true) {
            i = Octets.skip(Octets.TARGET, octets, i, to);
            if (i == to) {
                return true;
            } else if (octets[i] != '%' || (to - i > 2 && octets[i + 1] == '0' && octets[i + 2] == '0')) {
                return false;
            }
            i++;
        }
    }

    /** The authority is valid, Host says the same, and one of them is there. */
    private @Nullable String authorities() {
        if (authority == ABSENT && host == ABSENT) {
            return "neither :authority nor Host";
        }
        long either = authority == ABSENT ? host : authority;
        if (!isAuthority(either) || (host != ABSENT && !isAuthority(host))) {
            return "not a host with an optional port";
        }
        if (host != ABSENT && authority != ABSENT) {
            boolean same = Authority.same(
                    octets,
                    FieldSection.valueStart(authority),
                    FieldSection.valueEnd(authority),
                    FieldSection.valueStart(host),
                    FieldSection.valueEnd(host),
                    isValue(scheme, "http") ? 80 : 443);
            if (!same) {
                return "Host contradicts :authority";
            }
        }
        authority = either;
        return null;
    }

    private boolean isAuthority(long span) {
        return Authority.isValid(octets, FieldSection.valueStart(span), FieldSection.valueEnd(span));
    }

    private H2RequestHead plain(HpackDecoder decoder, int pseudo, boolean ends) {
        int text = decoder.octetsLength();
        int count = decoder.fieldCount() - pseudo;
        byte[] own = new byte[text + count * Long.BYTES];
        System.arraycopy(octets, 0, own, 0, text);
        for (int i = 0; i < count; i++) {
            Octets.LONGS.set(own, text + i * Long.BYTES, decoder.span(pseudo + i));
        }
        return new H2RequestHead(own, count, this, ends);
    }

    /** Several cookie fields are one, joined by a semicolon and a space, where the first one was (RFC 9113, 8.2.3). */
    private H2RequestHead joined(HpackDecoder decoder, int pseudo, boolean ends) {
        int all = decoder.fieldCount();
        int count = all - pseudo - (cookies - 1);
        byte[] text = new byte[decoder.octetsLength() + 2 * cookies];
        long[] spans = new long[count];
        int length = 0;
        int index = 0;
        boolean done = false;
        for (int i = 0; i < all; i++) {
            long span = decoder.span(i);
            boolean cookie = i >= pseudo && isName(span, "cookie");
            if (cookie && done) {
                continue;
            }
            int from = length;
            length = copy(text, length, FieldSection.nameStart(span), FieldSection.nameEnd(span));
            int valueFrom = length;
            length = copy(text, length, FieldSection.valueStart(span), FieldSection.valueEnd(span));
            for (int next = i + 1; cookie && next < all; next++) {
                long other = decoder.span(next);
                if (isName(other, "cookie")) {
                    text[length++] = ';';
                    text[length++] = ' ';
                    length = copy(text, length, FieldSection.valueStart(other), FieldSection.valueEnd(other));
                }
            }
            done |= cookie;
            long moved = FieldSection.span(from, valueFrom, valueFrom, length);
            if (i >= pseudo) {
                spans[index++] = moved;
            }
            move(span, moved);
        }
        byte[] own = Arrays.copyOf(text, length + count * Long.BYTES);
        for (int i = 0; i < count; i++) {
            Octets.LONGS.set(own, length + i * Long.BYTES, spans[i]);
        }
        return new H2RequestHead(own, count, this, ends);
    }

    private int copy(byte[] target, int at, int from, int to) {
        System.arraycopy(octets, from, target, at, to - from);
        return at + to - from;
    }

    private void move(long span, long moved) {
        method = method == span ? moved : method;
        scheme = scheme == span ? moved : scheme;
        path = path == span ? moved : path;
        authority = authority == span ? moved : authority;
        protocol = protocol == span ? moved : protocol;
    }
}
