package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jars of the dist without a module path: as build tools put them on a class path, and packed into one jar. There
 * {@code module-info} is not read, so engines were not found at all.
 */
@Timeout(120)
class ClassPathIT {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Path DIST = Launched.ROOT.resolve("dist");
    private static final String MAIN = "ringfort.app.Main";
    private static final List<String> SERVE = List.of("serve", "--host", "127.0.0.1", "--port", "0");

    @TempDir
    private Path elsewhere;

    @Test
    void aServerOnTheClassPathAnswers() throws IOException, InterruptedException {
        try (Launched server = java(
                Map.of(),
                List.of("--enable-native-access=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED"),
                everything(),
                SERVE)) {
            String ready = server.awaitLine("ringfort ready http://127.0.0.1:", BOUND);
            assertTrue(ready.contains(" scheduler=worker "), ready);
            answers(ready);
            assertEquals(0, server.terminate(BOUND));
            assertFalse(server.errors().contains("restricted method"), server.errors());
        }
    }

    /** The option was told as one for a module that there is not, and did nothing. */
    @Test
    void theHintToOpenJavaLangNamesTheUnnamedModule() throws IOException, InterruptedException {
        try (Launched server = java(Map.of(), List.of(), everything(), SERVE)) {
            String ready = server.awaitLine("ringfort ready http://127.0.0.1:", BOUND);
            assertFalse(ready.contains("=ringfort.server"), ready);
            assertTrue(ready.contains("--add-opens java.base/java.lang=ALL-UNNAMED"), ready);
        }
        try (Launched doctor = java(Map.of(), List.of(), everything(), List.of("doctor"))) {
            doctor.awaitLine("warn  java.lang opened", BOUND);
            String better = doctor.awaitLine(" ", BOUND);
            assertTrue(better.endsWith("java --add-opens java.base/java.lang=ALL-UNNAMED"), better);
            doctor.awaitLine("warn  native access", BOUND);
            better = doctor.awaitLine(" ", BOUND);
            assertTrue(better.endsWith("java --enable-native-access=ALL-UNNAMED"), better);
        }
    }

    @Test
    void aServerInOneJarAnswers() throws IOException, InterruptedException {
        Path jar = packed(true);
        try (Launched server = java(Map.of(), List.of("-jar", jar.toString()), "", SERVE)) {
            String ready = server.awaitLine("ringfort ready http://127.0.0.1:", BOUND);
            assertTrue(ready.contains(" scheduler=worker "), ready);
            answers(ready);
            assertEquals(0, server.terminate(BOUND));
            assertFalse(server.errors().contains("restricted method"), server.errors());
        }
    }

    /** Packers that keep one service file of many leave the classes of the engines and lose their names. */
    @Test
    void aJarWithoutItsServiceFilesIsToldHowToGetThem() throws IOException, InterruptedException {
        Path jar = packed(false);
        try (Launched server = java(Map.of(), List.of("-jar", jar.toString()), "", SERVE)) {
            assertEquals(1, server.awaitExit(BOUND));
            assertEquals(
                    "ringfort: No engine is on the class path: add org.ringfort:ringfort-server (module ringfort.server);"
                            + " where it is packed into a jar with others, have the packer merge"
                            + " META-INF/services/ringfort.api.spi.Engine\n",
                    server.errors());
        }
    }

    /** As in a container that shares the API among its applications: the loader of the API does not see the engines. */
    @Test
    void enginesThatOnlyTheContextLoaderSeesAreFound() throws IOException, InterruptedException {
        Path source = Files.writeString(elsewhere.resolve("Container.java"), """
                import java.net.URI;
                import java.net.URL;
                import java.net.URLClassLoader;
                import java.util.Arrays;

                void main(String[] jars) throws Exception {
                    var shared = new URLClassLoader(urls(jars[0]), ClassLoader.getPlatformClassLoader());
                    var own = new URLClassLoader(urls(Arrays.copyOfRange(jars, 1, jars.length)), shared);
                    Thread.currentThread().setContextClassLoader(own);
                    String[] arguments = {"serve", "--host", "127.0.0.1", "--port", "0"};
                    own.loadClass("ringfort.app.Main").getMethod("main", String[].class).invoke(null, (Object) arguments);
                }

                URL[] urls(String... jars) throws Exception {
                    var urls = new URL[jars.length];
                    for (int i = 0; i < jars.length; i++) {
                        urls[i] = URI.create(jars[i]).toURL();
                    }
                    return urls;
                }
                """);
        List<String> arguments = new ArrayList<>(List.of(source.toString()));
        Path api = jar("ringfort-api");
        arguments.add(api.toUri().toString());
        jars().filter(jar -> !jar.equals(api))
                .map(jar -> jar.toUri().toString())
                .forEach(arguments::add);
        try (Launched server = java(Map.of(), List.of("--enable-native-access=ALL-UNNAMED"), "", arguments)) {
            answers(server.awaitLine("ringfort ready http://127.0.0.1:", BOUND));
            assertEquals(0, server.terminate(BOUND));
        }
    }

    @Test
    void withoutTheServerTheModulePathIsToldWhatToAdd() throws IOException, InterruptedException {
        Path source = Files.writeString(elsewhere.resolve("Lonely.java"), """
                import module ringfort.api;

                void main() {
                    try {
                        Server.http(0).get("/", request -> Response.text("ok")).start();
                    } catch (ServerStartException e) {
                        IO.println(e.getMessage());
                    }
                }
                """);
        String api = jar("ringfort-api").toString();
        try (Launched lonely = java(
                Map.of(),
                List.of("--module-path", api, "--add-modules", "ringfort.api"),
                "",
                List.of(source.toString()))) {
            assertEquals(
                    "No engine is on the module path: add org.ringfort:ringfort-server (module ringfort.server)",
                    lonely.awaitLine("No engine", BOUND));
        }
    }

    /** The reason was told as "ExceptionInInitializerError". */
    @Test
    void deniedNativeAccessIsTheReasonToldWithItsRemedy() throws IOException, InterruptedException {
        String remedy = "native access is denied";
        try (Launched server = java(Map.of(), List.of("--illegal-native-access=deny"), everything(), SERVE)) {
            server.awaitLine("ringfort ready http://127.0.0.1:", BOUND);
            server.terminate(BOUND);
            assertTrue(server.errors().contains(remedy), server.errors());
            assertTrue(server.errors().contains("--enable-native-access=ALL-UNNAMED"), server.errors());
            assertFalse(server.errors().contains("ExceptionInInitializerError"), server.errors());
        }
        try (Launched doctor =
                java(Map.of(), List.of("--illegal-native-access=deny"), everything(), List.of("doctor"))) {
            assertTrue(doctor.awaitLine("warn  engine ring", BOUND).contains(remedy));
            assertTrue(doctor.awaitLine("warn  engine poll", BOUND).contains(remedy));
        }
        List<String> sysAlone =
                List.of("--illegal-native-access=deny", "--enable-native-access=ringfort.sys", "--module-path", dist());
        try (Launched doctor = java(Map.of(), sysAlone, "", List.of("--module", "ringfort.app/" + MAIN, "doctor"))) {
            String ring = doctor.awaitLine("warn  engine ring", BOUND);
            assertTrue(ring.contains("--enable-native-access=ringfort.sys,ringfort.ring"), ring);
        }
    }

    /** The same C library function and the same number may mean another system call there. */
    @Test
    void onAnotherSystemNoNativeCallIsMade() throws IOException, InterruptedException {
        for (String other : List.of("-Dos.name=FreeBSD", "-Dos.arch=riscv64")) {
            String name = other.substring(other.indexOf('=') + 1);
            List<String> options = List.of(other, "--illegal-native-access=deny");
            try (Launched server = java(Map.of(), options, everything(), SERVE)) {
                String ready = server.awaitLine("ringfort ready http://127.0.0.1:", BOUND);
                answers(ready);
                server.terminate(BOUND);
                assertTrue(server.errors().contains("this is " + name), server.errors());
                assertFalse(server.errors().contains("native access"), server.errors());
            }
        }
    }

    private static void answers(String ready) throws IOException, InterruptedException {
        URI origin = URI.create(ready.split(" ", -1)[2]);
        assertEquals("Hello, World!", Http.get(origin.resolve("/plaintext")));
        assertEquals("{\"message\":\"Hello, World!\"}", Http.get(origin.resolve("/json")));
    }

    /** {@code java OPTIONS -cp CLASSPATH MAIN ARGUMENTS}; without a class path the options say what to run. */
    private Launched java(
            Map<String, String> environment, List<String> options, String classPath, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        if (!classPath.isEmpty()) {
            command.addAll(List.of("-cp", classPath, MAIN));
        }
        command.addAll(arguments);
        return Launched.start(elsewhere, environment, command);
    }

    private static String dist() {
        return DIST + File.pathSeparator + DIST.resolve("lib");
    }

    private static String everything() {
        return DIST.resolve("*") + File.pathSeparator + DIST.resolve("lib").resolve("*");
    }

    private static Path jar(String artefact) throws IOException {
        return jars().filter(jar -> jar.getFileName().toString().startsWith(artefact + "-"))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Path> jars() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (Path folder : List.of(DIST, DIST.resolve("lib"))) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.toString().endsWith(".jar")).forEach(jars::add);
            }
        }
        return jars.stream().sorted();
    }

    /** All jars in one, as packers make it, with or without the files that name service providers. */
    private Path packed(boolean services) throws IOException {
        Map<String, ByteArrayOutputStream> entries = new LinkedHashMap<>();
        for (Path jar : jars().toList()) {
            try (JarInputStream in = new JarInputStream(Files.newInputStream(jar))) {
                for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                    boolean service = entry.getName().startsWith("META-INF/services/");
                    if (!entry.isDirectory() && (services || !service)) {
                        var bytes = entries.computeIfAbsent(entry.getName(), _ -> new ByteArrayOutputStream());
                        if (!service) {
                            bytes.reset();
                        }
                        in.transferTo(bytes);
                        bytes.write("\n".getBytes(StandardCharsets.UTF_8), 0, service ? 1 : 0);
                    }
                }
            }
        }
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.put(Attributes.Name.MAIN_CLASS, MAIN);
        main.put(new Attributes.Name("Enable-Native-Access"), "ALL-UNNAMED");
        main.put(new Attributes.Name("Add-Opens"), "java.base/java.lang");
        Path packed = elsewhere.resolve("packed.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(packed), manifest)) {
            for (Map.Entry<String, ByteArrayOutputStream> entry : entries.entrySet()) {
                out.putNextEntry(new JarEntry(entry.getKey()));
                out.write(entry.getValue().toByteArray());
            }
        }
        return packed;
    }
}
