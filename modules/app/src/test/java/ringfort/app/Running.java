package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The program on one engine, as a user starts it, and what other people's clients say of it. */
record Running(String engine, Path folder, Launched server, int port) {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int CLIENT_SECONDS = 30;

    static Running start(String engine, String scheme, Path folder, String... options) {
        List<String> command = new ArrayList<>(List.of("serve", "--port", "0", "--engine", engine));
        command.addAll(List.of(options));
        try {
            Launched server = Launched.ringfort(folder, command.toArray(String[]::new));
            String line = server.awaitLine("ringfort ready " + scheme, BOUND);
            return new Running(
                    engine, folder, server, URI.create(line.split(" ", -1)[2]).getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Stops all of them, each in order, and forgets them. */
    static void endInOrder(List<Running> servers) throws Exception {
        for (Running each : servers) {
            try (Launched server = each.server()) {
                assertEquals(0, server.terminate(BOUND), each.engine());
            }
        }
        servers.clear();
    }

    /** What a client prints, to both of its outputs, within the bound. */
    String says(String input, String... command) throws Exception {
        return talk(List.of(input), command);
    }

    /** The same; {@code steps} are an input, what is awaited then, the next input, and so on. */
    String talk(List<String> steps, String... command) throws Exception {
        Path output = Files.createTempFile(folder, "client", ".txt");
        Process client = new ProcessBuilder(Stream.of(command)
                        .map(word -> word.replace("PORT", String.valueOf(port)))
                        .toList())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try (OutputStream in = client.getOutputStream()) { // open until the client has ended
            for (int i = 0; i < steps.size(); i++) {
                if (i % 2 == 0) {
                    in.write(steps.get(i).getBytes(StandardCharsets.US_ASCII));
                    in.flush();
                } else {
                    await(client, output, steps.get(i));
                }
            }
            if (!client.waitFor(CLIENT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError(command[0] + " does not end: " + text(output));
            }
        } finally {
            client.destroyForcibly();
        }
        return text(output);
    }

    private static String text(Path output) throws IOException {
        return Files.readString(output, StandardCharsets.ISO_8859_1);
    }

    private static void await(Process client, Path output, String wanted) throws Exception {
        for (int i = 0; i < CLIENT_SECONDS * 100 && client.isAlive(); i++) {
            if (text(output).contains(wanted)) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertTrue(text(output).contains(wanted), () -> "no " + wanted + " before the client's end");
    }

    /** Skips the test where a client is not installed. */
    static void installed(String program, String debian) {
        String path = System.getenv().getOrDefault("PATH", "");
        assumeTrue(
                Stream.of(path.split(":", -1)).anyMatch(folder -> Files.isExecutable(Path.of(folder, program))),
                () -> "there is no " + program + " (Debian: " + debian + ")");
    }

    /** Fails unless {@code said} holds all that is {@code wanted}. */
    static void has(String said, String... wanted) {
        for (String each : wanted) {
            assertTrue(said.contains(each), () -> "no " + each + " in: " + said);
        }
    }

    @Override
    public String toString() {
        return engine;
    }
}
