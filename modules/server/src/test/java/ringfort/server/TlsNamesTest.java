package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.EnumSource;
import ringfort.api.Listener;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.Tls;
import ringfort.api.TlsPeer;

/** Which certificate a client sees, by the name it asks for, and while files are exchanged. No engine has a part in it. */
@EnumSource(names = "POLL")
@Timeout(60)
class TlsNamesTest extends ServerContract {
    private static final int SWAPS = 20;

    private static final int CLIENTS = 4;

    @Override
    Served start(UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes) throws IOException {
        return Served.start(variant, options, routes).withoutBoundOnLateness();
    }

    private static Tls pem(String certificate, String key) {
        return Tls.pem(TlsContract.FILES.resolve(certificate), TlsContract.FILES.resolve(key));
    }

    private static int tlsPort(Served served) {
        return served.engine().uris().get(1).getPort();
    }

    private static String name(TlsClient client) throws IOException {
        X509Certificate first = (X509Certificate) client.engine().getSession().getPeerCertificates()[0];
        return first.getSubjectX500Principal().getName();
    }

    private static SSLEngine engine(@Nullable String name) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, TlsClient.trustManagers(), new SecureRandom());
        SSLEngine engine = context.createSSLEngine();
        if (name != null) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            engine.setSSLParameters(parameters);
        }
        return engine;
    }

    /** The subject of the certificate that a client sees who asks for this name, and the name that the request tells. */
    private static String seen(Served served, @Nullable String name) throws Exception {
        try (Socket socket = Peer.open(tlsPort(served), 0)) {
            TlsClient client = new TlsClient(socket, engine(name)).handshake();
            String told = new Peer(socket, client, 4096).get("/").reply().text();
            assertEquals(String.valueOf(name).toLowerCase(Locale.ROOT), told.toLowerCase(Locale.ROOT));
            return name(client);
        }
    }

    private static void asked(Server server) {
        server.get("/", request -> {
            TlsPeer tls = request.tls();
            return Response.text(tls == null ? "in clear" : String.valueOf(tls.serverName()));
        });
    }

    @Test
    void theNameChoosesAmongSeveralCertificates() throws Exception {
        Tls several = pem("sni-default.crt", "rsa.key")
                .and(pem("sni-wildcard.crt", "ec.key"))
                .and(pem("sni-exact.crt", "ec.key"));
        Served served = serve(server -> {
            server.listen(Listener.https(0, several));
            asked(server);
        });
        String first = seen(served, null);
        assertEquals(first, seen(served, "unknown.test"), "an unknown name gets the first");
        assertEquals(first, seen(served, "x.b.example.org"), "a wildcard is one label");
        assertEquals(first, seen(served, "example.org"), "a wildcard is one label, and not none");
        String exact = seen(served, "a.example.org");
        String wildcard = seen(served, "b.example.org");
        assertEquals(exact, seen(served, "A.Example.ORG"));
        assertEquals(3, List.of(first, exact, wildcard).stream().distinct().count(), first + exact + wildcard);
    }

    // Files that are exchanged under load.

    /** As orchestrators mount them: {@code server.crt -> ..data/server.crt}, {@code ..data -> version-N}. */
    private static void use(Path folder, String name, int number) throws IOException {
        Path version = Files.createDirectory(folder.resolve("version-" + number));
        for (String kind : List.of(".crt", ".key")) {
            Files.copy(TlsContract.FILES.resolve(name + kind), version.resolve("server" + kind));
        }
        Path next = folder.resolve("..next");
        Files.createSymbolicLink(next, version.getFileName());
        Files.move(next, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Asks again and again, on one connection and now and then on another; no answer may be missing. */
    private static long load(Served served, AtomicBoolean over, AtomicLong answered) throws Exception {
        long connections = 0;
        while (!over.get()) {
            connections++;
            try (Socket socket = Peer.open(tlsPort(served), 0)) {
                TlsClient client = new TlsClient(socket, engine("ec.test")).handshake();
                Peer peer = new Peer(socket, client, 4096);
                for (int i = 0; i < 200 && !over.get(); i++) {
                    assertEquals("ec.test", peer.get("/").reply().text());
                    answered.incrementAndGet();
                    Await.pass(Duration.ofMillis(2));
                }
            }
        }
        return connections;
    }

    @Test
    void noConnectionIsLostWhileCertificatesAreExchanged(@TempDir Path folder) throws Exception {
        use(folder, "ec", 0);
        for (String kind : List.of("server.crt", "server.key")) {
            Files.createSymbolicLink(folder.resolve(kind), Path.of("..data", kind));
        }
        Tls tls = Tls.pem(folder.resolve("server.crt"), folder.resolve("server.key"));
        Served served = serve(server -> {
            server.listen(Listener.https(0, tls));
            asked(server);
        });
        var over = new AtomicBoolean();
        var answered = new AtomicLong();
        try (Socket stays = Peer.open(tlsPort(served), 0);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Peer old = new Peer(stays, new TlsClient(stays, engine("ec.test")).handshake(), 4096);
            List<Future<Long>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(() -> load(served, over, answered)));
            }
            try {
                for (int swap = 1; swap <= SWAPS; swap++) {
                    use(folder, swap % 2 == 0 ? "ec" : "ed25519", swap);
                    long from = answered.get();
                    Await.until(
                            () -> answered.get() > from + 20 || clients.stream().anyMatch(Future::isDone),
                            () -> "nothing is answered");
                    Await.pass(Duration.ofMillis(100));
                }
                use(folder, "ed25519", SWAPS + 1);
                Await.until(
                        () -> {
                            try (Socket socket = Peer.open(tlsPort(served), 0)) {
                                TlsClient client = new TlsClient(socket, engine(null)).handshake();
                                return name(client).contains("ed25519");
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                        },
                        () -> "the last certificate is not in use");
            } finally {
                over.set(true);
            }
            long connections = 0;
            for (Future<Long> each : clients) {
                connections += each.get(20, TimeUnit.SECONDS);
            }
            assertTrue(connections >= CLIENTS);
            assertEquals("ec.test", old.get("/").reply().text(), "a connection from before");
        }
        assertTrue(served.metric("ringfort_tls_reloads_total", Map.of("outcome", "reloaded")) > 0);
        assertEquals(0, served.metric("ringfort_tls_failures_total"));
        assertEquals(0, served.metric("ringfort_tls_truncated_total"));
    }
}
