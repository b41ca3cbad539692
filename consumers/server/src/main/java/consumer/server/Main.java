package consumer.server;

import ringfort.api.Response;
import ringfort.api.RunningServer;
import ringfort.api.Server;

/** Greets until it is stopped. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        RunningServer server = Server.http("127.0.0.1", 0)
                .get("/hello/{name}", request -> Response.text("Hello " + request.path("name")))
                .start();
        System.out.println("ready http://127.0.0.1:" + server.port());
    }
}
