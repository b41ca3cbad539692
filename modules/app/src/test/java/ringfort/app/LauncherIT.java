package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher where it may not write, and with options of java that are the user's. */
@Timeout(120)
class LauncherIT {
    /** Far below the ten minutes for which the launcher waits for another build. */
    private static final Duration BOUND = Duration.ofSeconds(30);

    private static final boolean ROOT_USER = "root".equals(System.getProperty("user.name"));

    @TempDir
    private Path elsewhere;

    private final List<Path> readOnly = new ArrayList<>();

    @AfterEach
    void letTheFolderBeDeleted() throws IOException {
        for (Path folder : readOnly) {
            mode(folder, "rwxr-xr-x");
        }
    }

    /** It could not rewrite the argument file, whose paths are those of the old place, and ended. */
    @Test
    void aBuiltCheckoutThatMovedAndIsReadOnlyStarts() throws IOException, InterruptedException {
        Path checkout = checkout(true);
        makeReadOnly(checkout);
        try (Launched ringfort = unprivileged(checkout, "--version")) {
            ringfort.awaitLine("ringfort 0", BOUND);
            assertEquals(0, ringfort.awaitExit(BOUND));
            assertEquals("", ringfort.errors());
        }
    }

    /** Not being allowed to build was taken for another build, for ten minutes. */
    @Test
    void newerSourcesInAReadOnlyCheckoutAreToldAndTheBuiltProgramRuns() throws IOException, InterruptedException {
        Path checkout = checkout(true);
        Files.setLastModifiedTime(
                checkout.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(60)));
        makeReadOnly(checkout);
        try (Launched ringfort = unprivileged(checkout, "--version")) {
            ringfort.awaitLine("ringfort 0", BOUND);
            assertEquals(0, ringfort.awaitExit(BOUND));
            assertTrue(
                    ringfort.errors().startsWith("ringfort: running what is built in ")
                            && ringfort.errors().contains("although sources are newer: mkdir"),
                    ringfort.errors());
        }
    }

    @Test
    void aReadOnlyCheckoutWithNothingBuiltFailsAtOnceAndSaysWhy() throws IOException, InterruptedException {
        Path checkout = checkout(false);
        makeReadOnly(checkout);
        try (Launched ringfort = unprivileged(checkout, "--version")) {
            assertEquals(1, ringfort.awaitExit(BOUND));
            assertTrue(ringfort.errors().startsWith("ringfort: nothing is built in "), ringfort.errors());
            assertTrue(ringfort.errors().contains("mkdir"), ringfort.errors());
        }
    }

    /** A lock that a killed process of another user left cannot be removed; trying did not end. */
    @Test
    void aLockThatCannotBeRemovedKeepsNobodyFromStarting() throws IOException, InterruptedException {
        Path checkout = checkout(true);
        Path lock = Files.createDirectory(checkout.resolve("dist/.building"));
        Files.writeString(lock.resolve("pid"), "999999999\n");
        makeReadOnly(checkout);
        try (Launched ringfort = unprivileged(checkout, "--version")) {
            ringfort.awaitLine("ringfort 0", BOUND);
            assertEquals(0, ringfort.awaitExit(BOUND));
        }
    }

    /** Whoever chose another collector got "Multiple garbage collectors selected". */
    @Test
    void aCollectorOfTheUsersIsUsed() throws IOException, InterruptedException {
        for (String variable : List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")) {
            for (String option : List.of("-XX:+UseZGC", "-Xmx99m -XX:+UseParallelGC")) {
                try (Launched ringfort = launched(Map.of(variable, option), "--version")) {
                    ringfort.awaitLine("ringfort 0", BOUND);
                    assertEquals(0, ringfort.awaitExit(BOUND), ringfort.errors());
                }
            }
        }
    }

    /** The launcher's -Xmx won over a percentage without a word. */
    @Test
    void aSizeOfHeapOfTheUsersIsUsed() throws IOException, InterruptedException {
        String standard = memory(Map.of());
        assertTrue(standard.contains("heap up to 2"), standard);
        for (String option : List.of("-XX:MaxRAMPercentage=50", "-XX:MaxHeapSize=100m", "-Xmx100m")) {
            assertNotEquals(standard, memory(Map.of("JAVA_TOOL_OPTIONS", option)), option);
            assertNotEquals(standard, memory(Map.of("JDK_JAVA_OPTIONS", option)), option);
        }
        Path file = Files.writeString(elsewhere.resolve("options"), "-Xmx100m\n");
        assertNotEquals(standard, memory(Map.of("JDK_JAVA_OPTIONS", "@" + file)), "in a file");
        assertEquals(standard, memory(Map.of("JDK_JAVA_OPTIONS", "-Dmail=a@b")), "no choice of a heap");
    }

    /** The JVM refuses to start with an archive of the user's beside that of the launcher. */
    @Test
    void anArchiveOfTheUsersIsUsed() throws IOException, InterruptedException {
        try (Launched ringfort = launched(Map.of("JDK_JAVA_OPTIONS", "-Xshare:auto"), "--version")) {
            ringfort.awaitLine("ringfort 0", BOUND);
            assertEquals(0, ringfort.awaitExit(BOUND), ringfort.errors());
        }
    }

    private String memory(Map<String, String> environment) throws IOException, InterruptedException {
        try (Launched doctor = launched(environment, "doctor")) {
            return doctor.awaitLine("ok    memory", BOUND);
        }
    }

    private Launched launched(Map<String, String> environment, String... arguments) throws IOException {
        return start(Launched.ROOT, environment, List.of(), arguments);
    }

    /** As a user who may not write there: permissions mean nothing to root. */
    private Launched unprivileged(Path checkout, String... arguments) throws IOException {
        List<String> before = List.of();
        if (ROOT_USER) {
            assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "root, and no setpriv to be another user");
            before = List.of("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
        }
        return start(checkout, Map.of("HOME", "/nonexistent", "RINGFORT_NO_BUILD", ""), before, arguments);
    }

    private Launched start(Path checkout, Map<String, String> environment, List<String> before, String... arguments)
            throws IOException {
        Map<String, String> whole =
                new HashMap<>(Map.of("RINGFORT_NO_BUILD", "1", "JAVA_HOME", System.getProperty("java.home")));
        whole.putAll(environment);
        List<String> command = new ArrayList<>(before);
        command.add(checkout.resolve("ringfort").toString());
        command.addAll(List.of(arguments));
        return Launched.start(elsewhere, whole, command);
    }

    /** As much of this checkout as the launcher looks at, at another place. */
    private Path checkout(boolean built) throws IOException {
        Path checkout = Files.createDirectories(elsewhere.resolve("a folder"));
        copy(Launched.ROOT, checkout, "ringfort");
        copy(Launched.ROOT, checkout, "pom.xml");
        copy(Launched.ROOT, checkout, ".mvn/find-jdk.sh");
        copy(Launched.ROOT, checkout, "modules/app/pom.xml");
        copy(Launched.ROOT, checkout, "modules/app/src/launch/ringfort.args");
        Files.createDirectories(checkout.resolve("modules/app/src/main"));
        if (built) {
            try (Stream<Path> files = Files.walk(Launched.ROOT.resolve("dist"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    if (!file.toString().contains(".building")
                            && !file.toString().endsWith(".aot")) {
                        copy(
                                Launched.ROOT,
                                checkout,
                                Launched.ROOT.relativize(file).toString());
                    }
                }
            }
            Files.writeString(checkout.resolve("dist/.built"), "");
        }
        return checkout;
    }

    private static void copy(Path from, Path to, String name) throws IOException {
        Path target = to.resolve(name);
        Files.createDirectories(target.getParent());
        Files.copy(from.resolve(name), target, StandardCopyOption.COPY_ATTRIBUTES);
    }

    private void makeReadOnly(Path checkout) throws IOException {
        mode(elsewhere, "rwxr-xr-x");
        try (Stream<Path> files = Files.walk(checkout)) {
            for (Path file : files.toList()) {
                boolean folder = Files.isDirectory(file);
                mode(file, folder || Files.isExecutable(file) ? "r-xr-xr-x" : "r--r--r--");
                if (folder) {
                    readOnly.add(file);
                }
            }
        }
    }

    private static void mode(Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}
