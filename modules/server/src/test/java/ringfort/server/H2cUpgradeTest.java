package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.h2.ErrorCode;

/** HTTP/1.1 that asks for HTTP/2 (RFC 7540, 3.2): off unless an option says so, and then only what asks exactly so. */
class H2cUpgradeTest extends EngineContract {
    private static final String SETTINGS = settings(0, 3, 0, 0, 0, 100); // MAX_CONCURRENT_STREAMS
    private static final String ASKS = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: ";

    private static String settings(int... octets) {
        byte[] payload = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            payload[i] = (byte) octets[i];
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(payload);
    }

    private static void routes(Server server) {
        server.get(
                        "/version",
                        request -> Response.text(request.version() + " " + request.host() + " " + request.header("x-a")
                                + " " + request.header("upgrade")))
                .get("/inline", request -> Response.text(request.version()), Route.inline())
                .get("/large", _ -> Response.bytes(new byte[300_000], "text/plain"))
                .post("/echo", request -> Response.text(request.version() + " " + request.text()));
    }

    private Served serving() throws IOException {
        assumeFalse(variant.speaksTls(), "never over TLS");
        return serve(options -> options.h2cUpgrade(true), H2cUpgradeTest::routes);
    }

    private static String request(String path, String fields) {
        return "GET " + path + " HTTP/1.1\r\nHost: h\r\nX-A: b\r\n" + fields + "\r\n\r\n";
    }

    private static H2Peer asking(Served served, String path, String settings) throws IOException {
        H2Peer peer = H2Peer.silent(served);
        peer.out().ascii(request(path, ASKS + settings));
        return peer;
    }

    private static void switched(H2Peer peer) throws IOException {
        assertEquals(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", peer.headOfHttp1());
    }

    @Test
    void theRequestIsStreamOneAndOthersFollow() throws IOException {
        Served served = serving();
        // Nothing may go before the preface, also no acknowledgement.
        try (H2Peer peer =
                asking(served, "/version", SETTINGS).acknowledgingNothing().givingNoRoom()) {
            switched(peer);
            assertEquals("HTTP/2 h b null", peer.reply(1).text());
            peer.opening().get(3, "/inline");
            assertEquals("HTTP/2", peer.reply(3).text());
        }
        try (H2Peer peer = asking(served, "/inline", SETTINGS)) {
            switched(peer);
            peer.opening().get(3, "/inline").get(5, "/large");
            assertEquals("HTTP/2", peer.reply(1).text());
            assertEquals("HTTP/2", peer.reply(3).text());
            assertEquals(300_000, peer.reply(5).content.length());
        }
    }

    @Test
    void thePrefaceMayFollowInTheSameSegmentOrOctetByOctet() throws IOException {
        Served served = serving();
        try (H2Peer peer = asking(served, "/version", SETTINGS)) {
            peer.opening().get(3, "/version");
            switched(peer);
            assertEquals(200, peer.reply(1).status());
            assertEquals(200, peer.reply(3).status());
        }
        try (H2Peer peer = asking(served, "/version", SETTINGS)) {
            peer.opening().get(3, "/version").sendByteByByte();
            switched(peer);
            assertEquals(200, peer.reply(1).status());
            assertEquals(200, peer.reply(3).status());
        }
    }

    /** The window of the peer is that of HTTP2-Settings, until SETTINGS say otherwise. */
    @Test
    void theSettingsOfTheRequestAreInForce() throws IOException {
        Served served = serving();
        try (H2Peer peer = asking(served, "/large", settings(0, 4, 0, 0, 0, 7)).givingNoRoom()) {
            switched(peer);
            peer.opening(4, 7).ping(1).awaitPongs(1);
            assertEquals(200, peer.head(1).status());
            peer.ping(2).awaitPongs(2);
            assertEquals(7, peer.soFar(1).content.length());
            assertFalse(peer.soFar(1).isOver());
        }
        try (H2Peer peer = asking(served, "/large", settings(0, 4, 0xFF, 0, 0, 0))) {
            switched(peer);
            assertEquals(ErrorCode.FLOW_CONTROL_ERROR, peer.end());
        }
    }

    @Test
    void whatFollowsIsThePrefaceAndNothingElse() throws IOException {
        Served served = serving();
        try (H2Peer peer = asking(served, "/inline", SETTINGS)) {
            switched(peer);
            peer.out().ascii("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
            assertEquals(ErrorCode.PROTOCOL_ERROR, peer.end());
        }
    }

    /** A stream that the peer opens again would be served twice. */
    @Test
    void streamOneIsTaken() throws IOException {
        Served served = serving();
        try (H2Peer peer =
                asking(served, "/inline", SETTINGS).acknowledgingNothing().givingNoRoom()) {
            switched(peer);
            peer.reply(1);
            peer.opening().get(1, "/inline");
            assertEquals(ErrorCode.STREAM_CLOSED, peer.end());
        }
    }

    @Test
    void whatDoesNotAskExactlySoIsServedByHttp1() throws IOException {
        Served served = serving();
        for (String fields : List.of(
                "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: " + SETTINGS, // not named
                "Connection: HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: " + SETTINGS,
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c", // none
                ASKS + SETTINGS + "\r\nHTTP2-Settings: " + SETTINGS, // two
                ASKS + "AAA", // not whole
                ASKS + "=%", // not base64url
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2\r\nHTTP2-Settings: " + SETTINGS,
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: websocket, h2c\r\nHTTP2-Settings: " + SETTINGS)) {
            assertOverHttp1(served, request("/version", fields + "\r\nConnection: close"), "HTTP/1.1 h b");
        }
        String post = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nConnection: close\r\n" + ASKS + SETTINGS;
        assertOverHttp1(served, post + "\r\n\r\nabc", "HTTP/1.1 abc");
        String second = request("/version", "X-B: c") + request("/version", ASKS + SETTINGS + "\r\nConnection: close");
        assertOverHttp1(served, second, "HTTP/1.1 h b");
    }

    private static void assertOverHttp1(Served served, String request, String expected) throws IOException {
        try (Peer peer = served.connect()) {
            String reply = peer.send(request).readToEnd();
            assertTrue(reply.startsWith("HTTP/1.1 200 ") && reply.contains(expected), request + reply);
        }
    }

    @Test
    void itIsOffUnlessTheOptionSaysSo() throws IOException {
        Served served = serve(H2cUpgradeTest::routes);
        assertOverHttp1(served, request("/version", ASKS + SETTINGS + "\r\nConnection: close"), "HTTP/1.1 h b");
    }

    @Test
    void badRequestsAndPriorKnowledgeAreAsWithout() throws IOException {
        Served served = serving();
        try (Peer peer = served.connect()) {
            assertTrue(peer.send("BAD\r\n\r\n").readToEnd().startsWith("HTTP/1.1 400 "));
        }
        try (H2Peer peer = H2Peer.connect(served).get(1, "/version")) {
            assertEquals(200, peer.reply(1).status());
        }
        try (H2Peer peer = H2Peer.connect(served).get(1, "/version").sendByteByByte()) {
            assertEquals(200, peer.reply(1).status());
        }
        try (Peer peer = served.connect()) { // begins as the preface does
            assertTrue(peer.send("PRI /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                    .readToEnd()
                    .startsWith("HTTP/1.1 501 ")); // a method that no route has
        }
    }
}
