package ringfort.peers;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.OutputStream;

/** Helidon, which runs each connection on a virtual thread. */
final class HelidonServer {
    private HelidonServer() {}

    /** Serves until the process ends. */
    public static void main(String[] arguments) {
        WebServer.builder()
                .host(Routes.HOST)
                .port(Routes.port(arguments))
                .routing(HelidonServer::declare)
                .build()
                .start();
    }

    private static void declare(HttpRouting.Builder routes) {
        routes.get("/plaintext", (_, response) -> answer(response, Routes.TEXT, Routes.plaintext()))
                .get("/json", (_, response) -> answer(response, Routes.JSON, Routes.json()))
                .get("/users/{id}", (request, response) -> answer(response, Routes.TEXT, Routes.bytes(id(request))))
                .post(
                        "/echo",
                        (request, response) ->
                                answer(response, Routes.BYTES, request.content().as(byte[].class)))
                .get("/blocking", (_, response) -> answer(response, Routes.TEXT, Routes.blocking()))
                .get("/slow", HelidonServer::abuse)
                .get("/fill", HelidonServer::abuse)
                .post("/unread", HelidonServer::abuse)
                .get("/large", (_, response) -> {
                    response.header(HeaderNames.CONTENT_TYPE, Routes.BYTES)
                            .header(HeaderNames.CONTENT_LENGTH, Integer.toString(Routes.LARGE_BYTES));
                    try (OutputStream out = response.outputStream()) {
                        Routes.large(out);
                    }
                })
                .get("/fail", (_, _) -> {
                    throw Routes.failure();
                })
                .any((request, response) -> {
                    request.content().consume();
                    answer(response, Routes.TEXT, Routes.bytes(Routes.OTHERWISE));
                });
    }

    private static void abuse(ServerRequest request, ServerResponse response) throws InterruptedException {
        String millis = request.query().first("ms").orElse(null);
        answer(response, Routes.TEXT, Routes.abuse(request.path().path(), millis));
    }

    private static String id(ServerRequest request) {
        return request.path().pathParameters().get("id");
    }

    private static void answer(ServerResponse response, String type, byte[] content) {
        response.header(HeaderNames.CONTENT_TYPE, type).send(content);
    }
}
