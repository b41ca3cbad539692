package ringfort.bench;

import java.io.IOException;
import java.util.Locale;
import ringfort.bench.Contender.Route;
import ringfort.timers.Ticker;

/** Asks a server for everything that will be measured: speed at giving wrong answers is of no interest. */
final class AnswerCheck {
    private static final int ECHO_BYTES = 4096;
    private static final int PIPELINED = 16;
    private static final long BLOCKING_NANOS = 5_000_000;

    private final ContenderProcess server;

    private AnswerCheck(ContenderProcess server) {
        this.server = server;
    }

    /** @throws IOException naming the server and what it answered, if that is not as it should be */
    static void check(ContenderProcess server) throws IOException {
        for (Route route : server.contender().routes()) {
            try (RawHttp client = new RawHttp(server.address())) {
                new AnswerCheck(server).check(route, client);
            } catch (IOException e) {
                throw new IOException(server.contender().name() + ", " + route.label() + ": " + e.getMessage(), e);
            }
        }
    }

    private void check(Route route, RawHttp client) throws IOException {
        String get = "GET " + server.contender().path(route) + " HTTP/1.1\r\nHost: x\r\n";
        switch (route) {
            case PLAINTEXT -> twice(client, get + "\r\n", "Hello, World!");
            case JSON -> twice(client, get + "\r\n", "{\"message\":\"Hello, World!\"}");
            case PARAM -> twice(client, get + "\r\n", "12345");
            case ECHO -> {
                String body = "x".repeat(ECHO_BYTES);
                String post = "POST " + server.contender().path(route) + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
                        + ECHO_BYTES + "\r\nContent-Type: application/octet-stream\r\n\r\n" + body;
                twice(client, post, body);
            }
            case BLOCKING -> {
                long begin = Ticker.system().nanos();
                twice(client, get + "\r\n", "ok");
                if (Ticker.system().nanos() - begin < 2 * BLOCKING_NANOS) {
                    throw new IOException("it did not sleep");
                }
            }
            case PIPELINED -> {
                client.send((get + "\r\n").repeat(PIPELINED));
                for (int i = 0; i < PIPELINED; i++) {
                    require(client.response(), "Hello, World!");
                }
            }
            case CHURN -> {
                client.send(get + "Connection: close\r\n\r\n");
                RawHttp.Response response = client.response();
                require(response, "Hello, World!");
                // Some say that they close and leave it to the client, which wrk is; some close and do not say so.
                boolean says = response.head().toLowerCase(Locale.ROOT).contains("\r\nconnection: close\r\n");
                if (!says && !client.isClosed()) {
                    throw new IOException("more than the response");
                }
            }
        }
    }

    /** A second time over the same connection, so that it was kept alive. */
    private static void twice(RawHttp client, String request, String content) throws IOException {
        for (int i = 0; i < 2; i++) {
            client.send(request);
            require(client.response(), content);
        }
    }

    private static void require(RawHttp.Response response, String content) throws IOException {
        if (response.status() != 200 || !response.content().equals(content)) {
            throw new IOException(
                    "answered " + response.head().lines().findFirst().orElse("") + " with "
                            + response.content().length() + " bytes of content");
        }
    }
}
