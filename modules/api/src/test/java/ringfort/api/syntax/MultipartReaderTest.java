package ringfort.api.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.FormLimits;
import ringfort.api.HttpException;

class MultipartReaderTest {
    private static final String TWO = """
            to be ignored
            --xYz\t\s
            Content-Disposition: form-data; name="a"
            X:  y\s

            first
            --xY
            -- and on
            --xYz
            Content-Disposition: form-data; name="b"

            --xYz--\s
            also ignored
            --xYz
            """.replace("\n", "\r\n");

    /** Bytes in pieces that end at the given offsets, then one by one or all at once. */
    private static InputStream pieces(byte[] bytes, int first, int second) {
        return new InputStream() {
            private int at;

            @Override
            public int read() {
                return at < bytes.length ? bytes[at++] & 0xFF : -1;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                if (at == bytes.length) {
                    return -1;
                }
                int stop = at < first ? first : at < second ? second : bytes.length;
                int count = Math.min(length, stop - at);
                System.arraycopy(bytes, at, target, offset, count);
                at += count;
                return count;
            }
        };
    }

    private static InputStream whole(String body) {
        return new ByteArrayInputStream(body.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** What a reader makes of a body: heads and contents, and how it ended. */
    private static String outcome(InputStream in, String boundary, FormLimits limits) throws IOException {
        StringBuilder outcome = new StringBuilder();
        MultipartReader reader = new MultipartReader(in, boundary, limits);
        try {
            while (reader.next()) {
                outcome.append(reader.headers()).append('[');
                InputStream content = reader.content();
                for (int octet = content.read(); octet >= 0; octet = content.read()) {
                    outcome.append((char) octet);
                }
                outcome.append("]\n");
            }
            assertFalse(reader.next());
            assertEquals(-1, in.read(), "the body is read to its end");
        } catch (HttpException e) {
            outcome.append(e.status());
            assertSame(e, assertThrows(HttpException.class, reader::next));
            assertThrows(HttpException.class, () -> reader.content().read());
        }
        return outcome.toString();
    }

    private static String outcome(String body) throws IOException {
        return outcome(whole(body), "b", FormLimits.HELD);
    }

    @Test
    void preambleAndEpilogueAreDroppedAndALineThatIsNoDelimiterIsContent() throws IOException {
        assertEquals("""
                Content-Disposition: form-data; name="a"
                X: y
                [first\r
                --xY\r
                -- and on]
                Content-Disposition: form-data; name="b"
                []
                """, outcome(whole(TWO), "xYz", FormLimits.HELD));
    }

    @Test
    void aBodySplitAnywhereIsTheSame() throws IOException {
        byte[] bytes = TWO.getBytes(StandardCharsets.ISO_8859_1);
        String expected = outcome(whole(TWO), "xYz", FormLimits.HELD);
        for (int first = 0; first <= bytes.length; first++) {
            for (int second = first; second <= bytes.length; second++) {
                assertEquals(expected, outcome(pieces(bytes, first, second), "xYz", FormLimits.HELD));
            }
        }
    }

    @Test
    void largeContentFullOfAlmostDelimitersIsKeptByteForByte() throws IOException {
        String almost = "\r\r\n--bound\r\n\r\n-\r\n--\r\n--boundar\n--boundary";
        String content = almost.repeat(2_000);
        String body = "--boundary\r\nA: 1\r\n\r\n" + content + "\r\n--boundary--";
        assertEquals("A: 1\n[" + content + "]\n", outcome(whole(body), "boundary", FormLimits.HELD));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--b\r\nA: 1\r\n\r\n\r\n--b--", // RFC 2046: the line break belongs to the delimiter
                "--b\r\nA: 1\r\n\r\n--b--", // a part without a body
                "\r\n--b\r\nA: 1\r\n\r\n\r\n--b--\r\n",
            })
    void aPartMayBeEmpty(String body) throws IOException {
        assertEquals("A: 1\n[]\n", outcome(body));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--b--", "--b--\r\n", "x\r\n--b-- \t\r\nx"})
    void thereMayBeNoPart(String body) throws IOException {
        assertEquals("", outcome(body));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--",
                "--b",
                "--b-",
                "--b\r",
                "--b\r\n",
                "--b\r\nA: 1",
                "--b\r\nA: 1\r\n",
                "--b\r\nA: 1\r\n\r\n",
                "--b\r\nA: 1\r\n\r\nx",
                "--b\r\nA: 1\r\n\r\nx\r\n--",
                "--b\r\nA: 1\r\n\r\nx\r\n--b",
                "--b\r\nA: 1\r\n\r\nx\n--b--",
                "--B--",
                "x--b--",
            })
    void aBodyWithoutItsClosingDelimiterIsRefused(String body) throws IOException {
        assertTrue(outcome(body).endsWith("400"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--bc\r\nA: 1\r\n\r\n\r\n--b--", // delimiter for RFC 2046, content for others
                "--b\r\nA: 1\r\n\r\n\r\n--bx\r\n--b--",
                "--b\nA: 1\r\n\r\n\r\n--b--",
                "--b\rA: 1\r\n\r\n\r\n--b--",
                "--b-\r\nA: 1\r\n\r\n\r\n--b--",
                "--b--x",
                "--b--\n",
                "--b--\rx",
                "--b\r\nA : 1\r\n\r\n\r\n--b--",
                "--b\r\n: 1\r\n\r\n\r\n--b--",
                "--b\r\nA\r\n\r\n\r\n--b--",
                "--b\r\nA: 1\r\n folded\r\n\r\n\r\n--b--",
                "--b\r\nA: 1\n\r\n\r\n--b--",
                "--b\r\nA: 1\r\r\n\r\n--b--",
                "--b\r\nA: \0\r\n\r\n\r\n--b--",
                "--b\r\nA: \u007f\r\n\r\n\r\n--b--",
                "--b\r\nA: 1\r\n--b--",
            })
    void aMalformedPartIsRefused(String body) throws IOException {
        assertTrue(outcome(body + "\r\n--b--").endsWith("400"), () -> "not refused: " + body);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        1000, 1000,  0, 1000, 413
        1000, 1000,  1, 1000, 413
        1000, 1000,  2, 1000, ok
        1000,    7,  2, 1000, 413
        1000,    8,  2, 1000, ok
           2, 1000,  2, 1000, 413
           3, 1000,  2, 1000, ok
        1000, 1000,  2,   49, 413
        1000, 1000,  2,   50, ok
        """)
    void whatIsAboveALimitIsRefusedWhereverTheBodyIsSplit(
            int partBytes, int headBytes, int parts, int bytes, String expected) throws IOException {
        String body = "--b\r\nA:\r\n\r\nxyz\r\n--b\r\nA:\r\n\r\n\r\n--b--\r\nlast..........";
        assertEquals(50, body.length());
        FormLimits limits = new FormLimits(parts, 0, headBytes, partBytes, bytes);
        String whole = outcome(whole(body), "b", limits);
        assertEquals(expected.equals("413"), whole.endsWith("413"), whole);
        byte[] octets = body.getBytes(StandardCharsets.ISO_8859_1);
        for (int first = 0; first <= octets.length; first++) {
            assertEquals(whole, outcome(pieces(octets, first, octets.length), "b", limits));
        }
    }

    @Test
    void whatIsNotReadIsSkippedButCounts() throws IOException {
        String body = "--b\r\nA: 1\r\n\r\n0123456789\r\n--b\r\nA: 2\r\n\r\nxyz\r\n--b--";
        MultipartReader reader = new MultipartReader(whole(body), "b", FormLimits.HELD);
        assertTrue(reader.next());
        InputStream first = reader.content();
        assertEquals('0', first.read());
        assertTrue(reader.next());
        assertThrows(IOException.class, first::read, "its part is over");
        assertEquals("xyz", new String(reader.content().readAllBytes(), StandardCharsets.US_ASCII));
        assertFalse(reader.next());
        MultipartReader limited = new MultipartReader(whole(body), "b", FormLimits.HELD.maxFieldBytes(9));
        assertTrue(limited.next());
        assertEquals(413, assertThrows(HttpException.class, limited::next).status());
    }

    @Test
    void contentIsReadWithinTheBoundsOfItsTarget() throws IOException {
        MultipartReader reader = new MultipartReader(whole("--b\r\n\r\nabc\r\n--b--"), "b", FormLimits.HELD);
        assertThrows(IOException.class, () -> reader.content().read(), "there is no part yet");
        assertTrue(reader.next());
        InputStream content = reader.content();
        byte[] target = {'-', '-', '-', '-'};
        assertEquals(0, content.read(target, 1, 0));
        assertEquals(2, content.read(target, 1, 2));
        assertEquals("-ab-", new String(target, StandardCharsets.US_ASCII));
        assertEquals(1, content.available());
        assertEquals('c', content.read());
        assertEquals(-1, content.read());
        assertEquals(-1, content.read(target));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        multipart/form-data; boundary=x                    | x
        multipart/form-data;boundary="a b"; charset=utf-8  | a b
        multipart/form-data; BOUNDARY=----WebKitFormB0     | ----WebKitFormB0
        multipart/form-data; boundary="a;b=c,/?:()+_.'"    | a;b=c
        multipart/form-data                                |
        multipart/form-data; boundary                      |
        multipart/form-data; boundary=                     |
        multipart/form-data; boundary=""                   |
        multipart/form-data; boundary="x "                 |
        multipart/form-data; boundary=x; boundary=y        |
        multipart/form-data; boundary="x                   |
        multipart/form-data; boundary=a:b                  |
        multipart/form-data; boundary="é"                  |
        """)
    void boundariesAreOneTo70OfTheirCharacters(String type, String expected) {
        if (expected == null || expected.equals("a;b=c")) { // a semicolon is none of them
            assertEquals(
                    400,
                    assertThrows(HttpException.class, () -> MultipartReader.boundary(type))
                            .status());
        } else {
            assertEquals(expected, MultipartReader.boundary(type));
        }
    }

    @Test
    void boundariesAreNotLongerThan70() {
        String most = "x".repeat(70);
        assertEquals(most, MultipartReader.boundary("multipart/form-data; boundary=" + most));
        assertThrows(HttpException.class, () -> MultipartReader.boundary("multipart/form-data; boundary=x" + most));
    }

    /** Bodies out of the pieces that matter, well formed or not: whole and split they come out alike. */
    @Test
    void generatedBodiesSplitAnywhereAreTheSame() throws IOException {
        String[] pieces = {"\r\n", "--b", "--", "\r", "\n", "b", "-", "A: 1", " ", "x", ":", "\r\n--b", "\r\n--b--"};
        for (int seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed * 0x9E3779B97F4A7C15L);
            StringBuilder body = new StringBuilder(random.nextBoolean() ? "--b\r\nA: 1\r\n\r\n" : "");
            for (int i = random.nextInt(12); i >= 0; i--) {
                body.append(pieces[random.nextInt(pieces.length)]);
            }
            body.append(random.nextBoolean() ? "\r\n--b--" : "");
            FormLimits limits = new FormLimits(2, 9, 1 + random.nextInt(20), random.nextInt(6), random.nextInt(60));
            List<String> outcomes = new ArrayList<>();
            byte[] octets = body.toString().getBytes(StandardCharsets.ISO_8859_1);
            outcomes.add(outcome(whole(body.toString()), "b", limits));
            for (int first = 0; first <= octets.length; first++) {
                int second = first + random.nextInt(octets.length - first + 1);
                outcomes.add(outcome(pieces(octets, first, second), "b", limits));
            }
            assertEquals(1, outcomes.stream().distinct().count(), "seed " + seed + ": " + outcomes);
        }
    }
}
