package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import ringfort.message.ByteSink;

/**
 * Attacks that are known by name, each against a connection that answers every request at once: after how much it ends,
 * by which account, and how much is held until then. Beside each stands honest use of the same frames, which is served.
 */
final class AttackTest {
    private static final long SECOND = 1_000_000_000L;

    private final H2State state = new H2State(H2Limits.DEFAULT, H2Timeouts.OFF, new FakeSlot());
    private final Frames frames = Frames.opening();
    private long now;
    private int next = 1;
    private int requests;
    private boolean answers = true;
    private boolean returns = true;
    private boolean reads = true;
    private boolean writes = true;

    AttackTest() {
        state.accepted(0);
        frames.ack();
        receive();
    }

    private int stream() {
        next += 2;
        return next - 2;
    }

    /** Gives the state what has been sent, and lets it write; whether the connection goes on. */
    private boolean receive() {
        byte[] bytes = frames.bytes();
        frames.out.reset();
        int at = 0;
        while (true) {
            H2State.Event event = state.next(bytes, at, bytes.length, now);
            at = state.position();
            switch (event) {
                case NEED_INPUT, CLOSE -> {
                    if (writes) {
                        var out = new ByteSink(1024);
                        while (state.hasOutput()) {
                            out.reset();
                            state.write(out, 65_536, now);
                        }
                    }
                    return event != H2State.Event.CLOSE;
                }
                case REQUEST -> requests++;
                case DATA -> {
                    if (reads) {
                        state.consumed(state.stream(), state.dataTo() - state.dataFrom(), now);
                    }
                }
                case END -> {
                    if (answers) {
                        state.respond(state.stream(), ResponseHead.of(200), true, now);
                        state.handlerReturned(state.stream(), now);
                    }
                }
                case REFUSED -> {
                    state.respond(state.stream(), ResponseHead.of(400), true, now);
                    state.handlerReturned(state.stream(), now);
                }
                case RESET -> {
                    if (returns) {
                        state.handlerReturned(state.stream(), now);
                    }
                }
            }
        }
    }

    private interface Step {
        void send();
    }

    /** How many steps the connection bears at once. */
    private int bears(int most, Step step) {
        for (int count = 0; count < most; count++) {
            step.send();
            if (!receive()) {
                return count;
            }
        }
        return most;
    }

    private void endsCalmly(Excess excess) {
        assertEquals(ErrorCode.ENHANCE_YOUR_CALM, state.error());
        assertEquals(excess, state.excess());
    }

    // CVE-2023-44487

    @Test
    void rapidReset() {
        answers = false;
        assertEquals(200, bears(1000, () -> {
            int id = stream();
            frames.get(id).reset(id, ErrorCode.CANCEL);
        }));
        endsCalmly(Excess.RESETS);
    }

    @Test
    void resetsAtTheirRateAreServed() {
        answers = false;
        assertEquals(3000, bears(3000, () -> {
            int id = stream();
            frames.get(id).reset(id, ErrorCode.CANCEL);
            now += SECOND / 33 + 1;
        }));
    }

    /** A stream is concurrent until its handler has returned: resets make no room for more handlers. */
    @Test
    void resetStreamsCountUntilTheirHandlersHaveReturned() {
        answers = false;
        returns = false;
        bears(150, () -> {
            int id = stream();
            frames.get(id).reset(id, ErrorCode.CANCEL);
        });
        assertEquals(100, requests);
        assertEquals(100, state.streams());
    }

    // CVE-2025-8671

    @Test
    void madeYouReset() {
        assertEquals(200, bears(1000, () -> {
            int id = stream();
            frames.post(id, "content-length", "1").data(id, true, "xx");
        }));
        endsCalmly(Excess.RESETS);
    }

    @Test
    void madeYouResetByWindowOverflow() {
        assertEquals(200, bears(1000, () -> {
            int id = stream();
            frames.post(id).update(id, Integer.MAX_VALUE);
        }));
        endsCalmly(Excess.RESETS);
    }

    @Test
    void malformedHeads() {
        assertEquals(200, bears(1000, () -> frames.headers(stream(), true, ":path", "/")));
        endsCalmly(Excess.RESETS);
        assertEquals(0, requests);
    }

    @Test
    void streamsAboveTheLimit() {
        answers = false;
        assertEquals(300, bears(1000, () -> frames.get(stream())));
        endsCalmly(Excess.RESETS);
        assertEquals(100, requests);
    }

    /** Before it has our SETTINGS a client may open any number; it is told to send the rest again. */
    @Test
    void streamsAboveTheLimitBeforeItIsKnown() {
        var early = new H2State(H2Limits.DEFAULT, H2Timeouts.OFF, new FakeSlot());
        early.accepted(0);
        var burst = Frames.opening();
        for (int i = 0; i < 1000; i++) {
            burst.get(2 * i + 1);
        }
        byte[] bytes = burst.bytes();
        int at = 0;
        H2State.Event event;
        do {
            event = early.next(bytes, at, bytes.length, 0);
            at = early.position();
        } while (event != H2State.Event.NEED_INPUT && event != H2State.Event.CLOSE);
        assertNull(early.error());
    }

    // CVE-2024-27316 and its kin

    @Test
    void continuationFlood() {
        byte[] block = frames.block(Frames.request("GET", "/"));
        frames.frame(Frame.HEADERS, 0, 1, block);
        assertTrue(receive());
        assertEquals(8, bears(100, () -> frames.frame(Frame.CONTINUATION, 0, 1, Hex.bytes("0001610162"))));
        endsCalmly(Excess.CONTINUATIONS);
    }

    @Test
    void continuationsOfALargeBlock() {
        frames.frame(Frame.HEADERS, 0, 1, new byte[16_000]);
        assertTrue(receive());
        assertEquals(3, bears(100, () -> frames.frame(Frame.CONTINUATION, 0, 1, new byte[16_384])));
        endsCalmly(Excess.CONTINUATIONS);
    }

    @Test
    void hpackBomb() {
        var out = new ByteSink(64);
        out.bytes(frames.block(Frames.request("GET", "/")))
                .bytes(Hex.bytes("4001787fa11d"))
                .bytes("v".repeat(3872).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        frames.frame(Frame.HEADERS, 5, stream(), out.toByteArray());
        assertTrue(receive());
        byte[] bomb = new byte[16_384];
        Arrays.fill(bomb, (byte) 0xBE);
        frames.frame(Frame.HEADERS, 5, stream(), bomb);
        assertTrue(!receive());
        endsCalmly(Excess.FIELDS);
        assertTrue(state.decoder().octets().length <= 32 * 1024 + 4096);
    }

    /** CVE-2019-9516: names without an octet are malformed, and their 32 octets count. */
    @Test
    void emptyNames() {
        byte[] block = new byte[2 * 2000];
        for (int i = 0; i < block.length; i += 2) {
            block[i] = 0x00;
        }
        Arrays.fill(block, (byte) 0);
        frames.frame(Frame.HEADERS, 5, 1, Arrays.copyOf(block, 3 * 1000));
        assertTrue(receive(), "1,000 empty fields count 32,000 octets, but are more than 100 fields: 431");
        assertEquals(0, requests);
    }

    // CVE-2019-9512, 9514, 9515

    @Test
    void pingFlood() {
        assertEquals(100, bears(1000, () -> frames.ping(1)));
        endsCalmly(Excess.CONTROL_FRAMES);
    }

    @Test
    void settingsFlood() {
        assertEquals(100, bears(1000, () -> frames.settings()));
        endsCalmly(Excess.CONTROL_FRAMES);
    }

    @Test
    void settingsWithManyEntries() {
        assertEquals(0, bears(1, () -> frames.settings(new int[130])));
        endsCalmly(Excess.SETTINGS);
    }

    /** Pings whose answers are not read: what is queued is bounded, at any rate. */
    @Test
    void pingsWhoseAnswersAreNotTaken() {
        writes = false;
        int borne = bears(1000, () -> {
            frames.ping(1);
            now += SECOND;
        });
        assertTrue(borne <= 101, "borne " + borne);
        endsCalmly(Excess.QUEUED_REPLIES);
        assertTrue(state.connection().control().length() < 3000);
    }

    @Test
    void pingsAtTheirRateAreAnswered() {
        assertEquals(3000, bears(3000, () -> {
            frames.ping(1);
            now += SECOND / 10;
        }));
    }

    // CVE-2019-9513

    @Test
    void priorityFlood() {
        assertEquals(100, bears(1000, () -> frames.frame(Frame.PRIORITY, 0, 1, new byte[5])));
        endsCalmly(Excess.PRIORITY_FRAMES);
    }

    @Test
    void priorityUpdateFlood() {
        assertEquals(100, bears(1000, () -> FrameWriter.priorityUpdate(frames.out, 1, "u=1")));
        endsCalmly(Excess.PRIORITY_FRAMES);
    }

    @Test
    void tenPrioritiesAStreamAreFine() {
        assertEquals(1000, bears(1000, () -> {
            int id = stream();
            frames.get(id);
            for (int i = 0; i < 10; i++) {
                frames.frame(Frame.PRIORITY, 0, id, new byte[5]);
            }
        }));
    }

    // CVE-2019-9518 and CVE-2026-33871

    @Test
    void emptyData() {
        int id = stream();
        frames.post(id);
        assertTrue(receive());
        assertEquals(10, bears(100, () -> frames.data(id, false, "")));
        endsCalmly(Excess.EMPTY_FRAMES);
    }

    @Test
    void paddedEmptyData() {
        int id = stream();
        frames.post(id);
        assertTrue(receive());
        assertEquals(10, bears(100, () -> frames.padded(id, false, "", 255)));
        endsCalmly(Excess.EMPTY_FRAMES);
    }

    @Test
    void emptyContinuations() {
        frames.frame(Frame.HEADERS, 0, 1, new byte[0]);
        assertTrue(receive());
        assertTrue(bears(100, () -> frames.frame(Frame.CONTINUATION, 0, 1, new byte[0])) <= 10);
        assertEquals(ErrorCode.ENHANCE_YOUR_CALM, state.error());
    }

    /** Small pieces that no handler reads cost more than they hold. */
    @Test
    void smallDataThatIsNotRead() {
        reads = false;
        int id = stream();
        frames.post(id);
        assertTrue(receive());
        int borne = bears(5000, () -> frames.data(id, false, "x"));
        assertEquals(256 * 1024 / 255, borne);
        endsCalmly(Excess.SMALL_DATA);
    }

    @Test
    void smallDataThatIsReadIsFine() {
        int id = stream();
        frames.post(id);
        assertEquals(20_000, bears(20_000, () -> frames.data(id, false, "x")));
    }

    // Windows

    @Test
    void windowUpdateFlood() {
        int id = stream();
        frames.post(id);
        assertTrue(receive());
        assertTrue(bears(1000, () -> frames.update(id, 1)) <= 103);
        endsCalmly(Excess.WINDOW_UPDATES);
    }

    @Test
    void unknownFrames() {
        assertEquals(100, bears(1000, () -> frames.frame(0xEE, 0, 0, new byte[3])));
        endsCalmly(Excess.MEANINGLESS_FRAMES);
    }

    @Test
    void contentForAResetStream() {
        int id = stream();
        frames.post(id, "content-length", "1").data(id, false, "xx");
        assertTrue(receive());
        int borne = bears(5000, () -> frames.zeros(id, false, 16_384));
        assertEquals(1024, borne, "16 MiB");
        endsCalmly(Excess.DROPPED_DATA);
    }

    /** An honest client with all of it: nothing is charged that honest use does not earn back. */
    @Test
    void manyRequestsWithContentAndUpdates() {
        assertEquals(20_000, bears(20_000, () -> {
            int id = stream();
            frames.post(id)
                    .data(id, false, "abc")
                    .data(id, true, "")
                    .update(id, 100)
                    .update(0, 1);
        }));
        assertEquals(20_000, requests);
        assertEquals(0, state.streams());
        assertEquals(0, state.connection().outbox.lent());
    }
}
