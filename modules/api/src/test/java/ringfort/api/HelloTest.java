package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first program of a reader, a compact source file, compiles with nothing but this module. */
class HelloTest {
    private static final String HELLO = """
            import module ringfort.api;

            record User(int id) {}

            User find(int id) {
                return new User(id);
            }

            void main() {
                Server.http(8080)
                    .filter(Filters.recover(), Filters.accessLog())
                    .get("/hello/{name}", request -> Response.text("Hello " + request.path("name")))
                    .group("/api", api -> api
                        .get("/users/{id}", request -> Response.json(find(request.pathInt("id"))))
                        .post("/users", request -> Response.created("/api/users/7")))
                    .files("/static", Path.of("public"))
                    .start();
            }
            """;

    private static final String EVERY_VERB = """
            import module ringfort.api;

            Response ping(Request request) {
                return Response.ok();
            }

            void main() {
                try (RunningServer server = Server.http("localhost", 0)
                    .options(options -> options.headerTimeout(Duration.ofSeconds(2)).maxBody(1 << 20))
                    .onError((request, failure) -> Response.text("sorry").status(500))
                    .notFound(request -> Response.of(404))
                    .get("/ping", this::ping, Route.inline())
                    .put("/a", request -> { throw HttpException.badRequest("no"); })
                    .patch("/a", request -> Response.noContent(), Route.offload().maxBody(1).bodyTimeout(Duration.ZERO))
                    .delete("/a", this::ping)
                    .head("/b", this::ping)
                    .options("/a", this::ping)
                    .handle("PURGE", "/a", this::ping)
                    .route(List.of("GET", "POST"), "/c", this::ping)
                    .get("/stream", request -> Response.stream("text/plain", out -> out.write(1)))
                    .filter((request, next) -> next.handle(request).header("X-A", "b"))
                    .start()) {
                    IO.println(PrometheusText.format(server.metrics()));
                    server.awaitStop();
                }
            }
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @Test
    void compilesAsWritten() throws Exception {
        compile("Hello.java", HELLO);
    }

    @Test
    void everyVerbTakesLambdasAndMethodReferences() throws Exception {
        compile("Verbs.java", EVERY_VERB);
    }

    private void compile(String name, String source) throws Exception {
        Path file = Files.writeString(directory.resolve(name), source);
        Path classes = Path.of(
                Server.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        int status = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        out,
                        out,
                        "--module-path",
                        classes.toString(),
                        "--add-modules",
                        "ringfort.api",
                        "-d",
                        directory.toString(),
                        file.toString());
        assertEquals(0, status, said::toString);
    }
}
