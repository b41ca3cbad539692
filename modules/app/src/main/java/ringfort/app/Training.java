package ringfort.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What the JVM watches to make its cache of loaded and linked classes ({@code java -XX:AOTCacheOutput}, JEP 514): the program
 * serves, answers a few requests, and ends. {@code ./ringfort} runs it after a build.
 */
final class Training {
    private static final long READY_SECONDS = 30;
    private static final List<String> PATHS = List.of("/plaintext", "/json", "/metrics", "/nowhere");

    private Training() {}

    public static void main(String[] arguments) throws Exception {
        var out = new ReadyLine();
        Thread.ofPlatform()
                .daemon()
                .start(() -> new Program(out.stream(), System.err, System.getenv()).run("serve", "--port", "0"));
        URI uri = out.await();
        for (String path : PATHS) {
            ask(uri, path);
        }
        System.exit(0); // the server drains, then the JVM writes what it has seen
    }

    private static void ask(URI server, String path) throws IOException {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            String request =
                    "GET " + path + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
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

        URI await() throws IOException, InterruptedException {
            if (!flushed.await(READY_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the server did not get ready within " + READY_SECONDS + " s");
            }
            return URI.create(toString(StandardCharsets.UTF_8).split(" ", -1)[2]); // ringfort ready URL ...
        }
    }
}
