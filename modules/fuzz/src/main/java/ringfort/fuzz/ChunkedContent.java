package ringfort.fuzz;

import java.util.Arrays;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.h1.ChunkedEncoder;
import ringfort.h1.H1State;
import ringfort.h1.Limits;
import ringfort.message.ByteSink;

/**
 * The chunked coding both ways. The message as coded content: any cut gives the same content, trailers and end, and
 * {@link NaiveChunks} accepts and refuses the same. The message as plain content: encoded in the pieces that the cuts make
 * and decoded again it is what it was.
 *
 * <p>Option 0 chooses limits that are easily reached; the alternative is what a refused prefix is completed with.
 */
public final class ChunkedContent {
    /** What completes some prefixes of chunked content, half of them with {@link #LAST} behind it. */
    private static final String[] COMPLETIONS = {
        "\r\n", "\n", "0", "a\r\n", ":\r\n", "\r\n0123456789abcdef\r\n", "\n0123456789abcdef\r\n", "0\r\n"
    };

    private static final String LAST = "0\r\n\r\n";

    private static final byte[] HEAD = Check.bytes("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");

    private ChunkedContent() {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        var input = new Input(data);
        Limits limits = input.option(0) ? SmallLimits.LIMITS : Limits.DEFAULT;
        byte[] message = input.message();
        NaiveChunks whole = decode(limits, message, new int[0]);
        Check.same("cut at " + Arrays.toString(input.cuts()), whole, decode(limits, message, input.cuts()));
        Check.same("byte by byte", whole, decode(limits, message, input.everyByte()));
        Check.that(whole.content().length() <= limits.bodyBytes(), "more content than the limit");
        int alternative = input.alternative();
        String completion = COMPLETIONS[alternative >> 1] + (alternative % 2 == 0 ? "\r\n" : LAST);
        compareWithNaive(limits, Check.text(message), whole, completion);
        encode(message, input.cuts());
    }

    /** What comes of the message, written down as {@link NaiveChunks} does. */
    private static NaiveChunks decode(Limits limits, byte[] message, int[] cuts) {
        var decoder = new Decoder(limits);
        Pieces.play(message, cuts, decoder);
        return decoder.found;
    }

    private static final class Decoder implements Pieces.Reader {
        private static final DeadlineSlot NO_DEADLINES = new DeadlineSlot() {
            @Override
            public void arm(Phase phase, long deadlineNanos) {}

            @Override
            public void clear() {}
        };

        private final H1State state;
        private final StringBuilder content = new StringBuilder();
        private NaiveChunks found = new NaiveChunks(NaiveChunks.State.INCOMPLETE, -1, "", "");

        Decoder(Limits limits) {
            // The head is no subject here, so its limits are not small.
            Limits wide = Limits.DEFAULT;
            state = new H1State(
                    new Limits(
                            wide.requestLineBytes(),
                            wide.headBytes(),
                            wide.headerFields(),
                            limits.trailerBytes(),
                            limits.trailerFields(),
                            limits.chunkExtensionBytes(),
                            limits.bodyBytes(),
                            limits.drainBytes()),
                    Timeouts.OFF,
                    NO_DEADLINES);
            Check.same("the head", H1State.Event.HEAD, state.next(HEAD, 0, HEAD.length, 0));
        }

        @Override
        public boolean read(byte[] buffer, int from, int to, int offset) {
            int at = from;
            while (true) {
                H1State.Event event = state.next(buffer, at, to, 0);
                Check.that(state.position() >= at && state.position() <= to, "position is outside what was given");
                at = state.position();
                switch (event) {
                    case BODY -> {
                        boolean inside =
                                state.dataFrom() >= from && state.dataFrom() < state.dataTo() && state.dataTo() <= at;
                        Check.that(inside, "content is not inside what was given");
                        content.append(Check.text(Arrays.copyOfRange(buffer, state.dataFrom(), state.dataTo())));
                    }
                    case NEED_INPUT -> {
                        Check.same("all is taken when more is needed", to, at);
                        return true;
                    }
                    case END -> {
                        found = new NaiveChunks(
                                NaiveChunks.State.COMPLETE,
                                at + offset,
                                content.toString(),
                                Rendering.fields(state.trailers()));
                        return false;
                    }
                    case REFUSED -> {
                        found = new NaiveChunks(NaiveChunks.State.REFUSED, -1, "", "");
                        return false;
                    }
                    case HEAD, BUSY, CLOSE, TUNNEL -> throw new AssertionError("unexpected " + event);
                }
            }
        }
    }

    private static void compareWithNaive(Limits limits, String text, NaiveChunks whole, String completion) {
        NaiveChunks naive = NaiveChunks.read(text, limits);
        if (naive.state() != NaiveChunks.State.INCOMPLETE) {
            Check.same("a naive reading of " + text, naive, whole);
            return;
        }
        Check.that(whole.state() != NaiveChunks.State.COMPLETE, "content without an end");
        if (whole.state() == NaiveChunks.State.REFUSED) {
            boolean complete = NaiveChunks.read(text + completion, limits).state() == NaiveChunks.State.COMPLETE;
            Check.that(!complete, "refused, but could go on " + completion);
        }
    }

    private static void encode(byte[] content, int[] cuts) {
        var out = new ByteSink(16);
        int from = 0;
        for (int cut : cuts) {
            ChunkedEncoder.chunk(out, content, from, cut);
            from = cut;
        }
        ChunkedEncoder.chunk(out, content, from, content.length);
        String trailers = "[]";
        if (cuts.length % 2 == 0) {
            ChunkedEncoder.last(out);
        } else {
            ChunkedEncoder.last(out, "Digest", "d");
            trailers = "[Digest: d]";
        }
        byte[] coded = out.toByteArray();
        var expected = new NaiveChunks(NaiveChunks.State.COMPLETE, coded.length, Check.text(content), trailers);
        Check.same("decoded what was encoded", expected, decode(Limits.DEFAULT, coded, cuts));
    }
}
