package ringfort.app;

import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import ringfort.api.Body;
import ringfort.api.Headers;
import ringfort.api.HttpException;
import ringfort.api.Metric;
import ringfort.api.PrometheusText;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.api.TlsPeer;
import ringfort.websocket.Message;
import ringfort.websocket.WebSocketOptions;
import ringfort.websocket.WebSockets;

/**
 * The application that {@code serve} runs: a route for everything a client, a benchmark or an adversary wants to ask a
 * server for. Handlers are static functions, so that a test calls them without a server.
 */
final class Demo {
    static final long LARGE_BYTES = 8L << 20;

    private static final String GREETING = "Hello, World!";
    private static final long BLOCKING_MILLIS = 5;
    private static final int SLOW_DEFAULT_MILLIS = 1_000;
    private static final int SLOW_MOST_MILLIS = 60_000;

    /** Prime, so that a lost, repeated or moved block of any usual size shows. */
    private static final int LARGE_PERIOD = 251;

    private static final int MESSAGE_BYTES = 16 << 20;

    private Demo() {}

    /** Declares the routes; {@code metrics} is asked for each scrape, {@code ready} by each balancer that looks. */
    static void declare(Server server, Supplier<List<Metric>> metrics, BooleanSupplier ready) {
        WebSockets sockets = new WebSockets(WebSocketOptions.DEFAULT.withMessageBytes(MESSAGE_BYTES));
        server.onStopping(sockets::stop)
                .get("/", Demo::index)
                .get("/plaintext", Demo::plaintext)
                .get("/inline", Demo::plaintext, Route.inline())
                .get("/inline/json", Demo::json, Route.inline())
                .get("/inline/users/{id}", Demo::user, Route.inline())
                .get("/offload", Demo::plaintext, Route.offload())
                .get("/json", Demo::json)
                .get("/users/{id}", Demo::user)
                .post("/echo", Demo::echo)
                .put("/echo", Demo::echo)
                .patch("/echo", Demo::echo)
                .delete("/echo", Demo::echo)
                .get("/headers", Demo::headers)
                .post("/headers", Demo::headers)
                .get("/whoami", Demo::whoami)
                .get("/cookie", request -> Response.json(request.cookies()))
                .get("/status/{code}", Demo::status)
                .get("/blocking", Demo::blocking)
                .get("/slow", Demo::slow)
                .get("/large", Demo::large)
                .get("/error", _ -> {
                    throw new IllegalStateException("/error was asked for");
                })
                .get("/ready", _ -> ready(ready.getAsBoolean()))
                .get("/ws", request -> webSocket(request, sockets))
                .get("/metrics", request -> metrics(metrics.get()));
        DemoContent.declare(server);
    }

    static Response index(Request request) {
        return Response.text("""
                Ringfort's demo application

                GET  /plaintext        Hello, World!
                GET  /inline           the same, handled in the completion loop; also /inline/json, /inline/users/{id}
                GET  /offload          the same, handled on the JDK's scheduler
                GET  /json             {"message":"Hello, World!"}
                GET  /users/{id}       the id
                POST /echo             the same body back, as it arrives; also PUT, PATCH, DELETE
                GET  /headers          the received fields; also POST
                GET  /cookie           the received cookies
                GET  /whoami           who asks, by which protocol, and what TLS has agreed on
                GET  /status/{code}    that status, 200 to 599
                GET  /blocking         sleeps 5 ms, then ok
                GET  /slow?ms=1000     sleeps up to 60000 ms, then ok
                GET  /large            8 MiB
                GET  /events?count=10&ms=100  that many server-sent events, so far apart; goes on behind Last-Event-ID
                GET  /stream?bytes=N   N times x, without a length
                GET  /compressible     64 KiB of text, compressed for clients that take gzip
                POST /upload           what each part of a form holds
                POST /sink             reads everything and counts it
                GET  /error            fails
                GET  /ws               a WebSocket: each message back as it came
                GET  /ready            ready, or 503 once the server stops
                GET  /metrics          counters, for Prometheus
                """);
    }

    static Response plaintext(Request request) {
        return Response.text(GREETING);
    }

    static Response json(Request request) {
        return Response.json(Map.of("message", GREETING));
    }

    static Response user(Request request) {
        return Response.text(request.path("id"));
    }

    /** Writes the body back while it arrives, so that neither side's size bounds the other. */
    static Response echo(Request request) {
        Body body = new Body.Streaming(
                request.contentLength(), out -> request.body().transferTo(out));
        Response echo = Response.ok().body(body);
        String type = request.contentType();
        return type == null ? echo : echo.contentType(type);
    }

    /** Repeated fields are joined as RFC 9110 5.3 lets a recipient do. */
    static Response headers(Request request) {
        Headers headers = request.headers();
        Map<String, String> joined = new LinkedHashMap<>();
        for (int i = 0; i < headers.size(); i++) {
            joined.merge(
                    headers.name(i).toLowerCase(Locale.ROOT), headers.value(i), (first, next) -> first + ", " + next);
        }
        return Response.json(joined);
    }

    static Response status(Request request) {
        int code = request.pathInt("code");
        if (code < 200 || code > 599) {
            throw HttpException.badRequest("a final status is 200 to 599, not " + code);
        }
        boolean bodiless = code == 204 || code == 205 || code == 304;
        return bodiless ? Response.of(code) : Response.text("status " + code).status(code);
    }

    static Response blocking(Request request) throws InterruptedException {
        Thread.sleep(BLOCKING_MILLIS);
        return Response.text("ok");
    }

    static Response slow(Request request) throws InterruptedException {
        Thread.sleep(slowMillis(request.query("ms")));
        return Response.text("ok");
    }

    static int slowMillis(@Nullable String text) {
        if (text == null) {
            return SLOW_DEFAULT_MILLIS;
        }
        try {
            int millis = Integer.parseInt(text);
            if (millis >= 0 && millis <= SLOW_MOST_MILLIS) {
                return millis;
            }
        } catch (NumberFormatException notANumber) {
            // Refused below, like a number out of range.
        }
        throw HttpException.badRequest("ms is 0 to " + SLOW_MOST_MILLIS);
    }

    static Response large(Request request) {
        return Response.stream("application/octet-stream", LARGE_BYTES, Demo::writeLarge);
    }

    /** Byte {@code i} is {@code i % 251}. */
    private static void writeLarge(OutputStream out) throws IOException {
        byte[] block = new byte[LARGE_PERIOD * 256];
        for (int i = 0; i < block.length; i++) {
            block[i] = (byte) (i % LARGE_PERIOD);
        }
        for (long left = LARGE_BYTES; left > 0; left -= block.length) {
            out.write(block, 0, (int) Math.min(left, block.length));
        }
    }

    static Response whoami(Request request) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("protocol", request.version());
        told.put("secure", request.secure());
        told.put(
                "peer",
                request.peer().getAddress().getHostAddress() + ":"
                        + request.peer().getPort());
        TlsPeer tls = request.tls();
        if (tls != null) {
            Map<String, Object> agreed = new LinkedHashMap<>();
            agreed.put("protocol", tls.protocol());
            agreed.put("suite", tls.cipherSuite());
            agreed.put("sni", tls.serverName());
            X500Principal principal = tls.principal();
            agreed.put("clientCertificate", principal == null ? null : principal.getName());
            told.put("tls", agreed);
        }
        return Response.json(told);
    }

    static Response webSocket(Request request, WebSockets sockets) {
        return sockets.accept(request, socket -> {
            for (Message message : socket) {
                socket.send(message);
            }
        });
    }

    static Response ready(boolean ready) {
        return ready ? Response.text("ready\n") : Response.text("stopping\n").status(503);
    }

    static Response metrics(List<Metric> metrics) {
        return Response.text(PrometheusText.format(metrics)).contentType(PrometheusText.CONTENT_TYPE);
    }
}
