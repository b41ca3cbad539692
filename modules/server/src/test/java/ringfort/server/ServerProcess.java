package ringfort.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A server in a process of its own: a main class among the tests that prints its port, serves on loopback, and ends with
 * its standard input ({@link #untilInputEnds}).
 */
final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final int port;

    private ServerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts {@code main}, with the tests' own module path, and returns when it has told its port. */
    static ServerProcess start(Class<?> main, List<String> jvmArguments, String... arguments) throws IOException {
        return startBy(List.of(), main, jvmArguments, arguments);
    }

    /** As {@link #start}, by another program that is given the command as its last arguments. */
    static ServerProcess startBy(List<String> program, Class<?> main, List<String> jvmArguments, String... arguments)
            throws IOException {
        List<String> granted = new ArrayList<>(jvmArguments);
        granted.add("--enable-native-access=ringfort.sys,ringfort.ring,ringfort.poller,ringfort.server");
        return run(program, main, granted, arguments);
    }

    /** As {@link #start}, but native access is not granted. */
    static ServerProcess startWithout(Class<?> main, List<String> jvmArguments, String... arguments)
            throws IOException {
        return run(List.of(), main, jvmArguments, arguments);
    }

    private static ServerProcess run(
            List<String> program, Class<?> main, List<String> jvmArguments, String... arguments) throws IOException {
        String path = Objects.requireNonNull(System.getProperty("jdk.module.path"), "tests run on the module path");
        Path tests =
                Path.of(main.getProtectionDomain().getCodeSource().getLocation().getPath());
        Path patch = Files.exists(tests.resolve(main.getName().replace('.', '/') + ".class"))
                ? tests
                : tests.resolveSibling("test-classes");
        List<String> command = new ArrayList<>(program);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments);
        command.addAll(List.of(
                "--add-opens=java.base/java.lang=ringfort.server",
                "--module-path=" + path,
                "--patch-module=ringfort.server=" + patch,
                "--module=ringfort.server/" + main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String port = out.readLine();
        if (port == null) {
            throw new IOException("the server's process ended early");
        }
        return new ServerProcess(process, Integer.parseInt(port));
    }

    int port() {
        return port;
    }

    /** What it answers on a connection of its own. */
    String get(String path) throws IOException {
        try (Peer peer = Peer.connect(port)) {
            return peer.get(path).reply().text();
        }
    }

    long pid() {
        return process.pid();
    }

    /** A number the server tells about itself. */
    static long ask(Peer peer, String path) {
        try {
            return Long.parseLong(peer.get(path).reply().text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For the server's process: waits for the end of its input, and ends. */
    static void untilInputEnds() throws IOException {
        while (System.in.read() >= 0) {}
        System.exit(0);
    }

    /** Ends the server's input, and waits until its process has ended; returns the exit code, -1 when it did not end in time. */
    int end(Duration atMost) throws IOException, InterruptedException {
        process.getOutputStream().close();
        return process.waitFor(atMost) ? process.exitValue() : -1;
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
