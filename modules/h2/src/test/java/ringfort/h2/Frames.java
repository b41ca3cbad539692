package ringfort.h2;

import java.nio.charset.StandardCharsets;
import ringfort.message.ByteSink;

/** What a client sends: frames one behind the other, well formed or not. */
final class Frames {
    final ByteSink out = new ByteSink(256);
    private final HpackEncoder encoder = new HpackEncoder();

    /** The preface and empty SETTINGS. */
    static Frames opening() {
        return new Frames().preface().settings();
    }

    Frames preface() {
        FrameWriter.preface(out);
        return this;
    }

    Frames settings(int... identifiersAndValues) {
        FrameWriter.settings(out, identifiersAndValues);
        return this;
    }

    Frames ack() {
        FrameWriter.settingsAck(out);
        return this;
    }

    byte[] block(String... namesAndValues) {
        var block = new ByteSink(64);
        encoder.begin(block);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            encoder.field(block, namesAndValues[i], namesAndValues[i + 1], false);
        }
        return block.toByteArray();
    }

    /** Fields of a request, with more behind them. */
    static String[] request(String method, String path, String... more) {
        String[] fields = new String[8 + more.length];
        String[] own = {":method", method, ":scheme", "http", ":path", path, ":authority", "a"};
        System.arraycopy(own, 0, fields, 0, 8);
        System.arraycopy(more, 0, fields, 8, more.length);
        return fields;
    }

    /** A GET without content. */
    Frames get(int stream) {
        return headers(stream, true, request("GET", "/"));
    }

    /** A POST whose content follows. */
    Frames post(int stream, String... more) {
        return headers(stream, false, request("POST", "/", more));
    }

    Frames headers(int stream, boolean end, String... namesAndValues) {
        byte[] block = block(namesAndValues);
        FrameWriter.headers(out, stream, end, block, 0, block.length, Frame.LEAST_MAX_SIZE);
        return this;
    }

    Frames data(int stream, boolean end, String content) {
        byte[] octets = content.getBytes(StandardCharsets.ISO_8859_1);
        FrameWriter.data(out, stream, end, octets, 0, octets.length);
        return this;
    }

    Frames zeros(int stream, boolean end, int octets) {
        FrameWriter.data(out, stream, end, new byte[octets], 0, octets);
        return this;
    }

    Frames padded(int stream, boolean end, String content, int padding) {
        frame(
                Frame.DATA,
                Frame.PADDED | (end ? Frame.END_STREAM : 0),
                stream,
                new byte[0],
                content.length() + 1 + padding);
        out.octet(padding).latin1(content).bytes(new byte[padding]);
        return this;
    }

    Frames reset(int stream, ErrorCode code) {
        FrameWriter.reset(out, stream, code);
        return this;
    }

    Frames ping(long octets) {
        FrameWriter.ping(out, false, octets);
        return this;
    }

    Frames update(int stream, int increment) {
        FrameWriter.windowUpdate(out, stream, increment);
        return this;
    }

    Frames goAway() {
        FrameWriter.goAway(out, 0, ErrorCode.NO_ERROR, new byte[0]);
        return this;
    }

    /** Any frame. */
    Frames frame(int type, int flags, int stream, byte[] payload) {
        return frame(type, flags, stream, payload, payload.length);
    }

    /** A frame whose length is a lie, or whose payload follows. */
    Frames frame(int type, int flags, int stream, byte[] payload, int length) {
        FrameWriter.header(out, length, type, flags, stream);
        out.bytes(payload);
        return this;
    }

    Frames hex(String hex) {
        out.bytes(Hex.bytes(hex));
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
