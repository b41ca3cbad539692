package ringfort.server;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.h1.H1State;
import ringfort.h1.Limits;
import ringfort.h1.RequestHead;

/**
 * What a reader makes of the bytes of one connection, in the words of {@code oracle.py}, which says what they mean.
 *
 * @param requests the requests it read whole, one text each
 * @param end {@code more}, {@code close}, or {@code refused} and why
 */
record Reading(List<String> requests, String end) {
    static Reading parse(String line) {
        List<String> parts = List.of(line.split("\t", -1));
        return new Reading(parts.subList(0, parts.size() - 1), parts.getLast());
    }

    /** Whether it needs more, closes, or refused. */
    String kind() {
        return end.split(" ", 2)[0];
    }

    boolean refused() {
        return kind().equals("refused");
    }

    /** Why it refused. */
    String reason() {
        return end.substring("refused ".length());
    }

    /** What {@link H1State} makes of them when each request is answered at once. */
    static Reading ours(byte[] bytes) {
        var state = new H1State(Limits.DEFAULT, Timeouts.DEFAULT, new NoSlot());
        state.accepted(0);
        List<String> requests = new ArrayList<>();
        var content = new ByteArrayOutputStream();
        RequestHead head = null;
        int at = 0;
        while (true) {
            H1State.Event event = state.next(bytes, at, bytes.length, 0);
            at = state.position();
            switch (event) {
                case HEAD -> head = state.head();
                case BODY -> content.write(bytes, state.dataFrom(), state.dataTo() - state.dataFrom());
                case END -> {
                    requests.add(text(head, content.toByteArray()));
                    content.reset();
                    state.responseHead(state.keepAlive(), 0);
                    if (state.responseComplete(0) == H1State.After.CLOSE) {
                        return new Reading(requests, "close");
                    }
                }
                case NEED_INPUT -> {
                    return new Reading(requests, "more");
                }
                case REFUSED -> {
                    return new Reading(requests, "refused " + state.refusal().reason());
                }
                case BUSY, CLOSE, TUNNEL -> throw new AssertionError("unexpected " + event);
            }
        }
    }

    private static String text(@Nullable RequestHead head, byte[] content) {
        if (head == null) {
            throw new AssertionError("content without a head");
        }
        var fields = new StringBuilder();
        for (int i = 0; i < head.fieldCount(); i++) {
            String name = head.name(i).toLowerCase(Locale.ROOT);
            String value = head.value(i);
            fields.append(name).append(':');
            fields.append(name.equals("transfer-encoding") ? value.toLowerCase(Locale.ROOT) : value);
            fields.append('\n');
        }
        return head.method()
                + ' '
                + hex(head.target())
                + ' '
                + hex(fields.toString())
                + ' '
                + HexFormat.of().formatHex(content);
    }

    private static String hex(String latin1) {
        return HexFormat.of().formatHex(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static final class NoSlot implements DeadlineSlot {
        @Override
        public void arm(Phase phase, long deadlineNanos) {}

        @Override
        public void clear() {}
    }
}
