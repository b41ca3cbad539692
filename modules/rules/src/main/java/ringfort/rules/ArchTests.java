package ringfort.rules;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * The rules as JUnit tests, one each.
 *
 * {@snippet :
 * class ArchitectureTest {
 *     @TestFactory
 *     Stream<DynamicTest> architecture() {
 *         return ArchTests.in(Path.of("target/classes"));
 *     }
 * }
 * }
 */
public final class ArchTests {
    private ArchTests() {}

    /** {@link ApplicationRules#ALL} on the class files below {@code classes}. */
    public static Stream<DynamicTest> in(Path... classes) {
        Project project = Project.in(List.of(classes));
        Stream<DynamicTest> checks = ApplicationRules.ALL.stream()
                .map(rule -> DynamicTest.dynamicTest(
                        rule.name(), () -> rule.projectRule().check(project)));
        return Stream.concat(Stream.of(thereAreClasses(project.classes().isEmpty())), checks);
    }

    /** {@link ApplicationRules#ALL} on the packages named and those below them, tests aside. */
    public static Stream<DynamicTest> in(String... packages) {
        return in(
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages(packages),
                ApplicationRules.ALL);
    }

    /** Rules of your choice on classes of your choice. The first test fails when there are no classes. */
    public static Stream<DynamicTest> in(JavaClasses classes, List<NamedRule> rules) {
        Stream<DynamicTest> checks = rules.stream()
                .map(rule -> DynamicTest.dynamicTest(
                        rule.name(), () -> rule.rule().allowEmptyShould(true).check(classes)));
        return Stream.concat(Stream.of(thereAreClasses(classes.isEmpty())), checks);
    }

    private static DynamicTest thereAreClasses(boolean isEmpty) {
        return DynamicTest.dynamicTest("there are classes to check", () -> {
            if (isEmpty) {
                throw new AssertionError("no classes were found: nothing was checked");
            }
        });
    }

    /**
     * Rules of your choice on classes of your choice, where only what is not in the baseline fails. To write the file, or
     * to write it anew when something was repaired, run the tests once with {@code -Dringfort.rules.baseline=write}.
     */
    public static Stream<DynamicTest> in(JavaClasses classes, List<NamedRule> rules, Path baseline) {
        if (System.getProperty("ringfort.rules.baseline", "").equals("write")) {
            Baseline.write(baseline, classes, rules);
        }
        Baseline known = Baseline.read(baseline);
        return rules.stream()
                .map(rule -> DynamicTest.dynamicTest(rule.name(), () -> {
                    List<String> added = known.added(rule, rule.violations(classes));
                    if (!added.isEmpty()) {
                        throw new AssertionError(rule.rule().getDescription() + "\n" + String.join("\n", added)
                                + "\nis not in " + baseline);
                    }
                }));
    }
}
