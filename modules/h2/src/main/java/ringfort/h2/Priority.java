package ringfort.h2;

import ringfort.message.Octets;

/**
 * The priority of a request: a dictionary of structured fields (RFC 9218, 4; RFC 8941, 3.2). Stateless, any thread.
 *
 * <p>What is no dictionary is ignored as a whole, and an unknown or ill-typed member alone. A priority is packed into
 * one number: the urgency, and {@link #INCREMENTAL}.
 */
final class Priority {
    static final int MOST_URGENCY = 7;
    static final int INCREMENTAL = 8;

    /** Urgency 3, not incremental. */
    static final int DEFAULT = 3;

    private static final int URGENCY_MASK = 7;

    private final byte[] octets;
    private final int to;
    private int at;
    private int priority = DEFAULT;

    private Priority(byte[] octets, int from, int to) {
        this.octets = octets;
        this.at = from;
        this.to = to;
    }

    static int urgency(int priority) {
        return priority & URGENCY_MASK;
    }

    static boolean incremental(int priority) {
        return (priority & INCREMENTAL) != 0;
    }

    /** The priority that {@code octets[from, to)} says. */
    static int parse(byte[] octets, int from, int to) {
        var priority = new Priority(octets, from, to);
        return priority.dictionary() ? priority.priority : DEFAULT;
    }

    private boolean dictionary() {
        at = Octets.skipWhitespace(octets, at, to);
        while (at < to) {
            if (!member()) {
                return false;
            }
            at = Octets.skipWhitespace(octets, at, to);
            if (at == to) {
                return true;
            } else if (octets[at++] != ',') {
                return false;
            }
            at = Octets.skipWhitespace(octets, at, to);
            if (at == to) {
                return false; // a comma with nothing behind it
            }
        }
        return true;
    }

    private boolean member() {
        int from = at;
        if (!key()) {
            return false;
        }
        int end = at;
        int valueFrom = at;
        if (peek() == '=') {
            at++;
            valueFrom = at;
            if (!(peek() == '(' ? innerList() : bareItem())) {
                return false;
            }
        }
        set(from, end, valueFrom, at);
        return parameters();
    }

    private void set(int from, int end, int valueFrom, int valueTo) {
        if (end - from != 1) {
            return;
        }
        boolean oneOctet = valueTo - valueFrom == 1;
        if (octets[from] == 'u' && oneOctet && octets[valueFrom] >= '0' && octets[valueFrom] <= '0' + MOST_URGENCY) {
            priority = (priority & INCREMENTAL) | (octets[valueFrom] - '0');
        } else if (octets[from] == 'i') {
            if (valueFrom == valueTo || Octets.equal(octets, valueFrom, valueTo, "?1")) {
                priority |= INCREMENTAL;
            } else if (Octets.equal(octets, valueFrom, valueTo, "?0")) {
                priority &= ~INCREMENTAL;
            }
        }
    }

    private int peek() {
        return at < to ? octets[at] : -1;
    }

    private boolean key() {
        int first = peek();
        if (!isLower(first) && first != '*') {
            return false;
        }
        while (isLower(peek()) || isDigit(peek()) || "_-.*".indexOf(peek()) >= 0) {
            at++;
        }
        return true;
    }

    private boolean parameters() {
        while (peek() == ';') {
            at++;
            while (peek() == ' ') {
                at++;
            }
            if (!key()) {
                return false;
            } else if (peek() == '=') {
                at++;
                if (!bareItem()) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean innerList() {
        at++;
        while (true) {
            while (peek() == ' ') {
                at++;
            }
            if (peek() == ')') {
                at++;
                return true;
            } else if (!bareItem() || !parameters() || (peek() != ' ' && peek() != ')')) {
                return false;
            }
        }
    }

    /** A number, a string, a token, a byte sequence or a boolean; of numbers only the characters are looked at. */
    private boolean bareItem() {
        int first = peek();
        if (first == '"') {
            return string();
        } else if (first == ':') {
            at++;
            while (at < to && octets[at] != ':') {
                at++;
            }
            at++;
            return at <= to;
        } else if (first == '?') {
            at += 2;
            return at <= to && (octets[at - 1] == '0' || octets[at - 1] == '1');
        } else if (first == '-' || isDigit(first)) {
            at++;
            while (isDigit(peek()) || peek() == '.') {
                at++;
            }
            return isDigit(octets[at - 1]);
        } else if (first == '*' || isLower(first) || (first >= 'A' && first <= 'Z')) {
            while (at < to && (Octets.is(Octets.TOKEN, octets[at]) || octets[at] == ':' || octets[at] == '/')) {
                at++;
            }
            return true;
        }
        return false;
    }

    private boolean string() {
        at++;
        while (at < to && octets[at] != '"') {
            at += octets[at] == '\\' ? 2 : 1;
        }
        at++;
        return at <= to;
    }

    private static boolean isLower(int octet) {
        return octet >= 'a' && octet <= 'z';
    }

    private static boolean isDigit(int octet) {
        return octet >= '0' && octet <= '9';
    }
}
