package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ringfort.message.ByteSink;

/** Bounds and errors of RFC 7541, and what holds for any block. */
final class HpackDecoderTest {
    private static HpackDecoder.Result decode(HpackDecoder decoder, String hex) {
        byte[] block = Hex.bytes(hex);
        return decoder.decode(block, 0, block.length);
    }

    private static void broken(String hex) {
        assertEquals(HpackDecoder.Result.BROKEN, decode(new HpackDecoder(32 * 1024, 100), hex), hex);
    }

    private static void accepted(String hex) {
        assertEquals(HpackDecoder.Result.FIELDS, decode(new HpackDecoder(32 * 1024, 100), hex), hex);
    }

    @Test
    void section6_1_indexZeroAndIndexPastTheTables() {
        broken("80");
        broken("be");
        broken("7e0161");
        accepted("bd");
    }

    @Test
    void section5_1_integers() {
        broken("ff");
        broken("ff80808080");
        broken("ff8080808000");
        broken("ffffffffff7f");
        accepted("0000 00");
        assertEquals(
                HpackDecoder.Result.BROKEN, decode(new HpackDecoder(32 * 1024, 100), "007fffffff7f"), "a huge string");
    }

    @Test
    void section5_2_huffman() {
        broken("0081ff0161");
        broken("008106 0161");
        broken("0084ffffffff0161");
        accepted("008107 0161");
    }

    @Test
    void section4_2_sizeUpdates() {
        accepted("3fe11f"); // 4096
        broken("3fe21f"); // 4097
        broken("8220"); // behind a field
        accepted("20 3f01 82");
    }

    @Test
    void section4_2_anAcknowledgedReductionMustBeFollowed() {
        var decoder = new HpackDecoder(32 * 1024, 100);
        decoder.tableLimit(64);
        assertEquals(HpackDecoder.Result.BROKEN, decode(decoder, "82"));
        decoder = new HpackDecoder(32 * 1024, 100);
        decoder.tableLimit(64);
        assertEquals(HpackDecoder.Result.FIELDS, decode(decoder, "3f21 82"));
        assertEquals(HpackDecoder.Result.BROKEN, decode(decoder, "3f22 82"), "above the new limit");
        decoder = new HpackDecoder(32 * 1024, 100);
        decoder.tableLimit(64);
        decoder.tableLimit(4096);
        assertEquals(HpackDecoder.Result.FIELDS, decode(decoder, "82"), "restored before the peer wrote a block");
    }

    @Test
    void aBlockThatEndsInsideAField() {
        byte[] block = Hex.bytes("400a637573746f6d2d6b65790d637573746f6d2d686561646572");
        for (int length = 1; length < block.length; length++) {
            assertEquals(
                    HpackDecoder.Result.BROKEN, new HpackDecoder(32 * 1024, 100).decode(block, 0, length), "" + length);
        }
    }

    @Test
    void section4_4_anEntryLargerThanTheTableEmptiesIt() {
        var decoder = new HpackDecoder(32 * 1024, 100);
        assertEquals(HpackDecoder.Result.FIELDS, decode(decoder, "4001610162"));
        assertEquals(34, decoder.tableSize());
        var out = new ByteSink(8);
        out.bytes(Hex.bytes("4001617fa11f")).bytes(new byte[127 + 33 + 31 * 128]); // 4,128 octets
        assertEquals(HpackDecoder.Result.FIELDS, decoder.decode(out.array(), 0, out.length()));
        assertEquals(0, decoder.tableSize());
    }

    /** Above the list's bound nothing is stored, and the table is as the peer expects it. */
    @Test
    void aListAboveItsBoundIsReadForTheTable() {
        var decoder = new HpackDecoder(100, 100);
        assertEquals(HpackDecoder.Result.TOO_LARGE, decode(decoder, "4001610162 4001630164 4001650166 4001670168"));
        assertEquals(0, decoder.fieldCount());
        assertEquals(4, decoder.tableCount());
        assertEquals("g: h", decoder.tableEntry(0));
        assertEquals(HpackDecoder.Result.FIELDS, decode(decoder, "be"));
        assertEquals(List.of("g: h"), HpackVectorTest.fields(decoder));
        decoder = new HpackDecoder(1000, 2);
        assertEquals(HpackDecoder.Result.FIELDS, decode(decoder, "8282"));
        assertEquals(HpackDecoder.Result.TOO_LARGE, decode(decoder, "828282"));
    }

    /** An entry that is too large for the list, and not for the table, is in the table as it was sent. */
    @Test
    void anEntryAboveTheListsBoundIsRemembered() {
        var decoder = new HpackDecoder(100, 100);
        var out = new ByteSink(8);
        out.bytes(Hex.bytes("0001610162 4001617f9f11")).ascii("v".repeat(127 + 0x1F + 0x11 * 128));
        assertEquals(HpackDecoder.Result.MUCH_TOO_LARGE, decoder.decode(out.array(), 0, out.length()));
        assertEquals("a: " + "v".repeat(127 + 0x1F + 0x11 * 128), decoder.tableEntry(0));
    }

    /** CVE-2016-6581 and its kin: a large entry, referred to by one octet again and again. */
    @Test
    void anHpackBombStopsAtFourTimesTheBound() {
        var decoder = new HpackDecoder(16 * 1024, 100);
        var out = new ByteSink(8);
        out.bytes(Hex.bytes("4001617fa11d")).bytes(new byte[127 + 33 + 29 * 128]);
        assertEquals(HpackDecoder.Result.FIELDS, decoder.decode(out.array(), 0, out.length()));
        byte[] bomb = new byte[60_000];
        java.util.Arrays.fill(bomb, (byte) 0xBE);
        assertEquals(HpackDecoder.Result.MUCH_TOO_LARGE, decoder.decode(bomb, 0, bomb.length));
        assertTrue(decoder.listSize() <= 4 * 16 * 1024 + 4096, "read " + decoder.listSize());
        assertTrue(decoder.octets().length <= 16 * 1024 + 4096, "stored " + decoder.octets().length);
    }

    @Test
    void aStringThatFitsNowhereIsCountedAndNotStored() {
        var decoder = new HpackDecoder(16 * 1024, 100);
        byte[] block = new byte[60_000];
        block[1] = 1;
        block[2] = 'a';
        block[3] = (byte) 0xFF; // Huffman: zeros are the octet 0 in 5 bits
        block[4] = (byte) 0xC9;
        block[5] = (byte) 0xCC;
        block[6] = 0x03; // 127 + 58,953
        block[block.length - 1] = 0;
        HpackDecoder.Result result = decoder.decode(block, 0, 59_087);
        assertEquals(HpackDecoder.Result.MUCH_TOO_LARGE, result);
        assertTrue(decoder.octets().length <= 16 * 1024 + 4096, "stored " + decoder.octets().length);
    }

    @Test
    void anyBlocksReadAsTheNaiveReadingReadsThem() {
        int broken = 0;
        for (int seed = 0; seed < 3_000; seed++) {
            var random = new Random(seed * 0x9E3779B97F4A7C15L);
            var decoder = new HpackDecoder(56 * 1024, 1000);
            var naive = new NaiveHpack();
            for (int number = 0; number < 8; number++) {
                byte[] block = block(random);
                @Nullable List<String> expected;
                try {
                    expected = naive.decode(block);
                } catch (NaiveHpack.Broken e) {
                    expected = null;
                }
                HpackDecoder.Result result = decoder.decode(block, 0, block.length);
                String where = "seed " + seed + ", block " + Hex.text(block);
                if (expected == null) {
                    assertEquals(HpackDecoder.Result.BROKEN, result, where);
                    broken++;
                    break;
                }
                assertEquals(HpackDecoder.Result.FIELDS, result, where);
                assertEquals(expected, HpackVectorTest.fields(decoder), where);
                assertEquals(naive.tableSize(), decoder.tableSize(), where);
                List<String> lines = naive.tableLines();
                assertEquals(lines.size(), decoder.tableCount(), where);
                for (int i = 0; i < lines.size(); i++) {
                    assertEquals(lines.get(i), decoder.tableEntry(i), where);
                }
            }
        }
        assertTrue(broken > 300 && broken < 2_700, "broken " + broken);
    }

    /** Fields in every representation; now and then an octet that is wrong. */
    private static byte[] block(Random random) {
        var out = new ByteSink(64);
        if (random.nextInt(6) == 0) {
            out.octet(0x20 | random.nextInt(31));
        } else if (random.nextInt(6) == 0) {
            out.octet(0x3F).octet(0x80 | random.nextInt(128)).octet(random.nextInt(32));
        }
        for (int field = random.nextInt(7); field > 0; field--) {
            switch (random.nextInt(4)) {
                case 0 -> out.octet(0x80 | 1 + random.nextInt(random.nextInt(10) == 0 ? 70 : 61));
                case 1 -> literal(out, random, 0x40, 63);
                case 2 -> literal(out, random, 0x00, 15);
                default -> literal(out, random, 0x10, 15);
            }
        }
        byte[] block = out.toByteArray();
        if (random.nextInt(20) == 0 && block.length > 0) {
            block[random.nextInt(block.length)] = (byte) random.nextInt(256);
        }
        return block;
    }

    private static void literal(ByteSink out, Random random, int pattern, int most) {
        int name = random.nextBoolean() ? 0 : random.nextInt(most);
        out.octet(pattern | name);
        if (name == 0) {
            string(out, random);
        }
        string(out, random);
    }

    private static void string(ByteSink out, Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(random.nextInt(20) == 0 ? 3000 : 12); i > 0; i--) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        boolean huffman = random.nextBoolean();
        int length = huffman ? Huffman.encodedLength(text.toString()) : text.length();
        if (length < 127) {
            out.octet((huffman ? 0x80 : 0) | length);
        } else {
            out.octet((huffman ? 0xFF : 0x7F))
                    .octet(((length - 127) & 0x7F) | 0x80)
                    .octet((length - 127) >> 7);
        }
        if (huffman) {
            Huffman.encode(out, text.toString());
        } else {
            out.latin1(text.toString());
        }
    }
}
