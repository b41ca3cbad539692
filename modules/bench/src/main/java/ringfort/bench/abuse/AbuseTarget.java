package ringfort.bench.abuse;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import ringfort.api.Body;
import ringfort.api.PrometheusText;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.RunningServer;
import ringfort.api.Server;
import ringfort.api.ServerOptions;

/**
 * What is attacked: the demo's routes that matter here, and handlers that no demo should have, because they fill the heap,
 * fail, or never read. {@code AbuseTarget --NAME VALUE ...} takes the server's options. Ends with its standard input.
 */
final class AbuseTarget {
    private static final int LARGE_BYTES = 8 << 20;
    private static final int BLOCK_BYTES = 64 << 10;
    private static final int FILL_BYTES = 256 << 10;
    private static final long UNREAD_MILLIS = 5_000;

    private AbuseTarget() {}

    /** See the class comment. */
    public static void main(String[] args) throws IOException {
        ServerOptions.Builder options = ServerOptions.builder();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options = options.set(args[i].replaceFirst("^--", ""), args[i + 1], args[i]);
        }
        AtomicReference<@Nullable RunningServer> running = new AtomicReference<>();
        Server server = Server.of(options.build())
                .get("/plaintext", _ -> Response.text("Hello, World!"))
                .get("/json", _ -> Response.json(Map.of("message", "Hello, World!")))
                .post("/echo", AbuseTarget::echo)
                .get("/large", _ -> Response.stream("application/octet-stream", LARGE_BYTES, AbuseTarget::large))
                .get("/slow", request -> sleep(millis(request, 2_000)))
                .post("/unread", request -> sleep(millis(request, UNREAD_MILLIS)))
                .get("/fill", request -> fill(millis(request, 300)))
                .get("/fail", _ -> {
                    throw new IllegalStateException("/fail was asked for");
                })
                .get("/metrics", _ -> metrics(running.get()));
        RunningServer started = server.start();
        running.set(started);
        System.out.println("ready " + started.address() + " engine=" + started.engine());
        while (System.in.read() >= 0) {
            // Until the rig ends, whatever has become of its other ways to end this process.
        }
        Runtime.getRuntime().halt(3);
    }

    private static Response echo(Request request) {
        Body body = new Body.Streaming(
                request.contentLength(), out -> request.body().transferTo(out));
        return Response.ok().body(body);
    }

    private static void large(OutputStream out) throws IOException {
        byte[] block = new byte[BLOCK_BYTES];
        for (int left = LARGE_BYTES; left > 0; left -= block.length) {
            out.write(block);
        }
    }

    private static long millis(Request request, long otherwise) {
        String text = request.query("ms");
        return text == null ? otherwise : Long.parseLong(text);
    }

    private static Response sleep(long millis) throws InterruptedException {
        Thread.sleep(millis);
        return Response.text("ok");
    }

    /** Allocates until that fails, holds what it has for a while, and lets go. Less than a millisecond allocates nothing. */
    private static Response fill(long millis) throws InterruptedException {
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
        return Response.text(blocks + " blocks");
    }

    private static Response metrics(@Nullable RunningServer running) {
        return Response.text(running == null ? "" : PrometheusText.format(running.metrics()))
                .contentType(PrometheusText.CONTENT_TYPE);
    }
}
