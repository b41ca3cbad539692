package ringfort.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ringfort.h2.ErrorCode;
import ringfort.h2.Frame;
import ringfort.h2.FrameWriter;

/**
 * A row of the rules of HTTP/2: what a peer sends behind the preface and its SETTINGS, and how it ends.
 *
 * @param section of RFC 9113, unless it names another
 * @param what in words
 * @param frames what is sent
 * @param ends the connection with this error; null when it goes on
 * @param resets stream 1 with this error; null when it does not
 * @param status of the answer on stream 1; 0 for none
 */
record Http2Row(
        String section,
        String what,
        Consumer<H2Peer> frames,
        @Nullable ErrorCode ends,
        @Nullable ErrorCode resets,
        int status) {

    String name() {
        return section + " " + what;
    }

    private static final byte[] NONE = {};

    private static Http2Row ends(ErrorCode code, String section, String what, Consumer<H2Peer> frames) {
        return new Http2Row(section, what, frames, code, null, 0);
    }

    private static Http2Row resets(ErrorCode code, String section, String what, Consumer<H2Peer> frames) {
        return new Http2Row(section, what, frames, null, code, 0);
    }

    private static Http2Row answers(int status, String section, String what, Consumer<H2Peer> frames) {
        return new Http2Row(section, what, frames, null, null, status);
    }

    private static Http2Row malformed(String section, String what, String... fields) {
        return resets(ErrorCode.PROTOCOL_ERROR, section, what, peer -> peer.headers(1, true, fields));
    }

    /** A request with more fields. */
    private static Http2Row malformedField(String section, String what, String name, String value) {
        return malformed(section, what, H2Peer.request("GET", "/", name, value));
    }

    private static byte[] zeros(int count) {
        return new byte[count];
    }

    private static byte[] number(int value) {
        return new byte[] {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value};
    }

    private static byte[] setting(int identifier, int value) {
        byte[] number = number(value);
        return new byte[] {0, (byte) identifier, number[0], number[1], number[2], number[3]};
    }

    static List<Http2Row> all() {
        List<Http2Row> rows = new ArrayList<>();
        frames(rows);
        streams(rows);
        settings(rows);
        messages(rows);
        compression(rows);
        return rows;
    }

    private static void frames(List<Http2Row> rows) {
        rows.add(ends(
                ErrorCode.FRAME_SIZE_ERROR,
                "4.2",
                "a frame above MAX_FRAME_SIZE",
                peer -> FrameWriter.header(peer.post(1, "/").out(), 16_385, Frame.DATA, 0, 1)));
        rows.add(answers(
                200,
                "4.1",
                "an unknown type is ignored",
                peer -> peer.frame(0xBE, 0xFF, 0, zeros(7)).get(1, "/")));
        rows.add(ends(
                ErrorCode.PROTOCOL_ERROR,
                "5.5",
                "an unknown type inside a block of fields",
                peer -> peer.frame(Frame.HEADERS, Frame.END_STREAM, 1, peer.block(H2Peer.request("GET", "/")))
                        .frame(0xBE, 0, 0, NONE)));
        rows.add(ends(
                ErrorCode.PROTOCOL_ERROR,
                "6.10",
                "CONTINUATION alone",
                peer -> peer.frame(Frame.CONTINUATION, Frame.END_HEADERS, 1, NONE)));
        rows.add(ends(
                ErrorCode.PROTOCOL_ERROR,
                "6.10",
                "CONTINUATION of another stream",
                peer -> peer.frame(Frame.HEADERS, 0, 1, peer.block(H2Peer.request("GET", "/")))
                        .frame(Frame.CONTINUATION, Frame.END_HEADERS, 3, NONE)));
        rows.add(answers(200, "6.10", "a block in three frames", peer -> {
            byte[] block = peer.block(H2Peer.request("GET", "/"));
            byte[] first = Arrays.copyOf(block, 2);
            byte[] second = Arrays.copyOfRange(block, 2, 5);
            byte[] third = Arrays.copyOfRange(block, 5, block.length);
            peer.frame(Frame.HEADERS, Frame.END_STREAM, 1, first)
                    .frame(Frame.CONTINUATION, 0, 1, second)
                    .frame(Frame.CONTINUATION, Frame.END_HEADERS, 1, third);
        }));
        int[] ofStreams = {Frame.DATA, Frame.HEADERS, Frame.PRIORITY, Frame.RST_STREAM, Frame.CONTINUATION};
        for (int type : ofStreams) {
            rows.add(ends(
                    ErrorCode.PROTOCOL_ERROR,
                    "6",
                    "type " + type + " on stream 0",
                    peer -> peer.frame(type, Frame.END_HEADERS, 0, zeros(type == Frame.PRIORITY ? 5 : 4))));
        }
        rows.add(ends(
                ErrorCode.PROTOCOL_ERROR,
                "6.5",
                "SETTINGS on a stream",
                peer -> peer.frame(Frame.SETTINGS, 0, 1, NONE)));
        rows.add(ends(
                ErrorCode.PROTOCOL_ERROR, "6.7", "PING on a stream", peer -> peer.frame(Frame.PING, 0, 1, zeros(8))));
        rows.add(ends(
                ErrorCode.PROTOCOL_ERROR,
                "6.8",
                "GOAWAY on a stream",
                peer -> peer.frame(Frame.GOAWAY, 0, 1, zeros(8))));
        rows.add(ends(
                ErrorCode.FRAME_SIZE_ERROR,
                "6.7",
                "a PING of seven octets",
                peer -> peer.frame(Frame.PING, 0, 0, zeros(7))));
        rows.add(ends(
                ErrorCode.FRAME_SIZE_ERROR,
                "6.4",
                "RST_STREAM of three octets",
                peer -> peer.get(1, "/").frame(Frame.RST_STREAM, 0, 1, zeros(3))));
        rows.add(ends(
                ErrorCode.FRAME_SIZE_ERROR,
                "6.9",
                "WINDOW_UPDATE of three octets",
                peer -> peer.frame(Frame.WINDOW_UPDATE, 0, 0, zeros(3))));
        rows.add(ends(
                ErrorCode.FRAME_SIZE_ERROR,
                "6.3",
                "PRIORITY of four octets",
                peer -> peer.frame(Frame.PRIORITY, 0, 1, zeros(4))));
        rows.add(ends(
                ErrorCode.PROTOCOL_ERROR,
                "6.1",
                "padding as long as its frame",
                peer -> peer.post(1, "/").frame(Frame.DATA, Frame.PADDED, 1, new byte[] {3, 0, 0})));
        rows.add(answers(
                200,
                "6.1",
                "padding is no content",
                peer -> peer.post(1, "/", "content-length", "1")
                        .frame(Frame.DATA, Frame.PADDED | Frame.END_STREAM, 1, new byte[] {2, 'x', 0, 0})));
        rows.add(ends(
                ErrorCode.PROTOCOL_ERROR,
                "8.4",
                "PUSH_PROMISE",
                peer -> peer.frame(Frame.PUSH_PROMISE, Frame.END_HEADERS, 1, zeros(4))));
        rows.add(ends(
                ErrorCode.PROTOCOL_ERROR,
                "9218 7.1",
                "PRIORITY_UPDATE on a stream",
                peer -> peer.frame(Frame.PRIORITY_UPDATE, 0, 1, number(1))));
    }

    private static void streams(List<Http2Row> rows) {
        rows.add(ends(ErrorCode.PROTOCOL_ERROR, "5.1.1", "an even identifier", peer -> peer.get(2, "/")));
        rows.add(ends(
                ErrorCode.PROTOCOL_ERROR,
                "5.1.1",
                "an identifier below another",
                peer -> peer.get(5, "/").get(3, "/")));
        rows.add(ends(ErrorCode.PROTOCOL_ERROR, "5.1", "DATA on an idle stream", peer -> peer.data(1, true, "x")));
        rows.add(ends(ErrorCode.PROTOCOL_ERROR, "5.1", "RST_STREAM on an idle stream", peer -> peer.reset(1)));
        rows.add(ends(ErrorCode.PROTOCOL_ERROR, "5.1", "WINDOW_UPDATE on an idle stream", peer -> peer.update(1, 1)));
        rows.add(ends(
                ErrorCode.STREAM_CLOSED,
                "5.1",
                "DATA behind END_STREAM",
                peer -> peer.get(1, "/").data(1, true, "x")));
        rows.add(ends(
                ErrorCode.STREAM_CLOSED,
                "5.1",
                "HEADERS behind END_STREAM",
                peer -> peer.get(1, "/").get(1, "/")));
        rows.add(ends(
                ErrorCode.STREAM_CLOSED,
                "5.1",
                "DATA behind the peer's RST_STREAM",
                peer -> peer.post(1, "/").reset(1).data(1, true, "x")));
        rows.add(ends(
                ErrorCode.PROTOCOL_ERROR,
                "6.9",
                "WINDOW_UPDATE of 0 on the connection",
                peer -> peer.frame(Frame.WINDOW_UPDATE, 0, 0, number(0))));
        rows.add(ends(
                ErrorCode.PROTOCOL_ERROR,
                "6.9",
                "WINDOW_UPDATE of 0 on a stream",
                peer -> peer.post(1, "/").frame(Frame.WINDOW_UPDATE, 0, 1, number(0))));
        rows.add(ends(
                ErrorCode.FLOW_CONTROL_ERROR,
                "6.9.1",
                "a window of the connection above 2^31-1",
                peer -> peer.update(0, Integer.MAX_VALUE)));
        rows.add(resets(
                ErrorCode.FLOW_CONTROL_ERROR,
                "6.9.1",
                "a window of a stream above 2^31-1",
                peer -> peer.post(1, "/").update(1, Integer.MAX_VALUE)));
        rows.add(ends(ErrorCode.FLOW_CONTROL_ERROR, "6.9", "DATA beyond the window of the stream", peer -> {
            peer.acknowledgingNothing().post(1, "/unread");
            for (int i = 0; i < 5; i++) {
                peer.data(1, false, zeros(16_000), 0, 16_000);
            }
        }));
    }

    private static void settings(List<Http2Row> rows) {
        rows.add(ends(
                ErrorCode.FRAME_SIZE_ERROR,
                "6.5",
                "SETTINGS of five octets",
                peer -> peer.frame(Frame.SETTINGS, 0, 0, zeros(5))));
        rows.add(ends(
                ErrorCode.FRAME_SIZE_ERROR,
                "6.5",
                "an acknowledgement with a payload",
                peer -> peer.frame(Frame.SETTINGS, Frame.ACK, 0, zeros(6))));
        rows.add(ends(
                ErrorCode.PROTOCOL_ERROR,
                "6.5.2",
                "ENABLE_PUSH of 2",
                peer -> peer.frame(Frame.SETTINGS, 0, 0, setting(Frame.ENABLE_PUSH, 2))));
        rows.add(ends(
                ErrorCode.FLOW_CONTROL_ERROR,
                "6.5.2",
                "INITIAL_WINDOW_SIZE above 2^31-1",
                peer -> peer.frame(Frame.SETTINGS, 0, 0, setting(Frame.INITIAL_WINDOW_SIZE, Integer.MIN_VALUE))));
        for (int size : new int[] {16_383, 1 << 24}) {
            rows.add(ends(
                    ErrorCode.PROTOCOL_ERROR,
                    "6.5.2",
                    "MAX_FRAME_SIZE of " + size,
                    peer -> peer.frame(Frame.SETTINGS, 0, 0, setting(Frame.MAX_FRAME_SIZE, size))));
        }
        rows.add(ends(
                ErrorCode.FLOW_CONTROL_ERROR,
                "6.9.2",
                "INITIAL_WINDOW_SIZE that lifts a window above 2^31-1",
                peer -> peer.post(1, "/")
                        .update(1, Integer.MAX_VALUE - 65_535)
                        .frame(Frame.SETTINGS, 0, 0, setting(Frame.INITIAL_WINDOW_SIZE, 65_536))));
        rows.add(answers(
                200,
                "6.5.2",
                "an unknown setting is ignored",
                peer -> peer.frame(Frame.SETTINGS, 0, 0, setting(0x7F, -1)).get(1, "/")));
    }

    private static void messages(List<Http2Row> rows) {
        rows.add(malformedField("8.2.1", "upper case in a name", "X-a", "b"));
        rows.add(malformedField("8.2.1", "a colon in a name", "x:a", "b"));
        rows.add(malformedField("8.2.1", "a space in a name", "x a", "b"));
        rows.add(malformedField("8.2.1", "LF in a value", "x", "a\nb"));
        rows.add(malformedField("8.2.1", "NUL in a value", "x", "a\0b"));
        rows.add(malformedField("8.2.1", "a space at the end of a value", "x", "b "));
        for (String name : List.of("connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade")) {
            rows.add(malformedField("8.2.2", name, name, "x"));
        }
        rows.add(malformedField("8.2.2", "te that is not trailers", "te", "gzip"));
        rows.add(malformedField("8.3", "an unknown pseudo-field", ":x", "y"));
        rows.add(malformedField("8.3", ":status in a request", ":status", "200"));
        rows.add(malformedField("8.3", "a second :path", ":path", "/"));
        rows.add(malformed(
                "8.3", "a pseudo-field behind others", ":method", "GET", ":scheme", "http", "x", "y", ":path", "/"));
        rows.add(malformed("8.3.1", "no :path", ":method", "GET", ":scheme", "http", ":authority", "h"));
        rows.add(malformed("8.3.1", "no :scheme", ":method", "GET", ":path", "/", ":authority", "h"));
        rows.add(malformed("8.3.1", "no :method", ":scheme", "http", ":path", "/", ":authority", "h"));
        rows.add(malformed("8.3.1", "an empty :path", H2Peer.request("GET", "")));
        rows.add(malformed("8.3.1", "a :path without a slash", H2Peer.request("GET", "a")));
        rows.add(malformed("8.3.1", "* for GET", H2Peer.request("GET", "*")));
        rows.add(malformed("8.3.1", "neither :authority nor Host", ":method", "GET", ":scheme", "http", ":path", "/"));
        rows.add(malformedField("8.3.1", "Host that is not :authority", "host", "other"));
        rows.add(malformed("8.5", "CONNECT with a :path", H2Peer.request("CONNECT", "/")));
        rows.add(answers(
                501, "8.5", "CONNECT", peer -> peer.headers(1, true, ":method", "CONNECT", ":authority", "h:1")));
        rows.add(resets(
                ErrorCode.PROTOCOL_ERROR,
                "8.1.1",
                "more content than content-length",
                peer -> peer.post(1, "/", "content-length", "2").data(1, false, "abc")));
        rows.add(resets(
                ErrorCode.PROTOCOL_ERROR,
                "8.1.1",
                "less content than content-length",
                peer -> peer.post(1, "/", "content-length", "4").data(1, true, "abc")));
        rows.add(resets(
                ErrorCode.PROTOCOL_ERROR,
                "8.1",
                "trailers without END_STREAM",
                peer -> peer.post(1, "/").data(1, false, "abc").headers(1, false, "x", "y")));
        rows.add(resets(
                ErrorCode.PROTOCOL_ERROR,
                "8.1",
                "a pseudo-field in trailers",
                peer -> peer.post(1, "/").data(1, false, "abc").headers(1, true, ":path", "/")));
        rows.add(answers(
                200,
                "8.1",
                "content and trailers",
                peer -> peer.post(1, "/").data(1, false, "abc").headers(1, true, "x", "y")));
        rows.add(answers(
                200,
                "8.3.1",
                "Host in place of :authority",
                peer -> peer.headers(1, true, ":method", "GET", ":scheme", "http", ":path", "/", "host", "h")));
        rows.add(answers(200, "8.3.1", "a query", peer -> peer.get(1, "/?a=b")));
        rows.add(answers(
                501,
                "8441 5",
                "extended CONNECT where nothing but requests is served",
                peer -> peer.headers(1, false, H2Peer.request("CONNECT", "/", ":protocol", "websocket"))));
        rows.add(malformed("8441 4", ":protocol outside of CONNECT", H2Peer.request("GET", "/", ":protocol", "p")));
        rows.add(malformed(
                "8441 4",
                "extended CONNECT without a path",
                ":method",
                "CONNECT",
                ":protocol",
                "websocket",
                ":scheme",
                "http",
                ":authority",
                "h"));
    }

    private static void compression(List<Http2Row> rows) {
        rows.add(broken("6.1", "index 0", 0x80));
        rows.add(broken("2.3.3", "an index beyond both tables", 0xFF, 0x00));
        rows.add(broken("5.1", "an integer of six octets", 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F));
        rows.add(broken("5.2", "EOS in Huffman code", 0x00, 0x84, 0xFF, 0xFF, 0xFF, 0xFC, 0x00));
        rows.add(broken("4.2", "a table above our setting", 0x3F, 0xE2, 0x1F));
        rows.add(broken("4.2", "a size behind a field", 0x82, 0x20));
        rows.add(broken("6.2", "a block that ends inside a field", 0x40, 0x05, 'a'));
    }

    private static Http2Row broken(String section, String what, int... block) {
        byte[] octets = new byte[block.length];
        for (int i = 0; i < block.length; i++) {
            octets[i] = (byte) block[i];
        }
        return ends(
                ErrorCode.COMPRESSION_ERROR,
                "7541 " + section,
                what,
                peer -> peer.frame(Frame.HEADERS, Frame.END_STREAM | Frame.END_HEADERS, 1, octets));
    }
}
