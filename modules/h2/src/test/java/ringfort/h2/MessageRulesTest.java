package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The rules of messages, by the sections of RFC 9113, 8: a malformed request ends its stream and not the connection. */
final class MessageRulesTest {
    private static final H2Limits WITH_CONNECT =
            new H2Limits(100, 262_144, 1 << 20, 32_768, 100, 65_536, 4096, 1 << 20, 65_536, 1 << 20, 65_536, true);

    private static void malformed(String... fields) {
        Wire.streamError(ErrorCode.PROTOCOL_ERROR, 1, Frames.opening().headers(1, true, fields));
    }

    private static void malformedField(String name, String value) {
        malformed(Frames.request("GET", "/", name, value));
        Wire.streamError(ErrorCode.PROTOCOL_ERROR, 1, Frames.opening().post(1).headers(1, true, name, value));
    }

    private static void accepted(String found, String... fields) {
        Wire.plays(Frames.opening().headers(1, true, fields), found + "  '' [] ", "HEADERS 1 [:status: 200] END|");
    }

    private static String[] of(String... fields) {
        return fields;
    }

    @Test
    void section8_1_contentLengthThatIsNotTheContent() {
        for (String content : of("", "ab", "abcdef")) {
            Wire.streamError(
                    ErrorCode.PROTOCOL_ERROR,
                    1,
                    Frames.opening().post(1, "content-length", "3").data(1, true, content));
        }
        Wire.streamError(
                ErrorCode.PROTOCOL_ERROR,
                1,
                Frames.opening().post(1, "content-length", "3").data(1, false, "abcd"));
        Wire.streamError(
                ErrorCode.PROTOCOL_ERROR,
                1,
                Frames.opening()
                        .post(1, "content-length", "3")
                        .padded(1, false, "abcd", 9)
                        .padded(1, false, "x", 3));
        Wire.streamError(
                ErrorCode.PROTOCOL_ERROR,
                1,
                Frames.opening()
                        .post(1, "content-length", "3")
                        .data(1, false, "ab")
                        .headers(1, true, "x", "y"));
        malformed(Frames.request("POST", "/", "content-length", "3"));
        Wire.plays(
                Frames.opening()
                        .post(1, "content-length", "3")
                        .data(1, false, "ab")
                        .padded(1, true, "c", 4),
                "1 POST / [content-length: 3]  'abc' [] ",
                "HEADERS 1 [:status: 200] END|");
        accepted("1 POST / [content-length: 0]", Frames.request("POST", "/", "content-length", "0"));
    }

    @Test
    void section8_1_trailers() {
        Wire.plays(
                Frames.opening().post(1).data(1, false, "x").headers(1, true, "x-sum", "1", "host", "b", "x-more", "2"),
                "1 POST / []  'x' [x-sum: 1; x-more: 2] ",
                "HEADERS 1 [:status: 200] END|");
        Wire.streamError(ErrorCode.PROTOCOL_ERROR, 1, Frames.opening().post(1).headers(1, false, "x", "y"));
        Wire.streamError(ErrorCode.PROTOCOL_ERROR, 1, Frames.opening().post(1).headers(1, true, ":path", "/"));
    }

    @Test
    void section8_2_1_namesAndValues() {
        malformedField("", "x");
        malformedField("X-Upper", "x");
        malformedField("a b", "x");
        malformedField("a\u0000", "x");
        malformedField("a\u007f", "x");
        malformedField("a\u00e4", "x");
        malformedField("a:b", "x");
        malformedField("x", "a\u0000b");
        malformedField("x", "a\rb");
        malformedField("x", "a\nb");
        malformedField("x", " a");
        malformedField("x", "a ");
        malformedField("x", "\ta");
        malformedField("x", "a\t");
        accepted("1 GET / [x: a\tb c\u00e4; y: ]", Frames.request("GET", "/", "x", "a\tb c\u00e4", "y", ""));
    }

    @Test
    void section8_2_2_fieldsOfAConnection() {
        malformedField("connection", "close");
        malformedField("proxy-connection", "close");
        malformedField("keep-alive", "timeout=5");
        malformedField("transfer-encoding", "chunked");
        malformedField("upgrade", "h2c");
        malformedField("te", "gzip");
        malformedField("te", "trailers, gzip");
        accepted("1 GET / [te: trailers]", Frames.request("GET", "/", "te", "trailers"));
    }

    @Test
    void section8_2_3_cookies() {
        accepted(
                "1 GET / [x: y; cookie: a=b; c=d; e=f; z: z]",
                Frames.request("GET", "/", "x", "y", "cookie", "a=b", "z", "z", "cookie", "c=d", "cookie", "e=f"));
        accepted("1 GET / [cookie: a=b]", Frames.request("GET", "/", "cookie", "a=b"));
    }

    @Test
    void section8_3_pseudoFields() {
        malformed(Frames.request("GET", "/", ":unknown", "x"));
        malformed(Frames.request("GET", "/", ":status", "200"));
        malformed(Frames.request("GET", "/", ":path", "/again"));
        malformed(":method", "GET", ":scheme", "http", "x", "y", ":path", "/", ":authority", "a");
        malformed(Frames.request("GET", "/", ":protocol", "websocket"));
    }

    @Test
    void section8_3_1_controlData() {
        malformed(":scheme", "http", ":path", "/", ":authority", "a");
        malformed(":method", "GET", ":path", "/", ":authority", "a");
        malformed(":method", "GET", ":scheme", "http", ":authority", "a");
        malformed(":method", "", ":scheme", "http", ":path", "/", ":authority", "a");
        malformed(":method", "GET", ":scheme", "", ":path", "/", ":authority", "a");
        malformed(":method", "GET", ":scheme", "http", ":path", "", ":authority", "a");
        malformed(":method", "G T", ":scheme", "http", ":path", "/", ":authority", "a");
        malformed(":method", "GET", ":scheme", "ht tp", ":path", "/", ":authority", "a");
        for (String path : of("x", "*", "/#f", "/a b", "/%00", "http://a/", "/\u00e4")) {
            malformed(Frames.request("GET", path));
        }
        for (String authority : of("", "u@a", "a/b", "a b", "a:99999")) {
            malformed(":method", "GET", ":scheme", "http", ":path", "/", ":authority", authority);
        }
        malformed(":method", "GET", ":scheme", "http", ":path", "/");
        malformed(Frames.request("GET", "/", "host", "b"));
        malformed(Frames.request("GET", "/", "host", "a", "host", "a"));
        accepted("1 GET /x?y [host: A:80]", Frames.request("GET", "/x?y", "host", "A:80"));
        accepted("1 OPTIONS * []", Frames.request("OPTIONS", "*"));
        accepted("1 BREW / [host: b:1]", ":method", "BREW", ":scheme", "http", ":path", "/", "host", "b:1");
    }

    @Test
    void section8_5_connect() {
        malformed(Frames.request("CONNECT", "/"));
        malformed(":method", "CONNECT");
        malformed(":method", "CONNECT", "host", "a");
        Wire.plays(
                Frames.opening()
                        .headers(1, false, ":method", "CONNECT", ":authority", "a:1")
                        .data(1, false, "x")
                        .ping(1),
                "1 REFUSED 501 ",
                "PONG 1|HEADERS 1 [:status: 501] END|RST 1 NO_ERROR|");
    }

    @Test
    void rfc8441_extendedConnect() {
        Wire.streamError(
                WITH_CONNECT,
                ErrorCode.PROTOCOL_ERROR,
                1,
                Frames.opening()
                        .headers(1, false, Frames.request("GET", "/", "x", "y", "z", "z", ":protocol", "websocket")));
        Wire.streamError(
                WITH_CONNECT,
                ErrorCode.PROTOCOL_ERROR,
                1,
                Frames.opening()
                        .headers(
                                1,
                                false,
                                ":method",
                                "GET",
                                ":protocol",
                                "websocket",
                                ":scheme",
                                "http",
                                ":path",
                                "/",
                                ":authority",
                                "a"));
        Wire.streamError(
                WITH_CONNECT,
                ErrorCode.PROTOCOL_ERROR,
                1,
                Frames.opening().headers(1, false, ":method", "CONNECT", ":protocol", "websocket", ":authority", "a"));
        var wire = new Wire(WITH_CONNECT);
        wire.receive(Frames.opening()
                .headers(
                        1,
                        false,
                        ":method",
                        "CONNECT",
                        ":protocol",
                        "websocket",
                        ":scheme",
                        "http",
                        ":path",
                        "/c",
                        ":authority",
                        "a"));
        assertEquals("1 CONNECT /c [] ", wire.found());
        assertEquals("websocket", wire.state.stream().head().connectProtocol());
        assertEquals("HTTP/2", wire.state.stream().head().protocol());
        assertTrue(wire.written().startsWith("SETTINGS 9=1 3=100 4=262144 6=32768 8=1|"));
    }

    @Test
    void aHeadAboveItsBoundIs431AndTheTableStaysRight() {
        var small =
                new H2Limits(100, 262_144, 1 << 20, 256, 100, 65_536, 4096, 1 << 20, 65_536, 1 << 20, 65_536, false);
        var frames = Frames.opening();
        frames.headers(1, true, Frames.request("GET", "/", "x-long", "y".repeat(150), "x-short", "z"));
        frames.headers(3, true, Frames.request("GET", "/", "x-short", "z"));
        Wire.plays(
                small,
                frames,
                "1 REFUSED 431 3 GET / [x-short: z]  '' [] ",
                "HEADERS 1 [:status: 431] END|HEADERS 3 [:status: 200] END|");
    }

    @Test
    void contentAboveItsBoundIs413() {
        var small = new H2Limits(100, 262_144, 1 << 20, 4096, 100, 65_536, 4096, 5, 65_536, 1 << 20, 65_536, false);
        Wire.plays(
                small,
                Frames.opening()
                        .post(1)
                        .data(1, false, "abc")
                        .data(1, false, "def")
                        .data(1, false, "ghi")
                        .get(3),
                "1 POST / [] 1 REFUSED 413 3 GET / []  '' [] ",
                "HEADERS 1 [:status: 413] END|RST 1 NO_ERROR|HEADERS 3 [:status: 200] END|");
        Wire.plays(
                small,
                Frames.opening().post(1).padded(1, true, "abcdef", 4).get(3),
                "1 POST / [] 1 REFUSED 413 3 GET / []  '' [] ",
                "HEADERS 1 [:status: 413] END|HEADERS 3 [:status: 200] END|");
    }
}
