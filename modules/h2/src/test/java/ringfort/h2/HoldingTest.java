package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringfort.message.ByteSink;

/** What a connection holds, measured, is within what docs/HTTP2.md computes. */
final class HoldingTest {
    private static final int KIB = 1024;

    /** What is in use behind a collection; the least of some attempts, since others may allocate meanwhile. */
    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }

    private static H2State connected(Frames frames) {
        var state = new H2State(H2Limits.DEFAULT, H2Timeouts.DEFAULT, new FakeSlot());
        state.accepted(0);
        play(state, frames);
        return state;
    }

    private static void play(H2State state, Frames frames) {
        byte[] bytes = frames.bytes();
        frames.out.reset();
        int at = 0;
        H2State.Event event;
        do {
            event = state.next(bytes, at, bytes.length, 0);
            at = state.position();
        } while (event != H2State.Event.NEED_INPUT);
    }

    @Test
    void aConnectionFullOfHeadsAndTrailers() {
        int connections = 8;
        List<H2State> held = new ArrayList<>();
        long before = used();
        for (int i = 0; i < connections; i++) {
            Frames frames = Frames.opening().ack();
            String[] fields = new String[2 * 95];
            for (int field = 0; field < fields.length; field += 2) {
                fields[field] = "x-" + field;
                fields[field + 1] = "v".repeat(300);
            }
            for (int id = 1; id < 200; id += 2) {
                frames.headers(id, false, Frames.request("POST", "/", fields));
                frames.headers(id, true, fields);
            }
            held.add(connected(frames));
            assertEquals(100, held.getLast().streams());
        }
        long each = (used() - before) / connections;
        assertTrue(each > 5000 * KIB && each < 7_971_717, "each holds " + each);
        assertEquals(connections, held.size());
    }

    @Test
    void aConnectionWithoutRequests() {
        assertTrue(idle(false) < 6 * KIB, "each holds " + idle(false));
    }

    /** What a large head took is free again, but for the table of 4 KiB and its entries. */
    @Test
    void aConnectionThatHadALargeHead() {
        assertTrue(idle(true) < 14 * KIB, "each holds " + idle(true));
    }

    private static long idle(boolean large) {
        int connections = 1000;
        List<H2State> held = new ArrayList<>();
        long before = used();
        for (int i = 0; i < connections; i++) {
            Frames frames = Frames.opening().ack();
            frames.headers(1, true, Frames.request("GET", "/", "user-agent", "a".repeat(80), "accept", "*/*"));
            H2State state = connected(frames);
            answer(state);
            if (large) {
                String[] fields = new String[2 * 90];
                Arrays.setAll(fields, at -> at % 2 == 0 ? "x-" + at : "v".repeat(300));
                play(state, frames.headers(3, true, Frames.request("GET", "/", fields)));
                answer(state);
            }
            assertEquals(0, state.streams());
            held.add(state);
        }
        long each = (used() - before) / connections;
        assertEquals(connections, held.size());
        return each;
    }

    private static void answer(H2State state) {
        state.respond(state.stream(), ResponseHead.of(200).field("server", "r").field("x", "y"), true, 0);
        state.handlerReturned(state.stream(), 0);
        state.write(new ByteSink(256), 1000, 0);
    }
}
