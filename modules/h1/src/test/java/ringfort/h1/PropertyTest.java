package ringfort.h1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;
import ringfort.budget.Timeouts;
import ringfort.message.ByteSink;

/** What holds for any bytes, tried on generated ones; the seed of a failure is in its message. */
final class PropertyTest {
    private static final Limits SMALL = new Limits(80, 110, 5, 60, 3, 20, 64, 40);

    private static final String[] LINES = {
        "GET / HTTP/1.1\r\n",
        "POST /x?y=%41 HTTP/1.1\r\n",
        "HEAD http://a/ HTTP/1.0\r\n",
        "OPTIONS * HTTP/1.1\r\n",
        "\r\nPUT / HTTP/1.1\r\n"
    };

    private static final String[] FIELDS = {
        "Expect: 100-continue\r\n", "Connection: keep-alive\r\n", "Connection: close\r\n", "X: y\r\n",
        "X:\t\u00ff \r\n", "Host: a\r\n", "Content-Length: 0\r\n", "X: 0123456789012345678901234567890123456789\r\n"
    };

    private static final String[] CONTENTS = {
        "\r\n",
        "Content-Length: 3\r\n\r\nabc",
        "Content-Length: 65\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n02\r\n\r\n\r\n0\r\nT: u\r\nHost: b\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n40\r\n"
    };

    private static String any(String[] choices, Random random) {
        return choices[random.nextInt(choices.length)];
    }

    private static Random seeded(int seed) {
        return new Random(seed * 0x9E3779B97F4A7C15L); // neighbouring seeds would begin alike
    }

    /** Some messages, mostly well formed; now and then with some bytes changed, doubled or lost. */
    private static byte[] generate(Random random) {
        var text = new StringBuilder();
        for (int message = random.nextInt(4); message >= 0; message--) {
            text.append(any(LINES, random)).append("Host: a\r\n");
            for (int field = random.nextInt(3); field > 0; field--) {
                text.append(any(FIELDS, random));
            }
            text.append(any(CONTENTS, random));
        }
        int mutations = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0;
        for (int i = 0; i < mutations && !text.isEmpty(); i++) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(3)) {
                case 0 -> text.setCharAt(at, (char) random.nextInt(256));
                case 1 -> text.insert(at, (char) random.nextInt(256));
                default -> text.deleteCharAt(at);
            }
        }
        return Wire.bytes(text.toString());
    }

    @Test
    void parsingInPiecesIsParsingTheWhole() {
        for (int seed = 0; seed < 20_000; seed++) {
            var random = seeded(seed);
            byte[] bytes = generate(random);
            int first = random.nextInt(bytes.length + 1);
            int second = first + random.nextInt(bytes.length + 1 - first);
            String whole = Wire.account(SMALL, bytes);
            assertEquals(whole, Wire.account(SMALL, bytes, first, second), "seed " + seed);
        }
    }

    @Test
    void parsingInAnyTwoCutsIsParsingTheWhole() {
        byte[] bytes =
                Wire.bytes("\r\nPOST /%41 HTTP/1.1\r\nHost: a\r\nX:\u00ff y \r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "3;e=\"f\"\r\nabc\r\n2\r\n\r\n\r\n0\r\nT: u\r\n\r\n" + Wire.SECOND_REQUEST);
        String whole = Wire.account(Limits.DEFAULT, bytes);
        assertTrue(whole.endsWith("END 'abc\r\n' [T: u] " + Wire.SECOND_ACCOUNT), whole);
        for (int first = 0; first < bytes.length; first++) {
            for (int second = first; second < bytes.length; second++) {
                assertEquals(whole, Wire.account(Limits.DEFAULT, bytes, first, second), first + ", " + second);
            }
        }
    }

    @Test
    void theGeneratorReachesEveryOutcome() {
        var all = new StringBuilder();
        for (int seed = 0; seed < 5_000; seed++) {
            all.append(Wire.account(SMALL, generate(seeded(seed)))).append('\n');
        }
        for (String outcome : new String[] {
            "END 'abc'", "[T: u]", "CLOSE", "REFUSED 400", "REFUSED 413", "REFUSED 431", "HEAD OPTIONS *", " 0 ["
        }) {
            assertTrue(all.indexOf(outcome) >= 0, outcome);
        }
    }

    @Test
    void decodingWhatWasEncodedIsTheIdentity() {
        for (int seed = 0; seed < 500; seed++) {
            var random = seeded(seed);
            byte[] content = new byte[random.nextInt(4_000)];
            random.nextBytes(content);
            var out = new ByteSink(16);
            for (int at = 0; at < content.length; ) {
                int to = Math.min(content.length, at + 1 + random.nextInt(700));
                ChunkedEncoder.chunk(out, content, at, to);
                at = to;
            }
            if (random.nextBoolean()) {
                ChunkedEncoder.last(out);
            } else {
                ChunkedEncoder.last(out, "Digest", "d" + seed);
            }
            assertArrayEquals(content, decode(out.toByteArray(), random), "seed " + seed);
        }
    }

    private static byte[] decode(byte[] encoded, Random random) {
        var decoder = new ChunkedDecoder(Limits.DEFAULT);
        var content = new ByteArrayOutputStream();
        int from = 0;
        while (true) {
            int to = Math.min(encoded.length, from + 1 + random.nextInt(900));
            ChunkedDecoder.Found found = decoder.read(encoded, from, to);
            from = decoder.position();
            switch (found) {
                case MORE -> assertEquals(to, from);
                case DATA -> content.write(encoded, decoder.dataFrom(), decoder.dataTo() - decoder.dataFrom());
                case END -> {
                    assertEquals(encoded.length, from);
                    return content.toByteArray();
                }
                case REFUSED -> throw new AssertionError(decoder.refusal());
            }
        }
    }

    /** For any bytes, and for any order of calls, next() returns an event. It never throws, and no loop is endless. */
    @Test
    void noBytesAndNoOrderOfCallsMakeTheStateThrow() {
        for (int seed = 0; seed < 20_000; seed++) {
            try {
                playAtRandom(seeded(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void playAtRandom(Random random) {
        var slot = new FakeSlot();
        var state = new H1State(SMALL, Timeouts.DEFAULT, slot);
        long now = random.nextLong();
        state.accepted(now);
        byte[] bytes = generate(random);
        if (random.nextInt(4) == 0) {
            random.nextBytes(bytes);
        }
        int at = 0;
        for (int turn = 0; turn < 40; turn++) {
            now += random.nextInt(2_000_000_000);
            int to = at + random.nextInt(bytes.length - at + 1);
            H1State.Event event = state.next(bytes, at, to, now);
            assertTrue(state.position() >= at && state.position() <= to, "position");
            at = state.position();
            if (event == H1State.Event.BODY) {
                assertTrue(state.dataFrom() >= 0 && state.dataFrom() < state.dataTo() && state.dataTo() <= at, "data");
            } else if (event == H1State.Event.HEAD) {
                assertTrue(!state.head().target().isEmpty());
            }
            call(state, random, now);
            if (slot.phase != null && slot.deadlineNanos - now < 0) {
                assertTrue(state.expired(now) != H1State.Expiry.NOT_DUE, "what is due in the slot is due");
            }
        }
        state.closed();
        assertEquals("off", slot.toString());
    }

    private static void call(H1State state, Random random, long now) {
        switch (random.nextInt(16)) {
            case 0 -> state.readOutstanding(random.nextBoolean(), now);
            case 1 -> state.writeOutstanding(random.nextBoolean(), now);
            case 2 -> state.writeProgress(random.nextInt(1000), now);
            case 3, 4, 5 -> state.responseHead(state.keepAlive(), now);
            case 6, 7, 8 -> state.responseComplete(now);
            case 9 -> state.expired(now);
            case 10 -> state.continueSent(now);
            case 11 -> state.limitBody(random.nextInt(10));
            case 12 -> state.overrideTimeouts(random.nextInt(3) - 1L, random.nextInt(3) - 1L);
            case 13 -> state.inputClosed(now);
            case 14 -> {
                if (random.nextInt(8) == 0) {
                    state.closing(now);
                } else if (random.nextInt(8) == 0) {
                    state.detach(random.nextInt(3) * 1_000_000L);
                }
            }
            default -> state.phase();
        }
    }
}
