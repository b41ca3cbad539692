package ringfort.proof;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program in a process of its own, judged by what it prints, on either stream, and by its exit code. Every wait is
 * bounded, and closing leaves no process behind.
 */
final class Program implements AutoCloseable {
    private static final String END_OF_OUTPUT = "\u0000";

    private final Process process;
    private final String command;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> seen = new ArrayList<>();

    private Program(Process process, String command) {
        this.process = process;
        this.command = command;
        Thread.ofVirtual().name("output of " + process.pid()).start(this::readLines);
    }

    /**
     * Starts {@code command} in {@code folder}, with {@code environment} on top of this process's own, less what would
     * change how java, Maven or Ringfort behaves.
     */
    static Program start(Path folder, Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("RINGFORT_"));
        builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "MAVEN_ARGS"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return new Program(builder.start(), String.join(" ", command));
    }

    /** Runs {@code command} to its end, which has to be a good one, and returns what it printed. */
    static String run(Path folder, Map<String, String> environment, Duration bound, List<String> command)
            throws IOException, InterruptedException {
        try (Program program = start(folder, environment, command)) {
            return program.awaitSuccess(bound);
        }
    }

    /** A tool of the JDK that runs this test. */
    static String jdk(String tool) {
        return Path.of(System.getProperty("java.home"), "bin", tool).toString();
    }

    private void readLines() {
        try (BufferedReader reader = process.inputReader()) {
            reader.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add(e.toString()); // the process was ended
        } finally {
            lines.add(END_OF_OUTPUT);
        }
    }

    /** Waits for {@code pattern} to be printed, and at most {@code bound} for each line; returns what matched. */
    String awaitMatch(String pattern, Duration bound) throws InterruptedException {
        Pattern wanted = Pattern.compile(pattern);
        while (true) {
            String line = next(bound);
            if (line.equals(END_OF_OUTPUT)) {
                throw new AssertionError("%s ended and did not print %s:\n%s".formatted(command, pattern, output()));
            }
            Matcher found = wanted.matcher(line);
            if (found.find()) {
                return found.group();
            }
        }
    }

    /** Waits for exit code 0 and returns what was printed; {@code bound} is for each line and for the end. */
    String awaitSuccess(Duration bound) throws InterruptedException {
        int exit = awaitExit(bound);
        if (exit != 0) {
            throw new AssertionError("%s: exit code %d\n%s".formatted(command, exit, output()));
        }
        return output();
    }

    int awaitExit(Duration bound) throws InterruptedException {
        String line;
        do {
            line = next(bound);
        } while (!line.equals(END_OF_OUTPUT));
        if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("%s still runs after %s:\n%s".formatted(command, bound, output()));
        }
        return process.exitValue();
    }

    /** Sends SIGTERM and returns the exit code. */
    int terminate(Duration bound) throws InterruptedException {
        process.destroy();
        return awaitExit(bound);
    }

    private String next(Duration bound) throws InterruptedException {
        String line = lines.poll(bound.toMillis(), TimeUnit.MILLISECONDS);
        if (line == null) {
            throw new AssertionError("%s was silent for %s:\n%s".formatted(command, bound, output()));
        }
        if (!line.equals(END_OF_OUTPUT)) {
            seen.add(line);
        }
        return line;
    }

    private String output() {
        return String.join("\n", seen);
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
