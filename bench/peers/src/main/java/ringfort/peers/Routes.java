package ringfort.peers;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/** What the routes of all servers answer, so that they differ in nothing but the server. Any thread. */
final class Routes {
    static final String HOST = "127.0.0.1";
    static final String TEXT = "text/plain; charset=utf-8";
    static final String JSON = "application/json";
    static final String BYTES = "application/octet-stream";
    static final String GREETING = "Hello, World!";

    /** What every other path answers once the request has been read: for who looks at how messages are read. */
    static final String OTHERWISE = "ok";

    /** What stands before the parameter of {@code /users/{id}}, for servers that have no router. */
    static final String USERS = "/users/";

    /** For handlers that block: a virtual thread for each, which suits every server here better than a pool. */
    static final ExecutorService BLOCKING = Executors.newVirtualThreadPerTaskExecutor();

    private static final byte[] GREETING_BYTES = bytes(GREETING);
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int ECHO_MOST_BYTES = 1 << 20;
    private static final long BLOCKING_MILLIS = 5;

    private Routes() {}

    /** Reads {@code --port N}, all that a server is told. */
    static int port(String... arguments) {
        if (arguments.length != 2 || !arguments[0].equals("--port")) {
            throw new IllegalArgumentException("usage: --port N");
        }
        return Integer.parseInt(arguments[1]);
    }

    static byte[] plaintext() {
        return GREETING_BYTES;
    }

    /** Written anew for each request. */
    static byte[] json() {
        return MAPPER.writeValueAsBytes(Map.of("message", GREETING));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** More than any request body that is measured. */
    static int echoMostBytes() {
        return ECHO_MOST_BYTES;
    }

    /** Blocks another thread for 5 ms, and calls back on that thread. */
    static void blocking(Consumer<byte[]> then) {
        BLOCKING.execute(() -> {
            try {
                then.accept(blocking());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Blocks the calling thread for 5 ms. */
    static byte[] blocking() throws InterruptedException {
        Thread.sleep(BLOCKING_MILLIS);
        return bytes("ok");
    }
}
