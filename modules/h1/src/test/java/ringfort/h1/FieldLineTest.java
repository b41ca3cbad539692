package ringfort.h1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112, 5 and RFC 9110, 5: field lines; RFC 9112, 3.2: Host. */
final class FieldLineTest {
    private static final String START = "GET / HTTP/1.1\r\nHost: a\r\n";

    private static void reads(String field, String expected) {
        Wire.accepts(START + field + "\r\n\r\n", "HEAD GET / 1 [Host: a; " + expected + "] END '' []");
    }

    @Test
    void rfc9112_5_1_whiteSpaceAroundAValueIsNotPartOfIt() {
        reads("X:y", "X: y");
        reads("X: \t y z \t ", "X: y z");
        reads("X:", "X: ");
        reads("X: \t ", "X: ");
        reads("X-1!#$%&'*+.^_`|~: \"a\tb\"", "X-1!#$%&'*+.^_`|~: \"a\tb\"");
    }

    @Test
    void rfc9110_5_5_highBytesPass() {
        reads(
                "X: \u0080\u00ff\u00e4\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff",
                "X: \u0080\u00ff\u00e4" + "\u00ff".repeat(7));
    }

    @Test
    void rfc9112_5_1_whiteSpaceBeforeTheColonIsRefusedAtOnce() {
        Wire.refusesAtLastByte(400, START + "X ");
        Wire.refusesAtLastByte(400, START + "X\t");
    }

    @Test
    void rfc9112_5_2_aFoldedLineIsRefusedAtOnce() {
        Wire.refusesAtLastByte(400, START + "X: a\r\n ");
        Wire.refusesAtLastByte(400, START + "X: a\r\n\t");
    }

    @Test
    void rfc9110_5_1_aNameIsAToken() {
        Wire.refusesAtLastByte(400, START + ":");
        Wire.refusesAtLastByte(400, START + "X\r");
        Wire.refusesAtLastByte(400, START + "\0");
        Wire.refusesAtLastByte(400, START + "X(");
        Wire.refusesAtLastByte(400, START + "X\u00e4");
        Wire.refusesAtLastByte(400, START + "X\u007f");
    }

    @Test
    void rfc9110_5_5_aControlCharacterInAValueIsRefusedAtOnce() {
        for (int octet = 0; octet < 256; octet++) {
            boolean control = (octet < ' ' && octet != '\t' && octet != '\r') || octet == 0x7F;
            // The parser looks at eight bytes at a time. Each place in such a word, behind bytes that cause a borrow.
            for (int before = 0; control && before < 9; before++) {
                Wire.refusesAtLastByte(400, START + "X: " + "\u0080".repeat(before) + (char) octet);
            }
        }
    }

    @Test
    void rfc9110_5_5_everyOtherByteIsFoundInAValue() {
        for (int octet = 0; octet < 256; octet++) {
            if ((octet >= ' ' || octet == '\t') && octet != 0x7F) {
                String value = "a" + "z".repeat(octet % 9) + (char) octet + "zzzzzzzzzz";
                byte[] bytes = Wire.bytes(START + "X: " + value + "\r\n\r\n");
                assertEquals(
                        "HEAD GET / 1 [Host: a; X: " + value + "] END '' [] ", Wire.account(Limits.DEFAULT, bytes));
            }
        }
    }

    @Test
    void rfc9112_3_2_http11NeedsExactlyOneHost() {
        Wire.refuses(400, "GET / HTTP/1.1\r\n\r\n");
        Wire.refuses(400, "GET / HTTP/1.1\r\nX: y\r\n\r\n");
        Wire.refuses(400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n");
        Wire.refuses(400, "GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n");
        Wire.refuses(400, "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n");
        assertEquals(
                "HEAD GET / 0 [] END '' [] CLOSE ", Wire.accountOfAnyCut(Limits.DEFAULT, "GET / HTTP/1.0\r\n\r\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a, b",
                "a,b",
                "u@a",
                "u:p@a",
                "a/",
                "a/b",
                "a?b",
                "a#b",
                "a:x",
                "a:65536",
                "a:-1",
                "a:+1",
                "a:123456",
                "a:80:80",
                ":80",
                "a b",
                "[",
                "[]",
                "[:",
                "[::1",
                "[::1]x",
                "[::1]:x",
                "[::g]",
                "a\\b",
                "ä",
                "http://a",
                "%61",
                "\"a\""
            })
    void rfc9112_3_2_aHostThatIsNoneIsRefused(String host) {
        Wire.refuses(400, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a", "A.b-c.example", "a:", "a:80", "a:65535", "127.0.0.1:8080", "[::1]", "[::1]:80", "a_b"})
    void rfc9112_3_2_aHostIsAccepted(String host) {
        Wire.accepts("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n", "HEAD GET / 1 [Host: " + host + "] END '' []");
    }

    @Test
    void rfc6585_5_aSectionOverItsBytesIs431AsSoonAsItIs() {
        Limits limits = new Limits(64, 50, 10, 64, 4, 64, 64, 64);
        String start = "GET / HTTP/1.1\r\n";
        String fits = "Host: a\r\nX: " + "y".repeat(50 - 16) + "\r\n\r\n";
        assertEquals(50, fits.length());
        Wire.accepts(limits, start + fits, "HEAD GET / 1 [Host: a; X: " + "y".repeat(34) + "] END '' []");
        Wire.refusesAtLastByte(limits, 431, start + "Host: a\r\nX: " + "y".repeat(50 - 12));
        Wire.refusesAtLastByte(limits, 431, start + "X".repeat(50));
        Wire.refusesAtLastByte(limits, 431, start + "X:" + " ".repeat(48));
    }

    @Test
    void rfc6585_5_tooManyFieldsAre431AtTheFirstByteTooMany() {
        Limits limits = new Limits(64, 1024, 3, 64, 4, 64, 64, 64);
        String start = "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nX: 2\r\n";
        Wire.accepts(limits, start + "\r\n", "HEAD GET / 1 [Host: a; X: 1; X: 2] END '' []");
        Wire.refusesAtLastByte(limits, 431, start + "X");
    }

    @Test
    void rfc6585_5_theDefaultLimitsHold() {
        Wire.refuses(431, START + "X: y\r\n".repeat(100) + "\r\n");
        Wire.refuses(431, START + "X: " + "y".repeat(32 * 1024) + "\r\n\r\n");
        String hundred = START + "X: y\r\n".repeat(99) + "\r\n";
        Wire.accepts(hundred, "HEAD GET / 1 [Host: a" + "; X: y".repeat(99) + "] END '' []");
    }

    @Test
    void rfc9110_5_1_underscoresMakeOrdinaryFields() {
        Wire.accepts(
                START + "Content_Length: 5\r\nTransfer_Encoding: chunked\r\n\r\n",
                "HEAD GET / 1 [Host: a; Content_Length: 5; Transfer_Encoding: chunked] END '' []");
    }
}
