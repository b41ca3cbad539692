package ringfort.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every input of every corpus holds what its harness asserts, without a fuzzer. */
final class CorpusTest {
    private static final Path CORPORA = Path.of(System.getProperty("ringfort.root"), "modules", "fuzz", "corpus");

    private static final int LONGEST_NAME = 80;

    private static final Map<String, Consumer<byte[]>> HARNESSES = new TreeMap<>(Map.ofEntries(
            Map.entry("RequestHeads", RequestHeads::fuzzerTestOneInput),
            Map.entry("Conversations", Conversations::fuzzerTestOneInput),
            Map.entry("ChunkedContent", ChunkedContent::fuzzerTestOneInput),
            Map.entry("TargetPaths", TargetPaths::fuzzerTestOneInput),
            Map.entry("RouteTables", RouteTables::fuzzerTestOneInput),
            Map.entry("Forms", Forms::fuzzerTestOneInput),
            Map.entry("Cookies", Cookies::fuzzerTestOneInput),
            Map.entry("Multiparts", Multiparts::fuzzerTestOneInput),
            Map.entry("Ranges", Ranges::fuzzerTestOneInput),
            Map.entry("Accepts", Accepts::fuzzerTestOneInput),
            Map.entry("FieldBlocks", FieldBlocks::fuzzerTestOneInput),
            Map.entry("Hellos", Hellos::fuzzerTestOneInput),
            Map.entry("PemTexts", PemTexts::fuzzerTestOneInput),
            Map.entry("ProxyHeaders", ProxyHeaders::fuzzerTestOneInput),
            Map.entry("WebSocketFrames", WebSocketFrames::fuzzerTestOneInput),
            Map.entry("Streams", Streams::fuzzerTestOneInput)));

    private static List<byte[]> corpus(String harness) {
        try {
            return CorpusFile.entries(Files.readAllLines(CORPORA.resolve(harness + ".txt")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @TestFactory
    Stream<DynamicContainer> everyInputHolds() {
        return HARNESSES.entrySet().stream().map(harness -> {
            List<byte[]> inputs = corpus(harness.getKey());
            return dynamicContainer(
                    harness.getKey(),
                    IntStream.range(0, inputs.size())
                            .mapToObj(i -> dynamicTest(
                                    name(inputs.get(i)),
                                    () -> harness.getValue().accept(inputs.get(i)))));
        });
    }

    private static String name(byte[] input) {
        String line = CorpusFile.escape(input);
        return '"' + line.substring(0, Math.min(line.length(), LONGEST_NAME)) + '"';
    }

    @Test
    void everyHarnessHasACorpusAndEveryCorpusAHarness() throws IOException {
        Set<String> files = new TreeSet<>();
        try (Stream<Path> corpora = Files.list(CORPORA)) {
            corpora.forEach(file -> files.add(file.getFileName().toString()));
        }
        Set<String> expected = new TreeSet<>();
        HARNESSES.keySet().forEach(harness -> expected.add(harness + ".txt"));
        assertEquals(expected, files);
    }

    @Test
    void anInputIsTheSameAfterItWasWrittenAndRead() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        assertArrayEquals(all, CorpusFile.unescape(CorpusFile.escape(all)));
        byte[] comment = {'#', '\\', 'x', '#'};
        assertEquals("\\x23\\\\x#", CorpusFile.escape(comment));
        assertArrayEquals(comment, CorpusFile.unescape(CorpusFile.escape(comment)));
        assertThrows(IllegalArgumentException.class, () -> CorpusFile.unescape("\\q"));
    }
}
