package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * TLS as other people's clients speak it, to the program as a user starts it: each checks the certificate, asks, and reads the
 * answer to its end. A client that is not installed is skipped.
 */
@Timeout(120)
class TlsClientsIT {
    private static final String REQUEST = "GET /whoami HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private static final String TLS_1_3 = "\"protocol\":\"TLSv1.3\"";
    private static final String TLS_1_2 = "\"protocol\":\"TLSv1.2\"";
    private static final String HTTP_1 = "\"protocol\":\"HTTP/1.1\"";
    private static final String HTTP_2 = "\"protocol\":\"HTTP/2\"";
    private static final String NAMED = "\"sni\":\"localhost\"";
    private static final Path FILES = Launched.ROOT.resolve("modules/tls/src/test/resources/ringfort/tls");
    private static final String CERTIFICATE = FILES.resolve("ec.crt").toString();

    @TempDir
    private static Path folder;

    private static final List<Running> RUNNING = new ArrayList<>(); // one server for each engine, for all tests

    static synchronized Stream<Running> servers() {
        if (RUNNING.isEmpty()) {
            List.of("ring", "poll", "nio")
                    .forEach(engine -> RUNNING.add(Running.start(
                            engine,
                            "https://",
                            folder,
                            "--tls-cert",
                            CERTIFICATE,
                            "--tls-key",
                            FILES.resolve("ec.key").toString(),
                            "--tls-warm-up",
                            "0")));
        }
        return RUNNING.stream();
    }

    @AfterAll
    static void everyServerEndsInOrder() throws Exception {
        Running.endInOrder(RUNNING);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void curl(Running server) throws Exception {
        Running.installed("curl", "curl");
        String url = "https://localhost:PORT/whoami";
        Running.has(server.says("", "curl", "-sS", "--http1.1", "--cacert", CERTIFICATE, url), HTTP_1, TLS_1_3, NAMED);
        Running.has(server.says("", "curl", "-sS", "--http2", "--cacert", CERTIFICATE, url), TLS_1_3, NAMED);
        Running.has(
                server.says("", "curl", "-sS", "--http1.1", "--tls-max", "1.2", "--cacert", CERTIFICATE, url),
                TLS_1_2,
                NAMED);
        String old = server.says("", "curl", "-sS", "--tls-max", "1.1", "--cacert", CERTIFICATE, url);
        assertTrue(!old.contains(NAMED), () -> "an old protocol was served: " + old);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void openssl(Running server) throws Exception {
        Running.installed("openssl", "openssl");
        for (String version : List.of("-tls1_3", "-tls1_2")) {
            Running.has(
                    server.says(REQUEST, sClient("-quiet", "-verify_return_error", version)),
                    "200 OK",
                    version.equals("-tls1_3") ? TLS_1_3 : TLS_1_2,
                    NAMED);
            Running.has(
                    server.says("Q\n", sClient(version, "-alpn", "h2")),
                    "ALPN protocol: h2",
                    "Verify return code: 0 (ok)");
        }
        String resumed = server.says("Q\n", sClient("-tls1_2", "-reconnect"));
        assertEquals(5, resumed.split("\nReused, TLSv1.2", -1).length - 1, resumed);
    }

    /** Commands of s_client: K asks for new keys, R for another handshake. */
    @ParameterizedTest
    @MethodSource("servers")
    void opensslAsksForNewKeys(Running server) throws Exception {
        Running.installed("openssl", "openssl");
        // A command is one only at the front of what s_client reads in one go.
        List<String> update = List.of("", "Verify return code", "K\n", "KEYUPDATE", REQUEST);
        Running.has(server.talk(update, sClient("-tls1_3")), "200 OK", NAMED);
        List<String> again = List.of("", "Verify return code", "R\n");
        Running.has(server.talk(again, sClient("-tls1_2")), "RENEGOTIATING", "alert unexpected message");
    }

    private static String[] sClient(String... more) {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_client",
                "-connect",
                "localhost:PORT",
                "-servername",
                "localhost",
                "-CAfile",
                CERTIFICATE));
        command.addAll(List.of(more));
        return command.toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void gnutls(Running server) throws Exception {
        Running.installed("gnutls-cli", "gnutls-bin");
        for (String version : List.of("1.3", "1.2")) {
            String said = server.says(
                    REQUEST,
                    "gnutls-cli",
                    "--x509cafile",
                    CERTIFICATE,
                    "--priority",
                    "NORMAL:-VERS-ALL:+VERS-TLS" + version,
                    "--port",
                    "PORT",
                    "localhost");
            Running.has(said, "200 OK", "\"protocol\":\"TLSv" + version + "\"", NAMED, "The certificate is trusted");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void python(Running server) throws Exception {
        Running.installed("python3", "python3");
        String script = """
                import http.client, ssl
                context = ssl.create_default_context(cafile='%s')
                client = http.client.HTTPSConnection('localhost', PORT, context=context)
                for each in range(3):
                    client.request('GET', '/whoami')
                    answer = client.getresponse()
                    print(answer.status, answer.read().decode())
                """.formatted(CERTIFICATE);
        String said = server.says("", "python3", "-c", script);
        Running.has(said, TLS_1_3, HTTP_1, NAMED);
        assertEquals(3, said.split("200 ", -1).length - 1, said);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void node(Running server) throws Exception {
        Running.installed("node", "nodejs");
        String script = """
                const ca = require('fs').readFileSync('%s');
                require('https').get({host: 'localhost', port: PORT, path: '/whoami', ca: ca}, answer => {
                  answer.on('data', data => console.log(String(data)));
                  answer.on('end', () => {
                    const client = require('http2').connect('https://localhost:PORT', {ca: ca});
                    const stream = client.request({':path': '/whoami'});
                    stream.on('data', data => console.log(String(data)));
                    stream.on('end', () => client.close());
                  });
                });
                """.formatted(CERTIFICATE);
        Running.has(server.says("", "node", "-e", script), TLS_1_3, HTTP_1, HTTP_2, NAMED);
    }

    /** In a JVM of its own: this module does not read that of the client. */
    @ParameterizedTest
    @MethodSource("servers")
    void javaHttpClient(Running server) throws Exception {
        Path source = Files.writeString(folder.resolve("Client.java"), """
                import java.net.URI;
                import java.net.http.*;
                import java.nio.file.*;
                                                import javax.net.ssl.*;

                void main(String[] arguments) throws Exception {
                    KeyStore trust = KeyStore.getInstance("PKCS12");
                    trust.load(null, null);
                    try (var in = Files.newInputStream(Path.of(arguments[0]))) {
                        trust.setCertificateEntry("s", CertificateFactory.getInstance("X.509").generateCertificate(in));
                    }
                    TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
                    managers.init(trust);
                    SSLContext context = SSLContext.getInstance("TLS");
                    context.init(null, managers.getTrustManagers(), null);
                    URI uri = URI.create("https://localhost:" + arguments[1] + "/whoami");
                    for (var version : HttpClient.Version.values()) {
                        try (var client = HttpClient.newBuilder().sslContext(context).version(version).build()) {
                            for (int i = 0; i < 3; i++) {
                                var response = client.send(
                                        HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
                                System.out.println(response.version() + " " + response.body());
                            }
                        }
                    }
                }
                """);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String said = server.says(
                "", java, "--source", "25", "--add-modules", "java.net.http", source.toString(), CERTIFICATE, "PORT");
        assertEquals(3, said.split("HTTP_1_1 \\{" + HTTP_1, -1).length - 1, said);
        assertEquals(3, said.split("HTTP_2 \\{" + HTTP_2, -1).length - 1, said);
        Running.has(said, TLS_1_3, NAMED);
    }
}
