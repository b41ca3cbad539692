package ringfort.peers;

import io.activej.eventloop.Eventloop;
import io.activej.http.AsyncHttpServer;
import io.activej.http.HttpHeaders;
import io.activej.http.HttpMethod;
import io.activej.http.HttpResponse;
import io.activej.http.RoutingServlet;
import io.activej.promise.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** ActiveJ on one event loop; what blocks runs on virtual threads and comes back as a promise. */
final class ActiveJServer {
    private ActiveJServer() {}

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws IOException {
        Eventloop loop = Eventloop.create().withCurrentThread();
        RoutingServlet routes = RoutingServlet.create()
                .map(HttpMethod.GET, "/plaintext", _ -> answer(Routes.TEXT, Routes.plaintext()))
                .map(HttpMethod.GET, "/json", _ -> answer(Routes.JSON, Routes.json()))
                .map(
                        HttpMethod.GET,
                        "/users/:id",
                        request -> answer(Routes.TEXT, Routes.bytes(request.getPathParameter("id"))))
                .map(
                        HttpMethod.POST,
                        "/echo",
                        request -> request.loadBody(Routes.echoMostBytes())
                                .map(body -> answer(Routes.BYTES, body.getArray())))
                .map(
                        HttpMethod.GET,
                        "/blocking",
                        _ -> Promise.ofBlocking(Routes.BLOCKING, () -> Routes.blocking())
                                .map(content -> answer(Routes.TEXT, content)));
        AsyncHttpServer.create(loop, routes)
                .withListenAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), Routes.port(arguments)))
                .listen();
        loop.run();
    }

    private static HttpResponse answer(String type, byte[] content) {
        return HttpResponse.ok200().withHeader(HttpHeaders.CONTENT_TYPE, type).withBody(content);
    }
}
