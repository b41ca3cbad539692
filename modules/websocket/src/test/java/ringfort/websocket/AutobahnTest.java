package ringfort.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.RunningServer;
import ringfort.api.Server;
import ringfort.websocket.codec.ReaderLimits;

/**
 * The conformance suite Autobahn 0.5.6, in a process of its own with Jython: sections 1 to 7 and 10 in each build,
 * section 9 (messages of up to 16 MiB) and the other engines with {@code -Dautobahn.cases=all}. It has nothing of
 * compression, which {@link PythonClientTest} tries.
 *
 * <p>Every case has to be {@code OK}, also where the suite is content with {@code NON-STRICT}: text that is not UTF-8 is to
 * be refused at its first bad octet. {@code INFORMATIONAL} is what the suite says where it expects nothing. The suite gives
 * a server one second, also on a machine that stands still for as long, so a case that did not pass is run once more,
 * alone.
 */
final class AutobahnTest {
    private static final String ALL = "autobahn.cases";
    private static final Set<String> PASSED = Set.of("OK", "INFORMATIONAL");
    private static final int CASES = 247;
    private static final int CASES_OF_LARGE = 54;

    @Test
    @Timeout(240)
    void allCasesPassOnTheRing(@TempDir Path folder) throws Exception {
        run("ring", folder, CASES, "12", "1", "2", "3", "4", "5", "6", "7", "10");
    }

    @ParameterizedTest
    @ValueSource(strings = {"poll", "nio"})
    @Timeout(240)
    @EnabledIfSystemProperty(named = ALL, matches = "all", disabledReason = "the build tries one engine")
    void allCasesPassOn(String engine, @TempDir Path folder) throws Exception {
        run(engine, folder, CASES, "12", "1", "2", "3", "4", "5", "6", "7", "10");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "poll", "nio"})
    @Timeout(1200)
    @EnabledIfSystemProperty(named = ALL, matches = "all", disabledReason = "takes minutes")
    void largeMessagesPassOn(String engine, @TempDir Path folder) throws Exception {
        run(engine, folder, CASES_OF_LARGE, "1", "9");
    }

    private static void run(String engine, Path folder, int cases, String lanes, String... sections) throws Exception {
        // Section 9 has a message of 4 MiB in fragments of 64 octets, and 1000 empty ones.
        ReaderLimits limits = new ReaderLimits(16 << 20, 1 << 16, 2000, 20);
        WebSocketOptions options = new WebSocketOptions(limits, SocketTimeouts.DEFAULT, List.of(), null, false);
        SocketHandler echo = socket -> {
            for (Message message : socket) {
                socket.send(message);
            }
        };
        try (RunningServer server = Server.http("127.0.0.1", 0)
                .options(with -> with.engine(engine))
                .get("/", new WebSockets(options).to(echo))
                .start()) {
            String url = "ws://127.0.0.1:" + server.port() + "/";
            List<String> lines = results(folder, url, lanes, List.of(sections));
            assertEquals(cases, lines.size(), "cases");
            List<String> wrong = wrong(lines);
            if (!wrong.isEmpty() && wrong.size() <= cases / 10) {
                List<String> again =
                        wrong.stream().map(line -> line.split("\t", -1)[0]).toList();
                List<String> alone = results(folder, url, "1", again);
                assertEquals(again.size(), alone.size(), "cases");
                wrong = wrong(alone);
            }
            assertEquals("", String.join("\n", wrong));
        }
    }

    private static List<String> wrong(List<String> lines) {
        List<String> wrong = new ArrayList<>();
        for (String line : lines) {
            String[] columns = line.split("\t", -1);
            if (!PASSED.contains(columns[1]) || !PASSED.contains(columns[2])) {
                wrong.add(line);
            }
        }
        return wrong;
    }

    private static List<String> results(Path folder, String url, String lanes, List<String> chosen) throws Exception {
        Path script = folder.resolve("cases.py");
        try (InputStream found = AutobahnTest.class.getResourceAsStream("cases.py")) {
            assertNotNull(found);
            Files.copy(found, script, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.deleteIfExists(folder.resolve("results"));
        Path results = folder.resolve("results");
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dpython.cachedir.skip=true",
                "-cp",
                suite() + "/*",
                "org.python.util.jython",
                script.toString(),
                url,
                results.toString(),
                lanes));
        command.addAll(chosen);
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended;
        try {
            ended = process.waitFor(15, TimeUnit.MINUTES);
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        assertTrue(ended && Files.exists(results), "the suite has no results: " + said);
        return Files.readAllLines(results);
    }

    /** Where the build has put the suite and Jython. */
    private static Path suite() throws IOException {
        return Path.of(System.getProperty("ringfort.root"), "modules", "websocket", "target", "autobahn")
                .toRealPath();
    }
}
