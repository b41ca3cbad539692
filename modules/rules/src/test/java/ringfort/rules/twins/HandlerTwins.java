package ringfort.rules.twins;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import ringfort.api.Filter;
import ringfort.api.Handler;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Routes;
import ringfort.api.Server;
import ringfort.message.ByteSink;
import ringfort.ring.Ring;

/** Handlers as they should be, and as they should not. */
public final class HandlerTwins {
    private HandlerTwins() {}

    /** Each request for itself; what is shared is made for it. */
    public static final class Good implements Handler {
        private final Map<String, String> names = new HashMap<>(Map.of("a", "b"));
        private final ConcurrentHashMap<String, AtomicLong> seen = new ConcurrentHashMap<>();
        private volatile String last = "";
        private long total;

        @Override
        public Response handle(Request request) {
            last = names.getOrDefault(request.path(), last);
            seen.computeIfAbsent(last, _ -> new AtomicLong()).incrementAndGet();
            Map<String, String> own = new HashMap<>();
            own.put("last", last);
            own.put("total", String.valueOf(count()));
            return Response.text(own.toString());
        }

        private synchronized long count() {
            return ++total;
        }

        Routes register(Routes routes) {
            return routes.get("/names", this)
                    .get("/health", _ -> Response.text("ok"), Route.inline())
                    .get("/quick", Good::quick, Route.inline().handlerTimeout(Duration.ofSeconds(1)))
                    .get("/file", _ -> Response.text(Files.readString(Path.of("x"))))
                    .get("/slow", _ -> Response.text(Files.readString(Path.of("x"))), Route.offload());
        }

        private static Response quick(Request request) {
            return Response.text(request.path());
        }
    }

    /** Counts in a plain field. */
    public static final class AssignsField implements Handler {
        private int count;

        @Override
        public Response handle(Request request) {
            return Response.text(String.valueOf(next()));
        }

        private int next() {
            return ++count;
        }
    }

    /** Keeps what it saw in a map for one thread. */
    public static final class ChangesMap {
        private final Map<String, String> seen = new HashMap<>();

        void register(Server server) {
            server.filter((request, next) -> {
                seen.put(request.path(), request.method());
                return next.handle(request);
            });
        }
    }

    /** Reads a file in the worker's loop. */
    public static final class InlineBlocks {
        private static final Handler KEPT = _ -> Response.text(read());

        void lambda(Server server) {
            server.get("/lambda", _ -> Response.text(read()), Route.inline());
        }

        void reference(Server server) {
            Route route = Route.inline().handlerTimeout(Duration.ofSeconds(1));
            Handler handler = this::handle;
            server.post("/reference", handler, route);
        }

        void field(Routes routes) {
            routes.handle("PURGE", "/field", KEPT, Route.inline());
        }

        void instance(Routes routes) {
            routes.get("/instance", new Sleeper(), Route.inline());
        }

        void unknown(Routes routes, Handler given) {
            routes.get("/unknown", given, Route.inline());
        }

        private Response handle(Request request) throws IOException {
            return Response.text(read());
        }

        private static String read() throws IOException {
            return Files.readString(Path.of("x"));
        }
    }

    /** Sleeps, which a handler may, but not inline. */
    public static final class Sleeper implements Handler {
        @Override
        public Response handle(Request request) throws InterruptedException {
            Thread.sleep(1);
            return Response.noContent();
        }
    }

    /** Writes what the encoder writes. */
    public static final class ByHand {
        Handler statusLine() {
            return _ -> Response.stream("text/plain", ByHand::write);
        }

        Handler encoder() {
            return _ -> {
                var sink = new ByteSink(64);
                return Response.bytes(sink.array(), "message/http");
            };
        }

        private static void write(OutputStream out) throws IOException {
            out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Reaches the ring from a filter. */
    public static final class OnTheRing {
        Filter filter(Ring ring) {
            return (request, next) -> {
                flush(ring);
                return next.handle(request);
            };
        }

        private static void flush(Ring ring) {
            ring.submit();
        }
    }
}
