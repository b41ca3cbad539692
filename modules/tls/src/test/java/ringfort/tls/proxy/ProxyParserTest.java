package ringfort.tls.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PROXY headers byte by byte. */
final class ProxyParserTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String IPV4_BODY = "c0000201 0a000001 d903 01bb".replace(" ", "");

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A version 2 header with the length of its body. */
    private static byte[] v2(String commandAndFamily, String body) {
        return HexFormat.of().parseHex(SIGNATURE + commandAndFamily + "%04x".formatted(body.length() / 2) + body);
    }

    private static InetSocketAddress address(String host, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    }

    /** The header of bytes that are one, fed byte by byte and whole, with more behind. */
    private static ProxyHeader header(byte[] bytes) {
        ProxyParser slow = new ProxyParser();
        for (int i = 0; i < bytes.length - 1; i++) {
            assertEquals(ProxyParser.Result.NEED_INPUT, slow.parse(bytes, i, i + 1), "byte " + i);
            assertEquals(i + 1, slow.position());
        }
        assertEquals(ProxyParser.Result.HEADER, slow.parse(bytes, bytes.length - 1, bytes.length), slow.reason());

        byte[] more = Arrays.copyOf(bytes, bytes.length + 7);
        ProxyParser whole = new ProxyParser();
        assertEquals(ProxyParser.Result.HEADER, whole.parse(more, 0, more.length));
        assertEquals(bytes.length, whole.position());
        assertEquals(slow.header().toString(), whole.header().toString());
        assertEquals(ProxyParser.Result.HEADER, whole.parse(more, bytes.length, more.length));
        assertEquals(bytes.length, whole.position());
        return whole.header();
    }

    private static String refused(byte[] bytes) {
        ProxyParser parser = new ProxyParser();
        assertEquals(ProxyParser.Result.REFUSED, parser.parse(bytes, 0, bytes.length));
        assertFalse(parser.reason().isEmpty());
        assertThrows(IllegalStateException.class, parser::header);
        assertEquals(ProxyParser.Result.REFUSED, parser.parse(bytes, 0, bytes.length));
        return parser.reason();
    }

    @Test
    void linesNameBothAddresses() {
        ProxyHeader v4 = header(ascii("PROXY TCP4 192.0.2.1 10.0.0.1 55555 443\r\n"));
        assertEquals(1, v4.version());
        assertEquals(address("192.0.2.1", 55555), v4.source());
        assertEquals(address("10.0.0.1", 443), v4.destination());
        assertFalse(v4.secure());
        ProxyHeader v6 = header(ascii("PROXY TCP6 2001:db8::1 ::1 0 65535\r\n"));
        assertEquals(address("2001:db8::1", 0), v6.source());
        assertEquals(address("::1", 65535), v6.destination());
    }

    @Test
    void aLineMayNameNobody() {
        assertNull(header(ascii("PROXY UNKNOWN\r\n")).source());
        assertNull(header(ascii("PROXY UNKNOWN " + "f".repeat(91) + "\r\n")).source());
    }

    @Test
    void theLongestLineIsTaken() {
        String most = "PROXY UNKNOWN " + "x".repeat(107 - 2 - 14);
        assertEquals(107, (most + "\r\n").length());
        header(ascii(most + "\r\n"));
        assertTrue(refused(ascii(most + "y\r\n")).contains("107"));
        assertTrue(refused(ascii("PROXY UNKNOWN" + " ".repeat(1000))).contains("107"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP4 192.0.2.1 10.0.0.1 55555\r\n",
                "PROXY TCP4 192.0.2.1 10.0.0.1 55555 443 \r\n",
                "PROXY  TCP4 192.0.2.1 10.0.0.1 55555 443\r\n",
                "PROXY TCP4 192.0.2.01 10.0.0.1 55555 443\r\n",
                "PROXY TCP4 192.0.2.256 10.0.0.1 55555 443\r\n",
                "PROXY TCP4 192.0.2 10.0.0.1 55555 443\r\n",
                "PROXY TCP4 192.0.2.1.1 10.0.0.1 55555 443\r\n",
                "PROXY TCP4 ::1 ::1 55555 443\r\n",
                "PROXY TCP6 192.0.2.1 10.0.0.1 55555 443\r\n",
                "PROXY TCP4 192.0.2.1 10.0.0.1 055 443\r\n",
                "PROXY TCP4 192.0.2.1 10.0.0.1 65536 443\r\n",
                "PROXY TCP4 192.0.2.1 10.0.0.1 -1 443\r\n",
                "PROXY TCP4 192.0.2.1 10.0.0.1 +1 443\r\n",
                "PROXY TCP4 localhost 10.0.0.1 1 443\r\n",
                "PROXY TCP6 fe80::1%1 ::1 1 443\r\n",
                "PROXY TCP6 [::1] ::1 1 443\r\n",
                "PROXY TCP5 192.0.2.1 10.0.0.1 1 443\r\n",
                "PROXY UDP4 192.0.2.1 10.0.0.1 1 443\r\n",
                "PROXY \r\n",
                "PROXY TCP4\t192.0.2.1 10.0.0.1 1 443\r\n",
                "PROXY TCP4 192.0.2.1 10.0.0.1 1 443\n",
                "proxy TCP4 192.0.2.1 10.0.0.1 1 443\r\n",
                "GET / HTTP/1.1\r\n",
                "\r\nPROXY UNKNOWN\r\n",
                "\u0016\u0003\u0001"
            })
    void otherLinesAreRefused(String line) {
        refused(ascii(line));
    }

    @ParameterizedTest
    @CsvSource({
        "::, 0:0:0:0:0:0:0:0",
        "::1, 0:0:0:0:0:0:0:1",
        "1::, 1:0:0:0:0:0:0:0",
        "2001:DB8::a:0, 2001:db8:0:0:0:0:a:0",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304",
        "64:ff9b::1.2.3.4, 64:ff9b:0:0:0:0:102:304",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0"
    })
    void literalsOfIpv6(String text, String expected) {
        InetAddress address = AddressLiteral.ipv6(text);
        assertEquals(expected, address == null ? null : address.getHostAddress());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":::",
                "1",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                "12345::",
                "g::",
                "::1.2.3",
                "1.2.3.4::",
                "::1.2.3.4:5",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::01.2.3.4",
                "1:2:3:4:5:6:7:8::",
                ":1:2:3:4:5:6:7",
                "1.2.3.4",
                "::1%lo",
                "::1 "
            })
    void noLiteralsOfIpv6(String text) {
        assertNull(AddressLiteral.ipv6(text));
    }

    /** Whatever is taken, the JDK takes for the same address; what the JDK refuses is not taken. */
    @Test
    void generatedLiteralsAreReadAsTheJdkReadsThem() {
        Random random = new Random(7);
        String alphabet = "::::0123456789abcdf.";
        int taken = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(12); length >= 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String literal = text.toString();
            InetAddress ours = literal.indexOf(':') < 0 ? AddressLiteral.ipv4(literal) : AddressLiteral.ipv6(literal);
            if (ours != null) {
                taken++;
                assertEquals(InetAddress.ofLiteral(literal), ours, literal);
            }
        }
        assertTrue(taken > 1000, "taken: " + taken);
    }

    @Test
    void blocksNameBothAddresses() {
        ProxyHeader v4 = header(v2("2111", IPV4_BODY));
        assertEquals(2, v4.version());
        assertEquals(address("192.0.2.1", 55555), v4.source());
        assertEquals(address("10.0.0.1", 443), v4.destination());
        ProxyHeader v6 = header(v2("2121", "20010db8000000000000000000000001" + "0".repeat(31) + "1" + "d90301bb"));
        assertEquals(address("2001:db8::1", 55555), v6.source());
        assertEquals(address("::1", 443), v6.destination());
    }

    @Test
    void aBlockMayNameNobody() {
        assertNull(header(v2("2000", "")).source());
        assertNull(header(v2("2011", IPV4_BODY)).source(), "LOCAL: a check of health, with addresses or not");
        assertNull(header(v2("20ff", "00")).source());
        assertNull(header(v2("2100", "")).source());
        assertNull(header(v2("2100", "ffff")).source());
        assertNull(header(v2("2131", "00".repeat(216))).source());
    }

    @Test
    void valuesAreKept() {
        String authority = "02" + "0001" + "61";
        String alpn = "01" + "0002" + "6832";
        String tls = "20" + "000f" + "01" + "00000000" + "21" + "0007" + "544c5376312e33";
        String nothing = "04" + "0002" + "ffff";
        ProxyHeader header = header(v2("2111", IPV4_BODY + authority + alpn + tls + nothing));
        assertArrayEquals(ascii("a"), header.value(ProxyHeader.PP2_TYPE_AUTHORITY));
        assertArrayEquals(ascii("h2"), header.value(ProxyHeader.PP2_TYPE_ALPN));
        assertNull(header.value(ProxyHeader.PP2_TYPE_UNIQUE_ID));
        assertNull(header.value(4));
        assertTrue(header.secure());
    }

    @Test
    void onlyTheFlagSaysThatTheClientIsSecure() {
        assertFalse(header(v2("2111", IPV4_BODY + "2000050000000000")).secure());
        assertFalse(header(v2("2111", IPV4_BODY + "200000")).secure());
        assertTrue(header(v2("2111", IPV4_BODY + "2000050100000000")).secure());
    }

    @Test
    void aChecksumIsChecked() {
        byte[] bytes = v2("2111", IPV4_BODY + "03000400000000" + "02000161");
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        ByteBuffer.wrap(bytes).putInt(16 + 12 + 3, (int) crc.getValue());
        assertEquals(address("192.0.2.1", 55555), header(bytes).source());
        bytes[16] ^= 1;
        assertTrue(refused(bytes).contains("checksum"));
        assertTrue(refused(v2("2111", IPV4_BODY + "030003000000")).contains("checksum"));
    }

    @ParameterizedTest
    @CsvSource({
        "1111, version 1 in a block",
        "2211, an unknown command",
        "3111, an unknown version",
        "2112, UDP over IPv4",
        "2122, UDP over IPv6",
        "2132, datagrams of UNIX",
        "2141, an unknown family",
        "2113, an unknown protocol"
    })
    void otherBlocksAreRefused(String commandAndFamily, String why) {
        refused(v2(commandAndFamily, IPV4_BODY));
    }

    @Test
    void malformedBlocksAreRefused() {
        refused(v2("2111", IPV4_BODY.substring(2)));
        refused(v2("2121", IPV4_BODY));
        refused(v2("2131", IPV4_BODY));
        refused(v2("2111", IPV4_BODY + "02"));
        refused(v2("2111", IPV4_BODY + "0200"));
        refused(v2("2111", IPV4_BODY + "020002" + "61"));
    }

    /** Told by its head alone: nothing of the body is waited for. */
    @Test
    void aBlockThatIsTooLongIsRefusedAtItsHead() {
        assertEquals(216 + 2048, 2264);
        refused(HexFormat.of().parseHex(SIGNATURE + "2111" + "08d9"));
        refused(HexFormat.of().parseHex(SIGNATURE + "2111" + "ffff"));
        ProxyParser parser = new ProxyParser();
        byte[] head = HexFormat.of().parseHex(SIGNATURE + "2111" + "08d8");
        assertEquals(ProxyParser.Result.NEED_INPUT, parser.parse(head, 0, head.length));
    }

    /** Cuts, changes and repetitions of good headers: never an exception, never more bytes than a header may have. */
    @Test
    void anyBytesAreReadTheSameInAnyPortions() {
        byte[][] good = {
            ascii("PROXY TCP4 192.0.2.1 10.0.0.1 55555 443\r\n"),
            ascii("PROXY TCP6 2001:db8::1 ::1 1 2\r\n"),
            v2("2111", IPV4_BODY + "02000161"),
            v2("2121", "00".repeat(36)),
            v2("2000", "")
        };
        Map<ProxyParser.Result, Integer> results = new EnumMap<>(ProxyParser.Result.class);
        for (int seed = 0; seed < 50_000; seed++) {
            Random random = new Random(seed * 0x9E3779B97F4A7C15L);
            ByteArrayOutputStream generated = new ByteArrayOutputStream();
            generated.writeBytes(good[random.nextInt(good.length)]);
            generated.writeBytes(good[random.nextInt(good.length)]);
            byte[] bytes = generated.toByteArray();
            for (int i = random.nextInt(4); i > 0; i--) {
                bytes[random.nextInt(Math.min(bytes.length, 60))] = (byte) random.nextInt(256);
            }
            bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));

            ProxyParser whole = new ProxyParser();
            ProxyParser.Result result = whole.parse(bytes, 0, bytes.length);
            results.merge(result, 1, Integer::sum);
            ProxyParser parts = new ProxyParser();
            ProxyParser.Result last = ProxyParser.Result.NEED_INPUT;
            int at = 0;
            while (at < bytes.length && last == ProxyParser.Result.NEED_INPUT) {
                int end = Math.min(bytes.length, at + 1 + random.nextInt(9));
                last = parts.parse(bytes, at, end);
                at = parts.position();
            }
            assertEquals(result, last, "seed " + seed);
            assertEquals(whole.position(), at, "seed " + seed);
            assertTrue(at <= 16 + 216 + 2048, "seed " + seed);
            if (result == ProxyParser.Result.HEADER) {
                assertEquals(whole.header().toString(), parts.header().toString(), "seed " + seed);
            }
        }
        for (ProxyParser.Result result : ProxyParser.Result.values()) {
            assertTrue(results.getOrDefault(result, 0) > 1000, results::toString);
        }
    }
}
