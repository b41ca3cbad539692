package ringfort.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A program in a process of its own: started, waited for by what it prints, and stopped by its process id. Every wait
 * is bounded, and closing leaves no process behind.
 */
final class Launched implements AutoCloseable {
    /** The checkout, which the build names; an IDE starts tests in the module's folder. */
    static final Path ROOT = Path.of(System.getProperty("ringfort.root", "../.."))
            .toAbsolutePath()
            .normalize();

    private static final String END_OF_OUTPUT = "\u0000";

    private final Process process;
    private final Path errors;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private Launched(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        Thread.ofVirtual().name("stdout of " + process.pid()).start(this::readLines);
    }

    /**
     * Starts {@code command} in {@code folder}, with {@code environment} on top of this process's own, less what would
     * change how java or Ringfort behaves.
     */
    static Launched start(Path folder, Map<String, String> environment, List<String> command) throws IOException {
        Path errors = Files.createTempFile("ringfort-stderr", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectError(errors.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("RINGFORT_"));
        builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        builder.environment().putAll(environment);
        return new Launched(builder.start(), errors);
    }

    /** The launcher with this build's dist: a test never builds, and never what it is part of. */
    static Launched ringfort(Path folder, String... arguments) throws IOException {
        String launcher = ROOT.resolve("ringfort").toString();
        return start(
                folder,
                Map.of("RINGFORT_NO_BUILD", "1", "JAVA_HOME", System.getProperty("java.home")),
                concat(List.of(launcher), List.of(arguments)));
    }

    /** {@code java @dist/ringfort.args} with more arguments. */
    static Launched java(Path folder, String... arguments) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return start(
                folder, Map.of(), concat(List.of(java, "@" + ROOT.resolve("dist/ringfort.args")), List.of(arguments)));
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private void readLines() {
        try (BufferedReader reader = process.inputReader()) {
            reader.lines().forEach(lines::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lines.add(END_OF_OUTPUT);
        }
    }

    /**
     * Waits for a line of standard output that begins so, passing over others, and at most {@code bound} for each;
     * fails when the output ends first.
     */
    String awaitLine(String prefix, Duration bound) throws InterruptedException {
        String line;
        do {
            line = lines.poll(bound.toMillis(), TimeUnit.MILLISECONDS);
            if (line == null || line.equals(END_OF_OUTPUT)) {
                String what = line == null ? "was silent for " + bound : "ended";
                throw new AssertionError(what + " without a line '" + prefix + "'; stderr: " + errors());
            }
        } while (!line.startsWith(prefix));
        return line;
    }

    /** Sends SIGTERM and returns the exit code. */
    int terminate(Duration bound) throws InterruptedException {
        process.toHandle().destroy(); // Process.destroy would close what is still to be read of its output
        return awaitExit(bound);
    }

    int awaitExit(Duration bound) throws InterruptedException {
        if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running after " + bound + "; stderr: " + errors());
        }
        return process.exitValue();
    }

    /** What it wrote to standard error so far. */
    String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until so many lines of standard error are of this kind. The server writes its log on a thread of its own, and what is
     * not written when the process is told to end may be lost.
     */
    void awaitErrors(Predicate<String> line, long atLeast, Duration bound) throws InterruptedException {
        long end = System.nanoTime() + bound.toNanos();
        while (errors().lines().filter(line).count() < atLeast) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("fewer than " + atLeast + " such lines within " + bound + ": " + errors());
            }
            Thread.sleep(10);
        }
    }

    @Override
    public void close() throws IOException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        Files.deleteIfExists(errors);
    }
}
