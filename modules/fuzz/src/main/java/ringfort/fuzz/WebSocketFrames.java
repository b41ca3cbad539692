package ringfort.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import ringfort.websocket.codec.CloseCode;
import ringfort.websocket.codec.Compression;
import ringfort.websocket.codec.Frames;
import ringfort.websocket.codec.MessageReader;
import ringfort.websocket.codec.ReaderLimits;
import ringfort.websocket.codec.Received;
import ringfort.websocket.codec.Violation;

/**
 * {@link MessageReader}: any cut gives the same messages, control frames and close code, and {@link NaiveMessages} finds
 * the same; what is kept stays under the limit, and nothing is kept at the end. The message as content of a WebSocket:
 * written by {@link Frames} in fragments that the cuts make, masked, plain or by {@link Compression}, it is read as it was.
 * The message as an offer of extensions: the answer is none or one that a client may get.
 *
 * <p>Option 0 chooses limits that are easily reached; option 1 agrees on compression.
 */
public final class WebSocketFrames {
    private static final ReaderLimits WIDE = new ReaderLimits(5000, 100, 50, 1);
    private static final ReaderLimits SMALL = new ReaderLimits(125, 3, 3, 1);
    /** More than what may be missing of a frame. */
    private static final int COMPLETION = 6000;

    private static final String ANSWER = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    private static final byte[] MASK = {0x37, (byte) 0xFA, 0x21, 0x3D};

    private WebSocketFrames() {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        var input = new Input(data);
        ReaderLimits limits = input.option(0) ? SMALL : WIDE;
        boolean compression = input.option(1);
        byte[] message = input.message();
        List<String> whole = read(limits, compression, message, new int[0]);
        Check.same("cut at " + Arrays.toString(input.cuts()), whole, read(limits, compression, message, input.cuts()));
        Check.same("byte by byte", whole, read(limits, compression, message, input.everyByte()));
        compareWithNaive(limits, compression, message, whole);
        writeAndRead(input, false);
        writeAndRead(input, true);
        String answer = Compression.agree(Check.text(message));
        Check.that(
                answer == null || answer.equals(ANSWER) || answer.equals(ANSWER + "; server_max_window_bits=15"),
                "answered " + answer);
    }

    /** The reader refuses at the first octet that is wrong, the naive one when the frame is there. */
    private static void compareWithNaive(ReaderLimits limits, boolean compression, byte[] message, List<String> whole) {
        List<String> naive = NaiveMessages.of(limits, compression, message);
        boolean earlier =
                naive.getLast().equals("incomplete") && whole.getLast().startsWith("violation");
        if (earlier) {
            naive = NaiveMessages.of(limits, compression, Arrays.copyOf(message, message.length + COMPLETION));
        }
        Check.same("naive" + (earlier ? ", completed" : ""), naive, whole);
    }

    /**
     * How a close code is written down. Inflating goes by pieces, so that of two things that are wrong with compressed
     * content, its size and its octets, either may be found first; where compression is agreed on both are written as one.
     */
    static String violation(int code, boolean compressed) {
        boolean either = compressed && (code == CloseCode.BAD_DATA || code == CloseCode.TOO_BIG);
        return "violation " + (either ? "of inflated content" : "" + code);
    }

    private static List<String> read(ReaderLimits limits, boolean compression, byte[] message, int[] cuts) {
        var reader = new Reader(limits, compression);
        Pieces.play(message, cuts, reader);
        return reader.end();
    }

    private static final class Reader implements Pieces.Reader {
        private final ReaderLimits limits;
        private final boolean compression;
        private final MessageReader reader;
        private final List<String> found = new ArrayList<>();
        private boolean closed;

        Reader(ReaderLimits limits, boolean compression) {
            this.limits = limits;
            this.compression = compression;
            reader = new MessageReader(limits, compression);
        }

        @Override
        public boolean read(byte[] buffer, int from, int to, int offset) {
            int at = from;
            while (true) {
                int count = reader.read(buffer, at, to - at, 0);
                Check.that(count >= 0 && count <= to - at, "count");
                at += count;
                Check.that(reader.keptBytes() <= Math.max(512, limits.messageBytes()), "keeps too much");
                Received received = reader.take();
                if (received != null) {
                    found.add(written(received));
                    closed |= received instanceof Received.Close;
                } else if (reader.violation() != null || closed) {
                    Check.same("read behind the end", 0, reader.read(buffer, at, to - at, 0));
                    return false;
                } else if (at == to) {
                    return true;
                } else {
                    Check.that(count > 0, "stands still");
                }
            }
        }

        private String written(Received received) {
            return switch (received) {
                case Received.Data data -> {
                    Check.that(data.bytes().length <= limits.messageBytes(), "message over the limit");
                    yield (data.text() ? "text " : "binary ") + Check.text(data.bytes());
                }
                case Received.Ping ping -> "ping " + Check.text(ping.bytes());
                case Received.Pong pong -> "pong " + Check.text(pong.bytes());
                case Received.Close close -> {
                    Check.that(close.code() == CloseCode.NONE || CloseCode.isSendable(close.code()), "close code");
                    yield "close " + close.code() + ' ' + close.reason();
                }
            };
        }

        List<String> end() {
            Violation violation = reader.violation();
            if (violation != null) {
                Check.that(Frames.close(violation.code(), violation.reason()).length <= 127, "long reason");
                found.add(violation(violation.code(), compression));
            } else if (!closed) {
                found.add("incomplete");
            }
            reader.end();
            Check.same("kept at the end", 0, reader.keptBytes());
            Check.that(!reader.insideMessage(), "inside a message at the end");
            return found;
        }
    }

    private static void writeAndRead(Input input, boolean compressed) {
        byte[] message = input.message();
        if (message.length > WIDE.messageBytes()) {
            return;
        }
        byte[] carried = compressed ? Compression.compress(message) : message;
        var octets = new ByteArrayOutputStream();
        int from = 0;
        int[] cuts = input.cuts();
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? Math.min(cuts[i], carried.length) : carried.length;
            int opcode = i == 0 ? Frames.BINARY : Frames.CONTINUATION;
            byte[] head = Frames.head(opcode, i == cuts.length, compressed && i == 0, to - from);
            head[1] |= (byte) 0x80;
            octets.writeBytes(head);
            octets.writeBytes(MASK);
            for (int at = from; at < to; at++) {
                octets.write(carried[at] ^ MASK[(at - from) & 3]);
            }
            from = to;
        }
        List<String> expected = List.of("binary " + Check.text(message), "incomplete");
        byte[] written = octets.toByteArray();
        int[] within =
                Arrays.stream(cuts).map(cut -> Math.min(cut, written.length)).toArray();
        Check.same("written and read", expected, read(WIDE, compressed, written, within));
    }
}
