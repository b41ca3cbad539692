package ringfort.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Code hosts refuse a SARIF file that breaks the schema of OASIS, and show nothing of it. */
final class SarifTest {
    private static final JavaClasses CLASSES = new ClassFileImporter().importPackages("ringfort.rules.twins..");

    private static Map<NamedRule, List<String>> violations() {
        Map<NamedRule, List<String>> all = new LinkedHashMap<>();
        ApplicationRules.ALL.forEach(rule -> all.put(rule, rule.violations(CLASSES)));
        return all;
    }

    private static Schema schema() throws IOException {
        try (InputStream in = SarifTest.class.getResourceAsStream("sarif/sarif-schema-2.1.0.json")) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4)
                    .getSchema(text);
        }
    }

    private static List<String> errors(String report) throws IOException {
        return schema().validate(report, InputFormat.JSON).stream()
                .map(Error::toString)
                .toList();
    }

    @Test
    void aReportOfManyBrokenRulesKeepsTheSchema() throws IOException {
        Map<NamedRule, List<String>> violations = violations();
        assertFalse(violations.values().stream().allMatch(List::isEmpty), "nothing was reported");
        assertEquals(
                List.of(), errors(new Sarif(Project.of(CLASSES.stream().toList()), "src/main/java").write(violations)));
    }

    @Test
    void aReportWithoutViolationsKeepsTheSchema() throws IOException {
        Map<NamedRule, List<String>> none = new LinkedHashMap<>();
        ApplicationRules.ALL.forEach(rule -> none.put(rule, List.of()));
        assertEquals(List.of(), errors(new Sarif(Project.of(CLASSES.stream().toList()), "src/main/java").write(none)));
    }

    /** A path with a space is no reference of a URI. */
    @Test
    void pathsAreReferencesOfUris() {
        Map<NamedRule, List<String>> one =
                Map.of(ApplicationRules.ALL.getFirst(), List.of("a \"quoted\" \\ text\tin (Größe.java:7)"));
        String report = new Sarif(Project.of(CLASSES.stream().toList()), "my sources/100%").write(one);
        Check.assertContains(
                report, List.of("\"uri\":\"my%20sources/100%25/Gr%C3%B6%C3%9Fe.java\"", "\"startLine\":7"));
    }

    /** A check that cannot fail would say nothing. */
    @Test
    void theSchemaIsNotKeptByAnything() throws IOException {
        String report = new Sarif(Project.of(CLASSES.stream().toList()), "src/main/java").write(violations());
        assertFalse(errors(report.replace("\"ruleId\"", "\"rule\"")).isEmpty());
        assertFalse(errors(report.replace("\"startLine\":", "\"startLine\":-")).isEmpty());
    }
}
