package ringfort.fuzz;

import java.util.Arrays;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.h1.H1State;
import ringfort.h1.Limits;

/**
 * {@link H1State}: a whole connection comes to the same however its bytes are cut; content is bounded; a deadline is set
 * whenever we wait for the peer, no byte moves that of a head, and none is left when the connection is closed.
 *
 * <p>Options: 0 chooses limits that are easily reached, the others and the alternative how requests are answered (see {@link Conversation}).
 */
public final class Conversations {
    private Conversations() {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        var input = new Input(data);
        String whole = account(input, new int[0]);
        Check.same("cut at " + Arrays.toString(input.cuts()), whole, account(input, input.cuts()));
        Check.same("byte by byte", whole, account(input, input.everyByte()));
    }

    private static String account(Input input, int[] cuts) {
        var conversation = new Conversation(input);
        Pieces.play(input.message(), cuts, conversation);
        return conversation.end();
    }

    /** Looks at what is armed. */
    private static final class Slot implements DeadlineSlot {
        private Phase phase = Phase.IDLE;
        private boolean armed;
        private long atNanos;
        private boolean headDue;

        @Override
        public void arm(Phase due, long deadlineNanos) {
            if (due == Phase.HEADER) {
                Check.that(!headDue || deadlineNanos == atNanos, "the deadline of a head was moved");
                headDue = true;
            } else {
                headDue = false;
            }
            phase = due;
            atNanos = deadlineNanos;
            armed = true;
        }

        @Override
        public void clear() {
            armed = false;
            headDue = false;
        }
    }

    /**
     * Answers each request and writes down what happened: at its end, or, by option 1, at its head, which leaves its
     * content to be drained. Option 2 gives each request a small limit of its own, option 3 closes after the second answer,
     * an odd alternative starts the answer at the head and ends it at the end. Two states take turns.
     */
    private static final class Conversation implements Pieces.Reader {
        private static final long TICK_NANOS = 1_000;
        private static final int OWN_LIMIT_BYTES = 7;

        private final boolean atHead;
        private final boolean ownLimit;
        private final boolean closesSecond;
        private final boolean startsAtHead;
        private final long mostContent;
        private final Slot slot = new Slot();
        private H1State state;
        private H1State spare;
        private final StringBuilder account = new StringBuilder();
        private final StringBuilder content = new StringBuilder();
        private long nowNanos = Long.MAX_VALUE - 5_000_000; // wraps soon, as a monotonic clock may
        private boolean started; // the response of the present request has begun with its head
        private boolean startedKeepAlive;
        private int answers;
        private boolean over;

        Conversation(Input input) {
            Limits limits = input.option(0) ? SmallLimits.LIMITS : Limits.DEFAULT;
            atHead = input.option(1);
            ownLimit = input.option(2);
            closesSecond = input.option(3);
            startsAtHead = input.alternative() % 2 == 1;
            mostContent = ownLimit ? OWN_LIMIT_BYTES : limits.bodyBytes();
            state = new H1State(limits, Timeouts.DEFAULT, slot);
            spare = new H1State(limits, Timeouts.DEFAULT, slot);
            state.accepted(nowNanos);
        }

        @Override
        public boolean read(byte[] buffer, int from, int to, int offset) {
            int at = from;
            int turnsLeft = 4 * (to - from) + 16;
            while (!over) {
                nowNanos += TICK_NANOS;
                H1State.Event event = state.next(buffer, at, to, nowNanos);
                Check.that(state.position() >= at && state.position() <= to, "position is outside what was given");
                at = state.position();
                if (event == H1State.Event.NEED_INPUT) {
                    Check.same("all is taken when more is needed", to, at);
                    Check.that(slot.armed, "waits for the peer without a deadline, in " + state.phase());
                    restOnAnother();
                    return true;
                }
                on(event, buffer, at + offset);
                Check.that(--turnsLeft > 0, "no end of events: " + account);
            }
            return false;
        }

        /** Goes on with a state that served somebody else, as idle connections do; how often depends on the cuts. */
        private void restOnAnother() {
            if (state.isAtRest()) {
                H1State other = spare;
                spare = state;
                state = other;
                state.resume(slot, account.isEmpty(), slot.armed ? slot.phase : null, slot.atNanos);
            }
        }

        private void on(H1State.Event event, byte[] buffer, int end) {
            switch (event) {
                case HEAD -> {
                    account.append("HEAD@").append(end).append(' ').append(Rendering.of(state.head()));
                    slot.headDue = false;
                    head();
                }
                case BODY -> body(buffer);
                case END -> end(end);
                case REFUSED -> {
                    // What was read of the content before is not part of the account: how much depends on the cut.
                    account.append("REFUSED ").append(state.refusal().status());
                    Check.that(!state.keepAlive(), "would keep a connection that was refused");
                    over = true;
                }
                case CLOSE -> {
                    account.append("CLOSE");
                    over = true;
                }
                case NEED_INPUT, BUSY, TUNNEL -> throw new AssertionError("unexpected " + event);
            }
        }

        private void head() {
            if (ownLimit && state.limitBody(OWN_LIMIT_BYTES) != null) {
                account.append(" TOO LARGE");
                answer();
            } else if (atHead) {
                answer();
            } else {
                if (state.awaitsContinue()) {
                    state.continueSent(nowNanos);
                }
                if (startsAtHead) {
                    started = true;
                    startedKeepAlive = state.keepAlive();
                    state.responseHead(startedKeepAlive, nowNanos);
                }
            }
        }

        private void body(byte[] buffer) {
            Check.that(state.dataFrom() < state.dataTo(), "content of no bytes");
            content.append(Check.text(Arrays.copyOfRange(buffer, state.dataFrom(), state.dataTo())));
            Check.that(content.length() <= mostContent, "more content than the limit");
        }

        private void end(int end) {
            account.append(" END@").append(end).append(" '").append(content).append("' ");
            account.append(Rendering.fields(state.trailers())).append('\n');
            Check.that(state.requestComplete(), "an end that is not complete");
            content.setLength(0);
            answer();
        }

        private void answer() {
            boolean keepAlive = started ? startedKeepAlive : state.keepAlive() && !(closesSecond && answers == 1);
            answers++;
            if (!started) {
                state.responseHead(keepAlive, nowNanos);
            }
            started = false;
            state.writeOutstanding(true, nowNanos);
            state.writeProgress(100, nowNanos);
            H1State.After after = state.responseComplete(nowNanos);
            state.writeOutstanding(false, nowNanos);
            account.append(' ').append(after).append('\n');
            over = after == H1State.After.CLOSE;
            Check.that(keepAlive || over, "goes on after it announced to close");
        }

        /** The peer sends no more. */
        String end() {
            if (!over) {
                Phase due = slot.phase;
                Check.that(state.expired(slot.atNanos - 1) == H1State.Expiry.NOT_DUE, "due before its time: " + due);
                Check.same("armed again after it fired too early", true, slot.armed);
                H1State.Expiry expiry = state.expired(slot.atNanos);
                Check.that(expiry != H1State.Expiry.NOT_DUE, "what is due in the slot is not due: " + due);
                account.append(' ').append(due).append(' ').append(expiry);
            }
            state.closed();
            Check.that(!slot.armed, "a deadline is left when the connection is closed");
            return account.toString();
        }
    }
}
