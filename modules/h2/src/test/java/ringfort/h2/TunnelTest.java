package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import ringfort.budget.Phase;
import ringfort.message.ByteSink;

/** The stream of an extended CONNECT (RFC 8441): each side ends for itself, and idling is all that is due. */
final class TunnelTest {
    private static final long SECOND = 1_000_000_000L;
    private static final H2Limits LIMITS =
            new H2Limits(100, 262_144, 1_048_576, 32_768, 100, 65_536, 4096, 10, 65_536, 524_288, 262_144, true);

    private final FakeSlot slot = new FakeSlot();
    private final H2State state = new H2State(LIMITS, H2Timeouts.DEFAULT, slot);
    private final Reading reading = new Reading();
    private final Frames frames = Frames.opening();
    private long now;

    private H2Stream asked() {
        state.accepted(now);
        written();
        frames.ack();
        frames.headers(1, false, Frames.request("CONNECT", "/", ":protocol", "p"));
        assertEquals(H2State.Event.REQUEST, receive());
        return state.stream();
    }

    private H2Stream open() {
        H2Stream stream = asked();
        state.respond(stream, ResponseHead.of(200), false, now);
        state.tunnel(stream, 5 * SECOND, now);
        written();
        return stream;
    }

    /** The first event, and content is consumed. */
    private H2State.Event receive() {
        byte[] bytes = frames.bytes();
        frames.out.reset();
        H2State.Event first = H2State.Event.NEED_INPUT;
        int at = 0;
        while (true) {
            H2State.Event event = state.next(bytes, at, bytes.length, now);
            at = state.position();
            if (event == H2State.Event.DATA) {
                state.consumed(state.stream(), state.dataTo() - state.dataFrom(), now);
            }
            first = first == H2State.Event.NEED_INPUT ? event : first;
            if (event == H2State.Event.NEED_INPUT || event == H2State.Event.CLOSE) {
                return first;
            }
        }
    }

    private String written() {
        var out = new ByteSink(1024);
        state.write(out, 65_536, now);
        return String.join("|", reading.frames(out.array(), 0, out.length()));
    }

    private static byte[] octets(int count) {
        return new byte[count];
    }

    /** A peer may wait for the answer, or not: nothing of it is due meanwhile. */
    @Test
    void nothingOfThePeerIsDueBeforeTheAnswer() {
        asked();
        assertEquals("off", slot.toString());
        frames.data(1, false, "more than ten octets");
        assertEquals(H2State.Event.DATA, receive());
        assertEquals("off", slot.toString());
    }

    @Test
    void contentHasNeitherALimitNorARate() {
        H2Stream stream = open();
        assertEquals("off", slot.toString());
        frames.data(1, false, "more than ten octets");
        assertEquals(H2State.Event.DATA, receive());
        assertEquals("off", slot.toString());
        assertFalse(stream.isClosed());
    }

    @Test
    void idlingRunsWhileTheHandlerWaitsAndNothingMoves() {
        H2Stream stream = open();
        state.tunnelWaits(stream, true, now);
        assertEquals(Phase.IDLE + "@" + 5 * SECOND, slot.toString());
        now = SECOND;
        state.tunnelWaits(stream, true, now);
        assertEquals(Phase.IDLE + "@" + 5 * SECOND, slot.toString(), "said again");
        frames.data(1, false, "x");
        receive();
        assertEquals("off", slot.toString());
        now = 2 * SECOND;
        state.tunnelWaits(stream, true, now);
        assertEquals(Phase.IDLE + "@" + 7 * SECOND, slot.toString());
        now = 3 * SECOND;
        state.send(stream, octets(1), 0, 1, now);
        assertEquals("DATA 1 '0'", written());
        assertEquals(Phase.IDLE + "@" + 8 * SECOND, slot.toString());
        now = 8 * SECOND;
        assertEquals(H2State.Expiry.RESET, state.expired(now));
        assertEquals("RST 1 CANCEL", written());
        assertTrue(stream.isClosed());
    }

    @Test
    void ourEndLeavesThePeersSideOpen() {
        H2Stream stream = open();
        state.end(stream, null, now);
        assertEquals("DATA 1 '' END", written());
        assertFalse(stream.isClosed());
        frames.data(1, false, "x");
        assertEquals(H2State.Event.DATA, receive());
        frames.data(1, true, "y");
        receive();
        assertTrue(stream.isClosed());
        state.handlerReturned(stream, now);
        assertEquals(0, state.streams());
        assertFalse(written().contains("RST"));
    }

    @Test
    void theHandlersReturnEndsBothSides() {
        H2Stream stream = open();
        state.end(stream, null, now);
        assertEquals("DATA 1 '' END", written());
        state.handlerReturned(stream, now);
        assertEquals("RST 1 NO_ERROR", written());
        assertEquals(0, state.streams());
    }

    @Test
    void aReturnBeforeTheEndIsWrittenResetsBehindIt() {
        H2Stream stream = open();
        state.send(stream, octets(3), 0, 3, now);
        state.end(stream, null, now);
        state.handlerReturned(stream, now);
        assertEquals("DATA 1 '000' END|RST 1 NO_ERROR", written());
        assertEquals(0, state.streams());
    }

    @Test
    void anotherRequestCannotBecomeOne() {
        state.accepted(now);
        frames.headers(1, false, Frames.request("POST", "/"));
        receive();
        H2Stream stream = state.stream();
        state.respond(stream, ResponseHead.of(200), false, now);
        assertThrows(IllegalStateException.class, () -> state.tunnel(stream, 0, now));
    }
}
