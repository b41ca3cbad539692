package ringfort.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/** Judges twins by a rule. */
final class Check {
    private Check() {}

    static List<String> violations(ArchRule rule, Class<?>... twins) {
        JavaClasses classes = new ClassFileImporter().importClasses(twins);
        assertEquals(twins.length, classes.size());
        return new NamedRule("rule", rule).violations(classes);
    }

    static void accepts(ArchRule rule, Class<?>... twins) {
        assertEquals(List.of(), violations(rule, twins));
    }

    /** Exactly one violation, which has all those lines, in order, whatever else it says. */
    static void catches(ArchRule rule, List<String> lines, Class<?>... twins) {
        List<String> violations = violations(rule, twins);
        assertEquals(1, violations.size(), () -> String.join("\n", violations));
        assertContains(violations.getFirst(), lines);
    }

    static void assertContains(String text, List<String> parts) {
        int at = 0;
        for (String part : parts) {
            int found = text.indexOf(part, at);
            assertTrue(found >= 0, () -> "\"" + part + "\" is missing, in this order, from\n" + text);
            at = found + part.length();
        }
    }
}
