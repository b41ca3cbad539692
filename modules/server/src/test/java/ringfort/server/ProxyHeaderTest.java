package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.budget.Phase;

/** A balancer names the client in front of everything else, of TLS too. */
@EnumSource(names = {"RING", "POLL", "NIO", "RING_WITH_TLS", "POLL_WITH_TLS", "NIO_WITH_TLS"})
@Timeout(60)
class ProxyHeaderTest extends ServerContract {
    private static final String HEADER = "PROXY TCP4 192.0.2.7 198.51.100.9 1234 443\r\n";
    private static final String GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

    /** Version 2, PROXY, TCP over IPv4, the same addresses; and a TLV that says that the client came over TLS. */
    private static final byte[] SECURE = HexFormat.of()
            .parseHex("0d0a0d0a000d0a515549540a" + "2111" + "0014" + "c0000207" + "c6336409" + "04d2" + "01bb"
                    + "200005" + "0100000000");

    @Override
    Served start(UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes) throws IOException {
        return Served.start(variant, builder -> options.apply(builder.proxyProtocol(true)), routes)
                .withoutBoundOnLateness();
    }

    private static void who(Server server) {
        server.get(
                "/",
                request -> Response.text(request.peer().getAddress().getHostAddress() + ":"
                        + request.peer().getPort() + " to "
                        + request.local().getAddress().getHostAddress() + ":"
                        + request.local().getPort() + " secure " + request.secure()));
    }

    /** A peer behind a header that is sent in two pieces. */
    private Peer behind(Served served, byte[] header, int cut) throws IOException {
        Socket socket = Peer.open(served.port(), 0);
        socket.getOutputStream().write(header, 0, cut);
        if (cut > 0) {
            Await.pass(Duration.ofMillis(1));
        }
        socket.getOutputStream().write(header, cut, header.length - cut);
        return variant.speaksTls()
                ? new Peer(socket, TlsClient.over(socket).handshake(), 4096)
                : new Peer(socket, 4096);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void requestsKnowTheClientAndNotTheBalancer() throws IOException {
        Served served = serve(ProxyHeaderTest::who);
        for (int cut = 0; cut < HEADER.length(); cut++) {
            try (Peer peer = behind(served, bytes(HEADER), cut)) {
                String told = peer.get("/").reply().text();
                assertEquals("192.0.2.7:1234 to 198.51.100.9:443 secure " + variant.speaksTls(), told);
                assertEquals(told, peer.get("/").reply().text(), "behind a rest, too");
            }
        }
        assertEquals(HEADER.length(), served.metric("ringfort_proxy_headers_total"));
    }

    @Test
    void aClientThatCameToTheBalancerOverTlsIsSecure() throws IOException {
        Served served = serve(ProxyHeaderTest::who);
        try (Peer peer = behind(served, SECURE, 0)) {
            assertEquals(
                    "192.0.2.7:1234 to 198.51.100.9:443 secure true",
                    peer.get("/").reply().text());
        }
    }

    @Test
    void whatComesWithTheHeaderIsNotLost() throws IOException {
        inClearOnly("a client that speaks TLS waits for the server's flight");
        Served served = serve(ProxyHeaderTest::who);
        try (Peer peer = Peer.connect(served.port())) {
            assertTrue(peer.send(HEADER + GET + GET).reply().text().startsWith("192.0.2.7:1234 "));
            assertTrue(peer.reply().text().startsWith("192.0.2.7:1234 "));
        }
    }

    @Test
    void aPeerThatIsNotNamedIsTurnedAway() throws IOException {
        Served served = serve(options -> options.proxyProtocolFrom("192.0.2.0/24"), ProxyHeaderTest::who);
        try (Peer peer = Peer.connect(served.port())) {
            assertTrue(peer.send(HEADER).isClosed());
        }
        assertEquals(1, served.metric("ringfort_proxy_refused_total"));
    }

    @Test
    void aConnectionWithoutAHeaderIsClosed() throws IOException {
        Served served = serve(ProxyHeaderTest::who);
        try (Peer peer = Peer.connect(served.port())) {
            assertTrue(peer.send(GET).isClosed());
        }
        assertEquals(1, served.metric("ringfort_proxy_refused_total"));
    }

    @Test
    void halfAHeaderHasADeadline() throws IOException {
        Served served = serve(options -> options.handshakeTimeout(Duration.ofMillis(400)), ProxyHeaderTest::who);
        try (Peer silent = Peer.connect(served.port());
                Peer half = Peer.connect(served.port())) {
            half.send("PROXY TCP4 192.0");
            assertTrue(half.isClosed());
            assertTrue(silent.isClosed());
        }
        assertEquals(2, served.expired(Phase.HANDSHAKE));
    }
}
