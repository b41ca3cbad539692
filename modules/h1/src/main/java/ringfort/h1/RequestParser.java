package ringfort.h1;

import org.jspecify.annotations.Nullable;
import ringfort.message.Octets;
import ringfort.message.Refusal;

/**
 * Reads request heads, incrementally: bytes may come in any pieces, and each byte is looked at once. Bytes that cannot
 * become a request are refused at the first byte that shows it (RFC 9112, 2.2, 3 and 5). One thread at a time.
 *
 * <p>A head that lies complete in one buffer is read in that buffer and copied once, into the array that its
 * {@link RequestHead} owns. The parser keeps the bytes of an unfinished head, up to the {@link Limits}.
 */
public final class RequestParser {
    /** What {@link #parse} found. */
    public enum Result {
        /** No complete head; all bytes given were taken. */
        NEED_INPUT,
        /** {@link RequestParser#head()} is complete; what follows it begins at {@link RequestParser#position()}. */
        HEAD,
        /** {@link RequestParser#refusal()} says why. Every further call returns this too. */
        REFUSED
    }

    /** RFC 9112, 2.2: a server ought to ignore at least one empty line before a request line. */
    private static final int MOST_EMPTY_LINES = 2;

    private enum State {
        BEFORE,
        EMPTY_LINE,
        LINE,
        FIELDS,
        REFUSED
    }

    private final int mostHeadBytes;
    private final RequestLine line;
    private final FieldLines fields;
    private final HeadRules rules = new HeadRules();
    private final Carry carry = new Carry();

    private State state = State.BEFORE;
    private int emptyLines;
    private int base;
    private int position;
    private @Nullable RequestHead head;
    private @Nullable Refusal refusal;

    /** A parser that refuses heads above these limits. */
    public RequestParser(Limits limits) {
        mostHeadBytes = limits.requestLineBytes() + limits.headBytes();
        line = new RequestLine(limits.requestLineBytes());
        fields = new FieldLines(limits.headBytes(), limits.headerFields());
    }

    /** Continues to read, in {@code buffer[from, to)}. The buffer is not kept. */
    public Result parse(byte[] buffer, int from, int to) {
        int carried = carry.length();
        if (carried == 0) {
            base = from;
            Result result = read(buffer, to);
            if (result == Result.NEED_INPUT && state.compareTo(State.LINE) >= 0) {
                carry.append(buffer, base, to);
            }
            return result;
        }
        // A longer head is refused anyway, so no more bytes than the limits allow are copied.
        int taken = Math.min(to - from, mostHeadBytes - carried);
        byte[] whole = carry.append(buffer, from, from + taken);
        base = 0;
        Result result = read(whole, carried + taken);
        position += from - carried;
        if (result != Result.NEED_INPUT) {
            carry.clear();
        }
        return result;
    }

    private Result read(byte[] buffer, int to) {
        if (state.compareTo(State.LINE) < 0 && !skipEmptyLines(buffer, to)) {
            return refusal == null ? needInput(to) : refuse(refusal, to);
        }
        if (state == State.LINE) {
            RequestLine.Found found = line.read(buffer, base, to);
            if (found == RequestLine.Found.MORE) {
                return needInput(to);
            } else if (found == RequestLine.Found.REFUSED) {
                return refuse(line.refusal(), to);
            }
            fields.begin(line.cursor());
            rules.begin();
            state = State.FIELDS;
        }
        return state == State.FIELDS ? readFields(buffer, to) : refuse(refusal, to);
    }

    /** Whether the first byte of a request line has been reached. */
    private boolean skipEmptyLines(byte[] buffer, int to) {
        int i = base;
        while (i < to) {
            byte octet = buffer[i];
            if (state == State.BEFORE && octet != '\r') {
                base = i;
                line.begin();
                state = State.LINE;
                return true;
            } else if (state == State.EMPTY_LINE && octet != '\n') {
                refusal = new Refusal(400, "bare CR");
                return false;
            } else if (state == State.BEFORE && emptyLines == MOST_EMPTY_LINES) {
                refusal = new Refusal(400, "empty lines before the request line");
                return false;
            }
            if (state == State.BEFORE) {
                state = State.EMPTY_LINE;
            } else {
                state = State.BEFORE;
                emptyLines++;
            }
            i++;
        }
        return false;
    }

    private Result readFields(byte[] buffer, int to) {
        while (true) {
            switch (fields.read(buffer, base, to)) {
                case MORE -> {
                    return needInput(to);
                }
                case FIELD -> {
                    int index = fields.count() - 1;
                    Refusal judged = rules.field(buffer, base, fields.lastSpan(), index, line.minorVersion());
                    if (judged != null) {
                        return refuse(judged, to);
                    }
                }
                case END -> {
                    Refusal judged = rules.end(buffer, base, line, fields);
                    return judged == null ? complete(buffer) : refuse(judged, to);
                }
                case REFUSED -> {
                    return refuse(fields.refusal(), to);
                }
            }
        }
    }

    private Result complete(byte[] buffer) {
        int headBytes = fields.cursor();
        byte[] octets = new byte[headBytes + fields.count() * Long.BYTES];
        System.arraycopy(buffer, base, octets, 0, headBytes);
        fields.copySpans(octets, headBytes);
        head = new RequestHead(octets, line, fields, rules);
        position = base + headBytes;
        state = State.BEFORE;
        emptyLines = 0;
        return Result.HEAD;
    }

    private Result needInput(int to) {
        position = to;
        return Result.NEED_INPUT;
    }

    private Result refuse(@Nullable Refusal why, int to) {
        refusal = why;
        position = to;
        state = State.REFUSED;
        return Result.REFUSED;
    }

    /** No head will be asked for any more: what was kept of one is given up. */
    void forget() {
        carry.clear();
    }

    /** Forgets everything, as if nothing had been parsed. */
    void reset() {
        state = State.BEFORE;
        emptyLines = 0;
        carry.clear();
        fields.shrink();
        head = null;
        refusal = null;
    }

    /** What the bytes of an unfinished head take of the heap. */
    public int heldBytes() {
        return carry.capacity() + fields.grownBytes();
    }

    /** Index of the first byte that the last {@link #parse} did not take, in the buffer of that call. */
    public int position() {
        return position;
    }

    /**
     * The last head that {@link #parse} has found.
     *
     * @throws IllegalStateException when no head was found yet
     */
    public RequestHead head() {
        RequestHead found = head;
        if (found == null) {
            throw new IllegalStateException("no head is complete");
        }
        return found;
    }

    /**
     * Why the head was refused.
     *
     * @throws IllegalStateException when no head was refused
     */
    public Refusal refusal() {
        Refusal why = refusal;
        if (why == null) {
            throw new IllegalStateException("nothing was refused");
        }
        return why;
    }

    /** Whether bytes of the next head, or empty lines before it, have been read, but not all of it. */
    public boolean started() {
        return state != State.BEFORE || emptyLines > 0;
    }

    /** Whether at least the first byte of the next request line has been read, but not all of its head. */
    public boolean inHead() {
        return state == State.LINE || state == State.FIELDS;
    }

    /**
     * Whether the end of the head, its empty line, lies in {@code buffer[from, to)}, which follows the bytes taken
     * before. Takes no byte, and does not check the head.
     */
    boolean endsWithin(byte[] buffer, int from, int to) {
        int at = from;
        int matched = 0; // octets of CR LF CR LF
        if (inHead()) {
            for (int i = Math.max(0, carry.length() - 3); i < carry.length(); i++) {
                matched = Octets.endOfHead(matched, carry.at(i));
            }
        } else {
            while (at < to && (buffer[at] == '\r' || buffer[at] == '\n')) {
                at++; // an empty line before a request line is not the end of a head
            }
        }
        for (; at < to && matched < 4; at++) {
            matched = Octets.endOfHead(matched, buffer[at]);
        }
        return matched == 4;
    }

    /** Returns the last head that was found. The parser does not refer to it any more. */
    RequestHead takeHead() {
        RequestHead found = head();
        head = null;
        return found;
    }
}
