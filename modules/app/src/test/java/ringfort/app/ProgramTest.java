package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgramTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return run(Map.of(), arguments);
    }

    private int run(Map<String, String> environment, String... arguments) {
        return new Program(stream(out), stream(err), environment).run(arguments);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void helpIsThereForEverything() {
        assertEquals(0, run("--help"));
        assertEquals(0, run("-h"));
        assertTrue(out().contains("serve") && out().contains("doctor"), out());
        assertEquals(0, run("serve", "--help"));
        assertTrue(out().contains("--port PORT"), out());
        assertEquals(0, run("doctor", "-h"));
        assertEquals("", err());
    }

    @Test
    void nothingToDoIsNotUnderstood() {
        assertEquals(2, run());
        assertTrue(err().startsWith("usage: ringfort COMMAND"), err());
    }

    @Test
    void theVersionIsTheModules() {
        assertEquals(0, run("--version"));
        assertTrue(out().matches("ringfort \\S+\n"), out());
    }

    @Test
    void anUnknownCommandIsRefusedWithTheNearest() {
        assertEquals(2, run("sevre"));
        assertEquals("ringfort: unknown command sevre; did you mean serve?\n", err());
    }

    @Test
    void anUnknownFlagIsRefusedWithTheNearest() {
        assertEquals(2, run("serve", "--header-timeot", "1s"));
        assertEquals("ringfort: unknown flag --header-timeot; did you mean --header-timeout?\n", err());
    }

    @Test
    void anUnknownApplicationIsRefused() {
        assertEquals(2, run("serve", "--app", "dmeo"));
        assertEquals("ringfort: unknown application dmeo; did you mean demo?\n", err());
    }

    @Test
    void aBadValueIsRefusedInOneLineThatNamesFlagAndValue() {
        assertEquals(2, run("serve", "--port", "eighty"));
        assertTrue(err().startsWith("ringfort: ") && err().lines().count() == 1, err());
        assertTrue(err().contains("port") && err().contains("eighty"), err());
    }

    @Test
    void aStackTraceIsPrintedOnRequestOnly() {
        assertEquals(2, run("serve", "--port", "eighty", "--debug"));
        assertTrue(err().contains("\tat "), err());
        err.reset();
        assertEquals(2, run(Map.of("RINGFORT_DEBUG", "1"), "serve", "--port", "eighty"));
        assertTrue(err().contains("\tat "), err());
        err.reset();
        assertEquals(2, run(Map.of("RINGFORT_DEBUG", "0"), "serve", "--port", "eighty"));
        assertTrue(!err().contains("\tat "), err());
    }
}
