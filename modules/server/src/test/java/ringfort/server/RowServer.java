package ringfort.server;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import ringfort.api.Response;
import ringfort.api.Server;

/** What the rows of {@code http1.rows} ask for; the file says what each path answers. */
final class RowServer {
    private RowServer() {}

    static void routes(Server server) {
        server.get("/", _ -> Response.text("ok"))
                .get("/path/{rest...}", request -> Response.text(request.path("rest")))
                .get("/host", request -> Response.text(orNone(request.host())))
                .get("/field", request -> latin1(orNone(request.header("X"))))
                .post("/echo", request -> Response.bytes(request.bytes(), "application/octet-stream"))
                .post("/unread", _ -> Response.text("unread"))
                .post("/trailers", request -> {
                    request.bytes();
                    var text = new StringBuilder();
                    for (int i = 0; i < request.trailers().size(); i++) {
                        text.append(request.trailers().name(i)).append('=');
                        text.append(request.trailers().value(i)).append(';');
                    }
                    return latin1(text.toString());
                })
                .get("/none", _ -> Response.noContent());
    }

    private static String orNone(@Nullable String value) {
        return value == null ? "none" : value;
    }

    private static Response latin1(String text) {
        return Response.bytes(text.getBytes(StandardCharsets.ISO_8859_1), "application/octet-stream");
    }
}
