package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest {
    private static final String FORM = "application/x-www-form-urlencoded";

    private static void refused(int status, Executable call) {
        assertEquals(status, assertThrows(HttpException.class, call).status());
    }

    @Test
    void queriesAreDecoded() {
        Request request = Request.builder("GET", "/x?a=1&b=x+y%2B&a=2&&c&=d&caf%C3%A9=%F0%9F%A6%8A&e=f=g")
                .build();
        assertEquals("1", request.query("a"));
        assertEquals(List.of("1", "2"), request.queryAll("a"));
        assertEquals("x y+", request.query("b"));
        assertEquals("", request.query("c"));
        assertEquals("d", request.query(""));
        assertEquals("🦊", request.query("café"));
        assertEquals("f=g", request.query("e"));
        assertNull(request.query("absent"));
        assertEquals(
                List.of("a", "b", "c", "", "café", "e"),
                List.copyOf(request.query().asMap().keySet()));
        assertSame(request.query(), request.query());
    }

    @Test
    void thereMayBeNoQuery() {
        assertNull(Request.builder("GET", "/x").build().rawQuery());
        assertEquals("", Request.builder("GET", "/x?").build().rawQuery());
        assertEquals(Map.of(), Request.builder("GET", "/x").build().query().asMap());
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "a=%zz", "a=%00", "a=%C0%AF", "%ED%A0%80=1", "a=%2"})
    void malformedQueriesAreRefused(String query) {
        refused(400, () -> Request.builder("GET", "/x?" + query).build().query());
    }

    @Test
    void aQueryHasALimitOfParameters() {
        String most = "&a".repeat(Request.QUERY_PARAMETERS);
        assertEquals(
                Request.QUERY_PARAMETERS,
                Request.builder("GET", "/?" + most).build().queryAll("a").size());
        refused(400, () -> Request.builder("GET", "/?" + most + "&b").build().query("a"));
    }

    @Test
    void cookiesAreReadAsBrowsersSendThem() {
        Request request = Request.builder("GET", "/")
                .header("Cookie", "a=1; b=\"q\"; a=2;c=x=y; ;novalue; =noname; d=; e=%20 , f; b ad=1")
                .header("Cookie", "g=7")
                .build();
        assertEquals("1", request.cookie("a"), "the first counts");
        assertEquals("\"q\"", request.cookie("b"), "quotes belong to the value");
        assertEquals("x=y", request.cookie("c"));
        assertEquals("", request.cookie("d"));
        assertEquals("%20 , f", request.cookie("e"), "nothing is decoded");
        assertEquals("7", request.cookie("g"));
        assertNull(request.cookie("A"));
        assertEquals(6, request.cookies().size());
    }

    @Test
    void formsAreReadOnce() {
        Request request = Request.builder("POST", "/")
                .header("content-type", FORM + "; charset=utf-8")
                .body("name=Zo%C3%AB+X&tag=a&tag=b")
                .build();
        assertEquals("Zoë X", request.form().first("name"));
        assertEquals(List.of("a", "b"), request.form().all("tag"));
        assertSame(request.form(), request.form());
    }

    @Test
    void aFormThatWasReadAsBytesIsStillAForm() {
        Request request = Request.builder("POST", "/")
                .header("Content-Type", FORM)
                .body("a=1")
                .build();
        assertEquals("a=1", request.text());
        assertEquals("1", request.form().first("a"));
    }

    @Test
    void formsHaveLimits() {
        RequestBuilder builder = Request.builder("POST", "/").header("Content-Type", FORM);
        refused(413, () -> builder.body("a&b&c").build().form(FormLimits.HELD.maxFields(2)));
        refused(413, () -> builder.body("aaaaaaaaaa").build().form(FormLimits.HELD.maxBytes(9)));
        refused(413, () -> builder.body(stream("aaaaaaaaaa")).build().form(FormLimits.HELD.maxBytes(9)));
        refused(400, () -> builder.body("a=%zz").build().form());
        assertEquals("é", builder.body("a=é").build().form().first("a"));
        refused(
                400,
                () -> builder.body(new byte[] {'a', '=', (byte) 0xE9}).build().form());
        refused(
                413,
                () -> builder.body("&a".repeat(FormLimits.HELD.maxFields() + 1))
                        .build()
                        .form());
    }

    @Test
    void formsOfOtherTypesAreRefused() {
        refused(415, () -> Request.builder("POST", "/").body("a=1").build().form());
        refused(
                415,
                () -> Request.builder("POST", "/")
                        .header("Content-Type", "text/plain")
                        .body("a=1")
                        .build()
                        .form());
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void contentIsReadOnceAndKept() {
        Request request = Request.builder("POST", "/").body(stream("été")).build();
        assertEquals(-1, request.contentLength());
        assertEquals("été", request.text());
        assertEquals("été", request.text());
        assertArrayEquals("été".getBytes(StandardCharsets.UTF_8), request.bytes());
    }

    @Test
    void contentAboveItsLimitIs413WithoutReadingIt() throws IOException {
        Request announced = Request.builder("POST", "/").body(new byte[11]).build();
        refused(413, () -> announced.bytes(10));
        assertEquals(11, announced.body().available());
        refused(
                413,
                () -> Request.builder("POST", "/")
                        .body(stream("12345678901"))
                        .build()
                        .text(10));
        assertEquals(10, Request.builder("POST", "/").body(new byte[10]).build().bytes(10).length);
        assertEquals(0, Request.builder("GET", "/").build().bytes(0).length);
    }

    @Test
    void contentKeptFromALargerReadStillObeysASmallerLimit() {
        Request request = Request.builder("POST", "/").body("0123456789").build();
        assertEquals(10, request.bytes().length);
        refused(413, () -> request.bytes(5));
        assertEquals(10, request.bytes(10).length);
    }

    @Test
    void aPeerThatLeavesIsABadRequestNotAFault() throws IOException {
        InputStream cut = InputStream.nullInputStream();
        cut.close(); // reads throw now
        refused(400, () -> Request.builder("POST", "/").body(cut).build().bytes());
    }

    @Test
    void textObeysItsCharset() {
        RequestBuilder latin =
                Request.builder("POST", "/").header("Content-Type", "text/plain; Charset=\"iso-8859-1\"");
        assertEquals("é", latin.body(new byte[] {(byte) 0xE9}).build().text());
        refused(
                400,
                () -> Request.builder("POST", "/")
                        .body(new byte[] {(byte) 0xE9})
                        .build()
                        .text());
        refused(
                415,
                () -> Request.builder("POST", "/")
                        .header("Content-Type", "text/plain; charset=klingon")
                        .body("x")
                        .build()
                        .text());
    }

    @Test
    void pathParametersAreTyped() {
        Request request = Request.builder("GET", "/users/7")
                .path("id", "7")
                .path("big", "9999999999")
                .path("word", "x")
                .build();
        assertEquals(7, request.pathInt("id"));
        assertEquals(9_999_999_999L, request.pathLong("big"));
        refused(400, () -> request.pathInt("big"));
        refused(400, () -> request.pathLong("word"));
        assertThrows(IllegalArgumentException.class, () -> request.path("absent"));
        assertEquals(Map.of("id", "7", "big", "9999999999", "word", "x"), request.pathParameters());
    }

    @Test
    void jsonOfAnotherTypeIs415AndAMissingCodecSaysWhatToAdd() {
        refused(
                415,
                () -> Request.builder("POST", "/")
                        .header("Content-Type", "text/plain")
                        .body("{}")
                        .build()
                        .json(Map.class));
        IllegalStateException missing = assertThrows(IllegalStateException.class, () -> Response.json(Map.of()));
        assertTrue(String.valueOf(missing.getMessage()).contains("ringfort.json"));
    }

    @Test
    void attributesPassFromFilterToHandler() {
        Request request = Request.builder("GET", "/").build();
        assertNull(request.attribute("user"));
        request.setAttribute("user", "zoë");
        assertEquals("zoë", request.attribute("user", String.class));
        assertThrows(ClassCastException.class, () -> request.attribute("user", Integer.class));
    }

    @Test
    void whatIsShownCannotForgeLines() {
        Request request = Request.builder("GET", "/a?\r\nX: y").build();
        assertEquals("GET \"/a?\\u000d\\u000aX: y\"", request.toString());
    }

    @Test
    void headersAndTheRest() {
        Request request = Request.builder("GET", "/")
                .header("Host", "h:1")
                .header("X-A", "1")
                .header("x-a", "2")
                .trailer("T", "3")
                .http10()
                .secure(true)
                .build();
        assertEquals("h:1", request.host());
        assertEquals(List.of("1", "2"), request.headers().all("X-a"));
        assertEquals("1", request.header("x-A"));
        assertEquals("3", request.trailers().first("t"));
        assertEquals("HTTP/1.0", request.version());
        assertTrue(request.secure());
        assertTrue(request.peer().getAddress().isLoopbackAddress());
    }
}
