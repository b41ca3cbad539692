package ringfort.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import ringfort.rules.twins.CodeTwins;
import ringfort.rules.twins.RingTwins;

/** The two ways in: JUnit and the command line. */
final class MainTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Main.run(print(out), print(err), arguments);
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static Path home(Class<?> type) {
        return Path.of(java.net.URI.create(
                type.getProtectionDomain().getCodeSource().getLocation().toString()));
    }

    /** Puts the class file of one twin into a directory of its own. */
    private String alone(Class<?> twin) throws IOException {
        String file = twin.getName().replace('.', '/') + ".class";
        Path target = directory.resolve(file);
        Files.createDirectories(target.getParent());
        try (var in = twin.getClassLoader().getResourceAsStream(file)) {
            Files.write(target, in == null ? new byte[0] : in.readAllBytes());
        }
        return directory.toString();
    }

    @Test
    void goodClassesExitWithZero() throws IOException {
        assertEquals(0, run("--classes", alone(CodeTwins.GoodDate.class)), out::toString);
        String report = out.toString(StandardCharsets.UTF_8);
        assertTrue(report.contains("ok      WorkerRules.NOTHING_ON_A_WORKER_BLOCKS"), report);
        assertTrue(report.endsWith("1 classes, 17 rules, 0 broken\n"), report);
    }

    @Test
    void aBrokenRuleExitsWithOneAndSaysWhere() throws IOException {
        assertEquals(1, run("--rule", "TOUCHES_THE_RING", "--classes", alone(RingTwins.Direct.class)));
        Check.assertContains(
                out.toString(StandardCharsets.UTF_8),
                List.of(
                        "BROKEN  WorkerRules.ONLY_THE_WORKER_TOUCHES_THE_RING",
                        "because the ring has one issuer",
                        "- ringfort.rules.twins.RingTwins$Direct.nop reaches what is @OnWorker",
                        "1 classes, 1 rules, 1 broken"));
    }

    @Test
    void nothingToCheckIsNoSuccess() {
        assertEquals(2, run("--classes", directory.toString()));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("nothing was checked"));
        assertEquals(2, run());
        assertEquals(2, run("--classes", directory.resolve("missing").toString()));
        assertEquals(2, run("--classes"));
        assertEquals(2, run("--rule", "NO_SUCH", "--classes", directory.toString()));
        assertEquals(2, run("--verbose"));
    }

    @Test
    void aJarIsReadLikeADirectory() throws IOException {
        alone(RingTwins.Direct.class);
        Path jar = directory.resolve("twins.jar");
        String file = RingTwins.Direct.class.getName().replace('.', '/') + ".class";
        try (var entries = new JarOutputStream(Files.newOutputStream(jar))) {
            entries.putNextEntry(new ZipEntry(file));
            Files.copy(directory.resolve(file), entries);
        }
        assertEquals(1, run("--rule", "TOUCHES_THE_RING", "--classes", jar.toString()));
    }

    @Test
    void ofAMultiReleaseJarOnlyWhatThisJvmCanRunIsRead() throws IOException {
        alone(RingTwins.Direct.class);
        String file = RingTwins.Direct.class.getName().replace('.', '/') + ".class";
        assertEquals(
                1,
                run(
                        "--rule",
                        "TOUCHES_THE_RING",
                        "--classes",
                        versioned(file, "11").toString()));
        assertEquals(
                2,
                run(
                        "--rule",
                        "TOUCHES_THE_RING",
                        "--classes",
                        versioned(file, "999").toString()));
    }

    private Path versioned(String file, String version) throws IOException {
        Path jar = directory.resolve("twins-" + version + ".jar");
        try (var entries = new JarOutputStream(Files.newOutputStream(jar))) {
            entries.putNextEntry(new ZipEntry("META-INF/versions/" + version + "/" + file));
            Files.copy(directory.resolve(file), entries);
        }
        return jar;
    }

    @Test
    void aFileThatIsNoClassFileIsNamed() throws IOException {
        Files.writeString(directory.resolve("Broken.class"), "no class file");
        var refused = assertThrows(IllegalArgumentException.class, () -> run("--classes", directory.toString()));
        assertTrue(String.valueOf(refused.getMessage()).contains("Broken.class is no class file"), refused::toString);
    }

    @Test
    void aBaselineLetsPassWhatWasThereAndNothingElse() throws IOException {
        String baseline = directory.resolve("baseline.txt").toString();
        String classes = alone(RingTwins.Direct.class);
        assertEquals(2, run("--classes", classes, "--baseline", baseline), "there is no baseline yet");
        assertEquals(0, run("--classes", classes, "--write-baseline", baseline));
        assertEquals(0, run("--classes", classes, "--baseline", baseline), out::toString);
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("1 violations are in the baseline"), out::toString);
        alone(RingTwins.Buffers.class);
        assertEquals(1, run("--classes", classes, "--baseline", baseline));
        String report = out.toString(StandardCharsets.UTF_8);
        assertTrue(report.contains("RingTwins$Buffers.giveBack reaches"), report);
        assertEquals(-1, report.indexOf("RingTwins$Direct.nop reaches"), report);
        String lines = Files.readString(Path.of(baseline));
        assertTrue(lines.contains("(RingTwins.java)"), "without line numbers: " + lines);
    }

    @Test
    void aBaselineHoldsInJUnitToo() throws Throwable {
        Path baseline = directory.resolve("baseline.txt");
        var classes = new ClassFileImporter().importPath(alone(RingTwins.Direct.class));
        assertEquals(1, Baseline.write(baseline, classes, ApplicationRules.ALL));
        for (DynamicTest test :
                ArchTests.in(classes, ApplicationRules.ALL, baseline).toList()) {
            test.getExecutable().execute();
        }
        var more = new ClassFileImporter().importPath(alone(RingTwins.Buffers.class));
        DynamicTest ring =
                ArchTests.in(more, ApplicationRules.ALL, baseline).findFirst().orElseThrow();
        var broken =
                assertThrows(AssertionError.class, () -> ring.getExecutable().execute());
        assertTrue(String.valueOf(broken.getMessage()).contains("Buffers.giveBack"), broken::getMessage);
    }

    @Test
    void sarifNamesTheRuleTheFileAndTheLine() throws IOException {
        Path sarif = directory.resolve("rules.sarif");
        assertEquals(
                1,
                run("--classes", alone(RingTwins.Direct.class), "--sarif", sarif.toString(), "--source-root", "src/a"));
        Check.assertContains(
                Files.readString(sarif),
                List.of(
                        "\"version\": \"2.1.0\"",
                        "{\"id\":\"WorkerRules.ONLY_THE_WORKER_TOUCHES_THE_RING\"",
                        "\"results\": [",
                        "{\"ruleId\":\"WorkerRules.ONLY_THE_WORKER_TOUCHES_THE_RING\",\"level\":\"error\"",
                        "\"uri\":\"src/a/ringfort/rules/twins/RingTwins.java\"},\"region\":{\"startLine\":"));
    }

    @Test
    void eachRuleSaysWhatToDoAndWhereMoreIsWritten() throws IOException {
        String page = Files.readString(Path.of(System.getProperty("ringfort.root"), "docs", "RULES.md"));
        for (NamedRule rule : ApplicationRules.ALL) {
            String text = rule.rule().getDescription();
            assertTrue(text.contains(". To do: "), text);
            assertTrue(text.contains("See docs/RULES.md#" + Advice.anchor(rule.name())), text);
            assertTrue(page.contains("\n### " + rule.name() + "\n"), rule.name() + " has no paragraph");
        }
    }

    @Test
    void listsTheRulesWithTheirReasons() {
        assertEquals(0, run("--list"));
        String list = out.toString(StandardCharsets.UTF_8);
        for (NamedRule rule : ApplicationRules.ALL) {
            assertTrue(list.contains(rule.name()), rule.name());
            assertTrue(rule.rule().getDescription().contains("because"), rule.name());
        }
    }

    @Test
    void startsAsAModule() throws Exception {
        String modules = String.join(
                File.pathSeparator,
                List.of(
                        home(Main.class).toString(),
                        home(ArchRule.class).toString(),
                        home(Logger.class).toString()));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--module-path",
                        modules,
                        "--module",
                        "ringfort.rules/ringfort.rules.Main",
                        "--classes",
                        alone(RingTwins.Direct.class))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("report.txt").toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        String report = Files.readString(directory.resolve("report.txt"));
        assertEquals(1, process.exitValue(), report);
        assertTrue(report.contains("BROKEN  WorkerRules.ONLY_THE_WORKER_TOUCHES_THE_RING"), report);
    }

    @Test
    void inJUnitEachRuleIsATest() throws Throwable {
        List<DynamicTest> tests =
                ArchTests.in(Path.of(alone(RingTwins.Direct.class))).toList();
        assertEquals(1 + ApplicationRules.ALL.size(), tests.size());
        tests.getFirst().getExecutable().execute();
        var broken = assertThrows(
                AssertionError.class, () -> tests.get(1).getExecutable().execute());
        assertTrue(String.valueOf(broken.getMessage()).contains("Sqe.nop(long)"), broken::getMessage);
    }

    @Test
    void inJUnitNothingToCheckFails() {
        DynamicTest first = ArchTests.in(
                        new ClassFileImporter().importPaths(directory.toString()), ApplicationRules.ALL)
                .findFirst()
                .orElseThrow();
        assertThrows(AssertionError.class, () -> first.getExecutable().execute());
    }
}
