package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.syntax.MultipartReader;

class ConditionalTest {
    private static final String MODIFIED = "Sun, 06 Nov 1994 08:49:37 GMT";
    private static final String LATER = "Sun, 06 Nov 1994 08:49:38 GMT";
    private static final String EARLIER = "Sun, 06 Nov 1994 08:49:36 GMT";
    private static final Response WHOLE = Response.bytes("0123456789".getBytes(StandardCharsets.US_ASCII), "text/plain")
            .header("ETag", "\"v1\"")
            .header("Last-Modified", MODIFIED);

    private static Response get(String... headers) {
        return ask("GET", WHOLE, headers);
    }

    private static Response ask(String method, Response response, String... headers) {
        RequestBuilder request = Request.builder(method, "/");
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return response.conditional(request.build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"v1\"", "W/\"v1\"", "\"x\", \"v1\"", "\"a,b\",W/\"v1\"", "*", " \"x\" ,, \"v1\" "})
    void aKnownTagIsNotModified(String tags) {
        Response response = get("If-None-Match", tags);
        assertEquals(304, response.status());
        assertEquals("\"v1\"", response.header("ETag"));
        assertNull(response.header("Content-Type"));
        assertInstanceOf(Body.Empty.class, response.body());
        assertEquals(304, ask("HEAD", WHOLE, "If-None-Match", tags).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"v2\"", "v1", "\"v1", "\"V1\"", "", "w/\"v1\"", "\"x\" junk \"v1\"", "\"x\\\"v1\""})
    void anotherTagIsModified(String tags) {
        assertSame(WHOLE, get("If-None-Match", tags));
    }

    @Test
    void datesCountOnlyWithoutTags() {
        assertEquals(304, get("If-Modified-Since", MODIFIED).status());
        assertEquals(304, get("If-Modified-Since", LATER).status());
        assertEquals(
                304, get("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT").status());
        assertEquals(304, get("If-Modified-Since", "Sun Nov  6 08:49:37 1994").status());
        assertSame(WHOLE, get("If-Modified-Since", EARLIER));
        assertSame(WHOLE, get("If-Modified-Since", "yesterday"));
        assertSame(WHOLE, get("If-Modified-Since", MODIFIED, "If-None-Match", "\"v2\""));
    }

    @Test
    void preconditionsFailLoudly() {
        assertEquals(412, get("If-Match", "\"v2\"").status());
        assertEquals(412, get("If-Match", "W/\"v1\"").status(), "compared strongly");
        assertSame(WHOLE, get("If-Match", "\"v2\", \"v1\""));
        assertSame(WHOLE, get("If-Match", "*"));
        assertEquals(412, get("If-Unmodified-Since", EARLIER).status());
        assertSame(WHOLE, get("If-Unmodified-Since", MODIFIED));
        assertSame(WHOLE, get("If-Unmodified-Since", EARLIER, "If-Match", "\"v1\""));
    }

    @Test
    void otherMethodsAndStatusesAreLeftAlone() {
        assertSame(WHOLE, ask("POST", WHOLE, "If-None-Match", "*"));
        Response missing = WHOLE.status(404);
        assertSame(missing, ask("GET", missing, "If-None-Match", "*", "Range", "bytes=0-1"));
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1",
        "bytes=2-4, 2, 5",
        "bytes=5-, 5, 10",
        "bytes=5-99999999999999999999, 5, 10",
        "bytes=-3, 7, 10",
        "bytes=-99, 0, 10",
        "BYTES=9-9, 9, 10",
    })
    void oneRangeIsServed(String range, int from, int to) {
        Response response = get("Range", range);
        assertEquals(206, response.status());
        assertEquals("bytes " + from + "-" + (to - 1) + "/10", response.header("Content-Range"));
        Body.Bytes part = assertInstanceOf(Body.Bytes.class, response.body());
        assertArrayEquals("0123456789".substring(from, to).getBytes(StandardCharsets.US_ASCII), part.bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10-", "bytes=-0", "bytes=10-20", "bytes=99999999999999999999-"})
    void aRangeBeyondTheEndIs416(String range) {
        Response response = get("Range", range);
        assertEquals(416, response.status());
        assertEquals("bytes */10", response.header("Content-Range"));
        assertEquals(0, response.body().length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=4-2",
                "items=0-1",
                "bytes=",
                "bytes=-",
                "bytes=a-b",
                "bytes=+1-2",
                "0-1",
                "bytes=1",
                "bytes=--1",
                "bytes 0-1",
                "bytes=0x1-2",
                "bytes=0 - 1"
            })
    void otherRangesGetTheWhole(String range) {
        assertSame(WHOLE, get("Range", range));
    }

    @Test
    void rangesAreForGetOfDivisibleContent() {
        assertSame(WHOLE, ask("HEAD", WHOLE, "Range", "bytes=0-1"));
        Response stream = Response.stream("a/b", 10, _ -> {});
        assertSame(stream, ask("GET", stream, "Range", "bytes=0-1"));
    }

    @Test
    void aRangeOfAFileIsARangeOfItsBytes() {
        Response file = Response.ok().body(new Body.FileBody(Path.of("x"), 100, 50));
        assertEquals(
                new Body.FileBody(Path.of("x"), 110, 10),
                ask("GET", file, "Range", "bytes=10-19").body());
    }

    /** Parts of 2 bytes in the order asked for, each with the type and its place, as a reader of multipart sees them. */
    private static String parts(byte[] content, @Nullable String contentType) throws Exception {
        String type = String.valueOf(contentType);
        assertTrue(type.startsWith("multipart/byteranges; boundary="), type);
        MultipartReader reader =
                new MultipartReader(new ByteArrayInputStream(content), MultipartReader.boundary(type), FormLimits.HELD);
        StringBuilder parts = new StringBuilder();
        while (reader.next()) {
            assertEquals("text/plain", reader.headers().first("Content-Type"));
            String text = new String(reader.content().readAllBytes(), StandardCharsets.US_ASCII);
            parts.append(reader.headers().first("Content-Range"))
                    .append('=')
                    .append(text)
                    .append(' ');
        }
        return parts.toString().strip();
    }

    @Test
    void severalRangesBecomeParts() throws Exception {
        byte[] bytes = "0123456789".repeat(100).getBytes(StandardCharsets.US_ASCII);
        Response whole = Response.bytes(bytes, "text/plain").header("ETag", "\"v1\"");
        Response response = ask("GET", whole, "Range", "bytes=500-501, -2, 0-1, 10000-, 3-4");
        assertEquals(206, response.status());
        assertNull(response.header("Content-Range"), "each part has its own");
        assertEquals("\"v1\"", response.header("ETag"));
        byte[] content = assertInstanceOf(Body.Bytes.class, response.body()).bytes();
        assertEquals(
                "bytes 500-501/1000=01 bytes 998-999/1000=89 bytes 0-4/1000=01234",
                parts(content, response.header("Content-Type")));
    }

    @Test
    void severalRangesOfAFileAreStreamedWithTheirExactLength(@TempDir Path directory) throws Exception {
        Path path = Files.writeString(directory.resolve("x"), "-" + "0123456789".repeat(100) + "-");
        Response whole = Response.ok().contentType("text/plain").body(new Body.FileBody(path, 1, 1000));
        Response response = ask("GET", whole, "Range", "bytes=500-501,-2");
        Body.Streaming body = assertInstanceOf(Body.Streaming.class, response.body());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        body.writer().writeTo(out);
        assertEquals(body.length(), out.size());
        assertEquals(
                "bytes 500-501/1000=01 bytes 998-999/1000=89",
                parts(out.toByteArray(), response.header("Content-Type")));
        Files.writeString(path, "short");
        assertThrows(EOFException.class, () -> body.writer().writeTo(new ByteArrayOutputStream()));
    }

    @Test
    void oneRangeIsLeftOfSeveralThatOverlap() {
        Response response = get("Range", "bytes=0-4,2-6");
        assertEquals("bytes 0-6/10", response.header("Content-Range"));
        assertEquals(7, response.body().length());
        assertSame(WHOLE, get("Range", "bytes=" + "0-0,".repeat(17)), "too many");
        assertSame(WHOLE, get("Range", "bytes=0-1", "Range", "bytes=0-1"), "it is no list of fields");
    }

    @Test
    void aResponseCanKeepRangesAway() {
        Response none = WHOLE.header("Accept-Ranges", "none");
        assertSame(none, ask("GET", none, "Range", "bytes=0-1"));
    }

    @Test
    void otherSuccessesAreConditionalToo() {
        Response translated = WHOLE.status(203);
        assertEquals(304, ask("GET", translated, "If-None-Match", "\"v1\"").status());
        assertSame(translated, ask("GET", translated, "Range", "bytes=0-1"));
    }

    @Test
    void theFilterAsksForEveryResponse() throws Exception {
        Handler handler = Filters.conditional().around(_ -> WHOLE);
        Request known =
                Request.builder("GET", "/").header("If-None-Match", "\"v1\"").build();
        assertEquals(304, handler.handle(known).status());
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", textBlock = """
        '"v1"',                            206
        'W/"v1"',                          200
        '"v2"',                            200
        'Sun, 06 Nov 1994 08:49:37 GMT',   206
        'Sun, 06 Nov 1994 08:49:38 GMT',   200
        'Sun, 06 Nov 1994 08:49:36 GMT',   200
        'Sunday, 06-Nov-94 08:49:37 GMT',  206
        '"v1", "v2"',                      200
        '*',                               200
        yesterday,                         200
        none,                              206
        """)
    void aRangeOfAnotherVersionGetsTheWhole(@Nullable String ifRange, int status) {
        String[] headers = ifRange == null
                ? new String[] {"Range", "bytes=0-1"}
                : new String[] {"Range", "bytes=0-1", "If-Range", ifRange};
        assertEquals(status, get(headers).status());
    }
}
