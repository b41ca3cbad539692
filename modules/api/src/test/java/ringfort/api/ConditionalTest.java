package ringfort.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
                "bytes=0-1,3-4",
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

    @ParameterizedTest
    @CsvSource(nullValues = "none", textBlock = """
        '"v1"',                            206
        'W/"v1"',                          200
        '"v2"',                            200
        'Sun, 06 Nov 1994 08:49:37 GMT',   206
        'Sun, 06 Nov 1994 08:49:38 GMT',   200
        none,                              206
        """)
    void aRangeOfAnotherVersionGetsTheWhole(@Nullable String ifRange, int status) {
        String[] headers = ifRange == null
                ? new String[] {"Range", "bytes=0-1"}
                : new String[] {"Range", "bytes=0-1", "If-Range", ifRange};
        assertEquals(status, get(headers).status());
    }
}
