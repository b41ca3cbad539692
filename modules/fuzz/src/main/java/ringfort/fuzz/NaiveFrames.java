package ringfort.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The fields of the first block on each stream of a connection, read from all of its bytes at once, behind the preface
 * (RFC 9113, 4.1, 6.2 and 6.10). Nothing is judged but what has to be to find the next frame.
 */
final class NaiveFrames {
    private static final int HEADER_BYTES = 9;
    private static final int HEADERS = 1;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 4;
    private static final int PADDED = 8;
    private static final int PRIORITIZED = 32;

    private final Map<Integer, List<NaiveBlocks.Field>> heads = new HashMap<>();

    private NaiveFrames() {}

    /** The fields of each stream, up to the first block that is none. */
    static Map<Integer, List<NaiveBlocks.Field>> heads(byte[] bytes, int from) {
        var frames = new NaiveFrames();
        try {
            frames.read(bytes, from);
        } catch (NaiveBlocks.Broken e) {
            // what is behind it means nothing
        }
        return frames.heads;
    }

    private void read(byte[] bytes, int from) {
        var blocks = new NaiveBlocks();
        var block = new ByteArrayOutputStream();
        for (int at = from; at + HEADER_BYTES <= bytes.length; ) {
            int length = (bytes[at] & 0xFF) << 16 | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF);
            int type = bytes[at + 3];
            int flags = bytes[at + 4];
            int stream = (bytes[at + 5] & 0x7F) << 24
                    | (bytes[at + 6] & 0xFF) << 16
                    | (bytes[at + 7] & 0xFF) << 8
                    | (bytes[at + 8] & 0xFF);
            at += HEADER_BYTES;
            if (length > bytes.length - at) {
                return;
            }
            byte[] payload = Arrays.copyOfRange(bytes, at, at + length);
            at += length;
            if (type == HEADERS) {
                payload = withoutPadding(payload, flags);
            }
            if (type == HEADERS || type == CONTINUATION) {
                block.writeBytes(payload);
                if ((flags & END_HEADERS) != 0) {
                    heads.putIfAbsent(stream, blocks.decode(block.toByteArray()));
                    block.reset();
                }
            }
        }
    }

    private static byte[] withoutPadding(byte[] payload, int flags) {
        boolean padded = (flags & PADDED) != 0;
        int from = (padded ? 1 : 0) + ((flags & PRIORITIZED) != 0 ? 5 : 0);
        int to = payload.length - (padded && payload.length > 0 ? payload[0] & 0xFF : 0);
        if (from > to) {
            throw new NaiveBlocks.Broken();
        }
        return Arrays.copyOfRange(payload, from, to);
    }
}
