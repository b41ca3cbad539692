package consumer.rules;

import ringfort.api.Request;
import ringfort.api.Response;

/** Keeps the rules: the handler shares nothing. */
public final class Main {
    private Main() {}

    static Response greet(Request request) {
        return Response.text("Hello " + request.path("name"));
    }

    public static void main(String[] arguments) {
        System.out.println("ok");
    }
}
