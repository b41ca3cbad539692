package ringfort.filters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import ringfort.api.Filters;
import ringfort.api.HttpException;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.RunningServer;
import ringfort.filters.Client.Reply;

/** Each filter through a server, on each engine. */
class FiltersTest extends ThroughAServer {
    private static final byte[] NOTHING = new byte[0];

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(target)) {
            out.write(plain);
        }
        return target.toByteArray();
    }

    private static String gunzip(byte[] coded) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(coded))) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    // Log.

    @Test
    void theAccessLogHasStreamsWithTheirLengthAndRequestsThatTheEngineRefuses() throws InterruptedException {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        int port = serve(server -> server.filter(WebFilters.requestId(true), AccessLog.to(lines::add, LogFormat.JSON))
                .get("/stream", _ -> Response.stream("text/plain", out -> out.write(new byte[12_345])))
                .get("/gone", _ -> {
                    throw new HttpException(410, "");
                }));
        assertEquals(12_345, Client.get(port, "/stream", "X-Request-Id", "one").content().length);
        String line = line(lines);
        assertTrue(line.contains("\"request\":\"GET /stream HTTP/1.1\",\"status\":200,\"bytes\":12345"), line);
        assertTrue(line.contains("\"id\":\"one\""), line);
        Client.get(port, "/gone");
        String gone = line(lines);
        assertTrue(gone.contains("\"status\":410"), gone);
        assertEquals(
                400,
                Client.raw(port, "GET /\"x HTTP/1.1\r\nHost: a b\r\n\r\n", NOTHING)
                        .status());
        String refused = line(lines);
        assertTrue(refused.contains("\"status\":400") && refused.contains("\"refused\":true"), refused);
    }

    @Test
    void theCombinedFormatCannotBeForged() throws InterruptedException {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        int port = serve(server ->
                server.filter(AccessLog.to(lines::add, LogFormat.COMBINED)).get("/", _ -> Response.text("hello")));
        Client.get(port, "/", "User-Agent", "a\"b\\c", "Referer", "http://r/");
        String line = line(lines);
        assertTrue(line.endsWith("\"GET / HTTP/1.1\" 200 5 \"http://r/\" \"a\\x22b\\x5cc\""), line);
        assertTrue(line.startsWith("127.0.0.1 - - ["), line);
    }

    private static String line(BlockingQueue<String> lines) throws InterruptedException {
        String line = lines.poll(20, TimeUnit.SECONDS);
        return line == null ? "no line within 20 s" : line;
    }

    @Test
    void idsOfStrangersAreKeptOnlyWhereTheyAreTrustedAndWellFormed() {
        int trusting = serve(server -> server.filter(WebFilters.requestId(true)).get("/", _ -> Response.text("x")));
        assertEquals("a-1", Client.get(trusting, "/", "X-Request-Id", "a-1").field("X-Request-Id"));
        assertNotEquals("a 1", Client.get(trusting, "/", "X-Request-Id", "a 1").field("X-Request-Id"));
        assertFalse(Client.get(trusting, "/none").field("X-Request-Id").isEmpty());
        int wary = serve(server -> server.filter(WebFilters.requestId(false)).get("/", _ -> Response.text("x")));
        assertNotEquals("a-1", Client.get(wary, "/", "X-Request-Id", "a-1").field("X-Request-Id"));
    }

    // Browsers.

    @Test
    void corsIsOnErrorsTooAndAnswersPreflights() {
        int port = serve(server -> server.filter(Cors.of("https://a.example").withCredentials())
                .post(
                        "/",
                        request -> Response.text("" + request.bytes().length),
                        Route.carried().maxBody(10))
                .get("/fails", _ -> {
                    throw new IllegalStateException("on purpose");
                }));
        String[] origin = {"Origin", "https://a.example"};
        assertEquals("https://a.example", Client.get(port, "/none", origin).field("Access-Control-Allow-Origin"));
        assertEquals("https://a.example", Client.get(port, "/fails", origin).field("Access-Control-Allow-Origin"));
        Reply wrong = Client.get(port, "/", origin);
        assertEquals(405, wrong.status());
        assertEquals("https://a.example", wrong.field("Access-Control-Allow-Origin"));
        Reply stranger = Client.get(port, "/none", "Origin", "https://b.example");
        assertEquals("", stranger.field("Access-Control-Allow-Origin"));
        assertTrue(stranger.field("Vary").contains("Origin"));
        Reply preflight = Client.send(
                port, "OPTIONS", "/", null, "Origin", "https://a.example", "Access-Control-Request-Method", "POST");
        assertEquals(204, preflight.status());
        assertTrue(preflight.field("Access-Control-Allow-Methods").contains("POST"));
        assertEquals("true", preflight.field("Access-Control-Allow-Credentials"));
    }

    @Test
    void securityFieldsAreOnErrorsTooAndDoNotReplaceThoseOfTheHandler() {
        int port = serve(server -> server.filter(SecurityHeaders.standard().with("Referrer-Policy", "no-referrer"))
                .get("/", _ -> Response.text("x").header("X-Frame-Options", "SAMEORIGIN")));
        Reply reply = Client.get(port, "/");
        assertEquals("SAMEORIGIN", reply.field("X-Frame-Options"));
        assertEquals("no-referrer", reply.field("Referrer-Policy"));
        assertEquals("", reply.field("Strict-Transport-Security"));
        assertEquals("nosniff", Client.get(port, "/none").field("X-Content-Type-Options"));
    }

    @Test
    void requestsOfOtherSitesAreRefused() {
        int port = serve(server -> server.filter(WebFilters.csrf("https://friend.example"))
                .get("/", _ -> Response.text("read"))
                .post("/", _ -> Response.text("done")));
        assertEquals(
                403,
                Client.send(port, "POST", "/", NOTHING, "Sec-Fetch-Site", "cross-site")
                        .status());
        assertEquals(
                403,
                Client.send(port, "POST", "/", NOTHING, "Sec-Fetch-Site", "same-site")
                        .status());
        assertEquals(
                403,
                Client.send(port, "POST", "/", NOTHING, "Origin", "https://evil.example")
                        .status());
        assertEquals(
                403, Client.send(port, "POST", "/", NOTHING, "Origin", "null").status());
        assertEquals(
                200,
                Client.send(port, "POST", "/", NOTHING, "Sec-Fetch-Site", "same-origin")
                        .status());
        assertEquals(
                200,
                Client.send(port, "POST", "/", NOTHING, "Origin", "https://h.example")
                        .status());
        assertEquals(
                200,
                Client.send(port, "POST", "/", NOTHING, "Origin", "https://friend.example")
                        .status());
        assertEquals(200, Client.send(port, "POST", "/", NOTHING).status());
        assertEquals(200, Client.get(port, "/", "Sec-Fetch-Site", "cross-site").status());
    }

    @Test
    void sessionsRememberAndRenewAndEnd() {
        MemorySessions store = new MemorySessions(100);
        int port = serve(server -> server.filter(new Sessions(store, Duration.ofMinutes(1)))
                .get("/", request -> Response.text("" + Session.of(request).get("name")))
                .post("/", request -> {
                    Session.of(request).renew().set("name", request.text());
                    return Response.noContent();
                })
                .delete("/", request -> {
                    Session.of(request).end();
                    return Response.noContent();
                }));
        assertEquals("", Client.get(port, "/").field("Set-Cookie"));
        Reply login = Client.send(port, "POST", "/", "ada".getBytes(UTF_8));
        assertTrue(login.field("Set-Cookie").contains("HttpOnly"), login.field("Set-Cookie"));
        assertEquals("no-store", login.field("Cache-Control"));
        String first = cookie(login);
        assertEquals("ada", Client.get(port, "/", "Cookie", first).text());
        assertEquals(
                "null",
                Client.get(port, "/", "Cookie", "session=AAAAAAAAAAAAAAAAAAAAAAAA")
                        .text());
        String second = cookie(Client.send(port, "POST", "/", "bob".getBytes(UTF_8), "Cookie", first));
        assertNotEquals(first, second);
        assertEquals("null", Client.get(port, "/", "Cookie", first).text());
        assertEquals("bob", Client.get(port, "/", "Cookie", second).text());
        Reply logout = Client.send(port, "DELETE", "/", null, "Cookie", second);
        assertTrue(logout.field("Set-Cookie").contains("Max-Age=0"), logout.field("Set-Cookie"));
        assertEquals("null", Client.get(port, "/", "Cookie", second).text());
        assertEquals(0, store.size());
    }

    private static String cookie(Reply reply) {
        return reply.field("Set-Cookie").split(";", 2)[0];
    }

    // Who asks.

    @Test
    void namesAndKeysAreAskedFor() {
        int port = serve(server -> server.group(
                        "/basic",
                        group -> group.filter(WebFilters.basicAuth(
                                        "r", (name, word) -> name.equals("ada") && word.equals("s:t")))
                                .get("/who", request -> Response.text("" + request.attribute(WebFilters.PRINCIPAL))))
                .group(
                        "/key",
                        group -> group.filter(WebFilters.apiKey("X-API-Key", Map.of("k1", "bob")))
                                .get("/who", request -> Response.text("" + request.attribute(WebFilters.PRINCIPAL)))));
        Reply refused = Client.get(port, "/basic/who");
        assertEquals(401, refused.status());
        assertEquals("Basic realm=\"r\", charset=\"UTF-8\"", refused.field("WWW-Authenticate"));
        String good = Base64.getEncoder().encodeToString("ada:s:t".getBytes(UTF_8));
        assertEquals(
                "ada",
                Client.get(port, "/basic/who", "Authorization", "basic " + good).text());
        for (String bad : List.of("Basic", "Basic !", "Bearer " + good, "Basic " + good + "=")) {
            assertEquals(
                    401, Client.get(port, "/basic/who", "Authorization", bad).status(), bad);
        }
        assertEquals("bob", Client.get(port, "/key/who", "X-API-Key", "k1").text());
        assertEquals(401, Client.get(port, "/key/who", "X-API-Key", "k2").status());
        assertEquals(401, Client.get(port, "/key/who").status());
    }

    @Test
    void onlyNamedProxiesAreBelieved() {
        int trusting = serve(server -> server.filter(ForwardedHeaders.xForwarded("127.0.0.0/8,10.0.0.0/8"))
                .get(
                        "/",
                        request -> Response.text(request.peer().getAddress().getHostAddress() + " " + request.secure()
                                + " " + request.host())));
        String[] fields = {
            "X-Forwarded-For",
            "6.6.6.6, 192.0.2.7, 10.1.1.1",
            "X-Forwarded-Proto",
            "https",
            "X-Forwarded-Host",
            "shop.example"
        };
        assertEquals(
                "192.0.2.7 true shop.example", Client.get(trusting, "/", fields).text());
        assertEquals("127.0.0.1 false h.example", Client.get(trusting, "/").text());
        assertEquals(
                "10.1.1.1 false h.example",
                Client.get(trusting, "/", "X-Forwarded-For", "192.0.2.7, unknown, 10.1.1.1")
                        .text());
        int wary = serve(server -> server.filter(ForwardedHeaders.xForwarded("10.0.0.0/8"))
                .get(
                        "/",
                        request -> Response.text(request.peer().getAddress().getHostAddress() + " " + request.secure()
                                + " " + request.host())));
        assertEquals("127.0.0.1 false h.example", Client.get(wary, "/", fields).text());
        int standard = serve(server -> server.filter(ForwardedHeaders.forwarded("127.0.0.1"))
                .get(
                        "/",
                        request -> Response.text(request.peer().getAddress().getHostAddress() + " " + request.secure()
                                + " " + request.host())));
        assertEquals(
                "2001:db8:0:0:0:0:0:1 true a.example",
                Client.get(
                                standard,
                                "/",
                                "Forwarded",
                                "for=1.2.3.4, For=\"[2001:db8::1]:5\";proto=https;host=\"a.example\"")
                        .text());
    }

    // Limits.

    @Test
    void aClientThatAsksTooOftenIsToldWhenToComeBack() {
        int port = serve(server -> server.filter(RateLimit.perPeer(3, Duration.ofHours(1)))
                .get("/", _ -> Response.text("x"), Route.inline()));
        for (int i = 0; i < 3; i++) {
            assertEquals(200, Client.get(port, "/").status());
        }
        Reply refused = Client.get(port, "/");
        assertEquals(429, refused.status());
        int wait = Integer.parseInt(refused.field("Retry-After"));
        assertTrue(wait > 0 && wait <= 1_200, () -> "Retry-After: " + wait);
    }

    @Test
    void contentIsBounded() {
        int port = serve(server -> server.filter(WebFilters.bodyLimit(4))
                .post("/", request -> Response.text("" + request.bytes().length)));
        assertEquals("4", Client.send(port, "POST", "/", new byte[4]).text());
        assertEquals(413, Client.send(port, "POST", "/", new byte[5]).status());
        String chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
        assertEquals(
                "4",
                Client.raw(port, chunked + "4\r\nabcd\r\n0\r\n\r\n", NOTHING).text());
        assertEquals(
                413,
                Client.raw(port, chunked + "5\r\nabcde\r\n0\r\n\r\n", NOTHING).status());
    }

    @Test
    void overloadShedsWhileSomebodyStillWaitsForTheAnswer() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Overload overload = Overload.limit(1, Duration.ofMillis(1), Duration.ofMillis(50));
        int port = serve(server -> server.filter(overload)
                .get("/slow", _ -> {
                    inside.countDown();
                    release.await();
                    return Response.text("slow");
                })
                .get("/quick", _ -> Response.text("quick")));
        Thread slow = Thread.ofVirtual().start(() -> Client.get(port, "/slow"));
        assertTrue(inside.await(20, TimeUnit.SECONDS));
        Reply shed = Client.get(port, "/quick");
        assertEquals(503, shed.status());
        assertEquals("1", shed.field("Retry-After"));
        assertEquals(1, overload.shed());
        release.countDown();
        slow.join();
        assertEquals(200, Client.get(port, "/quick").status());
    }

    @Test
    void aBrokenThingIsNotAskedForAWhile() {
        AtomicInteger calls = new AtomicInteger();
        int port = serve(server -> server.filter(CircuitBreaker.after(2, Duration.ofHours(1)))
                .get("/", _ -> {
                    calls.incrementAndGet();
                    throw new IllegalStateException("on purpose");
                }));
        assertEquals(500, Client.get(port, "/").status());
        assertEquals(500, Client.get(port, "/").status());
        Reply refused = Client.get(port, "/");
        assertEquals(503, refused.status());
        assertFalse(refused.field("Retry-After").isEmpty());
        assertEquals(2, calls.get());
    }

    @Test
    void aRepeatedRequestIsDoneOnce() {
        AtomicInteger calls = new AtomicInteger();
        int port = serve(server -> server.filter(Idempotency.of(_ -> "me", Duration.ofHours(1)))
                .post(
                        "/",
                        request -> Response.text(request.text() + calls.incrementAndGet())
                                .status(201)));
        byte[] content = "order ".getBytes(UTF_8);
        Reply first = Client.send(port, "POST", "/", content, "Idempotency-Key", "k");
        Reply second = Client.send(port, "POST", "/", content, "Idempotency-Key", "k");
        assertEquals("order 1", first.text());
        assertEquals("order 1", second.text());
        assertEquals(201, second.status());
        assertEquals("true", second.field("Idempotency-Replayed"));
        assertEquals(
                422,
                Client.send(port, "POST", "/", "other".getBytes(UTF_8), "Idempotency-Key", "k")
                        .status());
        assertEquals("order 2", Client.send(port, "POST", "/", content).text());
    }

    @Test
    void equalRequestsThatComeTogetherAreAnsweredTogether() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger arrived = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        SingleFlight flight = SingleFlight.byTarget();
        int port = serve(server -> server.filter(
                        (request, next) -> {
                            arrived.incrementAndGet();
                            return next.handle(request);
                        },
                        flight)
                .get("/", _ -> {
                    release.await();
                    return Response.text("answer " + calls.incrementAndGet());
                }));
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        for (int i = 0; i < 5; i++) {
            Thread.ofVirtual().start(() -> answers.add(Client.get(port, "/").text()));
        }
        while (arrived.get() < 5) {
            Thread.onSpinWait();
        }
        // A request that has arrived may not wait yet: it then makes a flight of its own.
        release.countDown();
        for (int i = 0; i < 5; i++) {
            assertTrue(String.valueOf(answers.poll(20, TimeUnit.SECONDS)).startsWith("answer "));
        }
        assertTrue(calls.get() < 5, () -> calls.get() + " calls");
    }

    // Content.

    @Test
    void contentIsCompressedWhereItPaysAndTheClientTakesIt() throws IOException {
        String text = "all work and no play ".repeat(500);
        int port = serve(server -> server.filter(Compression.gzip())
                .get("/text", _ -> Response.text(text).header("ETag", "\"a\""))
                .get("/short", _ -> Response.text("short"))
                .get("/picture", _ -> Response.bytes(new byte[10_000], "image/png"))
                .get("/stream", _ -> Response.stream("text/plain", out -> out.write(text.getBytes(UTF_8)))));
        Reply coded = Client.get(port, "/text", "Accept-Encoding", "br, gzip;q=0.5");
        assertEquals("gzip", coded.field("Content-Encoding"));
        assertEquals("Accept-Encoding", coded.field("Vary"));
        assertEquals("W/\"a\"", coded.field("ETag"));
        assertTrue(coded.content().length < 1_000);
        assertEquals(text, gunzip(coded.content()));
        assertEquals(
                text,
                gunzip(Client.get(port, "/stream", "Accept-Encoding", "gzip").content()));
        Reply plain = Client.get(port, "/text", "Accept-Encoding", "gzip;q=0");
        assertEquals("", plain.field("Content-Encoding"));
        assertEquals("Accept-Encoding", plain.field("Vary"));
        assertEquals(text, plain.text());
        assertEquals(
                "short", Client.get(port, "/short", "Accept-Encoding", "gzip").text());
        assertEquals("", Client.get(port, "/picture", "Accept-Encoding", "gzip").field("Content-Encoding"));
        Reply head = Client.send(port, "HEAD", "/text", null, "Accept-Encoding", "gzip");
        assertEquals("gzip", head.field("Content-Encoding"));
        assertEquals(0, head.content().length);
    }

    @Test
    void compressedContentOfRequestsIsBoundedByWhatItBecomes() throws IOException {
        int port = serve(server -> server.filter(Decompression.upTo(100_000))
                .post("/", request -> Response.text("" + request.bytes().length))
                .post("/echo", request -> Response.stream("text/plain", request.body()::transferTo)));
        String[] coded = {"Content-Encoding", "gzip"};
        assertEquals(
                "50000",
                Client.send(port, "POST", "/", gzip(new byte[50_000]), coded).text());
        assertArrayEquals(
                new byte[9_000],
                Client.send(port, "POST", "/echo", gzip(new byte[9_000]), coded).content());
        assertEquals(
                413,
                Client.send(port, "POST", "/", gzip(new byte[50_000_000]), coded)
                        .status());
        assertEquals(
                400,
                Client.send(port, "POST", "/", "no gzip at all".getBytes(UTF_8), coded)
                        .status());
        Reply other = Client.send(port, "POST", "/", new byte[3], "Content-Encoding", "br");
        assertEquals(415, other.status());
        assertEquals("gzip", other.field("Accept-Encoding"));
        assertEquals("3", Client.send(port, "POST", "/", new byte[3]).text());
    }

    @Test
    void contentIsTaggedAndCacheFieldsAreSet() {
        int port = serve(
                server -> server.filter(WebFilters.cacheControl("max-age=5"), WebFilters.etag(), Filters.conditional())
                        .get("/", _ -> Response.text("hello")));
        Reply first = Client.get(port, "/");
        assertEquals("max-age=5", first.field("Cache-Control"));
        Reply second = Client.get(port, "/", "If-None-Match", first.field("ETag"));
        assertEquals(304, second.status());
        assertEquals("", Client.get(port, "/none").field("Cache-Control"));
    }

    // Health.

    @Test
    void aServerThatStopsIsAliveAndNotReady() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch stopping = new CountDownLatch(1);
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        boolean[] works = {true};
        RunningServer running = start(server -> {
            Health health = Health.of(server).check("db", () -> works[0]);
            server.get("/live", health::live)
                    .get("/ready", health::ready)
                    .onStopping(stopping::countDown)
                    .get("/held", request -> {
                        inside.countDown();
                        stopping.await();
                        answers.add(health.ready(request).status() + " "
                                + health.live(request).status());
                        return Response.text("held");
                    });
        });
        assertEquals(
                "{\"status\":\"UP\",\"checks\":{\"server\":\"UP\",\"db\":\"UP\"}}\n",
                Client.get(running.port(), "/ready").text());
        works[0] = false;
        assertEquals(503, Client.get(running.port(), "/ready").status());
        assertEquals(200, Client.get(running.port(), "/live").status());
        works[0] = true;
        Thread held = Thread.ofVirtual().start(() -> Client.get(running.port(), "/held"));
        assertTrue(inside.await(20, TimeUnit.SECONDS));
        running.stop();
        held.join();
        assertEquals("503 200", answers.poll());
    }
}
