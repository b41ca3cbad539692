package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import ringfort.message.ByteSink;

/** What the encoder writes is what a decoder reads, with the same table on both sides. */
final class HpackEncoderTest {
    private static final String[] NAMES = {
        "content-type",
        "content-length",
        "server",
        "date",
        "x-request",
        "set-cookie",
        "cache-control",
        "etag",
        "x-a",
        "vary"
    };

    @Test
    void decodingWhatWasEncodedIsTheIdentity() {
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed * 0x9E3779B97F4A7C15L);
            var encoder = new HpackEncoder();
            var decoder = new HpackDecoder(56 * 1024, 1000);
            var naive = new NaiveHpack();
            for (int block = 0; block < 60; block++) {
                if (random.nextInt(10) == 0) {
                    encoder.peerTableSize(random.nextInt(3) == 0 ? random.nextInt(200) : random.nextInt(5000));
                }
                var out = new ByteSink(64);
                List<String> expected = new ArrayList<>();
                encoder.begin(out);
                int status = random.nextInt(3) == 0 ? 200 : 100 + random.nextInt(500);
                encoder.status(out, status);
                expected.add(":status: " + status);
                for (int field = random.nextInt(9); field > 0; field--) {
                    String name = NAMES[random.nextInt(NAMES.length)];
                    String value = value(random);
                    encoder.field(out, name, value, random.nextInt(12) == 0);
                    expected.add(name + ": " + value);
                }
                String where = "seed " + seed + ", block " + block;
                assertEquals(HpackDecoder.Result.FIELDS, decoder.decode(out.array(), 0, out.length()), where);
                assertEquals(expected, HpackVectorTest.fields(decoder), where);
                assertEquals(expected, naive.decode(out.toByteArray()), where);
                assertEquals(encoder.tableSize(), decoder.tableSize(), where);
                assertEquals(encoder.tableSize(), naive.tableSize(), where);
            }
        }
    }

    private static String value(Random random) {
        if (random.nextInt(3) > 0) {
            return "value " + random.nextInt(6);
        }
        var text = new StringBuilder();
        for (int i = random.nextInt(random.nextInt(10) == 0 ? 2000 : 40); i > 0; i--) {
            text.append((char) random.nextInt(256));
        }
        return text.toString();
    }

    @Test
    void whatRepeatsTakesOneOctet() {
        var encoder = new HpackEncoder();
        var out = new ByteSink(64);
        for (int i = 0; i < 2; i++) {
            out.reset();
            encoder.begin(out);
            encoder.status(out, 200);
            encoder.field(out, "content-type", "text/plain", false);
            encoder.field(out, "server", "ringfort", false);
            encoder.field(out, "accept-encoding", "gzip, deflate", false);
        }
        assertEquals("88bfbe90", Hex.text(out.toByteArray()));
    }

    @Test
    void section7_1_3_secretsAreNeverIndexed() {
        var encoder = new HpackEncoder();
        var out = new ByteSink(64);
        encoder.field(out, "set-cookie", "a=b", false);
        encoder.field(out, "x-secret", "s", true);
        assertEquals(0, encoder.tableSize());
        assertTrue((out.array()[0] & 0xF0) == 0x10, Hex.text(out.toByteArray()));
    }

    @Test
    void section4_2_theSmallestSizeBetweenTwoBlocksIsSaidToo() {
        var encoder = new HpackEncoder();
        var out = new ByteSink(64);
        encoder.peerTableSize(0);
        encoder.peerTableSize(100);
        encoder.begin(out);
        assertEquals("203f45", Hex.text(out.toByteArray()));
        out.reset();
        encoder.begin(out);
        assertEquals(0, out.length());
        encoder.peerTableSize(1 << 30);
        encoder.begin(out);
        assertEquals("3fe11f", Hex.text(out.toByteArray()), "our own bound is 4,096");
    }
}
