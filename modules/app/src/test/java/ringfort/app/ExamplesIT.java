package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples, compiled and run from their source by {@code java @dist/ringfort.args}, as their first lines say. */
@Timeout(120)
class ExamplesIT {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Path EXAMPLES = Launched.ROOT.resolve("examples");

    @TempDir
    private Path elsewhere;

    /** These need modules that are no part of the program; docs/USING.md runs them, and with it DocumentationIT. */
    private static final Set<String> OF_OTHER_MODULES = Set.of("H2OverSocket.java", "TlsOverSocket.java");

    /** Every other example but Hello, which serves until it is stopped, tests itself. */
    static List<String> selfTesting() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java") && !name.equals("Hello.java"))
                    .filter(name -> !OF_OTHER_MODULES.contains(name))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("selfTesting")
    void anExampleTestsItself(String name) throws IOException, InterruptedException {
        try (Launched example = Launched.java(elsewhere, EXAMPLES.resolve(name).toString(), "--selftest")) {
            example.awaitLine("ok", BOUND);
            assertEquals(0, example.awaitExit(BOUND));
        }
    }

    @Test
    void helloGreetsByHttp() throws IOException, InterruptedException {
        String source = EXAMPLES.resolve("Hello.java").toString();
        try (Launched hello = Launched.java(elsewhere, "-Dringfort.port=0", source)) {
            String ready = hello.awaitLine("Hello from ", BOUND);
            URI origin = URI.create(ready.substring("Hello from ".length()));
            assertEquals("Hello, World!", Http.get(origin.resolve("/")));
            assertEquals("Hello, Ada!", Http.get(origin.resolve("/hello/Ada")));
            assertEquals(143, hello.terminate(BOUND));
        }
    }
}
