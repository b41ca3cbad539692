package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringfort.message.ByteSink;

/** The order of what is written: control, heads, content by urgency (RFC 9218, 10). */
final class WritingTest {
    private final H2State state = new H2State(H2Limits.DEFAULT, H2Timeouts.DEFAULT, new FakeSlot());
    private final Reading reading = new Reading();
    private final Frames frames = Frames.opening();
    private final List<H2Stream> streams = new ArrayList<>();

    WritingTest() {
        state.accepted(0);
        frames.settings(Frame.INITIAL_WINDOW_SIZE, 1 << 24).update(0, 1 << 24);
        receive();
        write(65_536);
    }

    private void receive() {
        byte[] bytes = frames.bytes();
        frames.out.reset();
        int at = 0;
        while (true) {
            H2State.Event event = state.next(bytes, at, bytes.length, 0);
            at = state.position();
            if (event == H2State.Event.REQUEST) {
                streams.add(state.stream());
            } else if (event == H2State.Event.NEED_INPUT || event == H2State.Event.CLOSE) {
                return;
            }
        }
    }

    private List<String> write(int room) {
        var out = new ByteSink(1024);
        state.write(out, room, 0);
        return reading.frames(out.array(), 0, out.length());
    }

    /** Opens streams of these priorities, and lends each so much content. */
    private void lend(int octets, String... priorities) {
        for (int i = 0; i < priorities.length; i++) {
            int id = 2 * streams.size() + 1;
            frames.headers(id, true, Frames.request("GET", "/", "priority", priorities[i]));
            receive();
            H2Stream stream = streams.getLast();
            state.respond(stream, ResponseHead.of(200), false, 0);
            state.send(stream, new byte[octets], 0, octets, 0);
        }
        assertEquals(priorities.length, write(9 * priorities.length).size(), "the heads");
    }

    /** The streams of the next frames of content, one frame each. */
    private String order(int count) {
        var order = new StringBuilder();
        for (int i = 0; i < count; i++) {
            List<String> round = write(16_393);
            assertEquals(1, round.size(), round.toString());
            order.append(round.getFirst().replaceAll("DATA (\\d+) .*", "$1 "));
        }
        return order.toString().strip();
    }

    @Test
    void section10_inOrderOfStreamsWithinAnUrgency() {
        lend(49_152, "u=3", "u=3", "u=3");
        assertEquals("1 1 1 3 3 3 5 5 5", order(9));
    }

    @Test
    void section10_incrementalStreamsTakeTurns() {
        lend(49_152, "u=3, i", "u=3, i", "u=3, i");
        assertEquals("1 3 5 1 3 5 1 3 5", order(9));
    }

    @Test
    void oneFrameInEightIsForTheLessUrgent() {
        lend(400_000, "u=5", "u=1", "u=3");
        String order = order(24);
        assertEquals(21, count(order, "3"));
        assertEquals(3, count(order, "5"), "the next urgency");
        assertEquals(0, count(order, "1"), "the least urgent");
    }

    private static long count(String order, String stream) {
        return List.of(order.split(" ")).stream().filter(stream::equals).count();
    }

    @Test
    void thoseInOrderAndThoseThatShareTakeTurns() {
        lend(49_152, "u=3", "u=3, i", "u=3");
        assertEquals(3, count(order(6), "3"), "half the frames");
    }

    @Test
    void rfc9218_section7_1_anUpdateMovesAStream() {
        lend(49_152, "u=3", "u=3");
        FrameWriter.priorityUpdate(frames.out, 3, "u=0");
        receive();
        assertEquals("3 3 3 1 1 1", order(6));
        FrameWriter.priorityUpdate(frames.out, 5, "u=2, i");
        receive();
        lend(1, "u=7");
        assertEquals(2, streams.getLast().urgency());
        assertTrue(streams.getLast().incremental());
    }

    @Test
    void controlFramesAndHeadsComeBeforeContent() {
        lend(200_000, "u=0");
        frames.ping(7).headers(3, true, Frames.request("GET", "/"));
        receive();
        state.respond(streams.getLast(), ResponseHead.of(204), true, 0);
        assertEquals(
                List.of("PONG 7", "HEADERS 3 [:status: 204] END", "DATA 1 16384 octets"),
                write(17_000).subList(0, 3));
    }

    @Test
    void aRoundIsNoLongerThanItsRoom() {
        lend(200_000, "u=0", "u=0, i", "u=1");
        for (int room : new int[] {65_536, 1033, 5000, 16_384}) {
            var out = new ByteSink(16);
            state.write(out, room, 0);
            assertTrue(out.length() <= room && out.length() > room - 1100, "room " + room + ": " + out.length());
            reading.frames(out.array(), 0, out.length());
        }
    }

    /** A control frame may be cut by the room; nothing comes between its parts. */
    @Test
    void controlFramesAreCutByTheRoom() {
        frames.ping(1).ping(2).get(1);
        receive();
        state.respond(streams.getLast(), ResponseHead.of(200), true, 0);
        var all = new ByteSink(64);
        while (state.hasOutput()) {
            state.write(all, 5, 0);
        }
        assertEquals(
                List.of("PONG 1", "PONG 2", "HEADERS 1 [:status: 200] END"),
                reading.frames(all.array(), 0, all.length()));
    }

    @Test
    void interimResponsesComeBeforeTheFinalOne() {
        frames.get(1);
        receive();
        H2Stream stream = streams.getLast();
        state.respond(stream, ResponseHead.of(103).field("link", "</a>"), false, 0);
        state.respond(stream, ResponseHead.of(200), true, 0);
        assertEquals(List.of("HEADERS 1 [:status: 103; link: </a>]", "HEADERS 1 [:status: 200] END"), write(1000));
    }

    /** RFC 9113, 8.1: not before the response is complete. */
    @Test
    void section8_1_aResponseBeforeTheRequestIsComplete() {
        frames.post(1);
        receive();
        H2Stream stream = streams.getLast();
        state.respond(stream, ResponseHead.of(200), false, 0);
        state.send(stream, new byte[] {'x'}, 0, 1, 0);
        assertEquals(List.of("HEADERS 1 [:status: 200]", "DATA 1 'x'"), write(1000));
        state.end(stream, null, 0);
        assertEquals(List.of("DATA 1 '' END", "RST 1 NO_ERROR"), write(1000));
        assertTrue(stream.isClosed());
        assertEquals(1, state.streams(), "until the handler has returned");
        state.handlerReturned(stream, 0);
        assertEquals(0, state.streams());
    }

    /** hyper/h2 0.4.14: a head that was given and not written is gone with its stream. */
    @Test
    void aResetBeforeTheHeadWasWritten() {
        frames.get(1);
        receive();
        state.respond(streams.getLast(), ResponseHead.of(200).field("x", "y"), true, 0);
        state.reset(streams.getLast(), ErrorCode.INTERNAL_ERROR, 0);
        assertEquals(List.of("RST 1 INTERNAL_ERROR"), write(1000));
        frames.get(3);
        receive();
        state.respond(streams.getLast(), ResponseHead.of(200).field("x", "y"), true, 0);
        assertEquals(List.of("HEADERS 3 [:status: 200; x: y] END"), write(1000));
    }

    /** RFC 7541, 4.2: the table is smaller behind our acknowledgement, in the first block that follows it. */
    @Test
    void aTableThatThePeerHasMadeSmallerIsSmallerBehindTheAcknowledgement() {
        frames.get(1);
        receive();
        state.respond(streams.getLast(), ResponseHead.of(200).field("x", "y"), true, 0);
        frames.settings(Frame.HEADER_TABLE_SIZE, 0);
        receive();
        var out = new ByteSink(64);
        state.write(out, 1000, 0);
        assertEquals(
                "000000040100000000" + "00000701050000000120" + "88" + "00017801" + "79", Hex.text(out.toByteArray()));
    }

    @Test
    void aLongHeadGoesIntoContinuations() {
        frames.get(1);
        receive();
        ResponseHead head = ResponseHead.of(200);
        for (int i = 0; i < 5; i++) {
            head.field("x-" + i, "\u00ff".repeat(4000));
        }
        state.respond(streams.getLast(), head, true, 0);
        var out = new ByteSink(64);
        state.write(out, 65_536, 0);
        assertEquals(16_384, Frame.int32(out.array(), 0) >>> 8);
        assertEquals(Frame.CONTINUATION, out.array()[9 + 16_384 + 3]);
    }

    @Test
    void whatNoResponseMayBeIsAnException() {
        assertThrows(IllegalArgumentException.class, () -> ResponseHead.of(101));
        assertThrows(IllegalArgumentException.class, () -> ResponseHead.of(600));
        ResponseHead head = ResponseHead.of(200);
        for (String name : new String[] {"", "Upper", "a b", ":status", "connection", "transfer-encoding", "upgrade"}) {
            assertThrows(IllegalArgumentException.class, () -> head.field(name, "x"), name);
        }
        for (String value : new String[] {"a\r", "a\nb", "\u0000", "\u0100", " a", "a "}) {
            assertThrows(IllegalArgumentException.class, () -> head.field("x", value), value);
        }
        frames.get(1);
        receive();
        H2Stream stream = streams.getLast();
        byte[] octets = {1};
        assertThrows(IllegalStateException.class, () -> state.send(stream, octets, 0, 1, 0));
        assertThrows(IllegalStateException.class, () -> state.end(stream, null, 0));
        assertThrows(IllegalStateException.class, () -> state.respond(stream, ResponseHead.of(100), true, 0));
        assertThrows(IllegalArgumentException.class, () -> state.respond(stream, ResponseHead.trailers(), true, 0));
        state.respond(stream, head, false, 0);
        assertThrows(IllegalStateException.class, () -> state.respond(stream, head, true, 0));
        assertThrows(IllegalArgumentException.class, () -> state.end(stream, head, 0));
        state.end(stream, null, 0);
        assertThrows(IllegalStateException.class, () -> state.end(stream, null, 0));
        assertThrows(IllegalStateException.class, () -> state.send(stream, octets, 0, 1, 0));
    }
}
