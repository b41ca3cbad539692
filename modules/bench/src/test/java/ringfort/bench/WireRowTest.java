package ringfort.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class WireRowTest {
    @Test
    void aRowIsReadAsItsFileExplains() {
        WireRow row =
                WireRow.parse("RFC 9112 9.6 | words | {G\\x7c*3} /\\r\\n\\0\\\\{fin} | 200*2 400 close | content ok");
        assertEquals("G|G|G| /\r\n\0\\", row.bytes());
        assertEquals(true, row.halfCloses());
        assertEquals("200 200 400 ", row.statuses());
        assertEquals("close", row.end());
    }

    @Test
    void aRowWithoutAnswerHasNoStatus() {
        WireRow row = WireRow.parse("RFC 9112 8 | words | GET{fin} | closed");
        assertEquals("", row.statuses());
        assertEquals("closed", row.end());
    }

    @Test
    void whatIsNotUnderstoodIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> WireRow.expand("\\q"));
        assertThrows(IllegalArgumentException.class, () -> WireRow.parse("RFC 9112 8 | words | GET"));
    }
}
