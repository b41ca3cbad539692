package ringfort.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The poms that are published say what repositories ask for, and agree with each other. */
final class PomTest {
    private static final Path BOM = Room.ROOT.resolve("modules", "bom");

    static Stream<Path> published() {
        return Stream.concat(Room.published().stream().map(Room::folder), Stream.of(BOM));
    }

    @Test
    void theBomListsWhatIsPublished() {
        assertEquals(
                Room.published().stream().map(room -> "ringfort-" + room.name()).toList(),
                Pom.of(BOM).texts("dependencyManagement/dependencies/dependency/artifactId"));
    }

    /** The bom has no parent to inherit from, so what it repeats must be the same. */
    @ParameterizedTest
    @ValueSource(strings = {"groupId", "version", "url", "inceptionYear", "licenses", "developers", "scm"})
    void theBomRepeatsItsSiblingsParent(String element) {
        List<String> ofParent = Pom.of(Room.ROOT).texts(element);
        assertNotEquals(List.of(), ofParent);
        assertEquals(ofParent, Pom.of(BOM).texts(element));
    }

    @ParameterizedTest
    @MethodSource("published")
    void aPublishedPomNamesAndDescribesItself(Path folder) {
        Pom pom = Pom.of(folder);
        assertEquals(List.of("Ringfort :: " + folder.getFileName()), pom.texts("name"));
        assertEquals(List.of("ringfort-" + folder.getFileName()), pom.texts("artifactId"));
        assertEquals(1, pom.texts("description").size());
    }
}
