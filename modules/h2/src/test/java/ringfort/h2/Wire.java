package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import ringfort.message.ByteSink;
import ringfort.message.Refusal;

/**
 * Plays bytes to a fresh {@link H2State}, answers each request when it is complete, and writes down what happened: what
 * was found, then what is written, all of it at the end. The same bytes must give the same account however they are cut.
 */
final class Wire {
    private static final int LONG = 500;
    private static final int STRIDE = 97;
    private static final String GREETING = "SETTINGS [^|]*\\|UPDATE 0 983041\\|";

    final FakeSlot slot = new FakeSlot();
    final H2State state;
    final Reading reading = new Reading();
    long now;

    private final TreeMap<Integer, StringBuilder> streams = new TreeMap<>();
    private final TreeMap<Integer, String> contents = new TreeMap<>();
    private boolean over;

    Wire(H2Limits limits, H2Timeouts timeouts) {
        state = new H2State(limits, timeouts, slot);
        state.accepted(now);
    }

    Wire(H2Limits limits) {
        this(limits, H2Timeouts.DEFAULT);
    }

    Wire() {
        this(H2Limits.DEFAULT);
    }

    /** What came of the bytes, cut at these offsets. */
    static String account(H2Limits limits, byte[] bytes, int... cuts) {
        var wire = new Wire(limits);
        int from = 0;
        for (int cut : cuts) {
            wire.receive(bytes, from, cut);
            from = cut;
        }
        wire.receive(bytes, from, bytes.length);
        return wire.found() + "--" + wire.written();
    }

    /** What came of the bytes in one piece; asserts that it is the same in any two pieces, and byte by byte. */
    static String accountOfAnyCut(H2Limits limits, Frames frames) {
        byte[] bytes = frames.bytes();
        String whole = account(limits, bytes);
        int[] everywhere = new int[Math.max(0, bytes.length - 1)];
        Arrays.setAll(everywhere, i -> i + 1);
        assertEquals(whole, account(limits, bytes, everywhere), "byte by byte");
        for (int cut = 1; cut < bytes.length; cut += bytes.length > LONG ? STRIDE : 1) {
            assertEquals(whole, account(limits, bytes, cut), "cut at " + cut);
        }
        return whole;
    }

    /** Asserts what is found in the frames behind an opening, and what is written, without the greeting. */
    static void plays(Frames frames, String found, String written) {
        plays(H2Limits.DEFAULT, frames, found, written);
    }

    static void plays(H2Limits limits, Frames frames, String found, String written) {
        String account = accountOfAnyCut(limits, frames);
        String all = account.substring(account.indexOf("--") + 2);
        String rest = all.replaceFirst(GREETING, "");
        assertEquals(
                found + "--" + written,
                account.substring(0, account.indexOf("--")) + "--" + rest.replace("SETTINGS ACK|", ""));
    }

    /** Asserts that the frames end the connection, in any cut, alone and with a request behind them in one segment. */
    static void connectionError(ErrorCode code, Frames frames) {
        connectionError(H2Limits.DEFAULT, code, frames);
    }

    static void connectionError(H2Limits limits, ErrorCode code, Frames frames) {
        for (int more = 0; more < 2; more++) {
            String account = accountOfAnyCut(limits, frames);
            assertTrue(
                    account.matches("(?s).*CLOSE.*GOAWAY \\d+ " + code + "\\|"), () -> code + " expected: " + account);
            assertTrue(!account.contains("/behind"), account);
            frames.headers(1001, true, Frames.request("GET", "/behind"));
        }
    }

    /** Asserts that the frames end a stream and not the connection, in any cut, and that another request is served. */
    static void streamError(ErrorCode code, int stream, Frames frames) {
        streamError(H2Limits.DEFAULT, code, stream, frames);
    }

    static void streamError(H2Limits limits, ErrorCode code, int stream, Frames frames) {
        frames.headers(1001, true, Frames.request("GET", "/behind"));
        String account = accountOfAnyCut(limits, frames);
        assertTrue(account.contains("RST " + stream + " " + code + "|"), () -> code + " expected: " + account);
        assertTrue(!account.contains("GOAWAY"), account);
        assertTrue(account.contains("1001 GET /behind") && account.contains("HEADERS 1001"), account);
    }

    void receive(Frames frames) {
        byte[] bytes = frames.bytes();
        receive(bytes, 0, bytes.length);
        frames.out.reset();
    }

    void receive(byte[] source, int start, int end) {
        byte[] buffer = new byte[end - start + 13]; // somewhere in a buffer that holds other bytes too
        Arrays.fill(buffer, (byte) 0x55);
        System.arraycopy(source, start, buffer, 5, end - start);
        int at = 5;
        int to = 5 + end - start;
        while (!over) {
            H2State.Event event = state.next(buffer, at, to, now);
            assertTrue(state.position() >= at && state.position() <= to, "position");
            at = state.position();
            if (event == H2State.Event.NEED_INPUT) {
                assertEquals(to, at, "all is taken when more is needed");
                return;
            }
            on(event, buffer);
        }
    }

    private StringBuilder account(int stream) {
        return streams.computeIfAbsent(stream, id -> new StringBuilder());
    }

    private void on(H2State.Event event, byte[] buffer) {
        if (event == H2State.Event.CLOSE) {
            account(Integer.MAX_VALUE).append("CLOSE");
            state.eachStream(stream -> assertTrue(stream.isClosed(), stream.toString()));
            over = true;
            return;
        }
        H2Stream stream = state.stream();
        StringBuilder account = account(stream.id());
        switch (event) {
            case REQUEST -> {
                H2RequestHead head = stream.head();
                account.append(stream.id())
                        .append(' ')
                        .append(head.method())
                        .append(' ')
                        .append(head.target());
                account.append(' ').append(Reading.render(head));
            }
            case DATA -> {
                String piece = new String(
                        buffer, state.dataFrom(), state.dataTo() - state.dataFrom(), StandardCharsets.ISO_8859_1);
                contents.merge(stream.id(), piece, String::concat);
                state.consumed(stream, piece.length(), now);
                return;
            }
            case END -> {
                String content = contents.getOrDefault(stream.id(), "");
                account.append(" '")
                        .append(content.length() > 100 ? content.length() + " octets" : content)
                        .append("' ");
                account.append(Reading.render(stream.trailers()));
                state.respond(stream, ResponseHead.of(200), false, now);
                state.end(stream, null, now);
                state.handlerReturned(stream, now);
            }
            case REFUSED -> {
                Refusal refusal = stream.refusal();
                int status = refusal == null ? 500 : refusal.status();
                account.append(stream.id()).append(" REFUSED ").append(status);
                if (!stream.responseStarted()) {
                    state.respond(stream, ResponseHead.of(status), true, now);
                }
                state.handlerReturned(stream, now);
            }
            case RESET -> {
                account.append(" RESET ").append(stream.resetBy());
                state.handlerReturned(stream, now);
            }
            case NEED_INPUT, CLOSE -> throw new AssertionError("unexpected " + event);
        }
        account.append(' ');
    }

    /** What was found, stream by stream. */
    String found() {
        var all = new StringBuilder();
        streams.values().forEach(all::append);
        return all.toString();
    }

    /** What is written, a frame behind the other. */
    String written() {
        var all = new StringBuilder();
        frames().forEach(frame -> all.append(frame).append('|'));
        return all.toString();
    }

    /** What is written until nothing can be. */
    List<String> frames() {
        List<String> all = new ArrayList<>();
        var out = new ByteSink(1024);
        while (state.hasOutput()) {
            out.reset();
            state.write(out, 64 * 1024, now);
            all.addAll(reading.frames(out.array(), 0, out.length()));
        }
        return all;
    }

    /** One round of so much room. */
    List<String> round(int room) {
        var out = new ByteSink(1024);
        state.write(out, room, now);
        return reading.frames(out.array(), 0, out.length());
    }
}
