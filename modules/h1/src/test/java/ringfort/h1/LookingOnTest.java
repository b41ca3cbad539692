package ringfort.h1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.h1.H1State.Event;
import ringfort.h1.H1State.Expiry;

/** The methods that a watchdog calls beside a busy worker: none of them takes a byte or moves a deadline. */
final class LookingOnTest {
    private static final long MS = 1_000_000L;
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n";

    /** Header 10 s, body 30 s and 1000 B/s after 5 s, handler 8 s. */
    private static final Timeouts SOME = new Timeouts(
            10_000 * MS,
            30_000 * MS,
            5_000 * MS,
            1000,
            8_000 * MS,
            5_000 * MS,
            5_000 * MS,
            1000,
            60_000 * MS,
            2_000 * MS);

    private final FakeSlot slot = new FakeSlot();
    private H1State state = new H1State(Limits.DEFAULT, SOME, slot);

    private static long at(long millis) {
        return millis * MS;
    }

    private void receive(String text, long millis) {
        byte[] bytes = Wire.bytes(text);
        assertEquals(Event.HEAD, state.next(bytes, 0, bytes.length, at(millis)));
    }

    @Test
    void latenessIsToldPhaseByPhaseAndChangesNothing() {
        state.accepted(at(0));
        assertEquals(-1, state.lateNanos(Phase.HEADER, at(9_999)));
        assertEquals(0, state.lateNanos(Phase.HEADER, at(10_000)));
        assertEquals(3 * MS, state.lateNanos(Phase.HEADER, at(10_003)));
        assertEquals(-1, state.lateNanos(Phase.IDLE, at(10_003)), "not set");
        receive(POST, 100);
        assertEquals(Phase.BODY, slot.phase, "the earliest");
        assertEquals(900 * MS, state.lateNanos(Phase.HANDLER, at(9_000)), "and one behind it");
        assertEquals(Expiry.ANSWER_408, state.expired(at(9_000)));
    }

    @Test
    void theEndOfAHeadIsSeenWhereverItIsCut() {
        byte[] head = Wire.bytes(GET);
        for (int cut = 0; cut <= head.length - 1; cut++) {
            for (int to = cut; to <= head.length; to++) {
                state = new H1State(Limits.DEFAULT, SOME, slot);
                state.accepted(at(0));
                state.next(head, 0, cut, at(1));
                assertEquals(to == head.length, state.completesHead(head, cut, to), cut + " to " + to);
            }
            assertEquals(Event.HEAD, state.next(head, cut, head.length, at(2)), "nothing was taken");
        }
    }

    @Test
    void whatEndsNoHeadIsNotTakenForIt() {
        state.accepted(at(0));
        for (String text : new String[] {"", "\r\n", "\r\n\r\n", "\r\n\r\n\r\n", "GET / HTTP/1.1\r\n\n", "G\r\n\r"}) {
            byte[] bytes = Wire.bytes(text);
            assertFalse(state.completesHead(bytes, 0, bytes.length), text);
        }
        byte[] behind = Wire.bytes("\r\n" + GET + "GET /next");
        assertTrue(state.completesHead(behind, 0, behind.length));
        receive(GET, 1);
        assertFalse(state.completesHead(behind, 0, behind.length), "no head is being read");
    }
}
