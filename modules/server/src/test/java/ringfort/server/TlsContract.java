package ringfort.server;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;

/** What TLS must do on every engine. The files are those of the tests of {@code ringfort.tls}. */
@EnumSource(names = {"RING_WITH_TLS", "POLL_WITH_TLS", "NIO_WITH_TLS"})
@Timeout(60)
abstract class TlsContract extends ServerContract {
    static final Path FILES = Path.of("..", "tls", "src", "test", "resources", "ringfort", "tls");

    /** For handshakes that are slow on purpose. */
    static final Duration HANDSHAKE = Duration.ofMillis(700);

    @Override
    final Served start(UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes) throws IOException {
        return Served.start(variant, options, routes).withoutBoundOnLateness();
    }

    static void here(Server server) {
        server.get("/", _ -> Response.text("here"));
        server.post("/", request -> Response.text("" + request.bytes().length));
    }

    /** A client whose handshake has not begun. */
    static TlsClient client(Served served) throws IOException {
        return TlsClient.over(Peer.open(served.port(), 0));
    }

    /** A socket without TLS. */
    static Socket plain(Served served) throws IOException {
        return Peer.open(served.port(), 0);
    }

    static long handshakes(Served served, String outcome) {
        return served.metric("ringfort_tls_handshakes_total", java.util.Map.of("outcome", outcome));
    }

    static void awaitHandshakes(Served served, String outcome, long count) {
        Await.until(
                () -> handshakes(served, outcome) >= count,
                () -> handshakes(served, outcome) + " handshakes are " + outcome + ", not " + count);
    }
}
