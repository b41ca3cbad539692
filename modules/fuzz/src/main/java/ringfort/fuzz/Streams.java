package ringfort.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.h2.Frame;
import ringfort.h2.FrameReader;
import ringfort.h2.FrameWriter;
import ringfort.h2.H2Limits;
import ringfort.h2.H2RequestHead;
import ringfort.h2.H2State;
import ringfort.h2.H2Stream;
import ringfort.h2.H2Timeouts;
import ringfort.h2.ResponseHead;
import ringfort.message.ByteSink;
import ringfort.message.Refusal;

/**
 * {@link H2State}: a whole connection comes to the same however its bytes are cut; a request has the fields that a naive
 * reading of all frames finds; no more content comes out than the windows allow; what is written is frames, in an order
 * that a client may see; a deadline is set while the connection is open, and none is left when it is closed.
 *
 * <p>Option 0 chooses limits that are easily reached; by option 1 the message is all of what comes, and otherwise what
 * comes behind the preface and empty SETTINGS; by option 2 requests are answered at their head; option 3 acknowledges our
 * SETTINGS.
 */
public final class Streams {
    private static final H2Limits SMALL = new H2Limits(3, 100, 65_535, 256, 8, 300, 64, 50, 40, 100, 3000, true);

    private Streams() {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        var input = new Input(data);
        String whole = account(input, new int[0]);
        Check.same("cut at " + Arrays.toString(input.cuts()), whole, account(input, input.cuts()));
        Check.same("byte by byte", whole, account(input, input.everyByte()));
    }

    private static String account(Input input, int[] cuts) {
        var conversation = new Conversation(input);
        if (!input.option(1)) {
            var opening = new ByteSink(64);
            FrameWriter.preface(opening);
            FrameWriter.settings(opening);
            if (input.option(3)) {
                FrameWriter.settingsAck(opening);
            }
            conversation.read(opening.array(), 0, opening.length(), 0);
        }
        Pieces.play(input.message(), cuts, conversation);
        return conversation.end();
    }

    /** Answers each request and writes down what happened, stream by stream; writes at the end. */
    private static final class Conversation implements Pieces.Reader, DeadlineSlot {
        private final Input input;
        private final H2Limits limits;
        private final H2State state;
        private final Map<Integer, List<NaiveBlocks.Field>> heads;
        private final Map<Integer, StringBuilder> streams = new TreeMap<>();
        private final Map<Integer, StringBuilder> contents = new TreeMap<>();
        private long nowNanos = Long.MAX_VALUE - 5_000_000; // wraps soon, as a monotonic clock may
        private boolean armed;
        private boolean over;

        Conversation(Input input) {
            this.input = input;
            limits = input.option(0) ? SMALL : H2Limits.DEFAULT;
            state = new H2State(limits, H2Timeouts.DEFAULT, this);
            heads = NaiveFrames.heads(input.message(), input.option(1) ? 24 : 0);
            state.accepted(nowNanos);
        }

        @Override
        public void arm(Phase phase, long deadlineNanos) {
            armed = true;
        }

        @Override
        public void clear() {
            armed = false;
        }

        @Override
        public boolean read(byte[] buffer, int from, int to, int offset) {
            nowNanos += 1000;
            int at = from;
            while (!over) {
                H2State.Event event = state.next(buffer, at, to, nowNanos);
                Check.that(state.position() >= at && state.position() <= to, "position");
                at = state.position();
                if (event == H2State.Event.NEED_INPUT) {
                    Check.same("taken", to, at);
                    Check.that(armed || state.streams() > 0, "nothing is due, and no stream is open");
                    return true;
                }
                on(event, buffer);
                Check.that(state.streams() <= limits.streams(), "more streams than the limit");
            }
            return false;
        }

        private void on(H2State.Event event, byte[] buffer) {
            if (event == H2State.Event.CLOSE) {
                over = true;
                state.eachStream(stream -> Check.that(stream.isClosed(), stream + " outlives its connection"));
                return;
            }
            H2Stream stream = state.stream();
            StringBuilder account = streams.computeIfAbsent(stream.id(), id -> new StringBuilder());
            switch (event) {
                case REQUEST -> {
                    request(stream.head(), stream.id());
                    account.append(stream.head().method())
                            .append(' ')
                            .append(stream.head().target())
                            .append(' ');
                    account.append(Rendering.fields(stream.head())).append(stream.urgency());
                    if (input.option(2)) {
                        answer(stream, 200);
                    }
                }
                case DATA -> {
                    int length = state.dataTo() - state.dataFrom();
                    Check.that(length > 0, "content without an octet");
                    StringBuilder content = contents.computeIfAbsent(stream.id(), id -> new StringBuilder());
                    content.append(Check.text(Arrays.copyOfRange(buffer, state.dataFrom(), state.dataTo())));
                    Check.that(content.length() <= limits.bodyBytes(), "more content than the limit");
                    state.consumed(stream, length, nowNanos);
                }
                case END -> {
                    account.append(" END ").append(Rendering.fields(stream.trailers()));
                    answer(stream, 200);
                }
                case REFUSED -> {
                    Refusal refusal = stream.refusal();
                    Check.that(refusal != null, "refused without a reason");
                    account.append(" REFUSED ").append(refusal == null ? 0 : refusal.status());
                    answer(stream, 400);
                }
                case RESET -> {
                    account.append(" RESET ").append(stream.resetBy());
                    state.handlerReturned(stream, nowNanos);
                }
                case NEED_INPUT, CLOSE -> throw new AssertionError(event);
            }
        }

        private void answer(H2Stream stream, int status) {
            if (!stream.responseStarted()) {
                byte[] content = Check.bytes("content of " + stream.id());
                state.respond(stream, ResponseHead.of(status).field("x", "y" + stream.id() % 8), false, nowNanos);
                state.send(stream, content, 0, content.length, nowNanos);
                state.end(stream, ResponseHead.trailers().field("t", "u"), nowNanos);
            }
            state.handlerReturned(stream, nowNanos);
        }

        /** The fields are those that the naive reading finds, without pseudo-fields, with cookies joined. */
        private void request(H2RequestHead head, int id) {
            List<NaiveBlocks.Field> expected = heads.get(id);
            Check.that(expected != null, "a request that no block was found for");
            var text = new StringBuilder();
            List<String> cookies = new ArrayList<>();
            for (NaiveBlocks.Field field : expected == null ? List.<NaiveBlocks.Field>of() : expected) {
                if (field.name().equals("cookie")) {
                    cookies.add(field.value());
                } else if (field.name().charAt(0) != ':') {
                    text.append(field.name()).append(": ").append(field.value()).append('\n');
                }
            }
            var found = new StringBuilder();
            List<String> cookie = new ArrayList<>();
            for (int i = 0; i < head.fieldCount(); i++) {
                if (head.nameEquals(i, "cookie")) {
                    cookie.add(head.value(i));
                } else {
                    found.append(head.name(i))
                            .append(": ")
                            .append(head.value(i))
                            .append('\n');
                }
            }
            Check.same("fields of stream " + id, text.toString(), found.toString());
            List<String> joined = cookies.isEmpty() ? cookies : List.of(String.join("; ", cookies));
            Check.same("cookies of stream " + id, joined, cookie);
        }

        String end() {
            var written = new ByteSink(256);
            while (state.hasOutput()) {
                int before = written.length();
                state.write(written, 1000, nowNanos);
                Check.that(written.length() > before, "output that is not written");
            }
            var text = new StringBuilder();
            streams.forEach(
                    (id, account) -> text.append(id).append(' ').append(account).append('\n'));
            contents.forEach((id, content) ->
                    text.append(id).append(' ').append(content.length()).append('\n'));
            frames(written, text);
            text.append(state.error()).append(' ').append(state.errorReason());
            state.closed();
            Check.that(!armed, "a deadline of a connection that is closed");
            return text.toString();
        }

        /** Reads what was written, and looks at its order. */
        private static void frames(ByteSink written, StringBuilder text) {
            var reader = new FrameReader();
            Map<Integer, Boolean> open = new HashMap<>();
            int at = 0;
            boolean goneAway = false;
            while (true) {
                FrameReader.Found found = reader.next(written.array(), at, written.length());
                at = reader.position();
                if (found == FrameReader.Found.MORE) {
                    Check.that(reader.betweenFrames(), "half a frame was written");
                    return;
                } else if (found == FrameReader.Found.HEADER) {
                    reader.gather();
                    Check.that(!goneAway, "a frame behind GOAWAY");
                    goneAway = reader.type() == Frame.GOAWAY;
                    order(reader, open);
                    if (reader.type() != Frame.WINDOW_UPDATE) { // how credit is parted depends on the cuts
                        text.append(reader.type())
                                .append(' ')
                                .append(reader.flags())
                                .append(' ');
                        text.append(reader.stream())
                                .append(' ')
                                .append(reader.length())
                                .append('\n');
                    }
                }
            }
        }

        private static void order(FrameReader reader, Map<Integer, Boolean> open) {
            int id = reader.stream();
            if (reader.type() == Frame.HEADERS) {
                Check.that(open.getOrDefault(id, true), "HEADERS behind the end of stream " + id);
                open.put(id, !reader.has(Frame.END_STREAM));
            } else if (reader.type() == Frame.DATA) {
                Check.that(open.getOrDefault(id, false), "DATA before the head, or behind the end, of stream " + id);
                open.put(id, !reader.has(Frame.END_STREAM));
            } else if (reader.type() == Frame.RST_STREAM) {
                open.put(id, false);
            }
        }
    }
}
