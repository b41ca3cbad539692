package ringfort.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.syntax.Fields;
import ringfort.api.syntax.Status;
import ringfort.message.FieldRules;
import ringfort.message.StatusCodes;

/**
 * {@code ringfort.api} stands alone, so it has lists of its own for rules of HTTP that the protocol modules share. A response
 * that the API lets an application make must be one that an encoder can send.
 */
class SharedRulesTest {
    private static final Path MODULES = Path.of(System.getProperty("ringfort.root"), "modules");

    @Test
    void trailersTheApiAllowsAreThoseTheEncodersAllow() throws IOException {
        Set<String> names = new TreeSet<>();
        collect(names, "message/src/main/java/ringfort/message/FieldRules.java");
        collect(names, "api/src/main/java/ringfort/api/syntax/Fields.java");
        assertTrue(names.size() > 30, () -> "the lists were not found: " + names);
        for (String name : names) {
            assertEquals(FieldRules.mayBeTrailer(name), isAllowed(() -> Fields.requireTrailerName(name)), name);
        }
    }

    @Test
    void fieldsAnEncoderWritesItselfAreThoseTheApiRefuses() throws IOException {
        Set<String> names = new TreeSet<>();
        collect(names, "message/src/main/java/ringfort/message/FieldRules.java");
        for (String name : names) {
            if (FieldRules.isFraming(name)) {
                assertTrue(!isAllowed(() -> Fields.requireOwnName(name)), name);
            }
        }
    }

    @Test
    void phrasesAreTheSame() {
        for (int status = 100; status < StatusCodes.END; status++) {
            String registered = StatusCodes.reason(status);
            if (!registered.isEmpty()) {
                assertEquals(registered, Status.reason(status));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 204, 205, 206, 301, 304, 404, 500})
    void statusesWithoutContentAreTheSame(int status) {
        assertEquals(StatusCodes.forbidsContent(status), Status.forbidsContent(status));
    }

    private static boolean isAllowed(Runnable check) {
        try {
            check.run();
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Adds every literal of the file that looks like a field name in lower case. */
    private static void collect(Set<String> names, String file) throws IOException {
        Matcher literal = Pattern.compile("\"([a-z][a-z-]*[a-z])\"").matcher(Files.readString(MODULES.resolve(file)));
        while (literal.find()) {
            names.add(literal.group(1));
        }
    }
}
