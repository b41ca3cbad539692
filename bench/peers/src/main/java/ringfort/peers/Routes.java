package ringfort.peers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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

    /** What {@code /large} answers. */
    static final int LARGE_BYTES = 8 << 20;

    /** What it is written in. */
    static final int BLOCK_BYTES = 64 << 10;

    private static final byte[] GREETING_BYTES = bytes(GREETING);
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int ECHO_MOST_BYTES = 1 << 20;
    private static final long BLOCKING_MILLIS = 5;
    private static final long SLOW_MILLIS = 2_000;
    private static final long UNREAD_MILLIS = 5_000;
    private static final long FILL_MILLIS = 300;
    private static final int FILL_BYTES = 256 << 10;
    private static final byte[] BLOCK = new byte[BLOCK_BYTES];

    private Routes() {}

    /**
     * Event loops: one for measurements on one processor; 0, which stands for the server's own default, where
     * {@code bench/abuse} sets the property.
     */
    static int loops() {
        return Integer.getInteger("ringfort.peers.loops", 1);
    }

    /** Reads {@code --port N}, all that a server is told. */
    static int port(String... arguments) {
        if (Boolean.getBoolean("ringfort.peers.end-with-input")) {
            Thread.ofPlatform().daemon().start(Routes::endWithInput);
        }
        if (arguments.length != 2 || !arguments[0].equals("--port")) {
            throw new IllegalArgumentException("usage: --port N");
        }
        return Integer.parseInt(arguments[1]);
    }

    /** The rig that started this process has ended, so this process does too. */
    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is said but the end.
            }
        } catch (IOException e) {
            // Which is the end as well.
        }
        Runtime.getRuntime().halt(3);
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
        elsewhere(Routes::blocking, then);
    }

    /** Work that blocks. */
    interface Blocking {
        byte[] run() throws InterruptedException;
    }

    /** Runs what blocks on another thread, and calls back on that thread. */
    static void elsewhere(Blocking work, Consumer<byte[]> then) {
        BLOCKING.execute(() -> {
            try {
                then.accept(work.run());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Whether it is a path that only {@code bench/abuse} asks for, whose handler blocks. */
    static boolean isAbuse(String path) {
        return path.equals("/slow") || path.equals("/unread") || path.equals("/fill");
    }

    /**
     * Blocks the calling thread, and for {@code /fill} the heap as well.
     *
     * @param millis a number, or null for the route's own
     */
    static byte[] abuse(String path, @Nullable String millis) throws InterruptedException {
        switch (path) {
            case "/slow" -> Thread.sleep(millis(millis, SLOW_MILLIS));
            case "/unread" -> Thread.sleep(millis(millis, UNREAD_MILLIS));
            default -> {
                return bytes(fill(millis(millis, FILL_MILLIS)) + " blocks");
            }
        }
        return bytes("ok");
    }

    private static long millis(@Nullable String text, long otherwise) {
        return text == null ? otherwise : Long.parseLong(text);
    }

    /** Allocates until that fails, holds what it has for a while, and lets go. */
    private static int fill(long millis) throws InterruptedException {
        List<byte[]> held = new ArrayList<>();
        try {
            while (millis > 1) {
                held.add(new byte[FILL_BYTES]);
            }
        } catch (OutOfMemoryError e) {
            Thread.sleep(millis);
        }
        int blocks = held.size();
        held.clear();
        return blocks;
    }

    /** Writes what {@code /large} answers. */
    static void large(OutputStream out) throws IOException {
        for (int left = LARGE_BYTES; left > 0; left -= BLOCK_BYTES) {
            out.write(BLOCK);
        }
    }

    /** What {@code /fail} does. */
    static IllegalStateException failure() {
        return new IllegalStateException("/fail was asked for");
    }

    /** Blocks the calling thread for 5 ms. */
    static byte[] blocking() throws InterruptedException {
        Thread.sleep(BLOCKING_MILLIS);
        return bytes("ok");
    }
}
