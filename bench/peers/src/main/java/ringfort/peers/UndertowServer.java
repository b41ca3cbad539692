package ringfort.peers;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RoutingHandler;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Deque;
import java.util.Objects;

/** Undertow with one thread for input and output; what blocks is dispatched to virtual threads. */
final class UndertowServer {
    private UndertowServer() {}

    /** Serves until the process ends. */
    public static void main(String[] arguments) {
        RoutingHandler routes = Handlers.routing()
                .get("/plaintext", exchange -> answer(exchange, Routes.TEXT, Routes.plaintext()))
                .get("/json", exchange -> answer(exchange, Routes.JSON, Routes.json()))
                .get("/users/{id}", exchange -> answer(exchange, Routes.TEXT, Routes.bytes(id(exchange))))
                .post(
                        "/echo",
                        exchange -> exchange.getRequestReceiver()
                                .receiveFullBytes((same, body) -> answer(same, Routes.BYTES, body)))
                .get(
                        "/blocking",
                        exchange -> exchange.dispatch(
                                Routes.BLOCKING, same -> answer(same, Routes.TEXT, Routes.blocking())))
                .get("/slow", exchange -> exchange.dispatch(Routes.BLOCKING, UndertowServer::abuse))
                .get("/fill", exchange -> exchange.dispatch(Routes.BLOCKING, UndertowServer::abuse))
                .post("/unread", exchange -> exchange.dispatch(Routes.BLOCKING, UndertowServer::abuse))
                .get("/large", exchange -> exchange.dispatch(Routes.BLOCKING, UndertowServer::large))
                .get("/fail", _ -> {
                    throw Routes.failure();
                })
                .setInvalidMethodHandler(UndertowServer::otherwise)
                .setFallbackHandler(UndertowServer::otherwise);
        Undertow.Builder builder = Undertow.builder();
        if (Routes.loops() > 0) {
            builder.setIoThreads(Routes.loops());
        }
        builder.addHttpListener(Routes.port(arguments), Routes.HOST, routes)
                .build()
                .start();
    }

    private static void otherwise(HttpServerExchange exchange) {
        exchange.getRequestReceiver()
                .receiveFullBytes((same, _) -> answer(same, Routes.TEXT, Routes.bytes(Routes.OTHERWISE)));
    }

    private static void abuse(HttpServerExchange exchange) throws InterruptedException {
        Deque<String> millis = exchange.getQueryParameters().get("ms");
        answer(
                exchange,
                Routes.TEXT,
                Routes.abuse(exchange.getRequestPath(), millis == null ? null : millis.getFirst()));
    }

    private static void large(HttpServerExchange exchange) throws IOException {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, Routes.BYTES);
        exchange.setResponseContentLength(Routes.LARGE_BYTES);
        exchange.startBlocking();
        Routes.large(exchange.getOutputStream());
        exchange.endExchange();
    }

    private static String id(HttpServerExchange exchange) {
        return Objects.requireNonNull(exchange.getQueryParameters().get("id")).getFirst();
    }

    private static void answer(HttpServerExchange exchange, String type, byte[] content) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
        exchange.getResponseSender().send(ByteBuffer.wrap(content));
    }
}
