package ringfort.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The documentation, done as it says. A comment above a fenced block, which its readers do not see, says what the block is:
 *
 * <ul>
 *   <li>{@code run}: commands, from the reader's own folder; {@code run in checkout}: from this project's
 *   <li>{@code serves PATH TEXT}: a server, whose address is the first it prints, that answers {@code PATH} with {@code TEXT}
 *   <li>{@code output}: lines that the commands before it print, among others
 *   <li>{@code file NAME}: a file of the reader's
 *   <li>{@code same as NAME}: what a file of this project holds, below its opening comment
 *   <li>{@code run by NAME}: commands whose words a file of this project has, since they cannot be run from here
 * </ul>
 *
 * A server is started from the checkout when the page is at its top. The reader's folder looks like the checkout where
 * {@code dist} is concerned. Maven works on the throw-away repository.
 */
final class DocumentationIT {
    private static final Duration BOUND = Duration.ofMinutes(4);
    private static final List<String> PAGES = List.of("README.md", "docs/USING.md", "docs/RULES.md");
    private static final Path FOLDER = Room.ROOT.resolve("modules", "proof", "target", "reader");

    private static String output = "";

    @BeforeAll
    static void prepare() throws IOException, InterruptedException {
        Publication.publish();
        Publication.delete(FOLDER);
        Files.createDirectories(FOLDER.resolve("bin"));
        Files.createSymbolicLink(FOLDER.resolve("dist"), Room.ROOT.resolve("dist"));
        Path mvn = FOLDER.resolve("bin", "mvn");
        Files.writeString(
                mvn,
                "#!/bin/sh\nPATH=${PATH#*:} exec '%s' -Dmaven.repo.local='%s' \"$@\"\n"
                        .formatted(Room.ROOT.resolve("mvnw"), Publication.REPOSITORY));
        assertTrue(mvn.toFile().setExecutable(true));
    }

    private static List<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        for (String page : PAGES) {
            Path file = Room.ROOT.resolve(page);
            blocks.addAll(Block.in(file, Files.readString(file)));
        }
        return blocks;
    }

    @Test
    void everyCommandIsMarked() throws IOException {
        List<String> unmarked = blocks().stream()
                .filter(block -> block.language().equals("sh") && block.mark().isEmpty())
                .map(Block::place)
                .toList();
        assertEquals(List.of(), unmarked);
    }

    /** In the order of the pages: what a block does, those after it find done. */
    @TestFactory
    Stream<DynamicTest> aBlockIsTrue() throws IOException {
        return blocks().stream()
                .filter(block -> !block.mark().isEmpty())
                .map(block -> dynamicTest(block.place() + " " + block.mark(), () -> prove(block)));
    }

    private static void prove(Block block) throws IOException, InterruptedException {
        String operand;
        if (block.mark().equals("run") || block.mark().equals("run in checkout")) {
            output = Program.run(block.mark().equals("run") ? FOLDER : Room.ROOT, environment(), BOUND, shell(block));
        } else if ((operand = block.marked("serves")) != null) {
            serve(block, operand);
        } else if (block.marked("output") != null) {
            block.text()
                    .lines()
                    .forEach(line -> assertTrue(output.contains(line), () -> line + " is not in:\n" + output));
        } else if ((operand = block.marked("file")) != null) {
            Path file = FOLDER.resolve(operand);
            Files.createDirectories(file.getParent());
            Files.writeString(file, block.text());
        } else if ((operand = block.marked("same as")) != null) {
            assertEquals(withoutOpening(Files.readString(Room.ROOT.resolve(operand))), block.text());
        } else if ((operand = block.marked("run by")) != null) {
            String runner = Files.readString(Room.ROOT.resolve(operand));
            block.text()
                    .lines()
                    .flatMap(line -> Stream.of(line.split(" ", -1)))
                    .map(word -> word.replaceFirst("^\\./", ""))
                    .forEach(word -> assertTrue(runner.contains(word), () -> word + " is not in the file"));
        } else {
            throw new AssertionError("nobody knows what this mark means");
        }
    }

    private static void serve(Block block, String operand) throws IOException, InterruptedException {
        String[] expected = operand.split(" ", 2);
        Path folder = Room.ROOT.equals(block.page().getParent()) ? Room.ROOT : FOLDER;
        try (Program server = Program.start(folder, environment(), shell(block))) {
            String origin = server.awaitMatch("http://[^ ]+:\\d+", BOUND);
            assertEquals(expected[1], Http.get(URI.create(origin + expected[0])));
        }
    }

    private static List<String> shell(Block block) {
        return List.of("sh", "-e", "-c", block.text());
    }

    /** Any free port, this build's own dist, the JDK of this test, and a Maven that spares the user's repository. */
    private static Map<String, String> environment() {
        String path = Stream.of(
                        FOLDER.resolve("bin").toString(),
                        Path.of(System.getProperty("java.home"), "bin").toString(),
                        System.getenv("PATH"))
                .collect(Collectors.joining(File.pathSeparator));
        return Map.of("PATH", path, "RINGFORT_NO_BUILD", "1", "JDK_JAVA_OPTIONS", "-Dringfort.port=0");
    }

    private static String withoutOpening(String source) {
        return source.lines()
                        .dropWhile(line -> line.startsWith("//") || line.isEmpty())
                        .collect(Collectors.joining("\n"))
                + "\n";
    }

    /** A reader's project works with what this one is tested with. */
    @Test
    void versionsInThePagesAreOurs() throws IOException {
        Map<String, String> ours = Pom.of(Room.ROOT).properties(".version");
        for (Block block : blocks()) {
            if (block.language().equals("xml") && block.mark().endsWith("pom.xml")) {
                Path file = Files.writeString(FOLDER.resolve("versions.xml"), block.text());
                Pom pom = Pom.read(file);
                for (String plugin : pom.texts("build/plugins/plugin/artifactId")) {
                    String version = "build/plugins/plugin[artifactId='" + plugin + "']/version";
                    assertEquals(List.of(String.valueOf(ours.get(plugin + ".version"))), pom.texts(version), plugin);
                }
                assertNotEquals(
                        List.of(), pom.texts("dependencies/dependency[version='" + ours.get("junit.version") + "']"));
                assertEquals(
                        Pom.of(Room.ROOT).texts("version"),
                        pom.texts("dependencyManagement/dependencies/dependency/version"));
            }
        }
    }
}
