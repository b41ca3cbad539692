package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** RFC 9218, 4, in the syntax of RFC 8941. */
final class PriorityTest {
    private static String parse(String value) {
        byte[] octets = ("xx" + value + "yy").getBytes(StandardCharsets.ISO_8859_1);
        int priority = Priority.parse(octets, 2, octets.length - 2);
        return Priority.urgency(priority) + (Priority.incremental(priority) ? " i" : "");
    }

    @Test
    void section4_urgencyAndIncremental() {
        assertEquals("3", parse(""));
        assertEquals("0", parse("u=0"));
        assertEquals("7 i", parse("u=7, i"));
        assertEquals("5 i", parse("i=?1,u=5"));
        assertEquals("1", parse("i, u=1 , i=?0"));
        assertEquals("2", parse("u=1;x=y, u=2"));
        assertEquals("4 i", parse("a=\"q\\\"u=1\", b=:YQ==:, c=(1 2;k \"s\"), d=tok/en, e=-1.5, f, u=4, i"));
    }

    @Test
    void section4_membersThatAreUnknownOrIllTypedAreIgnored() {
        assertEquals("3", parse("u=8"));
        assertEquals("3", parse("u=-1"));
        assertEquals("3", parse("u=\"1\""));
        assertEquals("3", parse("u"));
        assertEquals("2", parse("i=1, u=2"));
    }

    @Test
    void whatIsNoDictionaryIsIgnoredAsAWhole() {
        for (String bad : new String[] {
            "u=1,",
            "u=1 i",
            "U=1",
            "u=",
            "u=1, =2",
            "u=1, a=\"",
            "u=1, a=?2",
            "u=1;, i",
            "u=1, a=(1",
            "u=1, a=:x",
            "u=1, a=-",
            ",u=1"
        }) {
            assertEquals("3", parse(bad), bad);
        }
    }
}
