package ringfort.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
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
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The projects in {@code consumers/}, which know of one module each, are built against what was published and run by
 * {@code java --module} with nothing on the module path but what that module brings along.
 */
final class ConsumersIT {
    private static final Duration BOUND = Duration.ofSeconds(60);

    /** The consumer of each module, and the artefacts it may get; libraries of others are counted, not named. */
    private static final Map<String, List<String>> ARTEFACTS = new TreeMap<>(Map.ofEntries(
            Map.entry("api", List.of("api")),
            Map.entry("timers", List.of("timers")),
            Map.entry("budget", List.of("budget")),
            Map.entry("message", List.of("message")),
            Map.entry("h1", List.of("budget", "h1", "message")),
            Map.entry("tls", List.of("tls")),
            Map.entry("h2", List.of("budget", "h2", "message")),
            Map.entry("sys", List.of("sys")),
            Map.entry("ring", List.of("ring", "sys")),
            Map.entry("poller", List.of("poller", "sys", "timers")),
            Map.entry("json", List.of("api", "json")),
            Map.entry("filters", List.of("api", "filters", "timers")),
            Map.entry("websocket", List.of("api", "timers", "websocket")),
            Map.entry(
                    "server",
                    List.of(
                            "api", "budget", "h1", "h2", "message", "poller", "ring", "server", "sys", "timers",
                            "tls")),
            Map.entry(
                    "app",
                    List.of(
                            "api",
                            "app",
                            "budget",
                            "filters",
                            "h1",
                            "h2",
                            "json",
                            "message",
                            "poller",
                            "ring",
                            "server",
                            "sys",
                            "timers",
                            "tls",
                            "websocket")),
            Map.entry("rules", List.of("api"))));

    private static final List<String> WITH_LIBRARIES = List.of("app", "json");
    private static final List<String> NATIVE = List.of("sys", "ring", "poller", "server");

    private static Path consumers = Path.of("");

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        Publication.publish();
        consumers = Publication.consumers();
        List<String> arguments = new ArrayList<>(List.of("verify"));
        Pom parent = Pom.of(Room.ROOT);
        arguments.add("-Dringfort.version=" + parent.texts("version").getFirst());
        parent.properties(".version").forEach((name, version) -> arguments.add("-D" + name + "=" + version));
        Publication.maven(consumers, arguments.toArray(String[]::new));
    }

    @Test
    void everyModuleHasItsConsumer() {
        assertEquals(
                List.copyOf(ARTEFACTS.keySet()),
                Room.published().stream().map(Room::name).sorted().toList());
    }

    @TestFactory
    Stream<DynamicTest> aModuleBringsNothingUnexpectedAlong() {
        return ARTEFACTS.entrySet().stream()
                .map(expected -> dynamicTest(expected.getKey(), () -> {
                    TreeSet<String> ours = new TreeSet<>();
                    int others = 0;
                    for (Path jar : jars(expected.getKey())) {
                        String name = jar.getFileName().toString();
                        if (name.startsWith("ringfort-")) {
                            ours.add(name.replaceFirst("ringfort-([a-z0-9]+)-.*", "$1"));
                        } else {
                            others++;
                        }
                    }
                    assertEquals(expected.getValue(), List.copyOf(ours));
                    assertEquals(WITH_LIBRARIES.contains(expected.getKey()), others > 0, "jars of others: " + others);
                }));
    }

    @TestFactory
    Stream<DynamicTest> aConsumerRuns() {
        return Stream.of(
                        "api",
                        "timers",
                        "budget",
                        "message",
                        "h1",
                        "h2",
                        "tls",
                        "sys",
                        "ring",
                        "poller",
                        "json",
                        "websocket",
                        "rules")
                .map(name -> dynamicTest(name, () -> {
                    String output = Program.run(consumers, Map.of(), BOUND, java(name, "--module", "consumer." + name));
                    assumeFalse(output.startsWith("skipped"), output);
                    assertEquals("ok", output);
                }));
    }

    @Test
    void theServiceAnswers() throws IOException, InterruptedException {
        greets(java("server", "--module", "consumer.server"));
    }

    /** An image of the service and the JDK modules it needs, which is no more than the base. */
    @Test
    void anImageOfTheServiceAnswers() throws IOException, InterruptedException {
        Path image = consumers.resolve("image");
        Publication.delete(image);
        Program.run(
                consumers,
                Map.of(),
                BOUND,
                List.of(
                        Program.jdk("jlink"),
                        "--module-path",
                        modulePath("server"),
                        "--add-modules",
                        "consumer.server,ringfort.server",
                        "--add-options=--enable-native-access=" + natives("server")
                                + " --add-opens=java.base/java.lang=ringfort.server",
                        "--output",
                        image.toString()));
        String modules = Program.run(
                image, Map.of(), BOUND, List.of(image.resolve("bin/java").toString(), "--list-modules"));
        assertEquals(
                List.of("java.base"),
                modules.lines()
                        .map(line -> line.replaceFirst("@.*", ""))
                        .filter(name -> name.startsWith("java.") || name.startsWith("jdk."))
                        .toList());
        greets(List.of(image.resolve("bin/java").toString(), "--module", "consumer.server"));
    }

    private static void greets(List<String> command) throws IOException, InterruptedException {
        try (Program service = Program.start(consumers, Map.of(), command)) {
            String origin = service.awaitMatch("http://[^ ]+:\\d+", BOUND);
            assertEquals("Hello Ada", Http.get(URI.create(origin + "/hello/Ada")));
            assertEquals(143, service.terminate(BOUND));
        }
    }

    @Test
    void theProgramRuns() throws IOException, InterruptedException {
        String version = Program.run(
                consumers, Map.of(), BOUND, java("app", "--module", "ringfort.app/ringfort.app.Main", "--version"));
        assertTrue(version.startsWith("ringfort "), version);
    }

    /** The consumer's own test has run by now; this is the same without JUnit. */
    @Test
    void theRulesRunWithoutJUnit() throws IOException, InterruptedException {
        Path report = consumers.resolve("rules/target/surefire-reports/TEST-consumer.rules.ArchitectureTest.xml");
        assertTrue(Files.readString(report)
                        .lines()
                        .filter(line -> line.contains("<testcase "))
                        .count()
                > 10);
        Path lib = consumers.resolve("rules/target/rules-lib");
        Path classes = consumers.resolve("rules/target/classes");
        String output = Program.run(
                consumers,
                Map.of(),
                BOUND,
                List.of(
                        Program.jdk("java"),
                        "--module-path",
                        lib.toString(),
                        "--module",
                        "ringfort.rules/ringfort.rules.Main",
                        "--classes",
                        classes.toString()));
        assertTrue(output.endsWith(" 0 broken"), output);
    }

    /** The {@code java} command on a consumer's module path. */
    private static List<String> java(String name, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Program.jdk("java"), "--module-path", modulePath(name)));
        if (!natives(name).isEmpty()) {
            command.add("--enable-native-access=" + natives(name));
        }
        command.addAll(List.of(arguments));
        return command;
    }

    private static String modulePath(String name) throws IOException {
        List<String> path = new ArrayList<>();
        Path own = consumers.resolve(name).resolve("target").resolve(name + ".jar");
        if (Files.exists(own)) {
            path.add(own.toString());
        }
        jars(name).forEach(jar -> path.add(jar.toString()));
        return String.join(File.pathSeparator, path);
    }

    /** Which of the modules it gets make native calls. */
    private static String natives(String name) {
        List<String> artefacts = ARTEFACTS.getOrDefault(name, List.of());
        return String.join(
                ",",
                NATIVE.stream()
                        .filter(artefacts::contains)
                        .map(module -> "ringfort." + module)
                        .toList());
    }

    private static List<Path> jars(String name) throws IOException {
        try (Stream<Path> files = Files.list(consumers.resolve(name).resolve("target/lib"))) {
            return files.sorted().toList();
        }
    }
}
