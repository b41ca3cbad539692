package ringfort.peers;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.microhttp.EventLoop;
import org.microhttp.Header;
import org.microhttp.NoopLogger;
import org.microhttp.OptionsBuilder;
import org.microhttp.Request;
import org.microhttp.Response;

/** microhttp on one event loop; what blocks runs on virtual threads. It writes no Date field. */
final class MicrohttpServer {
    private MicrohttpServer() {}

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws IOException {
        new EventLoop(
                        OptionsBuilder.newBuilder()
                                .withHost(Routes.HOST)
                                .withPort(Routes.port(arguments))
                                .withConcurrency(1)
                                .build(),
                        NoopLogger.instance(),
                        MicrohttpServer::handle)
                .start();
    }

    private static void handle(Request request, Consumer<Response> answer) {
        switch (request.uri()) {
            case "/plaintext" -> answer.accept(ok(Routes.TEXT, Routes.plaintext()));
            case "/json" -> answer.accept(ok(Routes.JSON, Routes.json()));
            case "/echo" -> answer.accept(ok(Routes.BYTES, request.body()));
            case "/blocking" -> Routes.blocking(content -> answer.accept(ok(Routes.TEXT, content)));
            default -> {
                if (request.uri().startsWith(Routes.USERS)) {
                    answer.accept(ok(Routes.TEXT, Routes.bytes(request.uri().substring(Routes.USERS.length()))));
                } else {
                    answer.accept(new Response(404, "Not Found", List.of(), new byte[0]));
                }
            }
        }
    }

    private static Response ok(String type, byte[] content) {
        return new Response(200, "OK", List.of(new Header("Content-Type", type)), content);
    }
}
