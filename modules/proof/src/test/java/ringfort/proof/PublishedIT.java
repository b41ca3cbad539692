package ringfort.proof;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** {@code ./mvnw -Ppublish-local install} publishes whole artefacts, and the same bytes wherever it runs. */
final class PublishedIT {
    private static final String VERSION = Pom.of(Room.ROOT).texts("version").getFirst();

    @BeforeAll
    static void publish() throws IOException, InterruptedException {
        Publication.publish();
    }

    @TestFactory
    Stream<DynamicTest> aModuleIsPublishedWithAllItsParts() {
        return Room.published().stream()
                .map(room -> dynamicTest(room.name(), () -> {
                    for (String part : List.of(".pom", ".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.json")) {
                        assertTrue(Files.size(artefact(room, part)) > 0);
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> aJarHoldsTheLicence() {
        return Room.published().stream()
                .map(room -> dynamicTest(room.name(), () -> {
                    try (JarFile jar = new JarFile(artefact(room, ".jar").toFile());
                            InputStream licence = jar.getInputStream(jar.getEntry("META-INF/LICENSE"))) {
                        assertArrayEquals(Files.readAllBytes(Room.ROOT.resolve("LICENSE")), licence.readAllBytes());
                    }
                }));
    }

    @Test
    void nothingElseIsPublished() throws IOException {
        TreeSet<String> expected = new TreeSet<>(List.of("ringfort-bom", "ringfort-parent"));
        Room.published().forEach(room -> expected.add("ringfort-" + room.name()));
        try (Stream<Path> artefacts = Files.list(Publication.GROUP)) {
            assertEquals(
                    List.copyOf(expected),
                    artefacts
                            .filter(Files::isDirectory)
                            .map(artefact -> artefact.getFileName().toString())
                            .sorted()
                            .toList());
        }
    }

    /**
     * The jars of the build that runs this test, at another place and time than the one that published. Sources, Javadoc
     * and contents are compared when this build makes them too: {@code ./mvnw -Ppublish-local verify}.
     */
    @TestFactory
    Stream<DynamicTest> twoBuildsGiveTheSameBytes() {
        return Room.published().stream()
                .map(room -> dynamicTest(room.name(), () -> {
                    Path target = room.folder().resolve("target");
                    String name = "ringfort-" + room.name() + "-" + VERSION;
                    same(target.resolve(name + ".jar"), artefact(room, ".jar"));
                    if (Boolean.getBoolean("ringfort.publishing")) {
                        same(target.resolve(name + "-sources.jar"), artefact(room, "-sources.jar"));
                        same(target.resolve(name + "-javadoc.jar"), artefact(room, "-javadoc.jar"));
                        same(target.resolve("bom.json"), artefact(room, "-cyclonedx.json"));
                    }
                }));
    }

    private static Path artefact(Room room, String part) {
        String name = "ringfort-" + room.name();
        return Publication.GROUP.resolve(name, VERSION, name + "-" + VERSION + part);
    }

    private static void same(Path first, Path second) throws IOException {
        assertEquals(-1, Files.mismatch(first, second), () -> first + " and " + second + " differ from that byte on");
    }
}
