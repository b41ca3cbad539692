package ringfort.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What is checked in about the modules is what the build makes of them: {@code docs/api}, one listing of exported API
 * each, and {@code docs/modules.svg}. Who changes an API changes its listing in the same commit, by {@link #UPDATE}.
 */
final class ListingsTest {
    private static final String UPDATE = "./mvnw -q -Pupdate-listings test";
    private static final boolean UPDATING = Boolean.getBoolean("ringfort.update");
    private static final Path API = Room.ROOT.resolve("docs", "api");

    private static Map<Path, String> listings() throws IOException {
        Map<Path, String> listings = new TreeMap<>();
        List<Room> published = Room.published();
        for (Room room : published) {
            listings.put(API.resolve(room.module() + ".txt"), ApiListing.of(room));
        }
        listings.put(Room.ROOT.resolve("docs", "modules.svg"), ModuleGraph.svg(published));
        return listings;
    }

    @BeforeAll
    static void makeRoom() throws IOException {
        Files.createDirectories(API);
    }

    @TestFactory
    Stream<DynamicTest> theBuildMakesWhatIsCheckedIn() throws IOException {
        return listings().entrySet().stream()
                .map(listing -> dynamicTest(
                        Room.ROOT.relativize(listing.getKey()).toString(),
                        () -> compare(listing.getKey(), listing.getValue())));
    }

    @Test
    void noListingIsLeftOfAModuleThatIsGone() throws IOException {
        List<Path> wanted = List.copyOf(listings().keySet());
        try (Stream<Path> files = Files.list(API)) {
            assertEquals(List.of(), files.filter(file -> !wanted.contains(file)).toList(), "remove by hand");
        }
    }

    private static void compare(Path file, String built) throws IOException {
        if (UPDATING) {
            Files.writeString(file, built);
            return;
        }
        String checkedIn = Files.exists(file) ? Files.readString(file) : "";
        if (!checkedIn.equals(built)) {
            throw new AssertionError(
                    "%s is not what the build makes:\n%s\nIf that is meant, run  %s  and commit the file."
                            .formatted(Room.ROOT.relativize(file), difference(checkedIn, built), UPDATE));
        }
    }

    /** Lines that went and lines that came, each below the type it belongs to. */
    static String difference(String before, String after) {
        List<String> old = qualified(before);
        List<String> now = qualified(after);
        String gone = old.stream()
                .filter(line -> !now.contains(line))
                .map(line -> "- " + line)
                .collect(Collectors.joining("\n"));
        String come = now.stream()
                .filter(line -> !old.contains(line))
                .map(line -> "+ " + line)
                .collect(Collectors.joining("\n"));
        return Stream.of(gone, come).filter(lines -> !lines.isEmpty()).collect(Collectors.joining("\n"));
    }

    /** Members are indented below their type; each is given the type's line, without which it says too little. */
    private static List<String> qualified(String listing) {
        String[] type = {""};
        return listing.lines()
                .filter(line -> !line.isBlank())
                .map(line -> {
                    if (!line.startsWith(" ")) {
                        type[0] = line;
                        return line;
                    }
                    return type[0] + "\n" + line;
                })
                .toList();
    }

    @Test
    void aDifferenceSaysWhatWentAndWhatCame() {
        assertEquals(
                """
                - class B
                    void gone()
                + class A
                    void come()""",
                difference(
                        "class A\n    int same()\n\nclass B\n    void gone()\n",
                        "class A\n    int same()\n    void come()\n\nclass B\n"));
    }
}
