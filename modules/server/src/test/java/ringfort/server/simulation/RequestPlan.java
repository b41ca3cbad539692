package ringfort.server.simulation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One request of a simulated peer: its bytes, what its handler will do, and what must leave for it. */
final class RequestPlan {
    /** The most content a request may have; more is refused. */
    static final int MAX_BODY = 300_000;

    /** The most bytes of a head. */
    static final int MAX_HEAD = 2_048;

    /** What the handler does, or what is wrong with the request. */
    enum Kind {
        TEXT,
        CLOSING,
        STREAM,
        SIZED_STREAM,
        ABORTED_STREAM,
        ECHO,
        PART_READ,
        UNREAD,
        PARK,
        HINTS,
        NEVER,
        HOLD,
        THROW,
        ERROR,
        NULL,
        UPGRADE,
        BAD_HEAD,
        BAD_CHUNK,
        TOO_LARGE;

        boolean isRefused() {
            return this == BAD_HEAD || this == BAD_CHUNK || this == TOO_LARGE;
        }

        boolean fails() {
            return this == THROW || this == ERROR || this == NULL;
        }

        boolean hasContent() {
            return this == ECHO || this == PART_READ || this == UNREAD || this == BAD_CHUNK || this == TOO_LARGE;
        }
    }

    private static final List<Kind> MILD = List.of(
            Kind.TEXT,
            Kind.TEXT,
            Kind.STREAM,
            Kind.SIZED_STREAM,
            Kind.ABORTED_STREAM,
            Kind.ECHO,
            Kind.PART_READ,
            Kind.UNREAD,
            Kind.PARK,
            Kind.HINTS,
            Kind.THROW);
    private static final List<Kind> ALL = List.of(Kind.values());
    private static final List<Kind> INLINE =
            List.of(Kind.TEXT, Kind.ECHO, Kind.THROW, Kind.ERROR, Kind.HOLD, Kind.NULL);

    private final int number;
    private final int connection;
    private final Kind kind;
    private final String method;
    private final int minorVersion;
    private final boolean keepAlive;
    private final boolean chunked;
    private final boolean expects;
    private final boolean inline;
    private final int contentBytes; // of the request
    private final int size; // of the response's content
    private final int pauses; // of the handler
    private final int piece; // bytes the handler writes or reads at once

    // Written by the handler.
    private volatile boolean begun;
    private volatile boolean ended;
    private volatile boolean parked;
    private volatile boolean goOn;
    private volatile boolean reading;
    private int parks;
    private volatile @Nullable Thread thread;

    RequestPlan(int number, int connection, boolean mild, boolean last, Dice dice) {
        this.number = number;
        this.connection = connection;
        Kind rolled = dice.pick((mild ? MILD : ALL).toArray(Kind[]::new));
        kind = rolled == Kind.UPGRADE && !last ? Kind.TEXT : rolled;
        inline = INLINE.contains(kind) && dice.oneIn(3);
        minorVersion =
                kind != Kind.UPGRADE && !kind.hasContent() && dice.oneIn(kind == Kind.ABORTED_STREAM ? 2 : 5) ? 0 : 1;
        keepAlive = minorVersion == 1 && !dice.oneIn(12);
        method = kind.hasContent() ? "POST" : kind != Kind.UPGRADE && dice.oneIn(8) ? "HEAD" : "GET";
        contentBytes = contentBytes(dice);
        chunked = kind == Kind.BAD_CHUNK || (kind.hasContent() && kind != Kind.TOO_LARGE && dice.oneIn(2));
        expects = kind.hasContent() && !mild && dice.oneIn(6);
        size = size(dice);
        pauses = kind == Kind.PARK ? dice.between(1, 3) : dice.oneIn(3) ? dice.below(3) : 0;
        piece = dice.pick(1 + size / 3, 100 + size / 10, 1 + size);
    }

    private int contentBytes(Dice dice) {
        if (kind == Kind.UPGRADE) {
            return dice.below(2_000);
        }
        return kind.hasContent() ? dice.pick(0, dice.below(50), dice.below(2_000), dice.below(200_000)) : 0;
    }

    private int size(Dice dice) {
        int rolled = dice.pick(0, dice.below(100), dice.below(3_000), dice.below(20_000));
        return dice.oneIn(12) ? dice.below(300_000) : rolled;
    }

    // What the peer sends.

    /** All its bytes; of an upgrade also what is said afterwards. */
    byte[] wireBytes(Dice dice) {
        var bytes = new ByteArrayOutputStream();
        String path = (inline ? "/i/" : "/c/") + number;
        if (kind == Kind.BAD_HEAD) {
            ascii(
                    bytes,
                    dice.pick(
                            "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
                            "GET / HTTP/1.1\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
                            "GET / HTTP/3.1\r\nHost: h\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: h\r\nLong: " + "x".repeat(MAX_HEAD) + "\r\n\r\n",
                            "GET /" + "x".repeat(2 * MAX_HEAD) + " HTTP/1.1\r\nHost: h\r\n\r\n"));
            return bytes.toByteArray();
        }
        ascii(bytes, method + " " + path + " HTTP/1." + minorVersion + "\r\nHost: simulation\r\n");
        if (!keepAlive) {
            ascii(bytes, "Connection: close\r\n");
        }
        if (kind == Kind.UPGRADE) {
            ascii(bytes, "Connection: upgrade\r\nUpgrade: simulation\r\n\r\n");
            content(bytes, 0, contentBytes);
            return bytes.toByteArray();
        }
        if (expects) {
            ascii(bytes, "Expect: 100-continue\r\n");
        }
        if (chunked) {
            ascii(bytes, "Transfer-Encoding: chunked\r\n\r\n");
            chunks(bytes, dice);
        } else if (kind.hasContent()) {
            int length = kind == Kind.TOO_LARGE ? MAX_BODY + 1 : contentBytes;
            ascii(bytes, "Content-Length: " + length + "\r\n\r\n");
            content(bytes, 0, contentBytes);
        } else {
            ascii(bytes, "\r\n");
        }
        return bytes.toByteArray();
    }

    private void chunks(ByteArrayOutputStream bytes, Dice dice) {
        for (int at = 0; at < contentBytes; ) {
            int count = Math.min(contentBytes - at, 1 + dice.below(dice.pick(10, 1_000, 100_000)));
            ascii(bytes, Integer.toHexString(count) + "\r\n");
            content(bytes, at, at + count);
            ascii(bytes, "\r\n");
            at += count;
        }
        ascii(bytes, kind == Kind.BAD_CHUNK ? "zz\r\n" : "0\r\n\r\n");
    }

    private void content(ByteArrayOutputStream bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            bytes.write(requestByte(i));
        }
    }

    private static void ascii(ByteArrayOutputStream bytes, String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** A byte of the request's content. */
    byte requestByte(int index) {
        return (byte) ('a' + Math.floorMod(number * 7 + index * 3 + (index >> 7), 26));
    }

    /** A byte of the response's content: it belongs to this request, and to this place. */
    byte responseByte(int index) {
        return (byte) ('!' + Math.floorMod(number * 31 + index * 7 + (index >> 8), 90));
    }

    /** The response's content from one index to another. */
    byte[] responseBytes(int from, int to) {
        byte[] bytes = new byte[to - from];
        for (int i = from; i < to; i++) {
            bytes[i - from] = responseByte(i);
        }
        return bytes;
    }

    // What is known of it.

    int number() {
        return number;
    }

    int connection() {
        return connection;
    }

    Kind kind() {
        return kind;
    }

    /** Whether its handler fails in the middle of the response. */
    boolean isAborted() {
        return kind == Kind.ABORTED_STREAM && !isHead();
    }

    boolean isHead() {
        return method.equals("HEAD");
    }

    boolean expects() {
        return expects;
    }

    int contentBytes() {
        return contentBytes;
    }

    int size() {
        return size;
    }

    int pauses() {
        return pauses;
    }

    int piece() {
        return piece;
    }

    /** Whether nothing may follow on its connection. */
    boolean isLast() {
        return !keepAlive
                || minorVersion == 0
                || kind == Kind.CLOSING
                || kind == Kind.UPGRADE
                || kind == Kind.ABORTED_STREAM
                || kind.isRefused();
    }

    // The handler's life.

    void begin() {
        begun = true;
        thread = Thread.currentThread();
    }

    void end() {
        ended = true;
        thread = null;
    }

    boolean hasBegun() {
        return begun;
    }

    boolean isRunning() {
        return begun && !ended;
    }

    boolean isParked() {
        return parked;
    }

    void parked(boolean now) {
        parked = now;
    }

    /** How often its handler has waited, this time included. */
    int countPark() {
        return ++parks;
    }

    /** Whether the handler can do nothing before the peer has sent something. */
    boolean isReading() {
        return reading;
    }

    void reading(boolean now) {
        reading = now;
    }

    boolean mayGoOn() {
        return goOn;
    }

    void goOn(boolean now) {
        goOn = now;
    }

    @Nullable Thread thread() {
        return thread;
    }

    @Override
    public String toString() {
        return number + " " + method + " " + kind + (inline ? " inline" : "") + " 1." + minorVersion + " in "
                + contentBytes + (chunked ? " chunked" : "") + (expects ? " expects" : "") + " out " + size;
    }
}
