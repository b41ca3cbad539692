package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Modules of an application, compiled and run with nothing but the dist. */
@Timeout(120)
class ModulePathIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Path DIST = Launched.ROOT.resolve("dist");

    @TempDir
    private Path elsewhere;

    /** They required jspecify of who required them, and the dist does not have it. */
    @TestFactory
    Stream<DynamicTest> aModuleThatRequiresOneOfOursCompilesOnTheDist() {
        return ModuleFinder.of(DIST).findAll().stream()
                .map(ModuleReference::descriptor)
                .map(descriptor -> dynamicTest(descriptor.name(), () -> {
                    Path folder = elsewhere.resolve(descriptor.name());
                    write(folder, "module-info.java", "module stranger { requires " + descriptor.name() + "; }");
                    compile(folder);
                }));
    }

    /** The client was told that its JSON is not what is expected, and the log said nothing. */
    @Test
    void jsonIntoAPackageThatIsNotOpenIsTheServersFaultAndLogged() throws IOException, InterruptedException {
        write(elsewhere, "module-info.java", "module shop { requires ringfort.api; }");
        write(elsewhere, "shop/Shop.java", """
                package shop;

                import ringfort.api.*;

                public final class Shop {
                    public record Item(int id) {}

                    public static class Bean {
                        public int id;
                    }

                    record Hidden(int id) {}

                    public static void main(String[] arguments) {
                        RunningServer server = Server.http("127.0.0.1", 0)
                                .get("/read/record", request -> read(Item.class))
                                .get("/read/hidden", request -> read(Hidden.class))
                                .get("/read/bean", request -> read(Bean.class))
                                .get("/write/record", request -> Response.json(new Item(7)))
                                .start();
                        System.out.println("ready http://127.0.0.1:" + server.port());
                    }

                    private static Response read(Class<?> type) {
                        Request.builder("POST", "/")
                                .header("Content-Type", "application/json")
                                .body("{\\"id\\":7}")
                                .build()
                                .json(type);
                        return Response.text("read");
                    }
                }
                """);
        Path classes = compile(elsewhere);
        List<String> command = List.of(
                jdk("java"),
                "--enable-native-access=ringfort.sys,ringfort.ring,ringfort.poller,ringfort.server",
                "--module-path",
                classes + File.pathSeparator + DIST + File.pathSeparator + DIST.resolve("lib"),
                "--module",
                "shop/shop.Shop");
        try (Launched server = Launched.start(elsewhere, Map.of(), command)) {
            URI origin = URI.create(server.awaitLine("ready ", BOUND).substring("ready ".length()));
            List<String> paths = List.of("/read/record", "/read/hidden", "/read/bean", "/write/record");
            for (String path : paths) {
                assertEquals(500, Http.status(origin.resolve(path)), path);
            }
            server.awaitErrors(
                    line -> line.contains("module shop must declare: opens shop to tools.jackson.databind")
                            && line.startsWith("java.lang.IllegalArgumentException"),
                    paths.size(),
                    BOUND);
            assertEquals(143, server.terminate(BOUND));
        }
    }

    /** A worker was held for the 55 ms in which Jackson's classes initialize themselves, and a warning said so. */
    @Test
    void theFirstJsonHoldsNoWorker() throws IOException, InterruptedException {
        for (String engine : List.of("ring", "poll")) {
            try (Launched server = Launched.ringfort(elsewhere, "serve", "--port", "0", "--engine", engine)) {
                String ready = server.awaitLine("ringfort ready ", BOUND);
                URI origin = URI.create(ready.split(" ", -1)[2]);
                assertEquals("{\"message\":\"Hello, World!\"}", Http.get(origin.resolve("/json")));
                server.terminate(BOUND);
                // Beside a load any code may be found on a worker's stack; initializers must be over.
                boolean initializing = server.errors()
                        .lines()
                        .anyMatch(line -> line.contains("<clinit>")
                                && (line.contains("tools.jackson") || line.contains("ringfort.json")));
                assertFalse(initializing, server.errors());
            }
        }
    }

    private static void write(Path folder, String name, String text) throws IOException {
        Path file = folder.resolve("src").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static Path compile(Path folder) throws IOException, InterruptedException {
        Path classes = folder.resolve("classes");
        List<String> command =
                new ArrayList<>(List.of(jdk("javac"), "-Xlint:all", "-Werror", "-d", classes.toString()));
        command.addAll(List.of("--module-path", DIST.toString()));
        try (Stream<Path> sources = Files.walk(folder.resolve("src"))) {
            sources.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(command::add);
        }
        try (Launched javac = Launched.start(folder, Map.of(), command)) {
            assertEquals(0, javac.awaitExit(BOUND), javac.errors());
        }
        return classes;
    }

    private static String jdk(String tool) {
        return Path.of(System.getProperty("java.home"), "bin", tool).toString();
    }
}
