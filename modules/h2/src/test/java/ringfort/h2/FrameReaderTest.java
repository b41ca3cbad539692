package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ringfort.message.ByteSink;

/** RFC 9113, 4.1: frames are the same however they are cut. */
final class FrameReaderTest {
    private static String account(byte[] bytes, @Nullable Random cuts, boolean gather) {
        var reader = new FrameReader();
        var account = new StringBuilder();
        for (int from = 0; from < bytes.length; ) {
            int to = cuts == null ? bytes.length : Math.min(bytes.length, from + 1 + cuts.nextInt(6));
            byte[] buffer = new byte[to - from + 9];
            System.arraycopy(bytes, from, buffer, 4, to - from);
            int at = 4;
            FrameReader.Found found;
            do {
                found = reader.next(buffer, at, to - from + 4);
                at = reader.position();
                if (found == FrameReader.Found.HEADER) {
                    account.append('[').append(reader.type()).append(' ').append(reader.flags());
                    account.append(' ')
                            .append(reader.stream())
                            .append(' ')
                            .append(reader.length())
                            .append(']');
                    if (gather) {
                        reader.gather();
                    } else {
                        reader.pieces();
                    }
                } else if (found == FrameReader.Found.PAYLOAD) {
                    account.append(new String(
                            reader.payload(),
                            reader.payloadFrom(),
                            reader.payloadTo() - reader.payloadFrom(),
                            StandardCharsets.ISO_8859_1));
                    account.append(reader.left() == 0 ? "." : "");
                }
            } while (found != FrameReader.Found.MORE);
            assertEquals(to - from + 4, at);
            from = to;
        }
        return account.append(reader.betweenFrames()).toString();
    }

    @Test
    void section4_1_anyCutGivesTheSameFrames() {
        var out = new ByteSink(64);
        FrameWriter.data(out, 1, true, "hello, world".getBytes(StandardCharsets.US_ASCII), 0, 12);
        FrameWriter.settingsAck(out);
        FrameWriter.ping(out, false, 0x6161616161616161L);
        FrameWriter.header(out, 3, 0xFE, 0xFF, 0x8000_0005); // the reserved bit is ignored
        out.ascii("xyz");
        String expected = "[0 1 1 12]hello, world.[4 1 0 0].[6 0 0 8]aaaaaaaa.[254 255 5 3]xyz.true";
        for (boolean gather : new boolean[] {true, false}) {
            assertEquals(expected, account(out.toByteArray(), null, gather));
            for (int seed = 0; seed < 500; seed++) {
                assertEquals(expected, account(out.toByteArray(), new Random(seed), gather));
            }
        }
    }

    @Test
    void memoryGrowsWithWhatCameAndNotWithWhatWasAnnounced() {
        var reader = new FrameReader();
        var out = new ByteSink(64);
        FrameWriter.header(out, Frame.MOST_MAX_SIZE, Frame.HEADERS, 0, 1);
        assertEquals(FrameReader.Found.HEADER, reader.next(out.array(), 0, out.length()));
        assertThrows(IllegalStateException.class, () -> reader.next(out.array(), 0, 0));
        reader.gather();
        assertEquals(FrameReader.Found.MORE, reader.next(new byte[100], 0, 100));
        assertEquals(Frame.MOST_MAX_SIZE - 100, reader.left());
        assertTrue(!reader.betweenFrames());
    }

    @Test
    void section4_3_aLongBlockGoesIntoContinuations() {
        var out = new ByteSink(64);
        byte[] block = "abcdefg".getBytes(StandardCharsets.US_ASCII);
        FrameWriter.headers(out, 3, true, block, 0, 7, 3);
        assertEquals("[1 1 3 3]abc.[9 0 3 3]def.[9 4 3 1]g.true", account(out.toByteArray(), null, true));
        out.reset();
        FrameWriter.headers(out, 3, false, block, 0, 7, 7);
        assertEquals("[1 4 3 7]abcdefg.true", account(out.toByteArray(), null, true));
    }
}
