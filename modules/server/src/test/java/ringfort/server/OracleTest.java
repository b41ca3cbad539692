package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two independent readings of the same bytes: ours and that of python3-h11, over the rows and over messages made of them
 * by small changes. They may differ only as {@code oracle.differences} explains. Opt-in ({@code -Poracle}); needs
 * Debian's python3-h11, version 0.14.
 */
@Tag("oracle")
class OracleTest {
    private static final long SEED = 42;
    private static final int GENERATED = 50_000;
    private static final int SHORT = 300;
    private static final int BOUND_SECONDS = 120;
    private static final String PIECES = "\r\n\t \0:;,%/?#*\"\\\u007f\u0080\u00ff0159aAfFzZ_-+.x";

    @TempDir
    Path folder = Path.of(".");

    private final Map<String, Integer> stricter = new TreeMap<>();
    private final Map<String, Integer> laxer = new TreeMap<>();
    private final List<String> unexplained = new ArrayList<>();

    @Test
    void bothReadEveryMessageTheSame() throws IOException, InterruptedException {
        String python = python();
        assumeTrue(python != null, "no python3 here has h11: apt-get install python3-h11");
        List<byte[]> corpus = corpus();
        List<Reading> theirs = read(Objects.requireNonNull(python), corpus);
        Map<String, String> differences = differences();
        int agreed = 0;
        for (int i = 0; i < corpus.size(); i++) {
            agreed += compare(corpus.get(i), Reading.ours(corpus.get(i)), theirs.get(i), differences) ? 1 : 0;
        }
        Set<String> unseen = new TreeSet<>(differences.keySet());
        unseen.removeAll(stricter.keySet());
        unseen.removeAll(laxer.keySet());
        System.out.printf(
                "%d messages, %d read the same%nwe refuse: %s%nthey refuse: %s%nexplained and not seen: %s%n",
                corpus.size(), agreed, stricter, laxer, unseen);
        assertEquals(
                "",
                String.join("\n", unexplained.subList(0, Math.min(20, unexplained.size()))),
                () -> unexplained.size() + " unexplained");
    }

    /** Whether both read the same. A difference is put where it belongs. */
    private boolean compare(byte[] bytes, Reading ours, Reading theirs, Map<String, String> differences) {
        int common = Math.min(ours.requests().size(), theirs.requests().size());
        boolean samePrefix =
                ours.requests().subList(0, common).equals(theirs.requests().subList(0, common));
        boolean sameCount = ours.requests().size() == theirs.requests().size();
        if (samePrefix && sameCount && ours.kind().equals(theirs.kind())) {
            return true;
        } else if (samePrefix
                && theirs.kind().equals("close")
                && theirs.requests().size() == common) {
            return differs(laxer, "they: " + theirs.end(), differences, bytes, ours, theirs);
        } else if (samePrefix && ours.refused() && ours.requests().size() == common) {
            return differs(stricter, "we: " + ours.reason(), differences, bytes, ours, theirs);
        } else if (samePrefix && theirs.requests().size() == common) {
            return differs(laxer, "they: " + theirs.end(), differences, bytes, ours, theirs);
        }
        unexplained.add(describe(bytes, ours, theirs));
        return false;
    }

    /** Counts a difference, and keeps it if nothing explains it; false, so that a caller can say so. */
    private boolean differs(
            Map<String, Integer> where,
            String key,
            Map<String, String> differences,
            byte[] bytes,
            Reading ours,
            Reading theirs) {
        where.merge(key, 1, Integer::sum);
        if (!differences.containsKey(key)) {
            unexplained.add(describe(bytes, ours, theirs));
        }
        return false;
    }

    private static String describe(byte[] bytes, Reading ours, Reading theirs) {
        var text = new StringBuilder();
        for (byte octet : bytes) {
            text.append(octet >= ' ' && octet < 0x7F ? String.valueOf((char) octet) : String.format("\\x%02x", octet));
        }
        return text.substring(0, Math.min(text.length(), 4 * SHORT))
                + String.format(
                        "%n  ours: %d requests, then %s%n  theirs: %d requests, then %s",
                        ours.requests().size(), ours.end(), theirs.requests().size(), theirs.end());
    }

    /** The rows that are not too long, and such with some bytes changed, put in or left out. */
    private static List<byte[]> corpus() {
        List<byte[]> rows = new ArrayList<>();
        WireRow.all().forEach(row -> rows.add(row.bytes()));
        List<byte[]> corpus = new ArrayList<>(rows);
        rows.removeIf(row -> row.length > SHORT || row.length == 0);
        var random = new Random(SEED);
        for (int i = 0; i < GENERATED; i++) {
            var bytes = new ByteArrayOutputStream();
            for (int message = random.nextInt(3); message >= 0; message--) {
                bytes.writeBytes(rows.get(random.nextInt(rows.size())));
            }
            corpus.add(changed(bytes.toByteArray(), random));
        }
        return corpus;
    }

    private static byte[] changed(byte[] bytes, Random random) {
        var text = new StringBuilder(new String(bytes, StandardCharsets.ISO_8859_1));
        for (int times = random.nextInt(3); times > 0; times--) {
            int at = random.nextInt(text.length());
            char piece = PIECES.charAt(random.nextInt(PIECES.length()));
            switch (random.nextInt(3)) {
                case 0 -> text.setCharAt(at, piece);
                case 1 -> text.insert(at, piece);
                default -> text.deleteCharAt(at);
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Map<String, String> differences() throws IOException {
        Map<String, String> differences = new HashMap<>();
        String text = new String(resource("oracle.differences"), StandardCharsets.UTF_8);
        text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> {
            String[] columns = line.split(" \\| ", -1);
            differences.put(columns[0], columns[1]);
        });
        return differences;
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(OracleTest.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }

    private static @Nullable String python() throws IOException, InterruptedException {
        for (String python : List.of("python3", "/usr/bin/python3")) {
            try {
                Process process = new ProcessBuilder(python, "-c", "import h11")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (process.waitFor() == 0) {
                    return python;
                }
            } catch (IOException _) {
                // There is no such program.
            }
        }
        return null;
    }

    private List<Reading> read(String python, List<byte[]> corpus) throws IOException, InterruptedException {
        Path script = Files.write(folder.resolve("oracle.py"), resource("oracle.py"));
        Path input = folder.resolve("corpus");
        Files.write(input, corpus.stream().map(HexFormat.of()::formatHex).toList(), StandardCharsets.US_ASCII);
        Path output = folder.resolve("readings");
        Process process = new ProcessBuilder(python, script.toString())
                .redirectInput(input.toFile())
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertTrue(process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS), "the oracle does not come to an end");
        } finally {
            process.destroyForcibly();
        }
        assertEquals(0, process.exitValue(), "the oracle failed");
        List<Reading> readings = Files.readAllLines(output, StandardCharsets.ISO_8859_1).stream()
                .map(Reading::parse)
                .toList();
        assertEquals(corpus.size(), readings.size());
        return readings;
    }
}
