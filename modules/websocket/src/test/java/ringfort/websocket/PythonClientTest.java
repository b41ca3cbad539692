package ringfort.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.RunningServer;
import ringfort.api.Server;

/** Messages, fragments and per-message deflate with a client that we have not written: Debian's python3-websockets. */
@Timeout(120)
final class PythonClientTest {
    // The package of Debian belongs to Debian's Python, which need not be the first on the path.
    private static final List<String> PYTHONS = List.of("/usr/bin/python3", "python3");

    @ParameterizedTest
    @ValueSource(strings = {"ring", "poll", "nio"})
    void messagesReturnPlainAndCompressed(String engine, @TempDir Path folder) throws Exception {
        Optional<String> python = PYTHONS.stream()
                .filter(name -> ends(folder, name, "-c", "import websockets").equals(""))
                .findFirst();
        assumeTrue(python.isPresent(), "no python3-websockets here");
        Path script = folder.resolve("client.py");
        try (InputStream found = PythonClientTest.class.getResourceAsStream("client.py")) {
            assertNotNull(found);
            Files.copy(found, script);
        }
        SocketHandler echo = socket -> {
            for (Message message : socket) {
                socket.send(message);
            }
        };
        try (RunningServer server = Server.http("127.0.0.1", 0)
                .options(with -> with.engine(engine))
                .get("/", new WebSockets(WebSocketOptions.DEFAULT.withCompression()).to(echo))
                .start()) {
            String url = "ws://127.0.0.1:" + server.port() + "/";
            assertEquals("all passed\n", ends(folder, python.get(), script.toString(), url));
        }
    }

    /** What the process says, with its exit status behind it unless that is 0. */
    private static String ends(Path folder, String... command) {
        Path output = folder.resolve("output");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                boolean ended = process.waitFor(90, TimeUnit.SECONDS);
                String status = !ended ? "did not end" : process.exitValue() == 0 ? "" : "exit " + process.exitValue();
                return Files.readString(output) + status;
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
