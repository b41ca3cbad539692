package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import ringfort.message.ByteSink;

/** RFC 9113, 5.2 and 6.9, both ways; nothing is read or answered but what a test says. */
final class FlowControlTest {
    private final H2State state = new H2State(H2Limits.DEFAULT, H2Timeouts.DEFAULT, new FakeSlot());
    private final Reading reading = new Reading();
    private final Frames frames = new Frames();
    private H2Stream last;
    private long content;

    FlowControlTest() {
        state.accepted(0);
        frames.preface().settings();
        last = opened(1);
        frames.ack();
        receive();
        write(65_536);
    }

    private H2Stream opened(int id) {
        frames.post(id);
        receive();
        return state.stream();
    }

    private H2State.Event receive() {
        byte[] bytes = frames.bytes();
        frames.out.reset();
        int at = 0;
        while (true) {
            H2State.Event event = state.next(bytes, at, bytes.length, 0);
            at = state.position();
            if (event == H2State.Event.DATA) {
                content += state.dataTo() - state.dataFrom();
            } else if (event == H2State.Event.NEED_INPUT || event == H2State.Event.CLOSE) {
                return event;
            }
        }
    }

    private List<String> write(int room) {
        var out = new ByteSink(1024);
        state.write(out, room, 0);
        return reading.frames(out.array(), 0, out.length());
    }

    private void zeros(H2Stream stream, int octets) {
        for (int left = octets; left > 0; left -= 16_384) {
            frames.zeros(stream.id(), false, Math.min(left, 16_384));
            assertEquals(H2State.Event.NEED_INPUT, receive());
        }
    }

    @Test
    void section6_9_aStreamMayHoldItsWindowAndNotMore() {
        zeros(last, 262_144);
        assertEquals(262_144, content);
        frames.zeros(1, false, 1);
        assertEquals(H2State.Event.CLOSE, receive());
        assertEquals(ErrorCode.FLOW_CONTROL_ERROR, state.error());
    }

    @Test
    void section6_9_aConnectionMayHoldItsWindowAndNotMore() {
        for (int id = 3; id <= 9; id += 2) {
            zeros(opened(id), 262_144);
        }
        opened(11);
        frames.zeros(11, false, 1);
        assertEquals(H2State.Event.CLOSE, receive());
        assertEquals(ErrorCode.FLOW_CONTROL_ERROR, state.error());
    }

    /** Until the acknowledgement of our SETTINGS the peer may use 65,535 octets a stream. */
    @Test
    void section6_5_3_ourWindowBindsWithItsAcknowledgement() {
        var early = new H2State(H2Limits.DEFAULT, H2Timeouts.DEFAULT, new FakeSlot());
        early.accepted(0);
        byte[] bytes = Frames.opening()
                .post(1)
                .zeros(1, false, 16_384)
                .zeros(1, false, 16_384)
                .zeros(1, false, 16_384)
                .zeros(1, false, 16_383)
                .zeros(1, false, 1)
                .bytes();
        int at = 0;
        H2State.Event event;
        do {
            event = early.next(bytes, at, bytes.length, 0);
            at = early.position();
        } while (event != H2State.Event.CLOSE && event != H2State.Event.NEED_INPUT);
        assertEquals(ErrorCode.FLOW_CONTROL_ERROR, early.error());
    }

    @Test
    void aWindowIsRefilledByConsumptionWhenHalfIsDue() {
        zeros(last, 200_000);
        assertEquals(List.of(), write(65_536));
        state.consumed(last, 131_071, 0);
        assertEquals(List.of(), write(65_536));
        state.consumed(last, 1, 0);
        assertEquals(List.of("UPDATE 1 131072"), write(65_536));
    }

    /** Envoy #40085, hyper/h2 0.4.14, pekko #1281: whatever a stream held is the connection's again. */
    @Test
    void aResetStreamGivesBackWhatItHeld() {
        for (int round = 0; round < 40; round++) {
            int id = 2 * round + 3;
            H2Stream stream = opened(id);
            frames.padded(id, false, "x".repeat(10_000), 255);
            zeros(stream, 200_000);
            if (round % 2 == 0) {
                frames.reset(id, ErrorCode.CANCEL);
                receive();
            } else {
                state.reset(stream, ErrorCode.INTERNAL_ERROR, 0);
                zeros(stream, 30_000); // on its way
            }
            state.handlerReturned(stream, 0);
            write(65_536);
        }
        Connection connection = state.connection();
        assertEquals(1 << 20, connection.inbound.left() + connection.inbound.credit());
        assertEquals(1, state.streams());
    }

    /** hyper/h2 0.4.15: padding counts for both windows and comes back at once. */
    @Test
    void paddingIsGivenBackAtOnce() {
        for (int i = 0; i < 2000; i++) {
            frames.padded(1, false, "x", 255);
            receive();
        }
        assertEquals(2000, content);
        assertEquals(2000, last.unread());
        assertEquals(262_144 - 2000, last.inbound.left() + last.inbound.credit());
    }

    @Test
    void aStreamThatIsNotReadDoesNotStopItsSiblings() {
        for (int id = 3; id <= 7; id += 2) {
            zeros(opened(id), 262_144); // three quarters of the connection
        }
        H2Stream reader = opened(9);
        for (int i = 0; i < 100; i++) {
            zeros(reader, 32_768);
            state.consumed(reader, 32_768, 0);
            write(65_536);
        }
        assertNull(state.error());
    }

    // What we send.

    private H2Stream answered(int octets) {
        state.respond(last, ResponseHead.of(200), false, 0);
        state.send(last, new byte[octets], 0, octets, 0);
        state.end(last, null, 0);
        return last;
    }

    @Test
    void section6_9_contentStopsWithTheWindowAndGoesOn() {
        answered(100_000);
        assertEquals(5, write(65_536 * 2).size());
        assertTrue(!state.hasOutput());
        assertEquals(0, last.sendWindow());
        frames.update(1, 40_000);
        receive();
        assertTrue(!state.hasOutput(), "the connection has no room");
        frames.update(0, 40_000);
        receive();
        assertEquals(
                List.of("DATA 1 16384 octets", "DATA 1 16384 octets", "DATA 1 1697 octets END", "RST 1 NO_ERROR"),
                write(65_536));
        assertSame(last, state.nextTaken());
        assertNull(state.nextTaken());
    }

    /** Helidon #9589: a window that SETTINGS make negative stops the stream until it is positive again. */
    @Test
    void section6_9_2_windowsMayBecomeNegative() {
        answered(70_000);
        assertEquals(3, write(32_768 + 100).size());
        frames.settings(Frame.INITIAL_WINDOW_SIZE, 100);
        receive();
        assertEquals(List.of("SETTINGS ACK"), write(65_536));
        assertTrue(last.sendWindow() < 0, "window " + last.sendWindow());
        frames.update(1, (int) -last.sendWindow());
        receive();
        assertTrue(!state.hasOutput());
        frames.update(1, 1);
        receive();
        assertEquals(List.of("DATA 1 '0'"), write(65_536));
        frames.settings(Frame.INITIAL_WINDOW_SIZE, 65_535);
        receive();
        assertEquals("SETTINGS ACK", write(20_000).getFirst());
    }

    /** h2o #1040: the end is not content, and needs no window. */
    @Test
    void theEndNeedsNoWindow() {
        state.respond(last, ResponseHead.of(200), false, 0);
        state.send(last, new byte[65_535], 0, 65_535, 0);
        assertEquals(5, write(65_536 * 2).size());
        state.end(last, null, 0);
        assertEquals(List.of("DATA 1 '' END", "RST 1 NO_ERROR"), write(65_536));
    }

    @Test
    void trailersComeBehindTheLastContent() {
        state.respond(last, ResponseHead.of(200), false, 0);
        state.send(last, new byte[65_536], 0, 65_536, 0);
        state.end(last, ResponseHead.trailers().field("grpc-status", "0"), 0);
        assertEquals(5, write(65_536 * 2).size());
        frames.update(0, 1).update(1, 1);
        receive();
        assertEquals(List.of("DATA 1 '0'", "HEADERS 1 [grpc-status: 0] END", "RST 1 NO_ERROR"), write(65_536));
    }

    @Test
    void roomBelowAFrameWorthSendingIsLeftForTheNextRound() {
        answered(20_000);
        assertEquals(1, write(500).size(), "the head");
        assertEquals(List.of(), write(1032));
        assertEquals(List.of("DATA 1 1024 octets"), write(1033));
    }

    @Test
    void lendingIsBounded() {
        state.respond(last, ResponseHead.of(200), false, 0);
        assertTrue(last.mayLend());
        state.send(last, new byte[65_536], 0, 65_536, 0);
        assertTrue(!last.mayLend());
        assertEquals(65_536, last.lent());
        state.reset(last, ErrorCode.CANCEL, 0);
        assertEquals(0, state.connection().outbox.lent());
    }
}
