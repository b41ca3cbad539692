package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** RFC 9110, section 12. */
class NegotiationTest {
    private static Response greet(Request request) {
        String[] offers = {"application/json", "text/html"};
        String type = request.accepts(offers);
        if (type == null) {
            throw HttpException.notAcceptable("Accept", offers);
        }
        return Response.text("hello").contentType(type).vary("Accept");
    }

    @Test
    void eachFieldIsAskedByItsOwnName() {
        Request request = Request.builder("GET", "/")
                .header("Accept", "a/b;q=0.5")
                .header("accept", "c/d")
                .header("Accept-Language", "de-CH, en;q=0.1")
                .header("Accept-Encoding", "gzip")
                .build();
        assertEquals("c/d", request.accepts("a/b", "c/d"));
        assertEquals("de", request.acceptsLanguage("en", "de"));
        assertEquals("gzip", request.acceptsEncoding("br", "gzip"));
        assertNull(request.accepts("x/y"));
    }

    @Test
    void theChoiceIsSaidToCaches() {
        Server server = Server.http(0).get("/", NegotiationTest::greet);
        Response html = server.answer(
                Request.builder("GET", "/").header("Accept", "text/*").build());
        assertEquals("text/html", html.header("Content-Type"));
        assertEquals("Accept", html.header("Vary"));
        Response none = server.answer(
                Request.builder("GET", "/").header("Accept", "image/png").build());
        assertEquals(406, none.status());
        assertEquals("Accept", none.header("Vary"));
    }

    @Test
    void varyNamesEachFieldOnce() {
        Response response = Response.ok().vary("Accept").vary("Origin");
        assertEquals("Accept, Origin", response.header("Vary"));
        assertSame(response, response.vary("ACCEPT"));
        assertSame(response, response.vary("origin"));
        assertEquals(
                "Accept, Origin, Accept-Encoding",
                response.vary("Accept-Encoding").header("Vary"));
        Response two = Response.ok().addHeader("Vary", "A").addHeader("Vary", "B , C");
        assertEquals("A, B , C, D", two.vary("D").header("Vary"));
        assertSame(two, two.vary("c"));
        Response all = Response.ok().header("Vary", "*");
        assertSame(all, all.vary("Accept"));
        assertThrows(IllegalArgumentException.class, () -> response.vary("not a token"));
    }
}
