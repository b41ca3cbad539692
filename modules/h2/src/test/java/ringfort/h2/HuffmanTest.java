package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import ringfort.message.ByteSink;

/** RFC 7541, 5.2 and appendix B. */
final class HuffmanTest {
    private static byte[] encode(String text) {
        var out = new ByteSink(16);
        Huffman.encode(out, text);
        assertEquals(Huffman.encodedLength(text), out.length());
        return out.toByteArray();
    }

    private static String decode(byte[] encoded) {
        byte[] target = new byte[4 * encoded.length + 8];
        int length = Huffman.decode(encoded, 0, encoded.length, target, 3);
        return length < 0 ? "broken" : new String(target, 3, length, StandardCharsets.ISO_8859_1);
    }

    @Test
    void encodesTheExamplesOfTheRfc() {
        assertEquals("f1e3c2e5f23a6ba0ab90f4ff", Hex.text(encode("www.example.com")));
        assertEquals("a8eb10649cbf", Hex.text(encode("no-cache")));
        assertEquals("d07abe941054d444a8200595040b8166e082a62d1bff", Hex.text(encode("Mon, 21 Oct 2013 20:13:21 GMT")));
    }

    @Test
    void eachOctetHasTheCodeOfTheRfc() {
        HuffmanCodes.BY_BITS.forEach((bits, octet) -> {
            String padded = bits + "1".repeat(-bits.length() & 7);
            var expected = new StringBuilder();
            for (int i = 0; i < padded.length(); i += 8) {
                expected.append("%02x".formatted(Integer.parseInt(padded.substring(i, i + 8), 2)));
            }
            assertEquals(expected.toString(), Hex.text(encode(octet.toString())));
        });
        assertEquals(256, HuffmanCodes.BY_BITS.size());
    }

    @Test
    void decodingWhatWasEncodedIsTheIdentity() {
        var random = new Random(1);
        for (int run = 0; run < 2_000; run++) {
            byte[] octets = new byte[random.nextInt(60)];
            random.nextBytes(octets);
            String text = new String(octets, StandardCharsets.ISO_8859_1);
            assertEquals(text, decode(encode(text)));
        }
    }

    @Test
    void anyOctetsReadAsTheNaiveReadingReadsThem() {
        var random = new Random(2);
        int accepted = 0;
        for (int run = 0; run < 200_000; run++) {
            byte[] octets = new byte[random.nextInt(7)];
            random.nextBytes(octets);
            if (run % 3 == 0 && octets.length > 0) {
                octets[octets.length - 1] = -1;
            }
            String naive;
            try {
                naive = NaiveHpack.huffman(octets);
                accepted++;
            } catch (NaiveHpack.Broken e) {
                naive = "broken";
            }
            assertEquals(naive, decode(octets), () -> Hex.text(octets));
        }
        assertTrue(accepted > 20_000, "accepted " + accepted);
    }

    @Test
    void section5_2_paddingAndEndOfString() {
        assertEquals("", decode(Hex.bytes("")));
        assertEquals("broken", decode(Hex.bytes("ff")), "eight bits of padding");
        assertEquals("0", decode(Hex.bytes("07")));
        assertEquals("broken", decode(Hex.bytes("06")), "padding is not ones");
        assertEquals("broken", decode(Hex.bytes("07ff")), "padding of more than seven bits");
        assertEquals("broken", decode(Hex.bytes("ffffffff")), "EOS");
    }

    @Test
    void storesNoMoreThanTheTargetHolds() {
        byte[] encoded = encode("a".repeat(100));
        byte[] target = new byte[10];
        assertEquals(100, Huffman.decode(encoded, 0, encoded.length, target, 0));
        assertEquals("aaaaaaaaaa", new String(target, StandardCharsets.US_ASCII));
    }
}
