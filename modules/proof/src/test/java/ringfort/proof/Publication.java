package ringfort.proof;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A second build of this project, from a copy of its sources, that publishes into a repository of its own. The user's
 * repository is read and never written: it gives plugins and libraries, as links, and none of our artefacts.
 */
final class Publication {
    /** For a whole build, on a machine that has other things to do. */
    private static final Duration BOUND = Duration.ofMinutes(15);

    private static final Path TARGET = Room.ROOT.resolve("modules", "proof", "target");

    /** The throw-away local repository. */
    static final Path REPOSITORY = TARGET.resolve("repository");

    /** The group's folder in it. */
    static final Path GROUP = REPOSITORY.resolve("org", "ringfort");

    private static final Path COPY = TARGET.resolve("second-build");

    private static boolean done;

    private Publication() {}

    /** Fills {@link #REPOSITORY} by {@code ./mvnw -Ppublish-local install}, once for all tests of this process. */
    static synchronized void publish() throws IOException, InterruptedException {
        if (done) {
            return;
        }
        delete(COPY);
        delete(GROUP);
        linkLibraries();
        for (String part : List.of("pom.xml", "mvnw", ".mvn", "LICENSE", "modules")) {
            copy(Room.ROOT.resolve(part), COPY.resolve(part));
        }
        maven(
                COPY,
                "-Ppublish-local",
                "-Dmaven.test.skip=true",
                "-Dspotless.check.skip=true",
                "-pl",
                unpublished(),
                "install");
        done = true;
    }

    /** What {@code -pl} takes to leave out what is not published. */
    private static String unpublished() {
        return String.join(
                ",",
                Pom.of(Room.ROOT).modules().stream()
                        .filter(module -> Pom.of(Room.ROOT.resolve(module))
                                .texts("properties/maven.deploy.skip")
                                .contains("true"))
                        .map(module -> "!" + module)
                        .toList());
    }

    /** Runs this project's Maven in {@code folder} on {@link #REPOSITORY}; off line when this build is. */
    static void maven(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Room.ROOT.resolve("mvnw").toString(), "-B", "-ntp", "-q", "-Dmaven.repo.local=" + REPOSITORY));
        if (System.getProperty("ringfort.maven", "").equals("offline=true")) {
            command.add("-o");
        }
        command.addAll(List.of(arguments));
        Program.run(folder, Map.of(), BOUND, command);
    }

    private static void linkLibraries() throws IOException {
        Path source = Path.of(System.getProperty("ringfort.localRepository"));
        if (!Files.isDirectory(source)) {
            return; // Maven fetches what it needs
        }
        walk(source, REPOSITORY, Set.of("ringfort"), (file, target) -> {
            String name = file.getFileName().toString();
            if ((name.endsWith(".jar") || name.endsWith(".pom")) && !Files.exists(target)) {
                link(file, target);
            }
        });
    }

    private static void link(Path file, Path target) throws IOException {
        try {
            Files.createLink(target, file);
        } catch (IOException | UnsupportedOperationException otherFileSystem) {
            Files.copy(file, target);
        }
    }

    private static void copy(Path source, Path target) throws IOException {
        walk(
                source,
                target,
                Set.of("target"),
                (file, to) ->
                        Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING));
    }

    /** A copy of {@code consumers/} to build in. */
    static Path consumers() throws IOException {
        Path consumers = TARGET.resolve("consumers");
        delete(consumers);
        copy(Room.ROOT.resolve("consumers"), consumers);
        return consumers;
    }

    private interface Step {
        void of(Path file, Path target) throws IOException;
    }

    /** Visits all files below {@code source} but those in folders of the names in {@code without}. */
    private static void walk(Path source, Path target, Set<String> without, Step step) throws IOException {
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (!folder.equals(source)
                        && without.contains(folder.getFileName().toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(target.resolve(source.relativize(folder).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path to = target.resolve(source.relativize(file).toString());
                Files.createDirectories(to.toAbsolutePath().getParent());
                step.of(file, to);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
