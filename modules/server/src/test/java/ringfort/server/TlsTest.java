package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ringfort.api.Response;
import ringfort.api.TlsPeer;
import ringfort.budget.Phase;
import ringfort.tls.CertificateFiles;
import ringfort.tls.Pem;

/** Handshakes of every kind, and what a server knows and counts of them. */
class TlsTest extends TlsContract {
    private static final String GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static SSLContext context(KeyManager @Nullable [] keys) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, TlsClient.trustManagers(), new SecureRandom());
        return context;
    }

    /** Shakes hands as this host's client, and asks once. */
    private static SSLEngine ask(Served served, SSLEngine engine) throws IOException {
        try (Socket socket = plain(served)) {
            TlsClient client = new TlsClient(socket, engine).handshake();
            client.output().write(bytes(GET));
            Peer.Reply reply = new Peer(socket, client, 4096).reply();
            assertEquals(200, reply.status());
        }
        return engine;
    }

    private static SSLEngine named(SSLContext context, String host) {
        SSLEngine engine = context.createSSLEngine(host, 443);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        engine.setSSLParameters(parameters);
        return engine;
    }

    private static String subject(SSLEngine engine) throws IOException {
        Certificate[] chain = engine.getSession().getPeerCertificates();
        return ((X509Certificate) chain[0]).getSubjectX500Principal().getName();
    }

    // Agreeing.

    @Test
    void theRequestKnowsWhatWasAgreedOn() throws Exception {
        Served served = serve(server -> server.get("/", request -> {
            TlsPeer tls = request.tls();
            return Response.text(request.secure() + " "
                    + (tls == null
                            ? "none"
                            : tls.protocol() + " "
                                    + tls.cipherSuite() + " " + tls.applicationProtocol() + " " + tls.serverName() + " "
                                    + tls.principal()));
        }));
        SSLEngine engine = named(context(null), "localhost");
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2c-never", "http/1.1"});
        engine.setSSLParameters(parameters);
        try (Socket socket = plain(served)) {
            TlsClient client = new TlsClient(socket, engine).handshake();
            client.output().write(bytes(GET));
            String told = new Peer(socket, client, 4096).reply().text();
            assertEquals("true TLSv1.3 TLS_AES_256_GCM_SHA384 http/1.1 localhost null", told);
        }
        assertEquals(1, handshakes(served, "full"));
        assertEquals(1, served.metric("ringfort_tls_protocols_total", Map.of("protocol", "TLSv1.3")));
        assertTrue(served.metric("ringfort_tls_tasks_total") > 0, "key exchange ran beside the worker");
    }

    @Test
    void tls12IsSpokenToo() throws Exception {
        Served served = serve(TlsContract::here);
        SSLEngine engine = context(null).createSSLEngine();
        engine.setEnabledProtocols(new String[] {"TLSv1.2"});
        assertEquals("TLSv1.2", ask(served, engine).getSession().getProtocol());
    }

    @Test
    void aClientThatSpeaksNothingInCommonIsRefused() throws Exception {
        Served served = serve(options -> options.tlsProtocols("TLSv1.3"), TlsContract::here);
        SSLEngine engine = context(null).createSSLEngine();
        engine.setEnabledProtocols(new String[] {"TLSv1.2"});
        try (Socket socket = plain(served)) {
            assertThrows(SSLException.class, new TlsClient(socket, engine)::handshake);
        }
        awaitHandshakes(served, "refused", 1);
        SSLEngine other = context(null).createSSLEngine();
        SSLParameters parameters = other.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2c-never"});
        other.setSSLParameters(parameters);
        try (Socket socket = plain(served)) {
            assertThrows(SSLException.class, new TlsClient(socket, other)::handshake);
        }
        awaitHandshakes(served, "refused", 2);
    }

    @Test
    void sessionsAreResumed() throws Exception {
        Served served = serve(TlsContract::here);
        SSLContext context = context(null);
        ask(served, context.createSSLEngine("localhost", 1));
        ask(served, context.createSSLEngine("localhost", 1));
        assertEquals(1, handshakes(served, "full"));
        assertEquals(1, handshakes(served, "resumed"));
    }

    @Test
    void theNameChoosesTheCertificate() throws Exception {
        Served served = serve(
                options -> options.tlsSelfSigned(false)
                        .tlsCert(FILES.resolve("ec.crt").toString())
                        .tlsKey(FILES.resolve("ec.key").toString()),
                TlsContract::here);
        assertEquals("CN=ec.test", subject(ask(served, named(context(null), "ec.test"))));
        assertEquals("CN=ec.test", subject(ask(served, named(context(null), "other.test"))));
    }

    // Certificates of clients.

    @Test
    void clientsShowCertificates() throws Exception {
        Served served = serve(
                options -> options.tlsClientAuth("need")
                        .tlsClientCa(FILES.resolve("root.crt").toString()),
                server -> server.get("/", request -> {
                    TlsPeer tls = request.tls();
                    return Response.text(tls == null ? "none" : String.valueOf(tls.principal()));
                }));
        SSLEngine engine = context(client()).createSSLEngine();
        try (Socket socket = plain(served)) {
            TlsClient client = new TlsClient(socket, engine).handshake();
            client.output().write(bytes(GET));
            assertEquals("CN=Ada", new Peer(socket, client, 4096).reply().text());
        }
        try (Socket socket = plain(served)) {
            // In TLS 1.3 the client has finished before the server looks at its certificate.
            TlsClient without = new TlsClient(socket, context(null).createSSLEngine()).handshake();
            InputStream in = without.input();
            assertThrows(SSLException.class, in::read);
        }
        awaitHandshakes(served, "client_certificate", 1);
    }

    private static KeyManager[] client() throws Exception {
        List<X509Certificate> chain = CertificateFiles.trusted(FILES.resolve("client.crt"));
        var key = Pem.privateKey("client.key", Files.readAllBytes(FILES.resolve("client.key")), null);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("client", key, new char[0], chain.toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    // Certificates that change.

    @Test
    void changedFilesAreNoticed(@TempDir Path folder) throws Exception {
        copy("ec", folder);
        Served served = serve(
                options -> options.tlsSelfSigned(false)
                        .tlsCert(folder.resolve("server.crt").toString())
                        .tlsKey(folder.resolve("server.key").toString()),
                TlsContract::here);
        try (Peer before = served.connect()) {
            assertEquals("CN=ec.test", subject(ask(served, context(null).createSSLEngine())));
            copy("ed25519", folder);
            Await.until(
                    () -> served.metric("ringfort_tls_reloads_total", Map.of("outcome", "reloaded")) == 1,
                    () -> "new certificates were not noticed");
            assertEquals("CN=ed25519.test", subject(ask(served, context(null).createSSLEngine())));
            assertEquals("here", before.get("/").reply().text(), "a connection from before goes on");
        }
        Files.writeString(folder.resolve("server.crt"), "no certificate");
        Await.until(
                () -> served.metric("ringfort_tls_reloads_total", Map.of("outcome", "kept")) == 1,
                () -> "bad certificates were not told");
        assertEquals("CN=ed25519.test", subject(ask(served, context(null).createSSLEngine())));
    }

    private static void copy(String name, Path folder) throws IOException {
        for (String kind : List.of(".crt", ".key")) {
            Files.copy(
                    FILES.resolve(name + kind), folder.resolve("server" + kind), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    // What is not TLS.

    @Test
    void plainHttpIsToldThatThisPortSpeaksTls() throws IOException {
        Served served = serve(TlsContract::here);
        try (Peer peer = Peer.connect(served.port())) {
            peer.send(GET);
            Peer.Reply reply = peer.reply();
            assertEquals(400, reply.status());
            assertTrue(reply.text().contains("HTTPS"), reply.text());
            assertTrue(reply.head().closes());
            assertEquals("", peer.readToEnd());
        }
        assertEquals(1, handshakes(served, "plain_http"));
    }

    @Test
    void whatIsNeitherIsRefused() throws IOException {
        Served served = serve(TlsContract::here);
        try (Peer peer = Peer.connect(served.port())) {
            peer.send("\1\2\3\4");
            assertEquals("\u0015\3\1\0\2\2\n", peer.readToEnd(), "an alert: unexpected_message");
        }
        assertEquals(1, handshakes(served, "not_tls"));
    }

    // Records cut anywhere.

    @Test
    void aHelloMayComeInTwoPiecesCutAnywhere() throws Exception {
        Served served = serve(TlsContract::here);
        int length = client(served).hello().length;
        for (int cut = 1; cut < length; cut += cut < 64 ? 1 : 37) {
            try (Socket socket = plain(served)) {
                byte[] hello = TlsClient.over(socket).hello();
                socket.getOutputStream().write(hello, 0, Math.min(cut, hello.length));
                Await.pass(Duration.ofMillis(1));
                socket.getOutputStream().write(hello, Math.min(cut, hello.length), Math.max(0, hello.length - cut));
                assertEquals(22, socket.getInputStream().read(), "cut at " + cut);
            }
        }
    }

    @Test
    void aRequestMayComeInTwoPiecesCutAnywhere() throws Exception {
        Served served = serve(TlsContract::here);
        for (int cut = 1; cut < GET.length() + 30; cut++) {
            try (Socket socket = plain(served)) {
                TlsClient client = TlsClient.over(socket).handshake();
                byte[] record = client.records(bytes(GET));
                int at = Math.min(cut, record.length);
                socket.getOutputStream().write(record, 0, at);
                Await.pass(Duration.ofMillis(1));
                socket.getOutputStream().write(record, at, record.length - at);
                assertEquals("here", new Peer(socket, client, 4096).reply().text(), "cut at " + cut);
            }
        }
    }

    @Test
    void everyOctetMayBeARecordOfItsOwn() throws IOException {
        Served served = serve(TlsContract::here);
        try (Peer peer = served.connect()) {
            for (int i = 0; i < GET.length(); i++) {
                peer.send(GET.substring(i, i + 1));
            }
            assertEquals("here", peer.reply().text());
            assertEquals("here", peer.get("/").reply().text());
        }
    }

    @Test
    void muchGoesBothWays() throws IOException {
        byte[] much = new byte[3 << 20];
        for (int i = 0; i < much.length; i++) {
            much[i] = (byte) (i % 251);
        }
        Served served = serve(server -> {
            here(server);
            server.get("/much", _ -> Response.bytes(much, "application/octet-stream"));
            server.post("/echo", request -> Response.bytes(request.bytes(), "application/octet-stream"));
        });
        try (Peer peer = served.connect()) {
            byte[] got = peer.get("/much").reply().body();
            org.junit.jupiter.api.Assertions.assertArrayEquals(much, got);
            Thread.startVirtualThread(() -> {
                try {
                    peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: " + much.length + "\r\n\r\n");
                    peer.send(much);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            org.junit.jupiter.api.Assertions.assertArrayEquals(
                    much, peer.reply().body());
        }
    }

    // Slow handshakes.

    @Test
    void slowHandshakesAreEndedInTime() throws Exception {
        Served served = serve(options -> options.handshakeTimeout(HANDSHAKE), TlsContract::here);
        List<Socket> slow = new ArrayList<>();
        try {
            slow.add(plain(served)); // silent
            Socket drips = plain(served);
            slow.add(drips);
            byte[] hello = TlsClient.over(drips).hello();
            Thread.startVirtualThread(() -> {
                try {
                    for (byte octet : hello) {
                        drips.getOutputStream().write(octet);
                        Await.pass(Duration.ofMillis(20));
                    }
                } catch (IOException _) {
                    // the server has had enough
                }
            });
            Socket stops = plain(served);
            slow.add(stops);
            stops.getOutputStream().write(TlsClient.over(stops).hello()); // and does not answer the certificate
            try (Peer quick = served.connect()) {
                assertEquals("here", quick.get("/").reply().text());
                served.awaitExpired(Phase.HANDSHAKE, 3);
                assertEquals("here", quick.get("/").reply().text());
            }
            for (Socket each : slow) {
                each.getInputStream().readAllBytes(); // an end in order
            }
        } finally {
            for (Socket each : slow) {
                each.close();
            }
        }
        awaitHandshakes(served, "late", 2); // nothing had come of the silent one
    }

    @Test
    void aConnectionTooManyIsClosedWithoutAWord() throws IOException {
        Served served = serve(options -> options.maxConnections(1), TlsContract::here);
        try (Peer one = served.connect()) {
            assertEquals("here", one.get("/").reply().text());
            try (Peer another = Peer.connect(served.port())) {
                assertEquals(-1, another.read());
            }
            assertEquals("here", one.get("/").reply().text());
        }
        assertEquals(1, served.metric("ringfort_connections_rejected_total"));
    }

    @Test
    void peersThatVanishLeaveNothing() throws Exception {
        Served served = serve(TlsContract::here);
        for (int i = 0; i < 300; i++) {
            try (Socket socket = plain(served)) {
                if (i % 3 > 0) {
                    socket.getOutputStream().write(TlsClient.over(socket).hello());
                }
                if (i % 3 == 2) {
                    socket.setSoLinger(true, 0);
                }
            }
        }
        served.awaitOpen(0);
        assertEquals("here", served.get("/"));
        Await.until(
                () -> served.metric("ringfort_tls_tasks_waiting") == 0,
                () -> "tasks wait for connections that are gone");
    }

    @Test
    void aCertificateThatCannotBeUsedKeepsTheServerFromStarting() {
        var failure = assertThrows(
                ringfort.api.ServerStartException.class,
                () -> serve(
                        options -> options.tlsSelfSigned(false)
                                .tlsCert(FILES.resolve("ec.crt").toString())
                                .tlsKey(FILES.resolve("ed25519.key").toString()),
                        TlsContract::here));
        assertNotNull(failure.getMessage());
        assertTrue(failure.getMessage().contains("does not belong to the certificate"), failure.getMessage());
    }
}
