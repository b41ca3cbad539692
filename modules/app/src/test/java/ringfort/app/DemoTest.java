package ringfort.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.api.Body;
import ringfort.api.HttpException;
import ringfort.api.Metric;
import ringfort.api.PrometheusText;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.api.ServerOptions;

class DemoTest {
    private static Request get(String target) {
        return Request.builder("GET", target).build();
    }

    private static void write(Response response, OutputStream out) throws Exception {
        switch (response.body()) {
            case Body.Empty() -> {}
            case Body.Bytes(byte[] bytes) -> out.write(bytes);
            case Body.Streaming streamed -> streamed.writer().writeTo(out);
            case Body.FileBody file -> throw new AssertionError("unexpected " + file);
        }
    }

    private static String content(Response response) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(response, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void plaintextAndJsonSayHello() throws Exception {
        Response text = Demo.plaintext(get("/plaintext"));
        assertEquals("Hello, World!", content(text));
        assertEquals("text/plain", mediaType(text));
        Response json = Demo.json(get("/json"));
        assertEquals("{\"message\":\"Hello, World!\"}", content(json));
        assertEquals("application/json", mediaType(json));
    }

    private static String mediaType(Response response) {
        return String.valueOf(response.header("Content-Type")).split(";", 2)[0];
    }

    @Test
    void echoAnswersWhatItReadsWithItsType() throws Exception {
        Request request = Request.builder("POST", "/echo")
                .header("Content-Type", "application/x-thing")
                .body("some bytes")
                .build();
        Response response = Demo.echo(request);
        assertEquals("application/x-thing", response.header("Content-Type"));
        assertEquals("some bytes", content(response));
        assertNull(Demo.echo(Request.builder("POST", "/echo").build()).header("Content-Type"));
    }

    @Test
    void echoReadsNothingBeforeItsAnswerIsWritten() {
        ByteArrayInputStream content = new ByteArrayInputStream(new byte[10]);
        Response response =
                Demo.echo(Request.builder("PUT", "/echo").body(content).build());
        assertInstanceOf(Body.Streaming.class, response.body());
        assertEquals(10, content.available());
    }

    @Test
    void headersAreLowerCaseAndRepeatedOnesJoined() throws Exception {
        Request request = Request.builder("GET", "/headers")
                .header("X-One", "a")
                .header("Accept", "*/*")
                .header("x-one", "b")
                .build();
        assertEquals("{\"x-one\":\"a, b\",\"accept\":\"*/*\"}", content(Demo.headers(request)));
    }

    @Test
    void statusAnswersThatStatus() throws Exception {
        assertEquals(404, Demo.status(statusRequest("404")).status());
        assertEquals("status 404", content(Demo.status(statusRequest("404"))));
        assertEquals(Body.EMPTY, Demo.status(statusRequest("204")).body());
        assertEquals(Body.EMPTY, Demo.status(statusRequest("304")).body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"100", "199", "600", "-1", "abc", "99999999999"})
    void aStatusThatIsNotFinalIsABadRequest(String code) {
        HttpException refusal = assertThrows(HttpException.class, () -> Demo.status(statusRequest(code)));
        assertEquals(400, refusal.status());
    }

    private static Request statusRequest(String code) {
        return Request.builder("GET", "/status/" + code).path("code", code).build();
    }

    @Test
    void slowTakesABoundedTimeOnly() {
        assertEquals(1_000, Demo.slowMillis(null));
        assertEquals(0, Demo.slowMillis("0"));
        assertEquals(60_000, Demo.slowMillis("60000"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "60001", "", "1s"})
    void slowRefusesOtherTimes(String millis) {
        HttpException refusal = assertThrows(HttpException.class, () -> Demo.slowMillis(millis));
        assertEquals(400, refusal.status());
    }

    @Test
    void blockingAndSlowAnswerOk() throws Exception, InterruptedException {
        assertEquals("ok", content(Demo.blocking(get("/blocking"))));
        assertEquals("ok", content(Demo.slow(get("/slow?ms=1"))));
    }

    @Test
    void largeIsEightMebibytesOfAKnownPattern() throws Exception {
        Response response = Demo.large(get("/large"));
        assertEquals(8 << 20, response.body().length());
        ByteArrayOutputStream out = new ByteArrayOutputStream(8 << 20);
        write(response, out);
        byte[] bytes = out.toByteArray();
        assertEquals(8 << 20, bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if ((bytes[i] & 0xff) != i % 251) {
                throw new AssertionError("byte " + i + " is " + (bytes[i] & 0xff));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, 200",
        "HEAD, /plaintext, 200",
        "GET, /inline, 200",
        "GET, /offload, 200",
        "PUT, /echo, 200",
        "PATCH, /echo, 200",
        "DELETE, /echo, 200",
        "GET, /echo, 405",
        "GET, /users/, 404",
        "GET, /slow?ms=0, 200",
        "GET, /slow?ms=x, 400",
        "GET, /status/418, 418",
        "GET, /error, 500",
        "GET, /whoami, 200",
        "GET, /ready, 200",
        "GET, /events?count=2&ms=0, 200",
        "GET, /events?count=x, 400",
        "GET, /stream?bytes=10, 200",
        "GET, /stream, 400",
        "GET, /compressible, 200",
        "POST, /sink, 200",
        "POST, /upload, 415",
        "GET, /ws, 400",
        "GET, /metrics, 200"
    })
    void everyRouteIsDeclared(String method, String target, int status) {
        assertEquals(
                status, demo().answer(Request.builder(method, target).build()).status());
    }

    @Test
    void eventsGoOnBehindTheOneThatTheClientHasSeen() throws Exception {
        assertEquals("""
                id: 1
                data: event 1

                id: 2
                data: event 2

                """, content(demo().answer(get("/events?count=2&ms=0"))));
        Request later = Request.builder("GET", "/events?count=2&ms=0")
                .header("Last-Event-ID", "1")
                .build();
        assertEquals("id: 2\ndata: event 2\n\n", content(demo().answer(later)));
    }

    @Test
    void streamAndSinkCountOctets() throws Exception {
        Response stream = demo().answer(get("/stream?bytes=70000"));
        assertEquals(-1, stream.body().length());
        assertEquals("x".repeat(70_000), content(stream));
        Request sink = Request.builder("POST", "/sink").body(new byte[70_000]).build();
        assertEquals("{\"bytes\":70000}", content(demo().answer(sink)));
    }

    @Test
    void anUploadIsToldPartByPart() throws Exception {
        Request upload = Request.builder("POST", "/upload")
                .header("Content-Type", "multipart/form-data; boundary=b")
                .body(String.join(
                        "\r\n",
                        "--b",
                        "Content-Disposition: form-data; name=\"f\"; filename=\"a.txt\"",
                        "Content-Type: text/css",
                        "",
                        "abc",
                        "--b",
                        "Content-Disposition: form-data; name=\"g\"",
                        "",
                        "",
                        "--b--",
                        ""))
                .build();
        assertEquals(
                "[{\"name\":\"f\",\"filename\":\"a.txt\",\"type\":\"text/css\",\"bytes\":3,"
                        + "\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"},"
                        + "{\"name\":\"g\",\"filename\":null,\"type\":\"text/plain\",\"bytes\":0,"
                        + "\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]",
                content(demo().answer(upload)));
    }

    @Test
    void compressibleIsCompressedForWhoTakesIt() throws Exception {
        assertEquals(64 << 10, demo().answer(get("/compressible")).body().length());
        Request taking = Request.builder("GET", "/compressible")
                .header("Accept-Encoding", "gzip")
                .build();
        assertEquals("gzip", demo().answer(taking).header("Content-Encoding"));
    }

    @Test
    void aServerThatStopsIsNotReady() {
        assertEquals(503, Demo.ready(false).status());
    }

    @Test
    void usersEchoesTheId() throws Exception {
        assertEquals("a b", content(demo().answer(get("/users/a%20b"))));
    }

    @Test
    void cookiesAreReadAsJson() throws Exception {
        Request request =
                Request.builder("GET", "/cookie").header("Cookie", "a=1; b=2").build();
        assertEquals("{\"a\":\"1\",\"b\":\"2\"}", content(demo().answer(request)));
    }

    @Test
    void metricsAreInPrometheusFormat() throws Exception {
        Metric metric = new Metric("ringfort_things", "Things.", Metric.Kind.COUNTER, Map.of(), 3);
        Response response = Demo.metrics(List.of(metric));
        assertEquals("""
                # HELP ringfort_things Things.
                # TYPE ringfort_things counter
                ringfort_things 3
                """, content(response));
        assertEquals(PrometheusText.CONTENT_TYPE, response.header("Content-Type"));
    }

    private static Server demo() {
        Server server = Server.of(ServerOptions.defaults());
        Demo.declare(server, List::of, () -> true);
        return server;
    }
}
