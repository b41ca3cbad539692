package ringfort.h2;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import ringfort.message.FieldSection;
import ringfort.message.Octets;

/** What a client reads: the frames of a server, as text. Keeps the state of compression, and the windows. */
final class Reading {
    private final FrameReader reader = new FrameReader();
    private final HpackDecoder decoder = new HpackDecoder(56 * 1024, 1000);
    private final List<String> frames = new ArrayList<>();

    /** Frames in these bytes; every one of them is whole. */
    List<String> frames(byte[] bytes, int from, int to) {
        frames.clear();
        int at = from;
        while (true) {
            FrameReader.Found found = reader.next(bytes, at, to);
            at = reader.position();
            switch (found) {
                case MORE -> {
                    return List.copyOf(frames);
                }
                case HEADER -> reader.gather();
                case PAYLOAD -> frames.add(text(reader.payload(), reader.payloadFrom(), reader.payloadTo()));
            }
        }
    }

    private String text(byte[] octets, int from, int to) {
        String end = reader.has(Frame.END_STREAM) ? " END" : "";
        int id = reader.stream();
        return switch (reader.type()) {
            case Frame.DATA -> "DATA " + id + " " + content(octets, from, to) + end;
            case Frame.HEADERS -> "HEADERS " + id + fields(octets, from, to) + end;
            case Frame.RST_STREAM -> "RST " + id + " " + ErrorCode.of(Frame.int32(octets, from));
            case Frame.SETTINGS -> reader.has(Frame.ACK) ? "SETTINGS ACK" : "SETTINGS" + settings(octets, from, to);
            case Frame.PING -> (reader.has(Frame.ACK) ? "PONG " : "PING ") + Frame.int32(octets, from + 4);
            case Frame.GOAWAY ->
                "GOAWAY " + Frame.int31(octets, from) + " " + ErrorCode.of(Frame.int32(octets, from + 4));
            case Frame.WINDOW_UPDATE -> "UPDATE " + id + " " + Frame.int31(octets, from);
            default -> throw new AssertionError("frame type " + reader.type());
        };
    }

    private static String content(byte[] octets, int from, int to) {
        if (to - from > 100) {
            return (to - from) + " octets";
        }
        return "'" + new String(octets, from, to - from, StandardCharsets.ISO_8859_1).replace('\0', '0') + "'";
    }

    private static String settings(byte[] octets, int from, int to) {
        var text = new StringBuilder();
        for (int at = from; at < to; at += 6) {
            text.append(' ').append(octets[at + 1]).append('=').append(Frame.int32(octets, at + 2));
        }
        return text.toString();
    }

    private String fields(byte[] octets, int from, int to) {
        if (!reader.has(Frame.END_HEADERS)) {
            throw new AssertionError("a block in several frames");
        }
        if (decoder.decode(octets, from, to) != HpackDecoder.Result.FIELDS) {
            throw new AssertionError("a broken block");
        }
        return render(decoder);
    }

    static String render(HpackDecoder decoder) {
        var text = new StringBuilder(" [");
        for (String field : HpackVectorTest.fields(decoder)) {
            text.append(text.length() > 2 ? "; " : "").append(field);
        }
        return text.append(']').toString();
    }

    static String render(FieldSection fields) {
        var text = new StringBuilder("[");
        for (int i = 0; i < fields.fieldCount(); i++) {
            text.append(i == 0 ? "" : "; ").append(fields.name(i)).append(": ").append(fields.value(i));
        }
        return text.append(']').toString();
    }

    static String ascii(byte[] octets) {
        return Octets.text(octets, 0, octets.length);
    }
}
