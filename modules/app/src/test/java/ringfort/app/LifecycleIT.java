package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How processes with a server end: by a signal, by System.exit in a handler, and when something outside holds them. */
@Timeout(180)
class LifecycleIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Path DIST = Launched.ROOT.resolve("dist");

    private static final String PROGRAM = """
            import java.io.IOException;
            import java.time.Duration;
            import java.util.concurrent.CountDownLatch;
            import ringfort.api.*;

            void main(String[] arguments) {
                String engine = arguments[0];
                Route route = switch (arguments[1]) {
                    case "inline" -> Route.inline();
                    case "offload" -> Route.offload();
                    default -> Route.carried();
                };
                CountDownLatch streams = new CountDownLatch(1);
                RunningServer server = Server.http(0)
                        .options(options -> options.engine(engine).workers(2).drainTimeout(Duration.ofSeconds(40)))
                        .get("/", _ -> Response.text("Hello, World!"))
                        .get("/exit", _ -> {
                            System.exit(7);
                            return Response.text("never");
                        }, route)
                        .get("/events", _ -> Response.stream("text/event-stream", out -> {
                            out.write("data: one\\n\\n".getBytes());
                            out.flush();
                            try {
                                streams.await();
                            } catch (InterruptedException e) {
                                throw new IOException(e);
                            }
                        }))
                        .onStarted(running -> IO.println("ready http://127.0.0.1:" + running.port()))
                        .onStopping(() -> {
                            IO.println("stopping");
                            streams.countDown();
                        })
                        .onStopped(() -> IO.println("stopped"))
                        .start();
                server.awaitStop();
                IO.println("behind");
            }
            """;

    @TempDir
    private Path elsewhere;

    private Launched program(String engine, String placement) throws IOException {
        Path source = elsewhere.resolve("Program.java");
        Files.writeString(source, PROGRAM);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-cp",
                DIST.resolve("*") + File.pathSeparator + DIST.resolve("lib").resolve("*")));
        command.addAll(List.of(source.toString(), engine, placement));
        return Launched.start(elsewhere, Map.of(), command);
    }

    private static URI origin(Launched program) throws InterruptedException {
        return URI.create(program.awaitLine("ready ", BOUND).split(" ", -1)[1]);
    }

    private static Socket ask(URI origin, String path) throws IOException {
        Socket socket = new Socket(origin.getHost(), origin.getPort());
        socket.setSoTimeout((int) BOUND.toMillis());
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** The drain waited for the handler, which waited for the drain. */
    @Test
    void aHandlerThatExitsDoesNotWaitForItself() throws Exception {
        for (String engine : List.of("ring", "poll", "nio")) {
            for (String placement : List.of("carried", "inline", "offload")) {
                try (Launched program = program(engine, placement)) {
                    URI origin = origin(program);
                    assertEquals("Hello, World!", Http.get(origin.resolve("/")));
                    long begin = System.nanoTime();
                    try (Socket _ = ask(origin, "/exit")) {
                        assertEquals(7, program.awaitExit(Duration.ofSeconds(30)), engine + " " + placement);
                    }
                    long took = (System.nanoTime() - begin) / 1_000_000;
                    assertTrue(took < 20_000, engine + " " + placement + " took " + took + " ms");
                }
            }
        }
    }

    /** A stream without an end held the stop for all of the drain time, and nothing behind awaitStop ran. */
    @Test
    void hooksRunAroundTheDrainAndTheCodeBehindItToo() throws Exception {
        try (Launched program = program("auto", "carried")) {
            URI origin = origin(program);
            try (Socket events = ask(origin, "/events")) {
                events.getInputStream().read();
                long begin = System.nanoTime();
                assertEquals(143, program.terminate(BOUND)); // its own program, and so the JVM's own exit code
                assertTrue(System.nanoTime() - begin < 20_000_000_000L);
            }
            for (String line : List.of("stopping", "stopped", "behind")) {
                program.awaitLine(line, BOUND);
            }
        }
    }

    @Test
    void anInterruptedProgramSaysSo() throws Exception {
        assumeFalse(ignoresInterrupts(), "this build runs where SIGINT is ignored, and what it starts inherits that");
        try (Launched program = Launched.ringfort(elsewhere, "serve", "--port", "0")) {
            String ready = program.awaitLine("ringfort ready http://127.0.0.1:", BOUND);
            String pid = ready.substring(ready.lastIndexOf('=') + 1);
            new ProcessBuilder("kill", "-INT", pid).start().waitFor();
            assertEquals(130, program.awaitExit(BOUND));
        }
    }

    /** proc_pid_status(5): SigIgn is a mask in which SIGINT, number 2, is the second bit. */
    private static boolean ignoresInterrupts() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line ->
                                (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    }

    /** The log's handler holds a lock that a shutdown hook of the JDK's logging wants: the process never ended. */
    @Test
    void aLogThatNobodyReadsDoesNotHoldTheEnd() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Launched.ROOT.resolve("ringfort").toString(), "serve", "--port", "0", "--drain-timeout", "1s");
        builder.environment().put("RINGFORT_NO_BUILD", "1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start(); // its standard error is a pipe that nobody reads
        try {
            String ready = process.inputReader().readLine();
            URI origin = URI.create(ready.split(" ", -1)[2]);
            // A pipe holds 64 KiB; ten traces a second are written.
            for (int i = 0; process.getErrorStream().available() < 60_000 && i < 3_000; i++) {
                assertEquals(500, Http.status(origin.resolve("/error")));
            }
            for (int i = 0; i < 200; i++) {
                assertEquals(500, Http.status(origin.resolve("/error")));
            }
            long begin = System.nanoTime();
            process.destroy();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
            assertEquals(0, process.exitValue());
            assertTrue(System.nanoTime() - begin < 40_000_000_000L);
        } finally {
            process.destroyForcibly();
        }
    }
}
