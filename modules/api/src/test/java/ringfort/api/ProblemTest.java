package ringfort.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemTest {
    private static Server failing() {
        return Server.http(0)
                .get("/busy", _ -> {
                    throw HttpException.tooManyRequests(Duration.ofMillis(1_001), "say \"please\"\n");
                })
                .get("/bug", _ -> {
                    throw new IllegalStateException("secret");
                });
    }

    private static Response ask(Server server, String path, String accept) {
        return server.answer(
                Request.builder("GET", path).header("Accept", accept).build());
    }

    private static String text(Response response) {
        return new String(((Body.Bytes) response.body()).bytes(), UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | application/problem+json",
                "application/problem+json | application/problem+json",
                "application/json, text/plain;q=0.5, */*;q=0.1 | application/problem+json",
                "*/* | text/plain; charset=utf-8",
                "text/html, */*;q=0.8 | text/plain; charset=utf-8",
                "image/png | text/plain; charset=utf-8",
                "nonsense | text/plain; charset=utf-8"
            })
    void aClientThatWouldRatherHaveJsonGetsAProblem(String accept, String type) {
        Response response = ask(failing(), "/none", accept);
        assertEquals(404, response.status());
        assertEquals(type, response.header("Content-Type"));
    }

    @Test
    void aProblemSaysWhatTheExceptionSaysAndKeepsItsFields() {
        Response busy = ask(failing(), "/busy", "application/json");
        assertEquals(429, busy.status());
        assertEquals("2", busy.header("Retry-After"));
        assertEquals(
                "{\"type\":\"about:blank\",\"title\":\"Too Many Requests\",\"status\":429,\"detail\":\"say \\\"please\\\"\\u000a\"}",
                text(busy));
        Response bug = ask(failing(), "/bug", "application/json");
        assertEquals("{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500}", text(bug));
    }

    @Test
    void anApplicationMayTellAllItsFailuresSo() {
        Server server = failing().onError(Problem.errors());
        assertEquals(
                "application/problem+json", ask(server, "/busy", "text/html").header("Content-Type"));
        assertEquals("2", ask(server, "/busy", "text/html").header("Retry-After"));
        Problem problem = Problem.of(422, "no").with("field", "age");
        assertEquals(
                "{\"type\":\"about:blank\",\"title\":\"Unprocessable Content\",\"status\":422,\"detail\":\"no\",\"field\":\"age\"}",
                text(problem.response()));
    }
}
