package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;
import ringfort.api.Server;

/** How encrypted connections end: close_notify both ways, half of a connection, cut ones, alerts. */
class TlsEndTest extends TlsContract {
    private static final String GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void closeNotifyComesBeforeTheFinOfTheServer() throws IOException {
        Served served = serve(TlsContract::here);
        try (Socket socket = plain(served)) {
            TlsClient client = TlsClient.over(socket).handshake();
            client.output().write(bytes("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
            assertEquals("here", new Peer(socket, client, 1).reply().text());
            assertTrue(client.endsInOrder());
            assertTrue(client.sawCloseNotify());
        }
    }

    @Test
    void anIdleConnectionEndsWithCloseNotify() throws IOException {
        Served served = serve(options -> options.idleTimeout(Duration.ofMillis(300)), TlsContract::here);
        try (Socket socket = plain(served)) {
            TlsClient client = TlsClient.over(socket).handshake();
            client.output().write(bytes(GET));
            assertEquals("here", new Peer(socket, client, 1).reply().text());
            assertTrue(client.endsInOrder());
        }
    }

    @Test
    void aConnectionThatAsksNothingEndsWithCloseNotify() throws IOException {
        Served served = serve(options -> options.headerTimeout(Duration.ofMillis(300)), TlsContract::here);
        try (Socket socket = plain(served)) {
            assertTrue(TlsClient.over(socket).handshake().endsInOrder());
        }
    }

    @Test
    void aStoppingServerEndsWithCloseNotify() throws IOException {
        Served served = serve(TlsContract::here);
        CompletableFuture<Void> stop;
        try (Socket socket = plain(served)) {
            TlsClient client = TlsClient.over(socket).handshake();
            client.output().write(bytes(GET));
            assertEquals("here", new Peer(socket, client, 1).reply().text());
            stop = CompletableFuture.runAsync(() -> served.stop(Served.DRAIN));
            assertTrue(client.endsInOrder());
        }
        stop.join();
    }

    @Test
    void closeNotifyOfTheClientIsAnswered() throws IOException {
        Served served = serve(TlsContract::here);
        try (Socket socket = plain(served)) {
            TlsClient client = TlsClient.over(socket).handshake();
            client.output().write(bytes(GET));
            assertEquals("here", new Peer(socket, client, 1).reply().text());
            client.closeNotify(); // and no FIN
            assertTrue(client.endsInOrder());
        }
        served.awaitOpen(0);
    }

    @Test
    void aClientThatHasEndedItsSideStillGetsItsAnswer() throws IOException {
        Served served = serve(server -> server.get("/", _ -> {
            Thread.sleep(100);
            return Response.text("late");
        }));
        try (Socket socket = plain(served)) {
            TlsClient client = TlsClient.over(socket).handshake();
            client.output().write(bytes(GET));
            client.halfClose();
            assertEquals("late", new Peer(socket, client, 1).reply().text());
            assertTrue(client.endsInOrder());
        }
    }

    @Test
    void contentThatEndsWithTheConnectionIsTruncated() throws Exception {
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        Served served = serve(server -> server.post("/", request -> {
            try {
                request.bytes();
            } catch (Exception e) {
                seen.complete(e);
                throw e;
            }
            return Response.text("whole");
        }));
        try (Socket socket = plain(served)) {
            TlsClient client = TlsClient.over(socket).handshake();
            client.output().write(bytes("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf"));
            Await.until(() -> served.metric("ringfort_requests_total") == 1, () -> "no request came");
            socket.shutdownOutput();
            seen.get(10, TimeUnit.SECONDS);
        }
        assertEquals(1, served.metric("ringfort_tls_truncated_total"));
    }

    @Test
    void aTunnelSeesAFinWithoutCloseNotifyAsAFailure() throws Exception {
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        Served served = serve(server -> tunnel(server, seen));
        try (Socket socket = plain(served)) {
            TlsClient client = tunnelled(socket);
            assertEquals('!', client.input().read());
            socket.shutdownOutput();
            Throwable failure = seen.get(10, TimeUnit.SECONDS);
            assertTrue((failure + " " + failure.getCause()).contains("close_notify"), () -> "" + failure);
        }
    }

    @Test
    void aTunnelSeesCloseNotifyAsAnEnd() throws Exception {
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        Served served = serve(server -> tunnel(server, seen));
        try (Socket socket = plain(served)) {
            TlsClient client = tunnelled(socket);
            assertEquals('!', client.input().read());
            client.closeNotify();
            assertEquals("end", seen.get(10, TimeUnit.SECONDS).getMessage());
            assertTrue(client.endsInOrder());
        }
    }

    /** Says "!", reads to the end, and tells how that came: an exception, or one with the text "end". */
    private static void tunnel(Server server, CompletableFuture<Throwable> seen) {
        server.get(
                "/",
                request -> Response.upgrade(request, "t", (in, out) -> {
                    out.write('!');
                    out.flush();
                    try {
                        while (in.read() >= 0) {}
                        seen.complete(new IOException("end"));
                    } catch (IOException e) {
                        seen.complete(e);
                        throw e;
                    }
                }));
    }

    private static TlsClient tunnelled(Socket socket) throws IOException {
        TlsClient client = TlsClient.over(socket).handshake();
        client.output().write(bytes("GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: t\r\n\r\n"));
        assertEquals(101, new Peer(socket, client, 1).head().status());
        return client;
    }

    @Test
    void aResponseThatFailsMidwayHasNoCloseNotify() throws IOException {
        Served served = serve(server -> server.get(
                "/",
                _ -> Response.stream("text/plain", out -> {
                    out.write("some".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    throw new IOException("on purpose");
                })));
        try (Socket socket = plain(served)) {
            TlsClient client = TlsClient.over(socket).handshake();
            client.output().write(bytes(GET));
            assertFalse(client.endsInOrder());
            assertFalse(client.sawCloseNotify());
        }
    }

    @Test
    void aResetEndsTheConnection() throws IOException {
        Served served = serve(TlsContract::here);
        Socket socket = plain(served);
        TlsClient client = TlsClient.over(socket).handshake();
        client.output().write(bytes(GET));
        assertEquals("here", new Peer(socket, client, 1).reply().text());
        socket.setSoLinger(true, 0);
        socket.close();
        served.awaitOpen(0);
    }

    @Test
    void aRecordThatDoesNotDecryptIsAnsweredByAnAlert() throws IOException {
        Served served = serve(TlsContract::here);
        try (Socket socket = plain(served)) {
            TlsClient client = TlsClient.over(socket).handshake();
            byte[] record = client.records(bytes(GET));
            record[record.length - 1] ^= 1;
            socket.getOutputStream().write(record);
            assertThrows(IOException.class, () -> client.input().readAllBytes());
            assertTrue(String.valueOf(client.alert()).contains("bad_record_mac"), () -> "" + client.alert());
        }
        served.awaitOpen(0);
        assertEquals(1, served.metric("ringfort_tls_failures_total"));
    }

    @Test
    void anAnswerIsNotLostToBytesThatTheClientStillSends() throws IOException {
        Served served = serve(options -> options.maxBody(100).lingerTimeout(Duration.ofSeconds(5)), TlsContract::here);
        try (Socket socket = plain(served)) {
            TlsClient client = TlsClient.over(socket).handshake();
            client.output().write(bytes("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n"));
            client.output().write(new byte[50_000]);
            assertEquals(413, new Peer(socket, client, 1).head().status());
            client.closeNotify();
            assertTrue(client.endsInOrder());
        }
    }
}
