package ringfort.peers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The JDK's server, each request on a virtual thread. The same program is robaho's server when its jar, which takes the
 * JDK's place as a service, is on the class path.
 */
final class JdkServer {
    private static final int BACKLOG = 1024;

    private JdkServer() {}

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Routes.port(arguments)), BACKLOG);
        server.setExecutor(Routes.BLOCKING);
        server.createContext("/plaintext", exchange -> answer(exchange, Routes.TEXT, Routes.plaintext()));
        server.createContext("/json", exchange -> answer(exchange, Routes.JSON, Routes.json()));
        server.createContext(Routes.USERS, exchange -> answer(exchange, Routes.TEXT, Routes.bytes(id(exchange))));
        server.createContext(
                "/echo",
                exchange ->
                        answer(exchange, Routes.BYTES, exchange.getRequestBody().readAllBytes()));
        server.createContext("/blocking", exchange -> {
            try {
                answer(exchange, Routes.TEXT, Routes.blocking());
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        server.createContext("/", exchange -> {
            var _ = exchange.getRequestBody().readAllBytes();
            answer(exchange, Routes.TEXT, Routes.bytes(Routes.OTHERWISE));
        });
        server.start();
    }

    private static String id(HttpExchange exchange) {
        return exchange.getRequestURI().getPath().substring(Routes.USERS.length());
    }

    private static void answer(HttpExchange exchange, String type, byte[] content) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content);
        exchange.close();
    }
}
