package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringfort.budget.Timeouts;
import ringfort.message.ByteSink;
import ringfort.message.Refusal;

/** Each phase has its deadline, and no byte moves one that is not a rate. Times are seconds; the clock may be anywhere. */
final class DeadlineTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = Long.MAX_VALUE - 20 * SECOND; // the clock wraps during the tests

    private final FakeSlot slot = new FakeSlot();
    private H2State state = new H2State(H2Limits.DEFAULT, H2Timeouts.DEFAULT, slot);
    private final Reading reading = new Reading();
    private final Frames frames = new Frames();
    private final List<H2Stream> streams = new ArrayList<>();
    private double now;

    DeadlineTest() {
        state.accepted(at(0));
    }

    private static long at(double seconds) {
        return START + (long) (seconds * SECOND);
    }

    private String slot() {
        return slot.phase == null ? "off" : slot.phase + " " + (slot.deadlineNanos - START) / (double) SECOND;
    }

    private DeadlineTest receive(double seconds, Frames sent) {
        now = seconds;
        byte[] bytes = sent.bytes();
        sent.out.reset();
        int at = 0;
        while (true) {
            H2State.Event event = state.next(bytes, at, bytes.length, at(seconds));
            at = state.position();
            if (event == H2State.Event.REQUEST) {
                streams.add(state.stream());
            } else if (event == H2State.Event.NEED_INPUT || event == H2State.Event.CLOSE) {
                return this;
            }
        }
    }

    private Frames opening() {
        return frames.preface().settings().ack();
    }

    private List<String> write(int room) {
        var out = new ByteSink(1024);
        state.write(out, room, at(now));
        return reading.frames(out.array(), 0, out.length());
    }

    private H2State.Expiry expire() {
        assertTrue(slot.phase != null, "something is due");
        now = (slot.deadlineNanos - START) / (double) SECOND;
        return state.expired(slot.deadlineNanos);
    }

    private static int status(H2Stream stream) {
        Refusal refusal = stream.refusal();
        return refusal == null ? 0 : refusal.status();
    }

    private H2Stream only() {
        return streams.getLast();
    }

    @Test
    void preface() {
        assertEquals("HEADER 10.0", slot());
        frames.preface();
        receive(9, frames);
        assertEquals("HEADER 10.0", slot());
        assertEquals(H2State.Expiry.NOT_DUE, state.expired(at(9.9)));
        assertEquals(H2State.Expiry.ABORT, expire());
        assertEquals("off", slot());
    }

    @Test
    void settingsThatAreNotAcknowledged() {
        frames.preface().settings();
        receive(3, frames);
        assertEquals("HEADER 13.0", slot());
        receive(5, frames.ping(1));
        assertEquals("HEADER 13.0", slot());
        assertEquals(H2State.Expiry.CLOSE, expire());
        assertEquals("GOAWAY 0 SETTINGS_TIMEOUT", write(1000).getLast());
    }

    @Test
    void aHeadWithItsContinuationsIsDueAsAWhole() {
        receive(1, opening());
        assertEquals("IDLE 61.0", slot());
        byte[] block = frames.block(Frames.request("GET", "/"));
        receive(5, frames.frame(Frame.HEADERS, 1, 1, block, block.length + 10)); // half a frame
        assertEquals("HEADER 15.0", slot());
        frames.out.bytes(new byte[10]);
        receive(9, frames);
        receive(12, frames.frame(Frame.CONTINUATION, 0, 1, new byte[1]));
        assertEquals("HEADER 15.0", slot());
        assertEquals(H2State.Expiry.CLOSE, expire());
        assertEquals("GOAWAY 0 PROTOCOL_ERROR", write(1000).getLast());
    }

    @Test
    void idlingIsNotExtendedByPings() {
        receive(1, opening());
        receive(30, frames.ping(1).update(0, 1));
        assertEquals("IDLE 61.0", slot());
        receive(40, frames.get(1));
        assertEquals("off", slot());
        state.respond(only(), ResponseHead.of(200), true, at(40));
        write(1000);
        assertEquals("off", slot());
        now = 41;
        state.handlerReturned(only(), at(41));
        assertEquals("IDLE 101.0", slot());
        assertEquals(H2State.Expiry.CLOSE, expire());
        assertEquals(List.of("GOAWAY 1 NO_ERROR"), write(1000));
    }

    @Test
    void contentThatDoesNotComeIs408AndThenCancel() {
        receive(0, opening().post(1));
        assertEquals("BODY 10.0", slot(), "the rate");
        assertEquals(H2State.Expiry.ANSWER, expire());
        assertEquals(408, status(only()));
        state.respond(only(), ResponseHead.of(408), true, at(10));
        assertEquals(
                "HEADERS 1 [:status: 408] END|RST 1 CANCEL",
                String.join("|", write(1000)).replaceAll(".*ACK\\|", ""));
        assertEquals(H2State.Expiry.NOT_DUE, state.expired(at(11)));
    }

    /** Each octet earns; what was earned is a pause of a minute at most. */
    @Test
    void contentHasARateAndALongestPause() {
        receive(0, opening().post(1));
        for (int second = 1; second <= 100; second++) {
            receive(second, frames.zeros(1, false, 240));
            assertEquals("BODY " + (second + 10.0), slot(), "at " + second);
        }
        receive(100, frames.zeros(1, false, 16_384));
        assertEquals("BODY 160.0", slot());
        assertEquals(H2State.Expiry.ANSWER, expire());
    }

    @Test
    void afterTheResponseHasStartedLateContentCancels() {
        receive(0, opening().post(1));
        state.respond(only(), ResponseHead.of(200), false, at(0));
        write(1000);
        assertEquals(H2State.Expiry.RESET, expire());
        assertEquals(ErrorCode.CANCEL, only().resetBy());
        assertEquals(List.of("RST 1 CANCEL"), write(1000));
        assertNull(state.error());
    }

    @Test
    void theBodysClockStopsWhileOurWindowIsShut() {
        receive(0, opening().post(1));
        for (int i = 0; i < 16; i++) {
            receive(1, frames.zeros(1, false, 16_384));
        }
        assertEquals("off", slot(), "the peer may not send");
        state.consumed(only(), 131_072, at(50));
        assertEquals("BODY 110.0", slot());
        receive(51, frames.data(1, true, "x"));
        assertEquals("off", slot());
    }

    /** A handler that never reads: when unread content holds the connection, the longest unread stream is cancelled. */
    @Test
    void unreadContentThatHoldsTheConnectionIsDueToBeRead() {
        receive(0, opening());
        for (int id = 1; id <= 7; id += 2) {
            frames.post(id);
            for (int i = 0; i < 16; i++) {
                frames.zeros(id, false, 16_384);
            }
            receive(id, frames);
        }
        assertEquals("BODY 61.0", slot(), "from the first content of the first stream");
        state.consumed(streams.get(0), 1, at(20));
        assertEquals(H2State.Expiry.RESET, until(state, 63.5));
        assertEquals(3, state.stream().id());
        assertEquals(H2State.Expiry.NOT_DUE, state.expired(at(63.5)));
        assertTrue(state.connection().inbound.left() > 0);
    }

    private H2State.Expiry until(H2State connection, double seconds) {
        H2State.Expiry expiry = H2State.Expiry.NOT_DUE;
        while (expiry == H2State.Expiry.NOT_DUE && slot.phase != null && slot.deadlineNanos - at(seconds) <= 0) {
            expiry = connection.expired(slot.deadlineNanos);
        }
        return expiry;
    }

    @Test
    void aPeerThatAwaitsContinueIsNotDueBefore() {
        receive(0, opening().post(1, "expect", "100-continue", "content-length", "5"));
        assertTrue(only().awaitsContinue());
        assertEquals("off", slot());
        state.respond(only(), ResponseHead.of(100), false, at(8));
        assertEquals("BODY 18.0", slot());
    }

    @Test
    void aHandlerThatIsLateIs503() {
        Timeouts shared = new Timeouts(0, 0, 0, 0, 7 * SECOND, 0, 0, 0, 0, 0);
        state = new H2State(H2Limits.DEFAULT, new H2Timeouts(shared, 0, 0, 0, SECOND, 0), slot);
        state.accepted(at(0));
        receive(2, opening().get(1));
        assertEquals("HANDLER 9.0", slot());
        state.overrideTimeouts(only(), -1, 3 * SECOND);
        assertEquals("HANDLER 5.0", slot());
        assertEquals(H2State.Expiry.ANSWER, expire());
        assertEquals(503, status(only()));
        state.respond(only(), ResponseHead.of(503), true, at(5));
        assertEquals("off", slot());
    }

    /** A window of nothing: 30 s without 1 KiB of credit. */
    @Test
    void aStreamWithoutRoomInThePeersWindow() {
        receive(0, opening().update(0, 1 << 20).get(1));
        state.respond(only(), ResponseHead.of(200), false, at(0));
        state.send(only(), new byte[200_000], 0, 200_000, at(0));
        now = 1;
        write(100_000);
        assertEquals("WRITE 31.0", slot());
        receive(11, frames.update(1, 1)); // a tiny window earns next to nothing
        write(100_000);
        assertTrue(slot.deadlineNanos - at(31.1) < 0, slot());
        receive(21, frames.update(1, 1024));
        write(100_000);
        assertTrue(slot.deadlineNanos - at(50.9) > 0 && slot.deadlineNanos - at(51.2) < 0, slot());
        assertEquals(H2State.Expiry.RESET, expire());
        assertEquals(List.of("RST 1 CANCEL"), write(1000));
        assertNull(state.error());
    }

    @Test
    void aStreamThatWaitsForTheConnectionsWindowIsTheConnectionsMatter() {
        receive(0, opening().update(1, 1 << 20).ping(1));
        assertEquals(ErrorCode.PROTOCOL_ERROR, state.error(), "the test's own check: stream 1 is idle");
        state = new H2State(H2Limits.DEFAULT, H2Timeouts.DEFAULT, slot);
        state.accepted(at(0));
        receive(0, new Frames().preface().settings().ack().get(1).update(1, 1 << 20));
        state.respond(only(), ResponseHead.of(200), false, at(0));
        state.send(only(), new byte[200_000], 0, 200_000, at(0));
        now = 1;
        write(100_000);
        assertEquals("WRITE 11.0", slot());
        receive(3, new Frames().update(0, 2400));
        write(100_000);
        state.writeProgress(2400, at(3));
        assertEquals("WRITE 21.0", slot(), "what the peer takes earns what it takes at the least rate");
        assertEquals(H2State.Expiry.ABORT, expire());
    }

    /** Jetty #11259: a congested transport has its own deadline, and does not idle. */
    @Test
    void aTransportThatTakesNothing() {
        receive(0, opening().get(1));
        state.respond(only(), ResponseHead.of(200), true, at(0));
        write(1000);
        state.writeOutstanding(true, at(2));
        state.writeOutstanding(true, at(4));
        assertEquals("WRITE 12.0", slot());
        state.writeProgress(240, at(4));
        assertEquals("WRITE 13.0", slot().replace("12.999", "13.0"));
        state.writeOutstanding(false, at(5));
        state.writeOutstanding(true, at(6));
        assertEquals("WRITE 16.0", slot(), "all was taken in between");
        assertEquals(H2State.Expiry.ABORT, expire());
    }

    @Test
    void aDrainInTwoSteps() {
        receive(0, opening().get(1));
        write(1000);
        state.drain(at(2));
        state.drain(at(2.5));
        assertEquals("LINGER 3.0", slot());
        assertEquals(List.of("GOAWAY 2147483647 NO_ERROR", "PING 1179603540"), write(1000));
        receive(2.2, frames.get(3));
        assertEquals(2, streams.size());
        frames.frame(Frame.PING, Frame.ACK, 0, Hex.bytes("52494e47464f5254"));
        receive(2.7, frames);
        assertEquals(List.of("GOAWAY 3 NO_ERROR"), write(1000));
        assertEquals("LINGER 12.7", slot());
        receive(
                3,
                frames.headers(5, true, Frames.request("GET", "/late", "x-table", "kept"))
                        .post(7)
                        .data(7, false, "x"));
        assertEquals(2, streams.size(), "what is above the last stream is dropped");
        for (H2Stream stream : streams) {
            state.respond(stream, ResponseHead.of(200), true, at(4));
            state.handlerReturned(stream, at(4));
        }
        assertEquals(List.of("HEADERS 1 [:status: 200] END", "HEADERS 3 [:status: 200] END"), write(1000));
        assertTrue(state.isClosing());
        assertEquals(List.of("GOAWAY 3 NO_ERROR"), write(1000));
        assertTrue(!state.hasOutput());
        state.closing(at(5));
        assertEquals("LINGER 7.0", slot());
        assertEquals(H2State.Expiry.ABORT, expire());
    }

    @Test
    void aDrainWhosePingIsNotAnsweredGoesOnAfterASecond() {
        receive(0, opening().get(1));
        state.drain(at(2));
        assertEquals("LINGER 3.0", slot());
        assertEquals(H2State.Expiry.NOT_DUE, expire());
        assertEquals("GOAWAY 1 NO_ERROR", write(1000).getLast());
        assertEquals("LINGER 13.0", slot());
        assertEquals(H2State.Expiry.ABORT, expire());
        assertTrue(only().isClosed());
    }

    @Test
    void aDrainOfAnIdleConnection() {
        receive(0, opening());
        write(1000);
        state.drain(at(2));
        assertEquals(H2State.Expiry.CLOSE, expire());
        assertEquals(List.of("GOAWAY 2147483647 NO_ERROR", "PING 1179603540", "GOAWAY 0 NO_ERROR"), write(1000));
    }

    /** Jetty #4052: FIN, also behind GOAWAY, ends what is not complete and lets the rest be answered. */
    @Test
    void aPeerThatEndsItsSide() {
        receive(0, opening().get(1).post(3).goAway());
        assertTrue(state.inputClosed(at(1)));
        assertTrue(streams.get(1).isClosed());
        state.handlerReturned(streams.get(1), at(1));
        state.respond(streams.get(0), ResponseHead.of(200), true, at(1));
        state.handlerReturned(streams.get(0), at(1));
        List<String> written = write(1000);
        assertEquals("HEADERS 1 [:status: 200] END", written.getLast());
        assertTrue(state.isClosing());
        assertEquals(List.of("GOAWAY 3 NO_ERROR"), write(1000));
        state = new H2State(H2Limits.DEFAULT, H2Timeouts.DEFAULT, slot);
        state.accepted(at(0));
        assertTrue(!state.inputClosed(at(0)));
    }

    @Test
    void nothingIsArmedOnceTheConnectionIsGone() {
        receive(0, opening().get(1).post(3));
        state.closed();
        assertEquals("off", slot());
        state.respond(streams.get(0), ResponseHead.of(200), true, at(1));
        state.handlerReturned(streams.get(0), at(1));
        state.consumed(streams.get(1), 1, at(1));
        state.writeOutstanding(true, at(1));
        assertEquals("off", slot());
    }
}
