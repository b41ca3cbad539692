package consumer.json;

import ringfort.api.Handler;
import ringfort.api.Request;
import ringfort.api.Response;

/** A handler that reads and writes JSON. */
public final class Main {
    /** What is sent and received. */
    public record User(int id, String name) {}

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        Handler older = request -> {
            User user = request.json(User.class);
            return Response.json(new User(user.id() + 1, user.name()));
        };
        Response response = older.handle(Request.builder("POST", "/users")
                .header("Content-Type", "application/json")
                .body("{\"id\":7,\"name\":\"Ada\"}")
                .build());
        if (response.body().length() != "{\"id\":8,\"name\":\"Ada\"}".length()) {
            throw new AssertionError(response.body());
        }
        System.out.println("ok");
    }
}
