package ringfort.h1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.h1.ResponseEncoder.Framing;
import ringfort.message.ByteSink;
import ringfort.message.DateHeader;

/** Response heads, chunks and dates. */
final class ResponseEncoderTest {
    private static final byte[] DATE = "Sun, 06 Nov 1994 08:49:37 GMT".getBytes(StandardCharsets.US_ASCII);
    private static final String DATE_LINE = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

    private final ByteSink out = new ByteSink(8);
    private final ResponseEncoder encoder = new ResponseEncoder();

    private Framing begin(int status, int minor, boolean isHead, long length, boolean keepAlive) {
        out.reset();
        return encoder.begin(out, status, minor, isHead, length, keepAlive, DATE);
    }

    private String written() {
        return out.toString();
    }

    private void wrote(String head) {
        assertEquals(head, written());
    }

    @Test
    void rfc9112_6_2_aKnownLengthIsAnnounced() {
        assertEquals(Framing.LENGTH, begin(200, 1, false, 5, true));
        wrote("HTTP/1.1 200 OK\r\n" + DATE_LINE + "Content-Length: 5\r\n");
        assertEquals(Framing.NONE, begin(404, 1, false, 0, true));
        wrote("HTTP/1.1 404 Not Found\r\n" + DATE_LINE + "Content-Length: 0\r\n");
    }

    @Test
    void rfc9112_6_1_anUnknownLengthIsChunkedTo11() {
        assertEquals(Framing.CHUNKED, begin(200, 1, false, -1, true));
        wrote("HTTP/1.1 200 OK\r\n" + DATE_LINE + "Transfer-Encoding: chunked\r\n");
    }

    @Test
    void rfc9112_6_1_nothingIsChunkedTo10() {
        assertEquals(Framing.UNTIL_CLOSE, begin(200, 0, false, -1, true));
        wrote("HTTP/1.1 200 OK\r\n" + DATE_LINE + "Connection: close\r\n");
    }

    @Test
    void rfc9112_9_3_keepAliveIsEchoedTo10() {
        assertEquals(Framing.LENGTH, begin(200, 0, false, 5, true));
        wrote("HTTP/1.1 200 OK\r\n" + DATE_LINE + "Content-Length: 5\r\nConnection: keep-alive\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void rfc9112_9_6_closeIsAnnounced(int minor) {
        begin(200, minor, false, 5, false);
        wrote("HTTP/1.1 200 OK\r\n" + DATE_LINE + "Content-Length: 5\r\nConnection: close\r\n");
    }

    @Test
    void rfc9110_9_3_2_headGetsTheFieldsOfGetAndNoContent() {
        for (long length : new long[] {0, 5, -1}) {
            begin(200, 1, false, length, true);
            String get = written();
            assertEquals(Framing.NONE, begin(200, 1, true, length, true));
            wrote(get);
        }
        assertEquals(Framing.NONE, begin(200, 0, true, -1, true));
        wrote("HTTP/1.1 200 OK\r\n" + DATE_LINE + "Connection: keep-alive\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void rfc9110_15_statusesWithoutContentHaveNoFraming(int status) {
        assertEquals(Framing.NONE, begin(status, 1, false, 0, true));
        assertTrue(!written().contains("Content-Length") && !written().contains("Transfer-Encoding"));
        assertEquals(Framing.NONE, begin(status, 1, true, 0, true));
        assertTrue(!written().contains("Content-Length") && !written().contains("Transfer-Encoding"));
    }

    @Test
    void rfc9110_15_3_6_resetContentIsEmptyAndSaysSo() {
        assertEquals(Framing.NONE, begin(205, 1, false, 0, true));
        wrote("HTTP/1.1 205 Reset Content\r\n" + DATE_LINE + "Content-Length: 0\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 205, 304})
    void rfc9110_15_contentWhereThereIsNoneIsALoudError(int status) {
        var given = assertThrows(IllegalArgumentException.class, () -> begin(status, 1, false, 5, true));
        assertEquals("a " + status + " response has no content, but was given 5 bytes", given.getMessage());
        assertThrows(IllegalArgumentException.class, () -> begin(status, 1, false, -1, true));
    }

    @Test
    void rfc9110_6_6_1_everyFinalResponseHasOneDateAndAtMostOneFraming() {
        for (int status = 200; status < 600; status++) {
            boolean contentless = status == 204 || status == 205 || status == 304;
            for (long length = contentless ? 0 : -1; length < (contentless ? 1 : 3); length++) {
                for (int choice = 0; choice < 8; choice++) {
                    Framing framing = begin(status, choice & 1, (choice & 2) != 0, length, (choice & 4) != 0);
                    String head = written();
                    assertEquals(1, count(head, "Date: "), head);
                    int framings = count(head, "Content-Length: ") + count(head, "Transfer-Encoding: ");
                    boolean none = status == 204 || status == 304 || (length < 0 && (choice & 1) == 0);
                    assertEquals(none ? 0 : 1, framings, head);
                    if (framing == Framing.UNTIL_CLOSE) {
                        assertEquals(1, count(head, "Connection: close"), head);
                    }
                }
            }
        }
    }

    private static int count(String text, String part) {
        return (text.length() - text.replace(part, "").length()) / part.length();
    }

    @Test
    void rfc9112_4_aStatusWithoutAPhraseKeepsTheSpace() {
        begin(299, 1, false, 0, true);
        assertTrue(written().startsWith("HTTP/1.1 299 \r\n"));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 99, 100, 199, 600, 1000})
    void rfc9110_15_onlyFinalStatusesBeginAResponse(int status) {
        assertThrows(IllegalArgumentException.class, () -> begin(status, 1, false, 0, true));
    }

    @Test
    void rfc9110_5_fieldsAreWrittenAsGiven() {
        encoder.field(out, "Content-Type", "text/plain; name=\"\u00e4\"\t");
        encoder.field(out, "X", "");
        encoder.end(out);
        wrote("Content-Type: text/plain; name=\"\u00e4\"\t\r\nX: \r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nSet-Cookie: x", "a\r", "\n", "\0", "a\u007f", "\u001b", "\u0100", "\u010a", "\u560d"})
    void rfc9110_5_5_aValueThatCouldSplitTheHeadIsRefused(String value) {
        var refused = assertThrows(IllegalArgumentException.class, () -> encoder.field(out, "X-Name", value));
        assertTrue(String.valueOf(refused.getMessage()).startsWith("the value of X-Name has a "));
        wrote("");
    }

    @Test
    void rfc9110_5_5_theRefusalNamesTheCharacterAndItsPlace() {
        var refused = assertThrows(IllegalArgumentException.class, () -> encoder.field(out, "X", "ab\rc"));
        assertEquals("the value of X has a control character, U+000D, at index 2", refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:", "a\r\n", "\u00e4", "\u0161", "a\0"})
    void rfc9110_5_1_aNameThatIsNoTokenIsRefused(String name) {
        assertThrows(IllegalArgumentException.class, () -> encoder.field(out, name, "x"));
        wrote("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "transfer-encoding", "CONNECTION", "Keep-Alive", "Date"})
    void rfc9112_6_whatTheEncoderDecidesCannotBeSet(String name) {
        assertThrows(IllegalArgumentException.class, () -> encoder.field(out, name, "5"));
        assertThrows(IllegalArgumentException.class, () -> ResponseEncoder.interim(out, 103, name, "5"));
    }

    @Test
    void rfc9110_15_2_interimResponsesHaveNoFraming() {
        ResponseEncoder.interim(out, 100);
        wrote("HTTP/1.1 100 Continue\r\n\r\n");
        out.reset();
        ResponseEncoder.interim(out, 103, "Link", "</a>");
        wrote("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
        out.reset();
        ResponseEncoder.interim(out, 101, "Upgrade", "websocket");
        wrote("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        assertThrows(IllegalArgumentException.class, () -> ResponseEncoder.interim(out, 200));
        assertThrows(IllegalArgumentException.class, () -> ResponseEncoder.interim(out, 103, "Link"));
    }

    @Test
    void rfc9112_7_1_chunksAreFramed() {
        ChunkedEncoder.chunk(out, Wire.bytes("-hello world-"), 1, 12);
        ChunkedEncoder.chunk(out, new byte[0], 0, 0);
        ChunkedEncoder.last(out);
        wrote("b\r\nhello world\r\n0\r\n\r\n");
        assertThrows(IllegalArgumentException.class, () -> ChunkedEncoder.beginChunk(out, 0));
    }

    @Test
    void rfc9112_7_1_2_trailersAreCheckedLikeFields() {
        ChunkedEncoder.last(out, "Digest", "x");
        wrote("0\r\nDigest: x\r\n\r\n");
        assertThrows(IllegalArgumentException.class, () -> ChunkedEncoder.last(out, "Digest", "x\r\n"));
        assertThrows(IllegalArgumentException.class, () -> ChunkedEncoder.last(out, "Content-Length", "5"));
        assertThrows(IllegalArgumentException.class, () -> ChunkedEncoder.last(out, "Digest"));
    }

    @Test
    void rfc9110_5_6_7_datesAreImfFixdate() {
        var date = new DateHeader();
        assertArrayEquals(DATE, date.value(784_111_777));
        assertEquals("Thu, 01 Jan 1970 00:00:00 GMT", new String(date.value(0), StandardCharsets.US_ASCII));
        assertEquals("Fri, 31 Dec 9999 23:59:59 GMT", new String(date.value(253402300799L), StandardCharsets.US_ASCII));
        assertSame(date.value(5), date.value(5), "made once per second");
    }

    @Test
    void numbersAreWrittenInTheirDigits() {
        for (long number : new long[] {0, 9, 10, 99, 100, 1234567890, Long.MAX_VALUE}) {
            out.reset();
            wroteBoth(number, out.decimal(number).octet(' ').hex(number));
        }
        assertEquals("ffffffffffffffff", new String(new ByteSink(0).hex(-1).toByteArray(), StandardCharsets.US_ASCII));
        assertThrows(IllegalArgumentException.class, () -> out.decimal(-1));
    }

    private void wroteBoth(long number, ByteSink sink) {
        assertEquals(number + " " + Long.toHexString(number), written());
        assertEquals(written().length(), sink.length());
    }

    @Test
    void aSinkGrowsAndIsCutOff() {
        var sink = new ByteSink(0);
        sink.ascii("abc").crlf().latin1("\u00e4").bytes(new byte[] {1, 2, 3}, 1, 2);
        assertArrayEquals(new byte[] {'a', 'b', 'c', '\r', '\n', (byte) 0xE4, 2}, sink.toByteArray());
        sink.truncate(2);
        assertEquals(2, sink.length());
        assertThrows(IndexOutOfBoundsException.class, () -> sink.truncate(3));
        assertThrows(IllegalArgumentException.class, () -> sink.ascii("a\u00e4"));
        assertThrows(IllegalArgumentException.class, () -> sink.latin1("a\u0100"));
        assertEquals(2, sink.length(), "nothing of what was refused");
    }
}
