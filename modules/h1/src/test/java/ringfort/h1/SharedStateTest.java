package ringfort.h1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;

/** Connections that take a state when they need one, and give it back, behave as if each had its own. */
final class SharedStateTest {
    private static final long MS = 1_000_000L;
    private static final Timeouts TIMEOUTS = new Timeouts(
            10_000 * MS,
            30_000 * MS,
            5_000 * MS,
            1000,
            40_000 * MS,
            20_000 * MS,
            5_000 * MS,
            1000,
            60_000 * MS,
            2_000 * MS);
    private static final Timeouts WITHOUT_IDLE = new Timeouts(
            10_000 * MS, 30_000 * MS, 5_000 * MS, 1000, 40_000 * MS, 20_000 * MS, 5_000 * MS, 1000, 0, 2_000 * MS);

    private static final String[] TEXTS = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n",
        "\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "0\r\n\r\n",
        "abc",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "\u0000",
    };

    private int moves;

    /** One connection, played to a state of its own and to a state that it shares with other connections. */
    private final class Link {
        final FakeSlot ownSlot = new FakeSlot();
        final FakeSlot slot = new FakeSlot();
        final H1State own;
        final ArrayDeque<H1State> pool;
        final Timeouts timeouts;

        @Nullable H1State shared;

        boolean asked;

        Link(Timeouts timeouts, ArrayDeque<H1State> pool, long nowNanos) {
            this.pool = pool;
            this.timeouts = timeouts;
            own = new H1State(Limits.DEFAULT, timeouts, ownSlot);
            own.accepted(nowNanos);
            H1State taken = take(true);
            taken.accepted(nowNanos);
            assertEquals(ownSlot.toString(), slot.toString());
            shared = taken;
            rest(taken);
        }

        private H1State take(boolean first) {
            H1State taken = pool.isEmpty() ? new H1State(Limits.DEFAULT, timeouts, new FakeSlot()) : pool.remove();
            taken.resume(slot, first, slot.phase, slot.deadlineNanos);
            moves++;
            return taken;
        }

        private void rest(H1State state) {
            if (state.isAtRest()) {
                pool.push(state);
                shared = null;
            }
        }

        /** Plays one step to both states, and asserts that the results are equal. */
        void step(int operation, Random random, long nowNanos) {
            long seed = random.nextLong();
            H1State taken = shared;
            if (taken == null) {
                taken = take(!asked);
            }
            String expected = run(own, ownSlot, operation, new Random(seed), nowNanos);
            assertEquals(expected, run(taken, slot, operation, new Random(seed), nowNanos));
            asked |= expected.startsWith("HEAD");
            shared = taken;
            rest(taken);
        }
    }

    private static String run(H1State state, FakeSlot slot, int operation, Random random, long nowNanos) {
        Object outcome = switch (operation) {
            case 0, 1, 2 -> receive(state, TEXTS[random.nextInt(TEXTS.length)], nowNanos);
            case 3, 4 -> answer(state, nowNanos);
            case 5 -> write(state, random.nextBoolean(), nowNanos);
            case 6 -> {
                state.writeProgress(random.nextInt(2_000), nowNanos);
                yield "";
            }
            case 7 -> {
                state.readOutstanding(random.nextBoolean(), nowNanos);
                yield "";
            }
            case 8 -> slot.phase != null ? state.expired(nowNanos) : "";
            default -> random.nextInt(10) == 0 ? state.inputClosed(nowNanos) : "";
        };
        return outcome + " " + state.phase() + " " + state.keepAlive() + " " + slot + " " + slot.changes;
    }

    private static String receive(H1State state, String text, long nowNanos) {
        byte[] bytes = Wire.bytes(text);
        var events = new StringBuilder();
        int at = 0;
        for (int i = 0; i < 10; i++) {
            H1State.Event event = state.next(bytes, at, bytes.length, nowNanos);
            at = state.position();
            events.append(event).append(at);
            if (event != H1State.Event.HEAD && event != H1State.Event.BODY && event != H1State.Event.END) {
                break;
            }
        }
        return events.toString();
    }

    /**
     * In an exchange, and after it until the peer has taken the whole response, there are bytes for the peer to take.
     */
    private static String write(H1State state, boolean waiting, long nowNanos) {
        if (state.isAtRest() || state.phase() == Phase.HEADER) {
            return "";
        }
        state.writeOutstanding(waiting, nowNanos);
        return "";
    }

    private static String answer(H1State state, long nowNanos) {
        if (state.phase() != Phase.BODY && state.phase() != Phase.HANDLER) {
            return "";
        }
        state.responseHead(state.keepAlive(), nowNanos);
        return state.responseComplete(nowNanos).toString();
    }

    @Test
    void whoeverSharesAStateCannotTell() {
        for (int seed = 0; seed < 3_000; seed++) {
            var random = new Random(seed * 0x9E3779B97F4A7C15L);
            Timeouts timeouts = seed % 4 == 0 ? WITHOUT_IDLE : TIMEOUTS;
            var pool = new ArrayDeque<H1State>();
            Link[] links = new Link[3];
            long now = random.nextLong();
            for (int step = 0; step < 60; step++) {
                now += random.nextInt(8) == 0 ? random.nextInt(30_000) * MS : random.nextInt(100) * MS;
                int at = random.nextInt(links.length);
                if (links[at] == null || random.nextInt(20) == 0) {
                    links[at] = new Link(timeouts, pool, now);
                } else {
                    links[at].step(random.nextInt(10), random, now);
                }
            }
        }
        assertTrue(moves > 10_000, () -> "only " + moves + " moves");
    }

    @Test
    void aConnectionRestsWhileNothingIsUnderWay() {
        var state = new H1State(Limits.DEFAULT, TIMEOUTS, new FakeSlot());
        state.accepted(0);
        assertTrue(state.isAtRest());
        receive(state, "\r\n", 0);
        assertFalse(state.isAtRest(), "an empty line counts");
        receive(state, TEXTS[0], 0);
        assertFalse(state.isAtRest());
        state.writeOutstanding(true, 0);
        answer(state, 0);
        assertFalse(state.isAtRest(), "the response is not taken yet");
        state.writeOutstanding(false, 0);
        assertTrue(state.isAtRest());
        receive(state, "G", 0);
        assertFalse(state.isAtRest(), "a head has begun");
    }
}
