package ringfort.api.spi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An exception's message with the peer's text in it wrote log lines of its own, and commanded terminals. */
class LogTextTest {
    private static final String FORGED = "no user x\r\nINFO: admin logged in\u001b[2J\u0085\u2028\u202e";

    private static String print(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void whatAPeerSentStaysOnOneLine() {
        assertEquals("no user x\\r\\nINFO: admin logged in\\u001b[2J\\u0085\\u2028\\u202e", LogText.line(FORGED));
        assertEquals("tab\tand Zoë \ud83e\udd8a", LogText.line("tab\tand Zoë \ud83e\udd8a"));
    }

    @Test
    void messagesOfCausesAndSuppressedExceptionsAreEscapedToo() {
        Throwable cause = new IllegalArgumentException(FORGED);
        Throwable failure = new IllegalStateException("outer", cause);
        failure.addSuppressed(new RuntimeException(FORGED));
        Throwable shown = LogText.of(failure);
        String text = print(shown);
        assertFalse(text.contains("\u001b") || text.contains("\r\n"), text);
        assertEquals(
                List.of(), text.lines().filter(line -> line.startsWith("INFO")).toList());
        assertTrue(text.startsWith("java.lang.IllegalStateException: outer"), text);
        assertTrue(text.contains("Caused by: java.lang.IllegalArgumentException: no user x\\r\\nINFO"), text);
        assertTrue(text.contains("Suppressed: java.lang.RuntimeException: no user x\\r"), text);
        assertArrayEquals(failure.getStackTrace(), shown.getStackTrace());
    }

    @Test
    void anExceptionWithNothingToEscapeIsLoggedItself() {
        Throwable failure = new IllegalStateException("plain", new RuntimeException("too"));
        assertSame(failure, LogText.of(failure));
    }

    @Test
    void exceptionsInACircleEnd() {
        Throwable one = new RuntimeException(FORGED);
        Throwable two = new RuntimeException("two", one);
        one.initCause(two);
        assertTrue(print(LogText.of(two)).contains("\\u001b"));
    }
}
