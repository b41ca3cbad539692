package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the environment of a process does to a server, and what the log says of it. */
@Timeout(120)
class EnvironmentIT {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    private Path elsewhere;

    private Launched serve(Map<String, String> environment, List<String> options) throws IOException {
        Path source = Files.writeString(elsewhere.resolve("Shop.java"), """
                import java.nio.file.Path;
                import module ringfort.api;

                void main(String[] arguments) {
                    var server = Server.http("127.0.0.1", 0)
                            .files("/files", Path.of(arguments[0]))
                            .get("/fail", request -> {
                                throw new IllegalStateException("no item " + request.query("id"));
                            })
                            .start();
                    IO.println("ready http://127.0.0.1:" + server.port());
                }
                """);
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(
                List.of("@" + Launched.ROOT.resolve("dist/ringfort.args"), source.toString(), elsewhere.toString()));
        return Launched.start(elsewhere, environment, command);
    }

    private static URI origin(Launched server) throws InterruptedException {
        return URI.create(server.awaitLine("ready ", BOUND).substring("ready ".length()));
    }

    /** Files that were there were 404, and nobody was told why. */
    @Test
    void underALocaleThatCannotWriteANameTheServerIsBlamedAndTold() throws IOException, InterruptedException {
        for (String locale : List.of("C", "C.UTF-8")) {
            try (Launched server = serve(Map.of("LC_ALL", locale), List.of())) {
                URI origin = origin(server);
                boolean unicode = locale.equals("C.UTF-8");
                assertEquals(unicode ? 404 : 500, Http.status(origin.resolve("/files/caf%C3%A9.txt")), locale);
                assertEquals(unicode ? 404 : 500, Http.status(origin.resolve("/files/%E4%B8%AD")), locale);
                assertEquals(404, Http.status(origin.resolve("/files/plain.txt")), locale);
                server.awaitErrors(line -> line.contains("LC_ALL=C.UTF-8"), unicode ? 0 : 1, BOUND);
                assertEquals(143, server.terminate(BOUND)); // a program of its own, not ringfort serve
                long told = server.errors()
                        .lines()
                        .filter(line -> line.contains("LC_ALL=C.UTF-8"))
                        .count();
                assertEquals(unicode ? 0 : 1, told, server.errors());
            }
        }
    }

    @Test
    void theDoctorTellsOfTheLocale() throws IOException, InterruptedException {
        List<String> command = List.of(Launched.ROOT.resolve("ringfort").toString(), "doctor");
        Map<String, String> environment =
                Map.of("LC_ALL", "C", "RINGFORT_NO_BUILD", "1", "JAVA_HOME", System.getProperty("java.home"));
        try (Launched doctor = Launched.start(elsewhere, environment, command)) {
            doctor.awaitLine("warn  file names", BOUND);
        }
    }

    /** The message of an exception, with the peer's text in it, wrote lines of its own into the log. */
    @Test
    void aPeersTextInAnExceptionMakesNoLinesInTheLog() throws IOException, InterruptedException {
        try (Launched server = serve(Map.of(), List.of())) {
            assertEquals(500, Http.status(origin(server).resolve("/fail?id=x%0D%0AINFO:+forged%1B%5B2J")));
            server.awaitErrors(line -> line.contains("no item x"), 1, BOUND);
            assertEquals(143, server.terminate(BOUND)); // a program of its own, not ringfort serve
            String log = server.errors();
            assertTrue(log.contains("no item x\\r\\nINFO: forged\\u001b[2J"), log);
            assertFalse(log.contains("\u001b"), log);
        }
    }

    /** For a service called ringfort, orchestrators set RINGFORT_PORT to its address; the server did not start. */
    @Test
    void theAddressOfAServiceCalledRingfortIsNotTakenForAPort() throws IOException, InterruptedException {
        Map<String, String> environment = Map.of(
                "RINGFORT_PORT", "tcp://10.0.0.1:80",
                "RINGFORT_PORT_80_TCP_ADDR", "10.0.0.1",
                "RINGFORT_SERVICE_HOST", "10.0.0.1",
                "RINGFORT_HAEDER_TIMEOUT", "1s");
        try (Launched server = serve(environment, List.of("-Dringfort.headerTimeout=1s"))) {
            origin(server);
            assertEquals(143, server.terminate(BOUND)); // a program of its own, not ringfort serve
            String log = server.errors();
            assertTrue(log.contains("Variable RINGFORT_PORT=\"tcp://10.0.0.1:80\" is not read"), log);
            assertTrue(log.contains("did you mean RINGFORT_HEADER_TIMEOUT?"), log);
            assertTrue(log.contains("did you mean ringfort.header-timeout?"), log);
            assertFalse(log.contains("SERVICE_HOST") || log.contains("80_TCP"), log);
        }
    }
}
