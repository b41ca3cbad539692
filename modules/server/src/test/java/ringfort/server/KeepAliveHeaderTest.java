package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Server;

/** Peers that reuse connections can be told how long that is good for. */
class KeepAliveHeaderTest extends EngineContract {
    private static void routes(Server server) {
        server.get("/", _ -> Response.text("ok"))
                .get("/last", _ -> Response.text("ok").closing());
    }

    @Test
    void whatIsSaidIsASecondLessThanTheIdleTime() throws IOException {
        Served served = serve(
                options -> options.keepAliveHeader(true).idleTimeout(Duration.ofSeconds(75)),
                KeepAliveHeaderTest::routes);
        try (Peer peer = served.connect()) {
            for (int i = 0; i < 3; i++) { // a constant response is encoded once
                Peer.Reply reply = peer.get("/").reply();
                assertEquals("timeout=74", reply.field("Keep-Alive"));
                assertEquals("keep-alive", reply.field("Connection"));
            }
            Peer.Reply last = peer.get("/last").reply();
            assertNull(last.field("Keep-Alive"));
            assertEquals("close", last.field("Connection"));
        }
        try (Peer peer = served.connect()) {
            Peer.Reply reply = peer.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                    .reply();
            assertEquals("timeout=74", reply.field("Keep-Alive"));
            assertEquals(
                    1,
                    reply.head().lines().stream()
                            .filter(line -> line.startsWith("Connection:"))
                            .count());
        }
    }

    @Test
    void nothingIsSaidUnlessItIsAskedForOrTrue() throws IOException {
        Served silent = serve(KeepAliveHeaderTest::routes);
        Served endless =
                serve(options -> options.keepAliveHeader(true).idleTimeout(Duration.ZERO), KeepAliveHeaderTest::routes);
        for (Served served : new Served[] {silent, endless}) {
            try (Peer peer = served.connect()) {
                assertNull(peer.get("/").reply().field("Keep-Alive"));
            }
        }
    }
}
