package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher and the dist as a user has them, from a folder that is not the checkout. */
@Timeout(120)
class LaunchIT {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    private Path elsewhere;

    @Test
    void theVersionIsPrinted() throws IOException, InterruptedException {
        try (Launched ringfort = Launched.ringfort(elsewhere, "--version")) {
            String line = ringfort.awaitLine("ringfort ", BOUND);
            assertTrue(line.matches("ringfort \\d+\\.\\d+.*"), line);
            assertEquals(0, ringfort.awaitExit(BOUND));
            assertEquals("", ringfort.errors());
        }
    }

    @Test
    void aMistakeIsOneLineAndExitCodeTwo() throws IOException, InterruptedException {
        try (Launched ringfort = Launched.ringfort(elsewhere, "serve", "--prot", "0")) {
            assertEquals(2, ringfort.awaitExit(BOUND));
            assertEquals("ringfort: unknown flag --prot; did you mean --port?\n", ringfort.errors());
        }
    }

    @Test
    void theDoctorFindsTheLaunchInOrder() throws IOException, InterruptedException {
        try (Launched ringfort = Launched.ringfort(elsewhere, "doctor")) {
            String line = ringfort.awaitLine("ok    java.lang opened", BOUND);
            assertTrue(line.contains("their worker carries"), line);
            ringfort.awaitLine("ok    native access", BOUND);
            ringfort.awaitExit(BOUND);
            assertEquals("", ringfort.errors());
        }
    }

    @Test
    void serveSaysWhereItIsReadyAndEndsOnSigterm() throws IOException, InterruptedException {
        try (Launched ringfort = Launched.ringfort(elsewhere, "serve", "--host", "127.0.0.1", "--port", "0")) {
            String ready = ringfort.awaitLine("ringfort ready http://127.0.0.1:", BOUND);
            assertTrue(ready.matches(".* engine=\\w+ workers=\\d+ scheduler=\\w+ .*pid=\\d+"), ready);
            URI origin = URI.create(ready.split(" ", -1)[2]);
            assertEquals("Hello, World!", Http.get(origin.resolve("/plaintext")));
            assertEquals("{\"message\":\"Hello, World!\"}", Http.get(origin.resolve("/json")));
            assertEquals(0, ringfort.terminate(BOUND));
        }
    }

    @Test
    void aPortThatIsTakenIsOneLineAndExitCodeOne() throws IOException, InterruptedException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            try (Launched ringfort = Launched.ringfort(elsewhere, "serve", "--host", "127.0.0.1", "--port", port)) {
                assertEquals(1, ringfort.awaitExit(BOUND));
                assertTrue(
                        ringfort.errors().startsWith("ringfort: Cannot listen on 127.0.0.1:" + port),
                        ringfort.errors());
                assertEquals(1, ringfort.errors().lines().count(), ringfort.errors());
            }
        }
    }
}
