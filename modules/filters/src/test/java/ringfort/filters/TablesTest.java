package ringfort.filters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import ringfort.api.Handler;
import ringfort.api.HttpException;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.timers.ManualTicker;

/** What filters keep is bounded and forgotten in time; the test moves the clock. */
class TablesTest {
    private final ManualTicker ticker = new ManualTicker();

    private static Request get() {
        return Request.builder("GET", "/").build();
    }

    @Test
    void tokensComeBackOneByOne() {
        RateLimit limit = RateLimit.of(_ -> "one", 2, Duration.ofSeconds(2), 10, ticker);
        assertEquals(0, limit.take("one"));
        assertEquals(0, limit.take("one"));
        assertEquals(Duration.ofSeconds(1).toNanos(), limit.take("one"));
        assertEquals(0, limit.take("other"));
        ticker.advance(Duration.ofSeconds(1));
        assertEquals(0, limit.take("one"));
        assertTrue(limit.take("one") > 0);
        ticker.advance(Duration.ofHours(1));
        assertEquals(0, limit.take("one"));
        assertEquals(0, limit.take("one"));
        assertTrue(limit.take("one") > 0);
    }

    @Test
    void strangersCannotFillTheTableAndTheWorstOffenderIsNotTheFirstForgotten() {
        RateLimit limit = RateLimit.of(_ -> "x", 10, Duration.ofSeconds(10), 16, ticker);
        for (int i = 0; i < 10; i++) {
            assertEquals(0, limit.take("offender"));
        }
        for (int i = 0; i < 10_000; i++) {
            limit.take(i);
        }
        assertTrue(limit.take("offender") > 0);
    }

    @Test
    void aTableKeepsItsBound() {
        BoundedTable<Integer, Long> table = new BoundedTable<>(16, Long::longValue);
        for (int i = 0; i < 10_000; i++) {
            table.put(i, 1_000L + i, 0);
            assertTrue(table.size() <= 17, "size " + table.size());
        }
    }

    @Test
    void anIpv6NetworkIsOnePeer() throws Exception {
        assertEquals(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assertFalse(key("2001:db8::1").equals(key("2001:db8:0:1::1")));
        assertFalse(key("192.0.2.1").equals(key("192.0.2.2")));
        assertEquals(key("192.0.2.1"), key("::ffff:192.0.2.1"));
    }

    private static PeerKey key(String address) throws Exception {
        return PeerKey.of(new InetSocketAddress(InetAddress.getByName(address), 1));
    }

    @Test
    void sessionsExpireAndAreBounded() {
        MemorySessions sessions = new MemorySessions(4, ticker);
        sessions.save("a", Map.of("k", "v"), Duration.ofSeconds(10));
        assertEquals(Map.of("k", "v"), sessions.load("a"));
        ticker.advance(Duration.ofSeconds(11));
        assertNull(sessions.load("a"));
        for (int i = 0; i < 1_000; i++) {
            sessions.save("s" + i, Map.of(), Duration.ofSeconds(10));
        }
        assertTrue(sessions.size() <= 5, () -> "size " + sessions.size());
    }

    @Test
    void oneRequestTriesWhetherTheThingWorksAgain() throws Exception {
        CircuitBreaker breaker = CircuitBreaker.after(2, Duration.ofSeconds(5), ticker);
        Handler bad = _ -> Response.of(502);
        Handler good = _ -> Response.ok();
        assertEquals(502, breaker.filter(get(), bad).status());
        assertEquals(200, breaker.filter(get(), good).status()); // in a row, it says
        assertEquals(502, breaker.filter(get(), bad).status());
        assertEquals(502, breaker.filter(get(), bad).status());
        assertTrue(breaker.isOpen());
        assertEquals(
                503,
                assertThrows(HttpException.class, () -> breaker.filter(get(), good))
                        .status());
        ticker.advance(Duration.ofSeconds(6));
        assertEquals(502, breaker.filter(get(), bad).status());
        assertThrows(HttpException.class, () -> breaker.filter(get(), good));
        ticker.advance(Duration.ofSeconds(6));
        Handler onTrial = request -> {
            assertThrows(HttpException.class, () -> breaker.filter(request, good)); // only one
            return Response.ok();
        };
        assertEquals(200, breaker.filter(get(), onTrial).status());
        assertFalse(breaker.isOpen());
    }

    @Test
    void anAnswerIsKeptForATimeAndFailuresAreNot() throws Exception {
        Idempotency filter = Idempotency.of(_ -> "me", Duration.ofSeconds(5), 10, ticker);
        int[] calls = {0};
        int[] status = {503};
        Handler handler = _ -> Response.text("" + ++calls[0]).status(status[0]);
        assertEquals(503, filter.filter(post(), handler).status());
        status[0] = 200;
        assertEquals(200, filter.filter(post(), handler).status());
        assertEquals(200, filter.filter(post(), handler).status());
        assertEquals(2, calls[0]);
        ticker.advance(Duration.ofSeconds(6));
        filter.filter(post(), handler);
        assertEquals(3, calls[0]);
        ticker.advance(Duration.ofSeconds(6));
        Handler again = request -> {
            HttpException busy = assertThrows(HttpException.class, () -> filter.filter(post(), handler));
            return Response.of(busy.status() == 409 ? 201 : 200);
        };
        assertEquals(201, filter.filter(post(), again).status());
    }

    private static Request post() {
        return Request.builder("POST", "/")
                .header("Idempotency-Key", "k")
                .body("x")
                .build();
    }

    @Test
    void aLineOfJsonCannotBeForged() throws Exception {
        LogFormat.Entry entry = new LogFormat.Entry(
                new InetSocketAddress(InetAddress.getByName("192.0.2.1"), 1),
                "GET /\"\\\n HTTP/1.1",
                400,
                -1,
                -1,
                null,
                "",
                null,
                null,
                0);
        assertEquals(
                "{\"time\":\"1970-01-01T00:00:00Z\",\"peer\":\"192.0.2.1\",\"request\":\"GET /\\u0022\\u005c\\u000a HTTP/1.1\""
                        + ",\"status\":400,\"refused\":true}",
                LogFormat.JSON.line(entry));
    }

    @Test
    void forwardedIsReadWithItsQuotes() {
        List<ForwardedHeaders.Hop> hops =
                ForwardedHeaders.hops("for=\"[2001:db8::1]:80\";proto=HTTPS, for=\"a,b;c\\\"\" ; host=x ,, =, for");
        assertEquals("[2001:db8::1]:80", hops.get(0).from());
        assertEquals("HTTPS", hops.get(0).proto());
        assertEquals("a,b;c\"", hops.get(1).from());
        assertEquals("x", hops.get(1).host());
        for (String bad :
                List.of("a.example", "[::1", "1.2.3.4:x", "fe80::1%eth0", "", ":", "1.2.3", "unknown", "_x")) {
            assertNull(ForwardedHeaders.address(bad), bad);
        }
        assertEquals(
                443, String.valueOf(ForwardedHeaders.address("1.2.3.4:443")).endsWith(":443") ? 443 : 0);
    }
}
