package ringfort.peers;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/** Jetty's core, without servlets, with one selector and handlers on virtual threads. */
final class JettyServer {
    private JettyServer() {}

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws Exception {
        Server server = new Server(new VirtualThreadPool());
        ServerConnector connector =
                Routes.loops() == 1 ? new ServerConnector(server, 1, 1) : new ServerConnector(server);
        connector.setHost(Routes.HOST);
        connector.setPort(Routes.port(arguments));
        server.addConnector(connector);
        server.setHandler(new Answers());
        server.start();
        server.join();
    }

    /** Its handler may block. */
    private static final class Answers extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            String path = Request.getPathInContext(request);
            switch (path) {
                case "/plaintext" -> answer(response, callback, Routes.TEXT, Routes.plaintext());
                case "/json" -> answer(response, callback, Routes.JSON, Routes.json());
                case "/echo" ->
                    answer(
                            response,
                            callback,
                            Routes.BYTES,
                            Content.Source.asInputStream(request).readAllBytes());
                case "/blocking" -> answer(response, callback, Routes.TEXT, Routes.blocking());
                case "/slow", "/unread", "/fill" -> {
                    String millis = Request.extractQueryParameters(request).getValue("ms");
                    answer(response, callback, Routes.TEXT, Routes.abuse(path, millis));
                }
                case "/large" -> {
                    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Routes.BYTES);
                    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, Routes.LARGE_BYTES);
                    try (OutputStream out = Content.Sink.asOutputStream(response)) {
                        Routes.large(out);
                    }
                    callback.succeeded();
                }
                case "/fail" -> throw Routes.failure();
                default -> {
                    if (path.startsWith(Routes.USERS)) {
                        answer(response, callback, Routes.TEXT, Routes.bytes(path.substring(Routes.USERS.length())));
                    } else {
                        var _ = Content.Source.asInputStream(request).readAllBytes();
                        answer(response, callback, Routes.TEXT, Routes.bytes(Routes.OTHERWISE));
                    }
                }
            }
            return true;
        }

        private static void answer(Response response, Callback callback, String type, byte[] content) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
            response.write(true, ByteBuffer.wrap(content), callback);
        }
    }
}
