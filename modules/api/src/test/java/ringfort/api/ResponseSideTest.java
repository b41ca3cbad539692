package ringfort.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a response can say besides status, fields and content, as a handler's test sees it without a server. */
class ResponseSideTest {
    private static final Tunnel ECHO = (in, out) -> in.transferTo(out);

    private static Response stream() {
        return Response.stream("text/plain", out -> out.write('x'));
    }

    private static RequestBuilder asking(String upgrade) {
        return Request.builder("GET", "/").header("Connection", "Upgrade").header("Upgrade", upgrade);
    }

    // Trailers.

    @Test
    void trailersBelongToTheContentAndGoWithIt() {
        Response response = stream().trailer("X-A", () -> "1").trailer("X-B", () -> null);
        List<Trailer> trailers =
                ((Body.Streaming) response.status(201).header("X-C", "d").body()).trailers();
        assertEquals(List.of("X-A", "X-B"), trailers.stream().map(Trailer::name).toList());
        assertEquals("1", trailers.get(0).value());
        assertNull(trailers.get(1).value());
        assertEquals(Body.EMPTY, response.body(Body.EMPTY).body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length",
                "transfer-encoding",
                "Trailer",
                "Connection",
                "Date",
                "Host",
                "Cache-Control",
                "Set-Cookie",
                "Authorization",
                "WWW-Authenticate",
                "Content-Type",
                "CONTENT-ENCODING",
                "Content-Range",
                "Location",
                "Vary"
            })
    void fieldsThatAreNeededBeforeTheContentAreNoTrailers(String name) {
        assertThrows(IllegalArgumentException.class, () -> stream().trailer(name, () -> "1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb: c", "a\nb", "a\rb", "a\0b", "a\u007fb", "a\u0100b"})
    void valuesOfTrailersAreCheckedWhenTheyAreKnown(String value) {
        var trailer = new Trailer("X-A", () -> value);
        assertThrows(IllegalArgumentException.class, trailer::value);
        assertThrows(IllegalArgumentException.class, () -> new Trailer("X-A: b\r\n", () -> "1"));
    }

    @Test
    void onlyChunkedContentHasTrailers() {
        for (Response other :
                List.of(Response.ok(), Response.text("x"), Response.stream("text/plain", 1, out -> out.write('x')))) {
            assertThrows(IllegalArgumentException.class, () -> other.trailer("X-A", () -> "1"));
        }
    }

    // Interim responses.

    @Test
    void aTestHearsOfInterimResponses() {
        List<String> heard = new ArrayList<>();
        Request request = Request.builder("GET", "/")
                .onInform((status, fields) -> heard.add(status + " " + fields.all("Link")))
                .build();
        request.earlyHints("</a>; rel=preload", "</b>; rel=preload");
        request.inform(102, Headers.empty());
        assertEquals(List.of("103 [</a>; rel=preload, </b>; rel=preload]", "102 []"), heard);
        Request.builder("GET", "/").build().earlyHints("</nobody>; rel=listens");
    }

    @Test
    void http10HearsOfNone() {
        List<Integer> heard = new ArrayList<>();
        Request.builder("GET", "/")
                .http10()
                .onInform((status, _) -> heard.add(status))
                .build()
                .earlyHints("</a>");
        assertTrue(heard.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 99, 101, 200, 204, 600, -100})
    void onlyInterimStatusesInform(int status) {
        Request request = Request.builder("GET", "/").build();
        assertThrows(IllegalArgumentException.class, () -> request.inform(status, Headers.empty()));
    }

    @Test
    void fieldsOfInterimResponsesAreCheckedWhereverTheyComeFrom() {
        Request request = Request.builder("GET", "/").build();
        assertThrows(IllegalArgumentException.class, () -> request.earlyHints("</a>\r\nX: y"));
        assertThrows(IllegalArgumentException.class, () -> request.inform(103, Headers.of("Content-Length", "1")));
        assertThrows(IllegalArgumentException.class, () -> request.inform(103, Headers.of("Connection", "close")));
        assertThrows(IllegalArgumentException.class, () -> request.inform(103, new OneField("X-A", "1\r\nX-B: 2")));
        assertThrows(IllegalArgumentException.class, () -> request.inform(103, new OneField("X-A: 1\r\nX-B", "2")));
    }

    private record OneField(String only, String its) implements Headers {
        @Override
        public int size() {
            return 1;
        }

        @Override
        public String name(int index) {
            return only;
        }

        @Override
        public String value(int index) {
            return its;
        }
    }

    // The end of the connection.

    @Test
    void closingStaysWhateverFiltersChange() {
        assertFalse(Response.ok().isClosing());
        Response closing = Response.text("x").closing();
        assertTrue(closing.header("X-A", "1")
                .addHeader("X-A", "2")
                .withoutHeader("X-B")
                .status(201)
                .body(Body.EMPTY)
                .isClosing());
        assertFalse(Response.text("x").isClosing());
    }

    // Upgrades.

    @Test
    void aHandlersTunnelIsTestedWithoutAServer() throws Exception {
        Handler handler = request -> Response.upgrade(request, "echo/1", ECHO);
        Response response = handler.handle(asking("h2c, ECHO/1").build()).header("X-A", "1");
        assertEquals(101, response.status());
        assertEquals("echo/1", response.header("Upgrade"));
        assertTrue(response.toString().startsWith("101 Switching Protocols\n"), response::toString);
        Upgrade upgrade = response.upgrade();
        assertNotNull(upgrade);
        assertNull(upgrade.idleTimeout());
        var out = new ByteArrayOutputStream();
        upgrade.tunnel().run(new ByteArrayInputStream("hello".getBytes(US_ASCII)), out);
        assertEquals("hello", out.toString(US_ASCII));
    }

    @Test
    void whoDoesNotAskForItIsToldToAsk() {
        List<Request> requests = List.of(
                Request.builder("GET", "/").build(),
                Request.builder("GET", "/").header("Upgrade", "echo").build(),
                Request.builder("GET", "/").header("Connection", "upgrade").build(),
                asking("other").build(),
                asking("echo/2").build(),
                asking("echoes").build(),
                asking("echo").http10().build(),
                asking("echo").body("content").build(),
                Request.builder("HEAD", "/")
                        .header("Connection", "upgrade")
                        .header("Upgrade", "echo")
                        .build());
        for (Request request : requests) {
            Response response = Response.upgrade(request, "echo", ECHO);
            assertEquals(426, response.status(), request::toString);
            assertEquals("echo", response.header("Upgrade"));
            assertNull(response.upgrade());
        }
    }

    @Test
    void aSwitchIsNoOrdinaryResponse() {
        Response response = Response.upgrade(asking("echo").build(), "echo", ECHO);
        assertThrows(IllegalArgumentException.class, () -> response.body(new Body.Bytes(new byte[1])));
        assertNull(response.status(403).upgrade());
        assertThrows(IllegalArgumentException.class, () -> response.status(403).status(101));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a,b", "a/", "/1", "a\r\nX: y", "a/1/2"})
    void protocolsAreTokensWithAVersionPerhaps(String protocol) {
        assertThrows(IllegalArgumentException.class, () -> Response.upgradeRequired(protocol));
        assertThrows(IllegalArgumentException.class, () -> new Upgrade(protocol, ECHO, null));
    }

    @Test
    void anIdleTimeoutIsNotNegative() {
        assertThrows(IllegalArgumentException.class, () -> new Upgrade("echo", ECHO, Duration.ofMillis(-1)));
        assertEquals(Duration.ZERO, new Upgrade("echo", ECHO, Duration.ZERO).idleTimeout());
    }

    // Fields, wherever they come in.

    /** Every way text of an application gets into a head, given what would split it. */
    @ParameterizedTest
    @ValueSource(strings = {"\r\nX: y", "\n", "\r", "\0", "\u0001", "\u007f", "\u0100"})
    void nothingThatSplitsAHeadGetsIntoOne(String evil) {
        String text = "a" + evil;
        List<Runnable> ways = List.of(
                () -> Response.ok().header("X-A", text),
                () -> Response.ok().addHeader("X-A", text),
                () -> Response.ok().header(text, "a"),
                () -> Response.ok().contentType(text),
                () -> Response.bytes(new byte[0], text),
                () -> Response.stream(text, _ -> {}),
                () -> Response.redirect("/" + text),
                () -> Response.created("/" + text),
                () -> Response.ok().cookie(Cookie.of("a", text)),
                () -> Response.ok().cookie(Cookie.of(text, "a")),
                () -> Response.ok().cookie(Cookie.of("a", "b").path("/" + text)),
                () -> Response.ok().cookie(Cookie.of("a", "b").domain(text)),
                () -> Response.upgradeRequired(text),
                () -> new Trailer(text, () -> "a"),
                () -> new Trailer("X-A", () -> text).value(),
                () -> Request.builder("GET", "/").build().earlyHints(text),
                () -> HttpException.unauthorized(text));
        for (int i = 0; i < ways.size(); i++) {
            int way = i;
            var refused = assertThrows(
                    IllegalArgumentException.class, () -> ways.get(way).run(), () -> "way " + way);
            assertFalse(String.valueOf(refused.getMessage()).contains(evil), "the message shows it escaped");
        }
    }

    /** An error response that cannot be made would be no response at all. */
    @Test
    void fieldsOfAnExceptionAreThoseOfAResponse() {
        for (Headers headers : List.of(
                new OneField("X-A", "1\r\nX-B: 2"),
                new OneField("X-A: 1\r\nX-B", "2"),
                Headers.of("Content-Length", "5"),
                Headers.of("Connection", "close"))) {
            assertThrows(IllegalArgumentException.class, () -> new HttpException(401, "", headers, null));
        }
    }
}
