package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandLineTest {
    private static final List<Flag> FLAGS = List.of(
            new Flag("port", "PORT", "where to listen"),
            new Flag("header-timeout", "DURATION", "how long a head may take"),
            Flag.DEBUG);

    private static CommandLine parse(String... arguments) throws UsageException {
        return CommandLine.parse("serve", FLAGS, List.of(arguments));
    }

    private static String refusal(String... arguments) {
        return String.valueOf(
                assertThrows(UsageException.class, () -> parse(arguments)).getMessage());
    }

    @Test
    void valuesStandBesideOrAfterAnEqualsSign() throws UsageException {
        assertEquals(
                Map.of("port", "0", "header-timeout", "2s"),
                parse("--port", "0", "--header-timeout=2s").values());
        assertEquals(Map.of("port", ""), parse("--port=").values());
        assertEquals(Map.of("port", "a=b"), parse("--port=a=b").values());
    }

    @Test
    void aNegativeNumberIsAValueForTheOptionToJudge() throws UsageException {
        assertEquals("-1", parse("--port", "-1").value("port"));
    }

    @Test
    void aFlagWithoutValueIsThereOrNot() throws UsageException {
        assertTrue(parse("--debug", "--port", "1").has(Flag.DEBUG));
        assertFalse(parse("--port", "1").has(Flag.DEBUG));
        assertEquals("--debug takes no value", refusal("--debug=true"));
    }

    @Test
    void aMisspeltFlagIsRefusedWithTheNearest() {
        assertEquals("unknown flag --prot; did you mean --port?", refusal("--prot", "1"));
        assertEquals("unknown flag --header-timout; did you mean --header-timeout?", refusal("--header-timout=1s"));
        assertEquals("unknown flag --quux; see ringfort serve --help", refusal("--quux"));
    }

    @Test
    void aMissingValueIsRefused() {
        assertEquals("--port needs a value: --port PORT", refusal("--port"));
        assertEquals("--port needs a value: --port PORT", refusal("--port", "--debug"));
    }

    @Test
    void aRepeatedFlagIsRefused() {
        assertEquals("--port is given twice", refusal("--port", "1", "--port=1"));
    }

    @Test
    void aWordThatIsNoFlagIsRefused() {
        assertEquals("'8080' is not a flag; see ringfort serve --help", refusal("8080"));
        assertEquals("'-p' is not a flag; see ringfort serve --help", refusal("-p", "1"));
    }
}
