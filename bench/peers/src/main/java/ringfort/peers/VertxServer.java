package ringfort.peers;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.Objects;

/** Vert.x on one event loop with its native transport (epoll), JSON by its own JsonObject. */
final class VertxServer {
    private VertxServer() {}

    /** Serves until the process ends. */
    public static void main(String[] arguments) {
        VertxOptions options = new VertxOptions().setPreferNativeTransport(true);
        if (Routes.loops() > 0) {
            options.setEventLoopPoolSize(Routes.loops());
        }
        Vertx vertx = Vertx.vertx(options);
        if (!vertx.isNativeTransportEnabled()) {
            throw new IllegalStateException("no native transport", vertx.unavailableNativeTransportCause());
        }
        vertx.createHttpServer(new HttpServerOptions().setHost(Routes.HOST).setPort(Routes.port(arguments)))
                .requestHandler(VertxServer::handle)
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private static void handle(HttpServerRequest request) {
        String path = Objects.requireNonNull(request.path());
        switch (path) {
            case "/plaintext" -> answer(request, Routes.TEXT, Buffer.buffer(Routes.plaintext()));
            case "/json" ->
                answer(
                        request,
                        Routes.JSON,
                        new JsonObject().put("message", Routes.GREETING).toBuffer());
            case "/echo" -> request.body().onSuccess(body -> answer(request, Routes.BYTES, body));
            case "/blocking" -> {
                Context context = Objects.requireNonNull(Vertx.currentContext());
                Routes.blocking(
                        content -> context.runOnContext(_ -> answer(request, Routes.TEXT, Buffer.buffer(content))));
            }
            // Nothing is read of it before the handler has ended.
            case "/slow", "/unread", "/fill" -> {
                Context context = Objects.requireNonNull(Vertx.currentContext());
                String millis = request.getParam("ms");
                request.pause();
                Routes.elsewhere(
                        () -> Routes.abuse(path, millis),
                        content -> context.runOnContext(_ -> answer(request, Routes.TEXT, Buffer.buffer(content))));
            }
            case "/large" -> {
                request.response()
                        .putHeader("Content-Type", Routes.BYTES)
                        .putHeader("Content-Length", Integer.toString(Routes.LARGE_BYTES));
                large(request.response(), Routes.LARGE_BYTES);
            }
            case "/fail" -> throw Routes.failure();
            default -> {
                if (path.startsWith(Routes.USERS)) {
                    answer(request, Routes.TEXT, Buffer.buffer(path.substring(Routes.USERS.length())));
                } else {
                    request.end().onSuccess(_ -> answer(request, Routes.TEXT, Buffer.buffer(Routes.OTHERWISE)));
                }
            }
        }
    }

    /** Writes until the queue is full, and goes on when it has drained. */
    private static void large(HttpServerResponse response, int bytes) {
        int left = bytes;
        while (left > 0 && !response.writeQueueFull()) {
            response.write(Buffer.buffer(new byte[Routes.BLOCK_BYTES]));
            left -= Routes.BLOCK_BYTES;
        }
        if (left == 0) {
            response.end();
        } else {
            int rest = left;
            response.drainHandler(_ -> large(response, rest));
        }
    }

    private static void answer(HttpServerRequest request, String type, Buffer content) {
        request.response().putHeader("Content-Type", type).end(content);
    }
}
