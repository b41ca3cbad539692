package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;

/** Peers that want TLS to cost the server more than it costs them. Beside each attack another client is served. */
class TlsAttackTest extends TlsContract {
    /** Far more than the server reads before it has had enough. */
    private static final int FLOOD = 2_000;

    private static final int ATTACKERS = 20;

    /** How many peers vanish; {@code -Dringfort.vanish=10000} is for a night. */
    private static final int VANISHING = Integer.getInteger("ringfort.vanish", 400);

    private static final long MOST_GROWTH_BYTES = 12L << 20;

    private static SSLEngine engine(String protocol) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, TlsClient.trustManagers(), new SecureRandom());
            SSLEngine engine = context.createSSLEngine();
            engine.setEnabledProtocols(new String[] {protocol});
            return engine;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads what the server still says, and returns the alert in it. */
    private static String alert(TlsClient client) {
        InputStream in = client.input();
        assertThrows(IOException.class, in::readAllBytes);
        return String.valueOf(client.alert());
    }

    // What asks for keys again and again.

    /** Each wants new keys of the server, and an answer (RFC 8446, 4.6.3). Nothing of the answers is read. */
    @Test
    void aFloodOfKeyUpdatesEndsTheConnection() throws IOException {
        Served served = serve(TlsContract::here);
        try (Peer polite = served.connect()) {
            for (int i = 0; i < ATTACKERS; i++) {
                try (Socket socket = plain(served)) {
                    TlsClient client = new TlsClient(socket, engine("TLSv1.3")).handshake();
                    OutputStream out = socket.getOutputStream();
                    assertThrows(IOException.class, () -> {
                        for (int update = 0; update < FLOOD; update++) {
                            out.write(client.handshakeAgain());
                        }
                        new Peer(socket, client, 1).readToEnd(); // all were written before the server's end was seen
                    });
                    assertEquals("here", polite.get("/").reply().text());
                }
            }
            served.awaitOpen(1);
            assertEquals(ATTACKERS, served.metric("ringfort_tls_failures_total"));
        }
    }

    /** Some are usual: a client may change its keys when it likes. */
    @Test
    void someKeyUpdatesAreFollowed() throws IOException {
        Served served = serve(TlsContract::here);
        try (Socket socket = plain(served)) {
            TlsClient client = new TlsClient(socket, engine("TLSv1.3")).handshake();
            Peer peer = new Peer(socket, client, 4096);
            for (int i = 0; i < 20; i++) {
                socket.getOutputStream().write(client.handshakeAgain());
                assertEquals("here", peer.get("/").reply().text());
            }
        }
        assertEquals(0, served.metric("ringfort_tls_failures_total"));
    }

    @Test
    void renegotiationIsRefused() throws IOException {
        Served served = serve(TlsContract::here);
        try (Socket socket = plain(served)) {
            TlsClient client = new TlsClient(socket, engine("TLSv1.2")).handshake();
            Peer peer = new Peer(socket, client, 1);
            assertEquals("here", peer.get("/").reply().text());
            socket.getOutputStream().write(client.handshakeAgain());
            String alert = alert(client);
            assertTrue(alert.contains("unexpected_message"), alert);
        }
        served.awaitOpen(0);
        assertEquals(1, served.metric("ringfort_tls_failures_total"));
        assertEquals(1, handshakes(served, "full"));
    }

    /** Also while a handler is at work: its answer is lost, and it learns of that. */
    @Test
    void renegotiationBesideAHandlerIsRefused() throws IOException {
        Served served = serve(server -> server.get("/", request -> {
            Thread.sleep(300);
            return Response.text("late");
        }));
        try (Socket socket = plain(served)) {
            TlsClient client = new TlsClient(socket, engine("TLSv1.2")).handshake();
            new Peer(socket, client, 1).get("/");
            Await.until(() -> served.metric("ringfort_requests_total") == 1, () -> "no request came");
            socket.getOutputStream().write(client.handshakeAgain());
            // Whether records are read while a handler runs is the engine's own; the connection ends in either case.
            assertThrows(IOException.class, () -> client.input().readAllBytes());
        }
        served.awaitOpen(0);
        assertEquals(1, served.metric("ringfort_tls_failures_total"));
    }

    // Handshakes without an end.

    /** A hello in records of one octet each: every octet costs six, and a look at the record. */
    @Test
    void aHelloInCountlessRecordsIsRefused() throws IOException {
        Served served = serve(TlsContract::here);
        try (Socket socket = plain(served);
                Peer polite = served.connect()) {
            byte[] hello = TlsClient.over(socket).hello();
            byte[] records = new byte[(hello.length - 5) * 6];
            for (int i = 0; i < hello.length - 5; i++) {
                byte[] record = {22, 3, 1, 0, 1, hello[5 + i]};
                System.arraycopy(record, 0, records, i * 6, 6);
            }
            socket.getOutputStream().write(records);
            assertEquals(21, socket.getInputStream().read(), "an alert");
            assertEquals("here", polite.get("/").reply().text());
        }
        assertEquals(1, handshakes(served, "limit"));
    }

    /** Peers that stop at each stage of a handshake hold nothing up, whatever their number. */
    @Test
    void manyHandshakesThatStopHoldNobodyUp() throws Exception {
        Served served = serve(options -> options.handshakeTimeout(HANDSHAKE), TlsContract::here);
        List<Socket> stopped = new ArrayList<>();
        try (Peer polite = served.connect()) {
            byte[] hello = TlsClient.over(plain(served)).hello();
            for (int i = 0; i < 90; i++) {
                Socket socket = plain(served);
                stopped.add(socket);
                int most = i % 3 == 0 ? 0 : i % 3 == 1 ? 3 : hello.length; // silent, in a header, after the hello
                socket.getOutputStream().write(hello, 0, most);
                assertEquals("here", polite.get("/").reply().text());
            }
            served.awaitExpired(ringfort.budget.Phase.HANDSHAKE, 90);
            assertEquals("here", polite.get("/").reply().text());
            served.awaitOpen(1);
        } finally {
            for (Socket each : stopped) {
                each.close();
            }
        }
    }

    /** Silent, in the middle of a hello, behind a hello, behind a handshake; by FIN and by reset. */
    @Test
    void peersThatVanishLeaveNoMemory() throws Exception {
        Served served = serve(TlsContract::here);
        vanish(served, VANISHING / 2);
        long before = settled(served);
        vanish(served, VANISHING);
        long after = settled(served);
        assertTrue(
                after - before < MOST_GROWTH_BYTES,
                () -> VANISHING + " peers that vanished left " + (after - before) + " bytes");
        assertEquals("here", served.get("/"));
    }

    private static void vanish(Served served, int peers) throws IOException {
        for (int i = 0; i < peers; i++) {
            try (Socket socket = plain(served)) {
                TlsClient client = TlsClient.over(socket);
                switch (i % 4) {
                    case 0 -> {}
                    case 1 -> socket.getOutputStream().write(client.hello(), 0, 100);
                    case 2 -> socket.getOutputStream().write(client.hello());
                    default -> client.handshake();
                }
                if (i % 8 >= 4) {
                    socket.setSoLinger(true, 0);
                }
            }
        }
    }

    /** The heap in use when nothing is open. */
    private static long settled(Served served) {
        served.awaitOpen(0);
        Await.until(() -> served.metric("ringfort_tls_tasks_waiting") == 0, () -> "tasks of peers that are gone wait");
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Await.pass(Duration.ofMillis(20));
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    /** What was begun is counted as ended, of each kind. */
    @Test
    void everyHandshakeIsCountedOnce() throws Exception {
        Served served = serve(TlsContract::here);
        vanish(served, 80);
        served.awaitOpen(0);
        assertEquals(20, handshakes(served, "full") + handshakes(served, "resumed"));
        long begun = served.metric("ringfort_tls_handshakes_total", Map.of());
        assertTrue(begun >= 20 && begun <= 80, "handshakes: " + begun);
    }
}
