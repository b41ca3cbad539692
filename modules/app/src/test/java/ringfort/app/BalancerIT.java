package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Behind nginx, which answers its client with 502 when an answer of the server is lost. */
@Timeout(180)
class BalancerIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Path NGINX = Path.of("/usr/sbin/nginx");

    @TempDir
    private Path folder;

    private Launched serve(String engine, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("serve", "--port", "0", "--engine", engine));
        arguments.addAll(List.of(more));
        return Launched.ringfort(folder, arguments.toArray(String[]::new));
    }

    private static int port(Launched server) throws InterruptedException {
        return URI.create(server.awaitLine("ringfort ready ", BOUND).split(" ", -1)[2])
                .getPort();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Launched nginx(int port, boolean buffering, int... servers) throws IOException, InterruptedException {
        StringBuilder upstream = new StringBuilder();
        for (int server : servers) {
            upstream.append("server 127.0.0.1:").append(server).append("; ");
        }
        String buffer = buffering ? "on" : "off";
        Path configuration = Files.writeString(
                folder.resolve("nginx" + port + ".conf"), """
                daemon off;
                user root; # ignored by others; its processes write uploads to a folder that only its owner can open
                pid %1$s/nginx%2$d.pid;
                error_log %1$s/error.log;
                events { worker_connections 200; }
                http {
                  access_log off;
                  client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy; fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi; scgi_temp_path %1$s/scgi;
                  upstream backend { %3$s keepalive 16; }
                  server {
                    listen 127.0.0.1:%2$d;
                    client_max_body_size 0;
                    location / {
                      proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection "";
                      proxy_request_buffering %4$s;
                    }
                  }
                }
                """.formatted(folder, port, upstream, buffer));
        Launched nginx = Launched.start(
                folder,
                Map.of(),
                List.of(
                        NGINX.toString(),
                        "-p",
                        folder.toString(),
                        "-c",
                        configuration.toString(),
                        "-e",
                        folder.resolve("start.log").toString()));
        for (int i = 0; i < 1_000; i++) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return nginx;
            } catch (IOException _) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
        throw new AssertionError("nginx does not listen: " + nginx.errors());
    }

    private static int post(int port, String path, byte[] content) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        connection.setReadTimeout((int) BOUND.toMillis());
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(content.length);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(content);
        }
        int status = connection.getResponseCode();
        InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream();
        if (body != null) {
            body.readAllBytes(); // so that the connection is used again
        }
        return status;
    }

    @Test
    void earlyAnswersToUploadsAreNo502() throws Exception {
        assumeTrue(Files.isExecutable(NGINX), "there is no nginx (Debian: nginx-light)");
        for (String engine : List.of("ring", "poll", "nio")) {
            for (boolean buffering : new boolean[] {true, false}) {
                int port = freePort();
                try (Launched server = serve(engine);
                        Launched _ = nginx(port, buffering, port(server))) {
                    for (int round = 0; round < 4; round++) {
                        assertEquals(404, post(port, "/nowhere", new byte[5_000_000]), engine);
                        assertEquals(413, post(port, "/echo", new byte[20_000_000]), engine);
                    }
                }
            }
        }
    }

    @Test
    void aServerThatStopsCostsNoRequest() throws Exception {
        assumeTrue(Files.isExecutable(NGINX), "there is no nginx (Debian: nginx-light)");
        for (String engine : List.of("ring", "poll", "nio")) {
            int port = freePort();
            try (Launched stays = serve(engine);
                    Launched stops = serve(engine);
                    Launched _ = nginx(port, true, port(stays), port(stops));
                    var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var over = new AtomicBoolean();
                var answered = new AtomicInteger();
                List<Future<?>> clients = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    clients.add(threads.submit(() -> {
                        while (!over.get()) {
                            assertEquals(200, post(port, "/echo", new byte[10]));
                            answered.incrementAndGet();
                            TimeUnit.MILLISECONDS.sleep(5);
                        }
                        return null;
                    }));
                }
                while (answered.get() < 200) {
                    TimeUnit.MILLISECONDS.sleep(5);
                }
                assertEquals(0, stops.terminate(BOUND));
                int atEnd = answered.get();
                while (answered.get() < atEnd + 100 && clients.stream().noneMatch(Future::isDone)) {
                    TimeUnit.MILLISECONDS.sleep(5);
                }
                over.set(true);
                for (Future<?> each : clients) {
                    each.get(30, TimeUnit.SECONDS);
                }
                assertTrue(answered.get() > atEnd);
            }
        }
    }
}
