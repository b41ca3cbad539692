package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringfort.api.spi.Mount;

class ServerTest {
    private final List<String> seen = new ArrayList<>();

    private Filter named(String name) {
        return (request, next) -> {
            seen.add(name);
            return next.handle(request);
        };
    }

    private static Response ask(Server server, String method, String target) {
        return server.answer(Request.builder(method, target).build());
    }

    private static String text(Response response) {
        return new String(assertInstanceOf(Body.Bytes.class, response.body()).bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void handlersAndFiltersArePlainFunctions() throws Exception {
        Handler hello = request -> Response.text("Hello " + request.path("name"));
        Filter shout = (request, next) -> next.handle(request).header("X-Loud", "yes");
        Request request =
                Request.builder("GET", "/hello/zoë").path("name", "zoë").build();
        Response response = shout.filter(request, hello);
        assertEquals("Hello zoë", text(response));
        assertEquals("yes", response.header("X-Loud"));
    }

    @Test
    void filtersOfAScopeSurroundAllItsRoutesInOrder() {
        Server server = Server.http(0)
                .filter(named("a"))
                .get("/x", _ -> Response.ok())
                .group(
                        "/g",
                        g -> g.get("/x", _ -> Response.ok())
                                .filter(named("g"))
                                .group("/h", h -> h.filter(named("h")).get("/x", _ -> Response.ok())))
                .filter(named("b").andThen(named("c")));
        ask(server, "GET", "/x");
        assertEquals(List.of("a", "b", "c"), seen);
        seen.clear();
        ask(server, "GET", "/g/x");
        assertEquals(List.of("a", "b", "c", "g"), seen);
        seen.clear();
        ask(server, "GET", "/g/h/x");
        assertEquals(List.of("a", "b", "c", "g", "h"), seen);
    }

    @Test
    void filtersOfTheServerSeeWhatNoRouteAnswers() {
        Server server = Server.http(0)
                .filter(named("a"))
                .group("/g", g -> g.filter(named("g")).get("/x", _ -> Response.ok()));
        for (String[] row : new String[][] {
            {"GET", "/none", "404"},
            {"POST", "/g/x", "405"},
            {"OPTIONS", "/g/x", "204"},
            {"BREW", "/", "501"},
            {"GET", "/%zz", "400"}
        }) {
            seen.clear();
            assertEquals(Integer.parseInt(row[2]), ask(server, row[0], row[1]).status());
            assertEquals(List.of("a"), seen, row[1]);
        }
    }

    @Test
    void groupsPrefixTheirRoutes() {
        Server server = Server.http(0)
                .group(
                        "/api/{tenant}",
                        api -> api.get("", request -> Response.text("root of " + request.path("tenant")))
                                .get("/", request -> Response.text("slash"))
                                .get(
                                        "/{id}",
                                        request -> Response.text(request.path("tenant") + request.pathInt("id"))));
        assertEquals("root of t", text(ask(server, "GET", "/api/t")));
        assertEquals("slash", text(ask(server, "GET", "/api/t/")));
        assertEquals("t7", text(ask(server, "GET", "/api/t/7")));
        assertEquals(400, ask(server, "GET", "/api/t/seven").status());
        assertThrows(IllegalArgumentException.class, () -> Server.http(0).group("/a/", _ -> {}));
        assertThrows(IllegalArgumentException.class, () -> Server.http(0).group("a", _ -> {}));
        assertThrows(IllegalArgumentException.class, () -> Server.http(0).get("", _ -> Response.ok()));
    }

    @Test
    void defaultErrorsAreShortAndLeakNothing() {
        Server server = Server.http(0)
                .get("/fault", _ -> {
                    throw new IllegalStateException("secret of the house");
                })
                .get("/null", _ -> nothing())
                .get("/bad", _ -> {
                    throw HttpException.badRequest("name is missing");
                })
                .get("/auth", _ -> {
                    throw HttpException.unauthorized("Basic realm=\"x\"");
                });
        assertEquals("404 Not Found\n", text(ask(server, "GET", "/none")));
        assertEquals("500 Internal Server Error\n", text(ask(server, "GET", "/fault")));
        assertEquals("500 Internal Server Error\n", text(ask(server, "GET", "/null")));
        assertEquals("400 Bad Request: name is missing\n", text(ask(server, "GET", "/bad")));
        assertEquals("Basic realm=\"x\"", ask(server, "GET", "/auth").header("WWW-Authenticate"));
        assertEquals("text/plain; charset=utf-8", ask(server, "GET", "/none").header("Content-Type"));
    }

    @SuppressWarnings("NullAway") // what a handler without null checks does
    private static Response nothing() {
        return null;
    }

    @Test
    void theErrorHandlerAnswersFailuresAndUnroutedRequests() {
        Server server = Server.http(0)
                .onError((request, failure) -> Response.text(
                                failure instanceof HttpException http
                                        ? "status " + http.status()
                                        : "fault " + failure.getMessage())
                        .status(failure instanceof HttpException http ? http.status() : 500))
                .get("/fault", _ -> {
                    throw new IOException("disk");
                });
        assertEquals("fault disk", text(ask(server, "GET", "/fault")));
        assertEquals("status 404", text(ask(server, "GET", "/none")));
        assertEquals("status 405", text(ask(server, "POST", "/fault")));
    }

    /** RFC 9110, 15.5.6 and 15.5.2: a 405 must have Allow, a 401 WWW-Authenticate. An own error handler lost them. */
    @Test
    void theErrorHandlersResponseKeepsTheFieldsOfTheException() {
        Server server = Server.http(0)
                .onError((request, failure) -> {
                    int status = ((HttpException) failure).status();
                    Response page = Response.text("page").status(status);
                    return switch (request.pattern()) {
                        case "/own" -> page.header("www-authenticate", "Own");
                        case "/elsewhere" -> Response.redirect("/login");
                        default -> page;
                    };
                })
                .get("/denied", _ -> {
                    throw HttpException.unauthorized("Basic realm=\"x\"");
                })
                .get("/own", _ -> {
                    throw HttpException.unauthorized("Basic realm=\"x\"");
                })
                .get("/elsewhere", _ -> {
                    throw HttpException.unauthorized("Basic realm=\"x\"");
                })
                .get("/busy", _ -> {
                    throw new HttpException(503, "", Headers.of("Retry-After", "7"), null);
                });
        assertEquals("GET, HEAD, OPTIONS", ask(server, "POST", "/denied").header("Allow"));
        assertEquals("Basic realm=\"x\"", ask(server, "GET", "/denied").header("WWW-Authenticate"));
        assertEquals(List.of("Own"), ask(server, "GET", "/own").headers().all("WWW-Authenticate"));
        assertNull(ask(server, "GET", "/elsewhere").header("WWW-Authenticate"), "another status says all of itself");
        assertEquals("7", ask(server, "GET", "/busy").header("Retry-After"));
    }

    @Test
    void anErrorHandlerThatFailsIsCoveredByTheDefault() {
        Handler fault = _ -> {
            throw new IllegalStateException("x");
        };
        Server throwing = Server.http(0).get("/", fault).onError((_, _) -> {
            throw new IllegalStateException("y");
        });
        assertEquals("500 Internal Server Error\n", text(ask(throwing, "GET", "/")));
        assertEquals("404 Not Found\n", text(ask(throwing, "GET", "/none")));
        Server without = Server.http(0).get("/", fault).onError((_, _) -> nothing());
        assertEquals(500, ask(without, "GET", "/").status());
        Server translating = Server.http(0).get("/", fault).onError((_, _) -> {
            throw new HttpException(503, "later");
        });
        assertEquals("503 Service Unavailable: later\n", text(ask(translating, "GET", "/")));
    }

    @Test
    void recoverLetsOuterFiltersSeeTheErrorResponse() {
        Server server = Server.http(0)
                .onError((_, _) -> Response.text("sorry").status(500))
                .filter((request, next) -> next.handle(request).header("X-Outer", "1"), Filters.recover())
                .get("/", _ -> {
                    throw new StackOverflowError();
                });
        Response response = ask(server, "GET", "/");
        assertEquals("sorry", text(response));
        assertEquals("1", response.header("X-Outer"));
        assertEquals("1", ask(server, "GET", "/none").header("X-Outer"));
    }

    @Test
    void recoverAnswersAlsoWithoutAServer() throws Exception {
        Response response = Filters.recover().filter(Request.builder("GET", "/").build(), _ -> {
            throw HttpException.notFound();
        });
        assertEquals(404, response.status());
    }

    @Test
    void faultsAreCountedOnceAndExpectedOutcomesNot() {
        Server server = Server.http(0).filter(Filters.recover()).get("/", _ -> {
            throw new IllegalStateException("counted");
        });
        var application = server.application();
        for (String path : List.of("/", "/none", "/")) {
            var match = application.routes().match("GET", path);
            Request request = Request.builder("GET", path).build();
            try {
                match.mount().handler().handle(new Request(request.source(), match));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        assertEquals(2, application.metrics().getFirst().value());
    }

    @Test
    void notFoundCanBeAHandler() {
        Server server = Server.http(0)
                .notFound(request -> Response.text("no " + request.path()).status(404))
                .filter(named("a"));
        assertEquals("no /x y", text(ask(server, "GET", "/x%20y")));
        assertEquals(List.of("a"), seen);
    }

    @Test
    void conflictsNameTheLinesThatDeclareThem() {
        Server server = Server.http(0)
                .get("/users/{id}", _ -> Response.ok())
                .group("/users", users -> users.get("/{name}", _ -> Response.ok()));
        ServerStartException refused = assertThrows(ServerStartException.class, server::start);
        String message = String.valueOf(refused.getMessage());
        assertTrue(
                message.matches(".*GET /users/\\{name} \\(ServerTest.java:\\d+\\) matches the same requests as"
                        + " GET /users/\\{id} \\(ServerTest.java:\\d+\\).*"),
                message);
    }

    @Test
    void routesCarryTheirSettings() {
        Server server = Server.http(0)
                .get("/a", _ -> Response.ok())
                .post(
                        "/a",
                        _ -> Response.ok(),
                        Route.inline()
                                .maxBody(10)
                                .bodyTimeout(Duration.ofSeconds(1))
                                .handlerTimeout(Duration.ZERO));
        Mount plain = server.application().routes().match("GET", "/a").mount();
        Mount special = server.application().routes().match("POST", "/a").mount();
        assertEquals(Placement.CARRIED, plain.placement());
        assertNull(plain.settings().maxBody());
        assertEquals(-1, plain.settings().bodyNanos());
        assertEquals(Placement.INLINE, special.placement());
        assertEquals(10, special.settings().bodyBytes());
        assertEquals(1_000_000_000, special.settings().bodyNanos());
        assertEquals(0, special.settings().handlerNanos());
        assertThrows(IllegalArgumentException.class, () -> Route.inline().maxBody(-1));
        assertThrows(IllegalArgumentException.class, () -> Route.inline().bodyTimeout(Duration.ofSeconds(-1)));
    }

    @Test
    void methodsWithoutRoutesAreRefused() {
        Server server = Server.http(0);
        assertThrows(IllegalArgumentException.class, () -> server.handle("TRACE", "/", _ -> Response.ok()));
        assertThrows(IllegalArgumentException.class, () -> server.handle("CONNECT", "/", _ -> Response.ok()));
        assertThrows(IllegalArgumentException.class, () -> server.handle("A B", "/", _ -> Response.ok()));
        assertThrows(IllegalArgumentException.class, () -> server.get("/{", _ -> Response.ok()));
    }
}
