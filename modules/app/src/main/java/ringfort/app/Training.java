package ringfort.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * What the JVM watches to make its cache of loaded and linked classes and of profiles ({@code java -XX:AOTCacheOutput}, JEP 514 and
 * 515): the program serves, in clear and over TLS, answers a few requests, and ends. {@code ./ringfort} runs it after a build.
 *
 * <p>The handshakes of the server's own warm-up are most of it. Their profiles let a later start compile them at once.
 */
final class Training {
    private static final long READY_SECONDS = 60;

    /** Longer than that of a server: what is known of the handshakes here spares each later start a part of its own. */
    private static final String WARM_UP = "3s";

    private static final List<String> PATHS = List.of("/plaintext", "/json", "/metrics", "/nowhere");

    private Training() {}

    public static void main(String[] arguments) throws Exception {
        var out = new ReadyLine();
        Thread.ofPlatform()
                .daemon()
                .start(() -> new Program(out.stream(), System.err, System.getenv())
                        .run(
                                "serve",
                                "--port",
                                "0",
                                "--http-port",
                                "0",
                                "--tls-self-signed",
                                "--tls-warm-up",
                                WARM_UP));
        for (URI uri : out.await()) {
            for (String path : PATHS) {
                ask(uri, path);
            }
        }
        System.exit(0); // the server drains, then the JVM writes what it has seen
    }

    private static void ask(URI server, String path) throws IOException {
        try (Socket socket = connect(server)) {
            String request =
                    "GET " + path + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
    }

    private static Socket connect(URI server) throws IOException {
        try {
            return server.getScheme().equals("https")
                    ? trusting().getSocketFactory().createSocket(server.getHost(), server.getPort())
                    : new Socket(server.getHost(), server.getPort());
        } catch (GeneralSecurityException e) {
            throw new IOException("this JDK has no TLS", e);
        }
    }

    /** The certificate was made a moment ago, in this process. */
    private static SSLContext trusting() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustsAll()}, null);
        return context;
    }

    private static final class TrustsAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Standard output of {@code serve}, which says there where it serves. */
    private static final class ReadyLine extends ByteArrayOutputStream {
        private final CountDownLatch flushed = new CountDownLatch(1);

        PrintStream stream() {
            return new PrintStream(this, false, StandardCharsets.UTF_8);
        }

        @Override
        public void flush() {
            if (size() > 0) {
                flushed.countDown();
            }
        }

        List<URI> await() throws IOException, InterruptedException {
            if (!flushed.await(READY_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the server did not get ready within " + READY_SECONDS + " s");
            }
            return toString(StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> URI.create(line.split(" ", -1)[2])) // ringfort ready URL ...
                    .toList();
        }
    }
}
