package ringfort.h1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import ringfort.budget.Timeouts;

/** What a parsed head returns, and that it keeps its own copy of the bytes. */
final class RequestHeadTest {
    private static RequestHead parse(String text) {
        var parser = new RequestParser(Limits.DEFAULT);
        byte[] bytes = Wire.bytes(text);
        assertEquals(RequestParser.Result.HEAD, parser.parse(bytes, 0, bytes.length));
        Arrays.fill(bytes, (byte) 'X'); // the caller uses its buffer again for other bytes
        return parser.head();
    }

    private static RequestHead get(String target) {
        return parse("GET " + target + " HTTP/1.1\r\nHost: a:80\r\n\r\n");
    }

    @Test
    void aHeadOwnsItsBytes() {
        RequestHead head = parse("POST /p?q HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\nX:\r\n\r\nleftover");
        assertEquals("POST", head.method());
        assertEquals("/p?q", head.target());
        assertEquals("/p?q", head.pathAndQuery());
        assertEquals("a", head.authority());
        assertEquals(3, head.fieldCount());
        assertEquals("", head.value(2));
        assertEquals(7, head.contentLength());
        assertTrue(head.hasBody());
        assertFalse(head.chunked());
        assertFalse(head.isGet() || head.isHead());
        assertEquals("POST /p?q HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\nX:\r\n\r\n".length(), head.byteLength());
    }

    @Test
    void namesHaveNoCase() {
        RequestHead head = parse("GET / HTTP/1.1\r\nHost: a\r\nX-Y: 1\r\nx-y: 2\r\nX_Y: 3\r\n\r\n");
        assertEquals("1", head.first("x-Y"));
        assertEquals(1, head.indexOf("X-Y", 0));
        assertEquals(2, head.indexOf("X-Y", 2));
        assertEquals(-1, head.indexOf("X-Y", 3));
        assertEquals(3, head.indexOf("x_y", 0));
        assertTrue(head.nameEquals(1, "x-y"));
        assertFalse(head.nameEquals(3, "x-y"));
        assertEquals("X_Y", head.name(3));
        assertNull(head.first("x"));
        assertThrows(IndexOutOfBoundsException.class, () -> head.name(4));
        assertThrows(IndexOutOfBoundsException.class, () -> head.value(-1));
    }

    @Test
    void wellKnownMethodsMakeNoString() {
        assertSame(get("/").method(), get("/").method());
        assertSame("DELETE", parse("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n").method());
        assertTrue(parse("HEAD / HTTP/1.0\r\n\r\n").isHead());
        assertTrue(get("/").isGet());
    }

    @Test
    void rfc9112_3_3_theAbsoluteTargetsAuthorityWins() {
        RequestHead head = get("http://A/x?y");
        assertEquals(TargetForm.ABSOLUTE, head.form());
        assertEquals("A", head.authority());
        assertEquals("/x?y", head.pathAndQuery());
        assertEquals("http://A/x?y", head.target());
    }

    @Test
    void rfc9112_3_2_4_anAbsoluteTargetWithoutAPathGetsOne() {
        assertEquals("/", get("http://a").pathAndQuery());
        assertEquals("/?q", get("http://a?q").pathAndQuery());
        assertEquals("*", parse("OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n").pathAndQuery());
        assertEquals("*", parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").pathAndQuery());
    }

    @Test
    void rfc9112_3_3_http10MayHaveNoAuthority() {
        assertNull(parse("GET / HTTP/1.0\r\n\r\n").authority());
        assertEquals(0, parse("GET / HTTP/1.0\r\n\r\n").minorVersion());
    }

    @Test
    void anUnfinishedHeadIsNotScannedTwice() {
        // If each call scanned all bytes again, 8 KiB in single bytes would be 33 million steps. The bound on the time
        // is wide, and far below what that would take.
        var parser = new RequestParser(Limits.DEFAULT);
        byte[] bytes = Wire.bytes("GET / HTTP/1.1\r\nHost: a\r\n" + "X: yyyyyyyyyy\r\n".repeat(90) + "\r\n");
        for (int i = 0; i < bytes.length - 1; i++) {
            assertEquals(RequestParser.Result.NEED_INPUT, parser.parse(bytes, i, i + 1));
            assertTrue(parser.inHead());
        }
        assertEquals(RequestParser.Result.HEAD, parser.parse(bytes, bytes.length - 1, bytes.length));
        assertEquals(91, parser.head().fieldCount());
        assertFalse(parser.started());
    }

    @Test
    void limitsAndTimeoutsRefuseWhatCannotBeMeant() {
        assertThrows(IllegalArgumentException.class, () -> new Limits(600_000, 600_000, 1, 2, 1, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Limits(8192, 8192, 1, 2, 1, -1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Timeouts(-1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void theLongestAllowedHeadKeepsItsOffsets() {
        Limits limits = new Limits(8192, 0xFFFFF - 8192, 100, 2, 1, 1, 1, 1);
        String line = "GET /" + "a".repeat(8192 - 16) + " HTTP/1.1\r\n";
        String fields = "Host: a\r\nX: " + "y".repeat(0xFFFFF - 8192 - 24) + "\r\nZ: end\r\n\r\n";
        var parser = new RequestParser(limits);
        byte[] bytes = Wire.bytes(line + fields);
        assertEquals(0xFFFFF, bytes.length);
        assertEquals(RequestParser.Result.HEAD, parser.parse(bytes, 0, bytes.length));
        assertEquals("end", parser.head().first("z"));
        assertEquals(0xFFFFF, parser.head().byteLength());
    }

    /** A name longer than its place in a span is refused, and not cut. */
    @Test
    void aFieldNameOrGapOfFourKilobytesIsRefused() {
        Limits limits = new Limits(8192, 64 * 1024, 100, 2, 1, 1, 1, 1);
        String line = "GET / HTTP/1.1\r\nHost: a\r\n";
        assertEquals(RequestParser.Result.HEAD, parse(limits, line + "n".repeat(4095) + ": v\r\n\r\n"));
        assertEquals(RequestParser.Result.REFUSED, parse(limits, line + "n".repeat(4096) + ": v\r\n\r\n"));
        assertEquals(RequestParser.Result.HEAD, parse(limits, line + "n:" + " ".repeat(4094) + "v\r\n\r\n"));
        assertEquals(RequestParser.Result.REFUSED, parse(limits, line + "n:" + " ".repeat(4095) + "v\r\n\r\n"));
    }

    private static RequestParser.Result parse(Limits limits, String head) {
        byte[] bytes = head.getBytes(StandardCharsets.US_ASCII);
        return new RequestParser(limits).parse(bytes, 0, bytes.length);
    }
}
