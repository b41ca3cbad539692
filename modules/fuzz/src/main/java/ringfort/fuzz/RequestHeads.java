package ringfort.fuzz;

import java.util.Arrays;
import ringfort.h1.Limits;
import ringfort.h1.RequestHead;
import ringfort.h1.RequestParser;

/**
 * {@link RequestParser}: any cut gives the same result; {@link NaiveHead} accepts and refuses the same and reads the same;
 * a head written anew from what was read is read alike; limits hold.
 *
 * <p>Option 0 chooses limits that are easily reached; the alternative is what a refused prefix is completed with.
 */
public final class RequestHeads {
    /** What completes some prefixes of heads: when the parser has refused a prefix, none may turn it into a head. There are
     * 16, as {@link Input#alternative}. */
    private static final String[] COMPLETIONS = {
        "\r\n\r\n",
        "\n\r\n",
        "\n",
        "a\r\n\r\n",
        ":\r\n\r\n",
        "0\r\n\r\n",
        "\r\nHost: a\r\n\r\n",
        "\nHost: a\r\n\r\n",
        " HTTP/1.1\r\nHost: a\r\n\r\n",
        "/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "//a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        " / HTTP/1.1\r\nHost: a\r\n\r\n",
        "1 HTTP/1.1\r\nHost: a\r\n\r\n",
        "11 HTTP/1.1\r\nHost: a\r\n\r\n",
        "1\r\nHost: a\r\n\r\n",
        ".1\r\nHost: a\r\n\r\n"
    };

    private RequestHeads() {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        var input = new Input(data);
        Limits limits = input.option(0) ? SmallLimits.LIMITS : Limits.DEFAULT;
        byte[] message = input.message();
        Reading whole = read(limits, message, new int[0]);
        Check.same("cut at " + Arrays.toString(input.cuts()), whole, read(limits, message, input.cuts()));
        Check.same("byte by byte", whole, read(limits, message, input.everyByte()));
        compareWithNaive(limits, message, whole, COMPLETIONS[input.alternative()]);
    }

    /** What came of a message: the head as text and its end, or the status of a refusal; neither when it is not complete. */
    private record Reading(String head, int end, int status) {
        boolean complete() {
            return end >= 0;
        }
    }

    private static Reading read(Limits limits, byte[] message, int[] cuts) {
        var reader = new HeadReader(limits);
        Pieces.play(message, cuts, reader);
        return reader.reading;
    }

    private static final class HeadReader implements Pieces.Reader {
        private final Limits limits;
        private final RequestParser parser;
        private Reading reading = new Reading("", -1, 0);

        HeadReader(Limits limits) {
            this.limits = limits;
            parser = new RequestParser(limits);
        }

        @Override
        public boolean read(byte[] buffer, int from, int to, int offset) {
            RequestParser.Result result = parser.parse(buffer, from, to);
            Check.that(parser.position() >= from && parser.position() <= to, "position is outside what was given");
            switch (result) {
                case NEED_INPUT -> Check.same("all is taken when more is needed", to, parser.position());
                case REFUSED -> {
                    int status = parser.refusal().status();
                    reading = new Reading("", -1, status);
                    Check.same("refused stays refused", result, parser.parse(buffer, to, to));
                    Check.same("refused stays refused", status, parser.refusal().status());
                }
                case HEAD -> {
                    RequestHead head = parser.head();
                    checkBounds(head, limits);
                    reading = new Reading(Rendering.of(head), parser.position() + offset, 0);
                    rewrite(head);
                }
            }
            return result == RequestParser.Result.NEED_INPUT;
        }
    }

    private static void checkBounds(RequestHead head, Limits limits) {
        Check.that(head.fieldCount() <= limits.headerFields(), "more fields than the limit");
        int line = head.method().length() + head.target().length() + " ".length() + " HTTP/1.1\r\n".length();
        int fields = 0;
        for (int i = 0; i < head.fieldCount(); i++) {
            fields += head.name(i).length() + head.value(i).length();
        }
        Check.that(line <= limits.requestLineBytes(), "a longer request line than the limit");
        Check.that(head.byteLength() - line <= limits.headBytes(), "more bytes than the limit");
        Check.that(line + fields < head.byteLength(), "more text than bytes");
    }

    /** A head made of what was read, in canonical form, says the same. */
    private static void rewrite(RequestHead head) {
        var text = new StringBuilder()
                .append(head.method())
                .append(' ')
                .append(head.target())
                .append(" HTTP/1.")
                .append(head.minorVersion())
                .append("\r\n");
        for (int i = 0; i < head.fieldCount(); i++) {
            text.append(head.name(i)).append(": ").append(head.value(i)).append("\r\n");
        }
        byte[] again = Check.bytes(text.append("\r\n").toString());
        var parser = new RequestParser(Limits.DEFAULT);
        Check.same("a head written anew", RequestParser.Result.HEAD, parser.parse(again, 0, again.length));
        Check.same("a head written anew", Rendering.of(head), Rendering.of(parser.head()));
        Check.same("its length", again.length, parser.head().byteLength());
    }

    private static void compareWithNaive(Limits limits, byte[] message, Reading whole, String completion) {
        String text = Check.text(message);
        NaiveHead naive = NaiveHead.read(text, limits);
        if (naive.state() != NaiveHead.State.INCOMPLETE) {
            Check.same("accepted", naive.state() == NaiveHead.State.HEAD, whole.complete());
            Check.same("what follows the head starts at", naive.end(), whole.end());
            if (whole.complete()) {
                Check.that(
                        whole.head().contains(naive.framing()), whole.head() + " is not framed as" + naive.framing());
            }
            return;
        }
        Check.that(!whole.complete(), "a head without an end");
        if (whole.status() != 0) {
            Check.that(
                    NaiveHead.read(text + completion, limits).state() != NaiveHead.State.HEAD,
                    "refused with " + whole.status() + ", but could go on " + completion);
        }
    }
}
