package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * The rules of frames, by the sections of RFC 9113: each in any cut, alone and with a request behind it in one segment, and
 * with its error code and scope.
 */
final class FrameRulesTest {
    private static Frames open() {
        return Frames.opening();
    }

    private static byte[] octets(int count) {
        return new byte[count];
    }

    @Test
    void section3_4_preface() {
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, new Frames().hex("505249202a20485454502f322e310d0a"));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, new Frames().preface().ping(1));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, new Frames().preface().ack());
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, new Frames().preface().get(1));
        Wire.plays(open(), "", "");
    }

    @Test
    void section3_4_ourSettingsComeFirstAndTheirsAreAcknowledgedBehindThem() {
        var wire = new Wire();
        wire.receive(open());
        assertEquals("SETTINGS 9=1 3=100 4=262144 6=32768|UPDATE 0 983041|SETTINGS ACK|", wire.written());
    }

    @Test
    void section4_1_unknownTypesFlagsAndTheReservedBitAreIgnored() {
        Wire.plays(
                open().frame(0xEE, 0xFF, 0x8000_0000, octets(10))
                        .frame(0x2A, 0, 7, octets(0))
                        .ping(9),
                "",
                "PONG 9|");
        var frames = open();
        byte[] block = frames.block(Frames.request("GET", "/"));
        frames.frame(Frame.HEADERS, 0xD2 | Frame.END_STREAM | Frame.END_HEADERS, 0x8000_0001, block);
        Wire.plays(frames, "1 GET / []  '' [] ", "HEADERS 1 [:status: 200] END|");
    }

    @Test
    void section4_2_sizes() {
        Wire.connectionError(ErrorCode.FRAME_SIZE_ERROR, open().post(1).frame(Frame.DATA, 0, 1, octets(0), 16_385));
        Wire.connectionError(ErrorCode.FRAME_SIZE_ERROR, open().frame(Frame.HEADERS, 4, 1, octets(0), 16_385));
        Wire.connectionError(ErrorCode.FRAME_SIZE_ERROR, open().frame(0xEE, 0, 0, octets(0), 16_385));
        Wire.connectionError(ErrorCode.FRAME_SIZE_ERROR, open().frame(Frame.HEADERS, Frame.PADDED | 4, 1, octets(0)));
        Wire.connectionError(
                ErrorCode.FRAME_SIZE_ERROR, open().frame(Frame.HEADERS, Frame.PRIORITIZED | 4, 1, octets(4)));
        Wire.plays(
                open().post(1).zeros(1, true, 16_384),
                "1 POST / []  '16384 octets' [] ",
                "HEADERS 1 [:status: 200] END|");
    }

    @Test
    void section5_1_idleStreams() {
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().data(1, true, "x"));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().update(1, 1));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().reset(1, ErrorCode.CANCEL));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().data(2, true, "x"));
        Wire.plays(open().frame(Frame.PRIORITY, 0, 7, octets(5)), "", "");
    }

    @Test
    void section5_1_halfClosedStreams() {
        Wire.connectionError(ErrorCode.STREAM_CLOSED, open().get(1).data(1, true, "x"));
        Wire.connectionError(ErrorCode.STREAM_CLOSED, open().get(1).headers(1, true, "x", "y"));
        Wire.plays(
                open().get(1).update(1, 1).frame(Frame.PRIORITY, 0, 1, octets(5)),
                "1 GET / []  '' [] ",
                "HEADERS 1 [:status: 200] END|");
        Wire.plays(open().get(1).reset(1, ErrorCode.CANCEL), "1 GET / []  '' []  RESET CANCEL ", "");
    }

    /** A reset stream of ours: what the peer may have sent before it knew is dropped, and the table stays right. */
    @Test
    void section5_1_framesBehindOurResetAreDroppedAndDecoded() {
        var frames = open().headers(1, false, Frames.request("POST", "/", "content-length", "1"));
        frames.data(1, false, "xx")
                .data(1, false, "yy")
                .headers(1, true, "x-trailer", "z")
                .update(1, 5);
        frames.reset(1, ErrorCode.CANCEL).headers(3, true, Frames.request("GET", "/", "x-trailer", "z"));
        Wire.plays(
                frames,
                "1 POST / [content-length: 1]  RESET PROTOCOL_ERROR 3 GET / [x-trailer: z]  '' [] ",
                "RST 1 PROTOCOL_ERROR|HEADERS 3 [:status: 200] END|");
    }

    @Test
    void section5_1_framesBehindTheirResetAreAnError() {
        Wire.connectionError(
                ErrorCode.STREAM_CLOSED,
                open().post(1).reset(1, ErrorCode.CANCEL).data(1, true, "x"));
        Wire.connectionError(
                ErrorCode.STREAM_CLOSED,
                open().post(1).reset(1, ErrorCode.CANCEL).headers(1, true, "a", "b"));
        Wire.connectionError(
                ErrorCode.STREAM_CLOSED,
                open().post(1, "content-length", "1")
                        .data(1, false, "ab")
                        .reset(1, ErrorCode.CANCEL)
                        .data(1, true, "x"));
        Wire.plays(
                open().post(1).reset(1, ErrorCode.CANCEL).update(1, 1).reset(1, ErrorCode.CANCEL),
                "1 POST / []  RESET CANCEL ",
                "");
    }

    @Test
    void section5_1_1_identifiers() {
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().get(2));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().get(5).get(3));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().get(0));
    }

    @Test
    void section5_1_2_streamsAboveTheLimitAreRefusedAndDecoded() {
        var frames = open().ack();
        for (int i = 0; i < 101; i++) {
            frames.headers(2 * i + 1, false, Frames.request("POST", "/" + i));
        }
        var wire = new Wire();
        wire.receive(frames);
        String written = wire.written();
        assertTrue(written.endsWith("|RST 201 REFUSED_STREAM|"), written);
        wire.receive(frames.data(1, true, "x"));
        assertEquals("HEADERS 1 [:status: 200] END|", wire.written());
        wire.receive(frames.headers(203, true, Frames.request("GET", "/100")));
        assertEquals("HEADERS 203 [:status: 200] END|", wire.written());
    }

    @Test
    void section6_1_data() {
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().data(0, true, "x"));
        Wire.connectionError(
                ErrorCode.PROTOCOL_ERROR, open().post(1).frame(Frame.DATA, Frame.PADDED, 1, new byte[] {3, 1, 2}));
        Wire.connectionError(ErrorCode.FRAME_SIZE_ERROR, open().post(1).frame(Frame.DATA, Frame.PADDED, 1, octets(0)));
        Wire.plays(
                open().post(1)
                        .padded(1, false, "abc", 255)
                        .padded(1, false, "", 3)
                        .padded(1, true, "de", 0),
                "1 POST / []  'abcde' [] ",
                "HEADERS 1 [:status: 200] END|");
    }

    @Test
    void section6_2_headers() {
        Wire.connectionError(
                ErrorCode.PROTOCOL_ERROR,
                open().frame(Frame.HEADERS, Frame.PADDED | 5, 1, new byte[] {2, (byte) 0x82}));
        var padded = open();
        byte[] block = padded.block(Frames.request("GET", "/"));
        padded.frame(Frame.HEADERS, Frame.PADDED | Frame.PRIORITIZED | 5, 1, octets(0), 1 + 5 + block.length + 200);
        padded.out.octet(200).bytes(new byte[] {0, 0, 0, 9, 7}).bytes(block).bytes(octets(200));
        Wire.plays(padded, "1 GET / []  '' [] ", "HEADERS 1 [:status: 200] END|");
        Wire.connectionError(
                ErrorCode.PROTOCOL_ERROR,
                open().frame(Frame.HEADERS, Frame.PRIORITIZED | 5, 1, new byte[] {0, 0, 0, 1, 7, (byte) 0x82}));
    }

    @Test
    void section6_3_priority() {
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().frame(Frame.PRIORITY, 0, 0, octets(5)));
        Wire.connectionError(ErrorCode.FRAME_SIZE_ERROR, open().frame(Frame.PRIORITY, 0, 1, octets(4)));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().frame(Frame.PRIORITY, 0, 1, new byte[] {0, 0, 0, 1, 0}));
    }

    @Test
    void section6_4_reset() {
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().reset(0, ErrorCode.CANCEL));
        Wire.connectionError(ErrorCode.FRAME_SIZE_ERROR, open().post(1).frame(Frame.RST_STREAM, 0, 1, octets(3)));
        Wire.plays(open().post(1).reset(1, ErrorCode.NO_ERROR).ping(1), "1 POST / []  RESET NO_ERROR ", "PONG 1|");
    }

    @Test
    void section6_5_settings() {
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().frame(Frame.SETTINGS, 0, 1, octets(0)));
        Wire.connectionError(ErrorCode.FRAME_SIZE_ERROR, open().frame(Frame.SETTINGS, Frame.ACK, 0, octets(6)));
        Wire.connectionError(ErrorCode.FRAME_SIZE_ERROR, open().frame(Frame.SETTINGS, 0, 0, octets(5)));
        Wire.plays(open().settings(0xF00, 1, 0x7, -1), "", "");
    }

    @Test
    void section6_5_2_values() {
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().settings(Frame.ENABLE_PUSH, 2));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().settings(Frame.ENABLE_CONNECT_PROTOCOL, 2));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().settings(Frame.NO_RFC7540_PRIORITIES, 2));
        Wire.connectionError(
                ErrorCode.PROTOCOL_ERROR,
                open().settings(Frame.NO_RFC7540_PRIORITIES, 1).settings(Frame.NO_RFC7540_PRIORITIES, 0));
        Wire.connectionError(ErrorCode.FLOW_CONTROL_ERROR, open().settings(Frame.INITIAL_WINDOW_SIZE, 1 << 31));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().settings(Frame.MAX_FRAME_SIZE, 16_383));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().settings(Frame.MAX_FRAME_SIZE, 1 << 24));
        Wire.plays(open().settings(Frame.ENABLE_PUSH, 0, Frame.MAX_FRAME_SIZE, (1 << 24) - 1), "", "");
    }

    @Test
    void section6_6_pushPromise() {
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().post(1).frame(Frame.PUSH_PROMISE, 4, 1, octets(8)));
    }

    @Test
    void section6_7_ping() {
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().frame(Frame.PING, 0, 1, octets(8)));
        Wire.connectionError(ErrorCode.FRAME_SIZE_ERROR, open().frame(Frame.PING, 0, 0, octets(7)));
        Wire.plays(open().ping(5).frame(Frame.PING, Frame.ACK, 0, octets(8)).ping(6), "", "PONG 5|PONG 6|");
    }

    @Test
    void section6_8_goAway() {
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().frame(Frame.GOAWAY, 0, 1, octets(8)));
        Wire.connectionError(ErrorCode.FRAME_SIZE_ERROR, open().frame(Frame.GOAWAY, 0, 0, octets(7)));
        Wire.connectionError(ErrorCode.NO_ERROR, open().goAway());
        Wire.plays(
                open().post(1).frame(Frame.GOAWAY, 0, 0, octets(300)).data(1, true, ""),
                "1 POST / []  '' [] ",
                "HEADERS 1 [:status: 200] END|GOAWAY 1 NO_ERROR|");
    }

    @Test
    void section6_9_windowUpdate() {
        Wire.connectionError(ErrorCode.FRAME_SIZE_ERROR, open().frame(Frame.WINDOW_UPDATE, 0, 0, octets(3)));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().update(0, 0));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().post(1).update(1, 0));
    }

    @Test
    void section6_9_1_overflow() {
        Wire.connectionError(ErrorCode.FLOW_CONTROL_ERROR, open().update(0, Integer.MAX_VALUE - 65_534));
        Wire.streamError(ErrorCode.FLOW_CONTROL_ERROR, 1, open().post(1).update(1, Integer.MAX_VALUE - 65_534));
        Wire.plays(open().update(0, Integer.MAX_VALUE - 65_535).ping(1), "", "PONG 1|");
    }

    @Test
    void section6_9_2_aStreamsWindowLiftedAboveTheMost() {
        Wire.connectionError(
                ErrorCode.FLOW_CONTROL_ERROR,
                open().post(1).update(1, 1 << 30).settings(Frame.INITIAL_WINDOW_SIZE, Integer.MAX_VALUE));
    }

    @Test
    void section6_10_continuation() {
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().frame(Frame.CONTINUATION, 4, 1, octets(1)));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().get(1).frame(Frame.CONTINUATION, 4, 1, octets(1)));
        byte[] block = open().block(Frames.request("GET", "/"));
        Wire.connectionError(
                ErrorCode.PROTOCOL_ERROR,
                open().frame(Frame.HEADERS, 0, 1, block).ping(1));
        Wire.connectionError(
                ErrorCode.PROTOCOL_ERROR,
                open().frame(Frame.HEADERS, 0, 1, block).frame(0xEE, 0, 0, octets(1)));
        Wire.connectionError(
                ErrorCode.PROTOCOL_ERROR,
                open().frame(Frame.HEADERS, 0, 1, block).frame(Frame.CONTINUATION, 4, 3, octets(0)));
        var frames = open().frame(Frame.HEADERS, Frame.END_STREAM, 1, Arrays.copyOf(block, 2));
        frames.frame(Frame.CONTINUATION, 0, 1, Arrays.copyOfRange(block, 2, 5));
        frames.frame(Frame.CONTINUATION, 4, 1, Arrays.copyOfRange(block, 5, block.length));
        Wire.plays(frames, "1 GET / []  '' [] ", "HEADERS 1 [:status: 200] END|");
    }

    @Test
    void rfc7541_brokenBlocks() {
        Wire.connectionError(ErrorCode.COMPRESSION_ERROR, open().frame(Frame.HEADERS, 5, 1, new byte[] {(byte) 0x80}));
        Wire.connectionError(ErrorCode.COMPRESSION_ERROR, open().post(1).frame(Frame.HEADERS, 5, 1, new byte[] {
            (byte) 0xFF, 0x7F
        }));
    }

    @Test
    void rfc9218_section7_1_priorityUpdate() {
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().frame(0x10, 0, 1, new byte[] {0, 0, 0, 1}));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().frame(0x10, 0, 0, new byte[] {0, 0, 0, 0}));
        Wire.connectionError(ErrorCode.PROTOCOL_ERROR, open().frame(0x10, 0, 0, new byte[] {0, 0, 0, 2}));
        Wire.connectionError(ErrorCode.FRAME_SIZE_ERROR, open().frame(0x10, 0, 0, new byte[] {0, 0, 0}));
        var many = open();
        for (int i = 0; i < 101; i++) {
            FrameWriter.priorityUpdate(many.out, 2 * i + 1, "u=1");
        }
        Wire.connectionError(ErrorCode.ENHANCE_YOUR_CALM, many);
        var few = new H2Limits(3, 65_536, 1 << 20, 32_768, 100, 65_536, 4096, 1 << 20, 65_536, 1 << 20, 65_536, false);
        var four = open();
        for (int i = 0; i < 4; i++) {
            FrameWriter.priorityUpdate(four.out, 2 * i + 1, "u=1");
        }
        Wire.connectionError(few, ErrorCode.PROTOCOL_ERROR, four);
    }
}
