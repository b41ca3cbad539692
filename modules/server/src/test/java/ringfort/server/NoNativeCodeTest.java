package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Engine;

/** The portable engine works where native access is denied, and initialises no class that would need it. */
@Timeout(60)
class NoNativeCodeTest {
    private static final Pattern OF_NATIVE_ROOMS = Pattern.compile("Initializing '(ringfort/(sys|ring|poller)/[^']*)'");

    @TempDir
    private Path folder = Path.of("");

    private Path log() {
        return folder.resolve("classes");
    }

    /** Every class that the JVM initialises is in the log, and native access is an error. */
    private List<String> deniedAndLogged() {
        return List.of("--illegal-native-access=deny", "-Xlog:class+init=info:file=" + log());
    }

    private List<String> initialised() throws IOException {
        return OF_NATIVE_ROOMS
                .matcher(Files.readString(log()))
                .results()
                .map(found -> found.group(1))
                .filter(name -> !name.equals("ringfort/sys/PeerAddress")) // two numbers, which call nothing
                .distinct()
                .toList();
    }

    @Test
    void nioServesWithoutNativeAccess() throws IOException {
        try (ServerProcess server = ServerProcess.startWithout(Main.class, deniedAndLogged(), "nio");
                Peer peer = Peer.connect(server.port())) {
            assertEquals("carried", peer.get("/carried").reply().text());
            assertEquals("inline", peer.get("/inline").reply().text());
            assertEquals(
                    "3",
                    peer.send("POST /length HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
                            .reply()
                            .text());
            assertEquals(100_000, peer.get("/stream").reply().text().length());
        }
        assertTrue(Files.size(log()) > 10_000, "the log of classes is empty: this proves nothing");
        assertEquals(List.of(), initialised(), "classes that call native code");
    }

    /** The other engines cannot, so the test above would notice. */
    @Test
    void theOthersNeedNativeAccess() throws IOException {
        assertThrows(IOException.class, () -> ServerProcess.startWithout(Main.class, deniedAndLogged(), "poll"));
        assertTrue(initialised().stream().anyMatch(name -> name.startsWith("ringfort/sys/")), "nothing was noticed");
    }

    /** The server's process. */
    static final class Main {
        private Main() {}

        public static void main(String... arguments) throws IOException {
            Engine engine = arguments[0].equals("nio") ? new NioEngine() : new PollEngine();
            ServerOptions options =
                    ServerOptions.defaults().toBuilder().port(0).workers(1).build();
            Server server = Server.of(options)
                    .get("/carried", _ -> Response.text("carried"))
                    .get("/inline", _ -> Response.text("inline"), Route.inline())
                    .get("/stream", _ -> Response.stream("text/plain", out -> out.write(new byte[100_000])))
                    .post("/length", request -> Response.text("" + request.bytes().length));
            System.out.println(
                    engine.start(options, server.application()).address().getPort());
            ServerProcess.untilInputEnds();
        }
    }
}
