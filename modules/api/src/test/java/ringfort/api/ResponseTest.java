package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.spi.ResponseAccess;

class ResponseTest {
    @Test
    void withersLeaveTheOriginalAlone() {
        Response original = Response.text("x");
        Response changed = original.status(201).header("X-A", "1").addHeader("X-A", "2");
        assertEquals(200, original.status());
        assertEquals(1, original.headers().size());
        assertEquals(List.of("1", "2"), changed.headers().all("x-a"));
        assertEquals(List.of("3"), changed.header("x-A", "3").headers().all("X-A"));
        assertNull(changed.withoutHeader("x-a").header("X-A"));
        assertEquals("text/csv", original.contentType("text/csv").header("content-type"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb: c", "a\nb", "a\rb", "a\0b", "a\u0001b", "a\u007fb", "a\u0100b", "\u010d\u010a"})
    void valuesThatCouldSplitTheMessageAreRefused(String value) {
        assertThrows(IllegalArgumentException.class, () -> Response.ok().header("X-A", value));
        assertThrows(IllegalArgumentException.class, () -> Response.ok().addHeader("X-A", value));
        assertThrows(IllegalArgumentException.class, () -> Response.bytes(new byte[0], value));
        assertThrows(IllegalArgumentException.class, () -> Response.stream(value, _ -> {}));
        assertThrows(IllegalArgumentException.class, () -> Headers.of("X-A", value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:", "a\r\n", "é", "a\0"})
    void namesAreTokens(String name) {
        assertThrows(IllegalArgumentException.class, () -> Response.ok().header(name, "x"));
        assertThrows(IllegalArgumentException.class, () -> Headers.of(name, "x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "transfer-encoding", "CONNECTION", "Date", "Keep-Alive", "Upgrade"})
    void framingBelongsToTheEngine(String name) {
        assertThrows(IllegalArgumentException.class, () -> Response.ok().header(name, "1"));
        assertThrows(IllegalArgumentException.class, () -> Response.ok().addHeader(name, "1"));
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 205, 304})
    void statusesWithoutContentRefuseContent(int status) {
        assertThrows(IllegalArgumentException.class, () -> Response.text("x").status(status));
        assertThrows(IllegalArgumentException.class, () -> Response.of(status).body(new Body.Bytes(new byte[1])));
        assertThrows(
                IllegalArgumentException.class,
                () -> Response.stream("a/b", _ -> {}).status(status));
        assertEquals(status, Response.of(status).status());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 99, 100, 101, 103, 199, 600, -200})
    void responsesAreFinal(int status) {
        assertThrows(IllegalArgumentException.class, () -> Response.of(status));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/a?b=c#d", "a/b", "?x", "https://example.org/", "HTTP://h", "/a:b", "./a:b"})
    void locationsOfTheWebPass(String location) {
        assertEquals(location, Response.redirect(location).header("Location"));
        assertEquals(201, Response.created(location).status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "//evil.example",
                "/a b",
                "/a\r\nX: y",
                "javascript:alert(1)",
                "data:,x",
                "/\\evil.example",
                "/é",
                "https:evil",
                "\thttps://h",
                "a:b",
                "ftp://h/"
            })
    void otherLocationsAreRefused(String location) {
        assertThrows(IllegalArgumentException.class, () -> Response.redirect(location));
        assertThrows(IllegalArgumentException.class, () -> Response.created(location));
    }

    @Test
    void redirectsHaveRedirectStatuses() {
        assertEquals(308, Response.redirect(308, "/x").status());
        assertThrows(IllegalArgumentException.class, () -> Response.redirect(304, "/x"));
        assertThrows(IllegalArgumentException.class, () -> Response.redirect(200, "/x"));
    }

    @Test
    void cookiesCarryTheirAttributes() {
        Cookie cookie = Cookie.of("id", "a-b_c")
                .maxAge(Duration.ofMinutes(1))
                .domain("example.org")
                .secure(true)
                .sameSite(Cookie.SameSite.NONE);
        assertEquals(
                "id=a-b_c; Max-Age=60; Path=/; Domain=example.org; Secure; HttpOnly; SameSite=None",
                Response.ok().cookie(cookie).header("Set-Cookie"));
        assertEquals(
                List.of("a=1; Path=/; HttpOnly; SameSite=Lax", "b=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"),
                Response.ok()
                        .cookie(Cookie.of("a", "1"))
                        .cookie(Cookie.expired("b"))
                        .headers()
                        .all("set-cookie"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a;b", "a,b", "a\"b", "a\\b", "é", "a\nb", "\""})
    void cookieValuesAreCookieOctets(String value) {
        assertThrows(IllegalArgumentException.class, () -> Cookie.of("a", value));
    }

    @Test
    void cookiesThatBrowsersIgnoreAreRefused() {
        Cookie host = Cookie.of("__Host-id", "1");
        assertThrows(IllegalArgumentException.class, () -> Response.ok().cookie(host));
        assertThrows(IllegalArgumentException.class, () -> Response.ok().cookie(Cookie.of("__secure-id", "1")));
        assertEquals(
                "__Host-id=1; Path=/; Secure; HttpOnly; SameSite=Lax",
                host.secure(true).toSetCookie());
        assertThrows(
                IllegalArgumentException.class,
                () -> host.secure(true).path("/a").toSetCookie());
        assertThrows(
                IllegalArgumentException.class,
                () -> host.secure(true).domain("example.org").toSetCookie());
        assertThrows(
                IllegalArgumentException.class,
                () -> Cookie.of("a", "1").sameSite(Cookie.SameSite.NONE).toSetCookie());
        assertThrows(IllegalArgumentException.class, () -> Cookie.of("a b", "1"));
        assertThrows(IllegalArgumentException.class, () -> Cookie.of("a", "1").path("/;x"));
        assertThrows(IllegalArgumentException.class, () -> Cookie.of("a", "1").domain("h;x"));
    }

    @Test
    void enginesAttachTheirFormOfSharedFields() {
        Response shared = Response.text("x").header("X-Shared", "1");
        assertNull(ResponseAccess.attached(shared));
        Object form = new Object();
        ResponseAccess.attach(shared, form);
        assertSame(form, ResponseAccess.attached(shared));
        assertSame(form, ResponseAccess.attached(shared.status(404)), "the same fields");
        assertNull(ResponseAccess.attached(shared.header("X-A", "1")), "other fields have a form of their own");
    }
}
