package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringfort.api.Filters;
import ringfort.api.Listener;
import ringfort.api.Response;
import ringfort.api.Tls;

/** One server listens on several ports, each with its own layer. */
class ListenersTest extends EngineContract {
    @Test
    void eachPortIsServedByItsLayer() throws IOException {
        Served served = serve(
                options -> options.workers(2),
                server -> server.listen(Listener.http(0))
                        .listen(Listener.https(0, Tls.selfSigned()))
                        .get("/", request -> Response.text(request.local().getPort() + " " + request.secure())));
        List<URI> uris = served.engine().uris();
        assertEquals(3, uris.size());
        assertEquals(served.port(), uris.getFirst().getPort());
        assertEquals("http", uris.get(1).getScheme());
        assertEquals("https", uris.get(2).getScheme());
        for (URI uri : uris) {
            boolean secure = uri.getScheme().equals("https");
            for (int i = 0; i < 8; i++) { // on both workers
                try (Peer peer = secure ? Peer.connectTls(uri.getPort(), 0) : Peer.connect(uri.getPort())) {
                    assertEquals(
                            uri.getPort() + " " + secure, peer.get("/").reply().text());
                }
            }
        }
        served.awaitOpen(0);
        served.stop(Served.DRAIN);
        for (URI uri : uris) {
            assertThrows(
                    ConnectException.class, () -> Peer.connect(uri.getPort()).close());
        }
    }

    @Test
    void clientsOfThePlainPortAreSentToTheEncryptedOne() throws IOException {
        Served served = serve(server -> server.listen(Listener.http(0))
                .filter(Filters.redirectToHttps(8443))
                .get("/a b/{x}", _ -> Response.text("here")));
        int plain = served.engine().uris().get(1).getPort();
        try (Peer peer = Peer.connect(plain)) {
            Peer.Reply reply = peer.send("GET /a%20b/%2F?q=1&r= HTTP/1.1\r\nHost: example.test:8080\r\n\r\n")
                    .reply();
            assertEquals(308, reply.status());
            assertEquals("https://example.test:8443/a%20b/%2F?q=1&r=", reply.field("Location"));
            Peer.Reply literal =
                    peer.send("GET /x HTTP/1.1\r\nHost: [::1]\r\n\r\n").reply();
            assertEquals("https://[::1]:8443/x", literal.field("Location"));
            assertEquals(400, peer.send("GET /x HTTP/1.0\r\n\r\n").reply().status());
        }
        if (variant.speaksTls()) {
            try (Peer peer = served.connect()) {
                assertEquals("here", peer.get("/a%20b/1").reply().text());
            }
        }
        assertTrue(served.metric("ringfort_connections_accepted_total") > 0);
    }

    @Test
    void aHelloOnAPlainPortIsClosedAndCounted() throws IOException {
        Served served = serve(server -> server.listen(Listener.http(0)).get("/", _ -> Response.text("here")));
        int plain = served.engine().uris().get(1).getPort();
        assertThrows(IOException.class, () -> Peer.connectTls(plain, 0).close());
        assertEquals(1, served.metric("ringfort_tls_on_plain_port_total"));
    }
}
