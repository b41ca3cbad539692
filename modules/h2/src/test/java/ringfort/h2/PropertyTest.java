package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import ringfort.message.ByteSink;

/** What holds for any bytes and any order of calls, tried on generated ones; the seed of a failure is in its message. */
final class PropertyTest {
    private static final H2Limits SMALL =
            new H2Limits(6, 2000, 65_535, 512, 20, 2000, 100, 1500, 500, 2000, 5000, true);
    private static final String[] NAMES = {"x", "cookie", "content-length", "te", "priority", "connection", "expect"};
    private static final String[] VALUES = {"y", "a=b", "3", "trailers", "u=1, i", "close", "100-continue"};

    private static Random seeded(int seed) {
        return new Random(seed * 0x9E3779B97F4A7C15L); // neighbouring seeds would begin alike
    }

    /** Some frames, mostly well formed; now and then with some bytes changed, doubled or lost. */
    private static byte[] generate(Random random) {
        Frames frames = Frames.opening();
        int highest = 1;
        for (int count = random.nextInt(25); count > 0; count--) {
            int id = random.nextInt(3) == 0 ? highest += 2 : 1 + 2 * random.nextInt((highest + 1) / 2);
            frame(frames, random, id);
        }
        byte[] bytes = frames.bytes();
        for (int mutations = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0; mutations > 0; mutations--) {
            bytes[33 + random.nextInt(bytes.length - 32) - 1] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private static void frame(Frames frames, Random random, int id) {
        boolean end = random.nextBoolean();
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> {
                int which = random.nextInt(NAMES.length);
                String[] more = random.nextInt(3) > 0 ? new String[0] : new String[] {NAMES[which], VALUES[which]};
                frames.headers(id, end, Frames.request(end ? "GET" : "POST", "/" + random.nextInt(3), more));
            }
            case 4, 5, 6 -> frames.zeros(id, end, random.nextInt(random.nextInt(4) == 0 ? 2000 : 20));
            case 7 -> frames.padded(id, end, "abc", random.nextInt(256));
            case 8 -> frames.headers(id, true, "x-trailer", "z");
            case 9 -> frames.reset(id, ErrorCode.of(random.nextInt(14)));
            case 10 -> frames.update(random.nextBoolean() ? id : 0, 1 + random.nextInt(3000));
            case 11 -> frames.settings(Frame.INITIAL_WINDOW_SIZE, random.nextInt(3000));
            case 12 -> frames.ping(random.nextInt());
            case 13 -> FrameWriter.priorityUpdate(frames.out, id, "u=" + random.nextInt(8));
            case 14 -> frames.settings(Frame.HEADER_TABLE_SIZE, random.nextInt(300), Frame.MAX_FRAME_SIZE, 16_384);
            default -> {
                if (random.nextInt(4) == 0) {
                    frames.goAway();
                } else {
                    frames.frame(0x50, random.nextInt(256), id, new byte[random.nextInt(9)]);
                }
            }
        }
    }

    @Test
    void readingInPiecesIsReadingTheWhole() {
        for (int seed = 0; seed < 3_000; seed++) {
            var random = seeded(seed);
            byte[] bytes = generate(random);
            int first = random.nextInt(bytes.length + 1);
            int second = first + random.nextInt(bytes.length + 1 - first);
            String whole = Wire.account(SMALL, bytes);
            assertEquals(whole, Wire.account(SMALL, bytes, first, second), "seed " + seed);
        }
    }

    @Test
    void theGeneratorReachesEveryOutcome() {
        var all = new StringBuilder();
        for (int seed = 0; seed < 2_000; seed++) {
            all.append(Wire.account(SMALL, generate(seeded(seed)))).append('\n');
        }
        for (String outcome : new String[] {
            "[x-trailer: z]", "REFUSED 413", "RESET CANCEL", "RST 3 PROTOCOL_ERROR", "REFUSED_STREAM", "STREAM_CLOSED|",
            "FLOW_CONTROL_ERROR", "COMPRESSION_ERROR", "FRAME_SIZE_ERROR", "GOAWAY 1 NO_ERROR", "CALM", "[cookie: a=b]",
            "HEADERS 1 [:status: 200] END"
        }) {
            assertTrue(all.indexOf(outcome) >= 0, outcome);
        }
    }

    /** Whatever comes, in whatever order the owner calls: no exception, no window that leaks, no loan that is lost. */
    @Test
    void noBytesAndNoOrderOfCallsBreakWhatMustHold() {
        for (int seed = 0; seed < 5_000; seed++) {
            try {
                new Play(seeded(seed)).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static final class Play {
        final Random random;
        final FakeSlot slot = new FakeSlot();
        final H2State state = new H2State(SMALL, H2Timeouts.DEFAULT, slot);
        final List<H2Stream> shown = new ArrayList<>();
        long now;

        Play(Random random) {
            this.random = random;
            now = random.nextLong();
        }

        void run() {
            state.accepted(now);
            byte[] bytes = generate(random);
            if (random.nextInt(8) == 0) {
                random.nextBytes(bytes);
            }
            int at = 0;
            for (int turn = 0; turn < 80; turn++) {
                now += random.nextInt(random.nextInt(20) == 0 ? 2_000_000_000 : 20_000_000);
                int to = at + random.nextInt(Math.min(60, bytes.length - at) + 1);
                H2State.Event event = state.next(bytes, at, to, now);
                assertTrue(state.position() >= at && state.position() <= to, "position");
                at = state.position();
                if (event != H2State.Event.NEED_INPUT
                        && event != H2State.Event.CLOSE
                        && !shown.contains(state.stream())) {
                    shown.add(state.stream());
                }
                call();
                expire();
                check();
            }
            state.closed();
            assertEquals("off", slot.toString());
        }

        void call() {
            if (random.nextInt(3) == 0) {
                var out = new ByteSink(64);
                state.write(out, random.nextInt(3000), now);
                state.writeProgress(out.length(), now);
            }
            switch (random.nextInt(30)) {
                case 0 -> state.writeOutstanding(random.nextBoolean(), now);
                case 1 -> state.writeProgress(random.nextInt(1000), now);
                case 2 -> {
                    if (random.nextInt(10) == 0) {
                        state.drain(now);
                    } else if (random.nextInt(30) == 0) {
                        state.inputClosed(now);
                    } else if (random.nextInt(30) == 0) {
                        state.closing(now);
                    }
                }
                default -> {
                    if (!shown.isEmpty()) {
                        call(shown.get(random.nextInt(shown.size())));
                    }
                }
            }
        }

        void call(H2Stream stream) {
            switch (random.nextInt(9)) {
                case 0 -> state.consumed(stream, random.nextInt(500), now);
                case 1 -> state.limitBody(stream, random.nextInt(100));
                case 2 -> state.overrideTimeouts(stream, random.nextInt(3) - 1L, random.nextInt(3) - 1L);
                case 3 -> state.handlerReturned(stream, now);
                case 4 -> {
                    if (random.nextInt(4) == 0) {
                        state.reset(stream, ErrorCode.INTERNAL_ERROR, now);
                    }
                }
                case 5 -> {
                    if (stream.responseStarted() && !stream.ending) {
                        state.end(
                                stream,
                                random.nextBoolean()
                                        ? null
                                        : ResponseHead.trailers().field("t", "u"),
                                now);
                    }
                }
                default -> {
                    if (!stream.responseStarted()) {
                        state.respond(stream, ResponseHead.of(random.nextInt(4) == 0 ? 103 : 200), false, now);
                    } else if (!stream.ending) {
                        state.send(stream, new byte[1000], 0, random.nextInt(1000), now);
                    }
                }
            }
        }

        void expire() {
            while (slot.phase != null && slot.deadlineNanos - now < 0) {
                long due = slot.deadlineNanos;
                H2State.Expiry expiry = state.expired(now);
                assertTrue(
                        expiry != H2State.Expiry.NOT_DUE || slot.phase == null || slot.deadlineNanos != due,
                        "what is due in the slot is due");
            }
        }

        void check() {
            Connection connection = state.connection();
            if (state.isClosing()) {
                assertEquals(0, connection.outbox.lent());
                return;
            }
            var sums = new long[2];
            state.eachStream(stream -> {
                sums[0] += stream.unread;
                sums[1] += stream.lent;
                if (!stream.closed) {
                    long all = stream.inbound.left() + stream.inbound.credit() + stream.unread;
                    assertTrue(all <= stream.inbound.capacity(), stream + " window");
                    assertTrue(
                            stream.inbound.left() >= 0 || stream.inbound.capacity() < Frame.DEFAULT_WINDOW, "negative");
                } else {
                    assertEquals(0, stream.unread);
                }
            });
            assertEquals(sums[1], connection.outbox.lent(), "lent");
            assertTrue(state.streams() <= SMALL.streams(), "streams");
            assertTrue(connection.inbound.left() >= 0, "our window is negative");
            long all = connection.inbound.left() + connection.inbound.credit() + sums[0];
            assertTrue(all <= connection.inbound.capacity(), "more window than there is");
            if (state.betweenFrames()) {
                assertEquals(connection.inbound.capacity(), all, "window lost");
            }
        }
    }
}
