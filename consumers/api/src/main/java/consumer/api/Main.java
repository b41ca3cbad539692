package consumer.api;

import ringfort.api.Handler;
import ringfort.api.Request;
import ringfort.api.Response;

/** A handler is a function, so a test calls it. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        Handler greeting = request -> Response.text("Hello " + request.query("name")).status(203);
        Response response =
                greeting.handle(Request.builder("GET", "/greeting?name=Ada").build());
        if (response.status() != 203 || response.body().length() != "Hello Ada".length()) {
            throw new AssertionError(response.status() + " with " + response.body().length() + " bytes");
        }
        System.out.println("ok");
    }
}
