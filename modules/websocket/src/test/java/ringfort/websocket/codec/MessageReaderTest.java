package ringfort.websocket.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Rows named after sections of RFC 6455 and 7692, each read whole, byte by byte, and cut at each offset. The octets are
 * written without the mask, which the test adds: it is 37 FA 21 3D.
 */
final class MessageReaderTest {
    private static final byte[] MASK = {0x37, (byte) 0xFA, 0x21, 0x3D};
    private static final ReaderLimits LIMITS = new ReaderLimits(1000, 4, 5, 1);

    /** Masks frames that are written as servers write them. */
    static byte[] masked(byte[] frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (at < frames.length) {
            int code = frames[at + 1] & 0x7F;
            int head = code == 127 ? 10 : code == 126 ? 4 : 2;
            ByteBuffer buffer = ByteBuffer.wrap(frames);
            long length = code == 127 ? buffer.getLong(at + 2) : code == 126 ? buffer.getShort(at + 2) & 0xFFFF : code;
            out.write(frames, at, 1);
            out.write(frames[at + 1] | 0x80);
            out.write(frames, at + 2, head - 2);
            out.writeBytes(MASK);
            int present = length < 0 ? 0 : (int) Math.min(length, frames.length - at - head);
            for (int i = 0; i < present; i++) {
                out.write(frames[at + head + i] ^ MASK[i & 3]);
            }
            at += head + present;
        }
        return out.toByteArray();
    }

    private static void feed(MessageReader reader, byte[] bytes, int from, int to, List<String> seen) {
        byte[] piece = Arrays.copyOfRange(bytes, from, to);
        int at = 0;
        while (true) {
            int count = reader.read(piece, at, piece.length - at, 0);
            at += count;
            Received received = reader.take();
            if (received == null) {
                if (count == 0 || at == piece.length) {
                    return;
                }
            } else {
                seen.add(
                        switch (received) {
                            case Received.Data(boolean text, byte[] content) ->
                                (text ? "text " : "binary ") + new String(content, StandardCharsets.UTF_8);
                            case Received.Ping(byte[] content) -> "ping " + new String(content, StandardCharsets.UTF_8);
                            case Received.Pong(byte[] content) -> "pong " + new String(content, StandardCharsets.UTF_8);
                            case Received.Close(int code, String reason) -> "close " + code + " " + reason;
                        });
            }
        }
    }

    private static String read(byte[] bytes, int first, int step) {
        MessageReader reader = new MessageReader(LIMITS, true);
        List<String> seen = new ArrayList<>();
        int at = Math.min(first, bytes.length);
        feed(reader, bytes, 0, at, seen);
        while (at < bytes.length) {
            int to = Math.min(bytes.length, at + step);
            feed(reader, bytes, at, to, seen);
            at = to;
        }
        Violation violation = reader.violation();
        if (violation != null) {
            seen.add("fail " + violation.code());
        }
        reader.end();
        return String.join("; ", seen).replace(" ;", ";").strip();
    }

    private static void assertReads(String expected, byte[] bytes) {
        assertEquals(expected, read(bytes, bytes.length, 1), "whole");
        assertEquals(expected, read(bytes, 0, 1), "byte by byte");
        for (int cut = 1; cut < bytes.length; cut++) {
            assertEquals(expected, read(bytes, cut, bytes.length), "cut at " + cut);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            5.7 text                        | 8105 48656c6c6f                   | text Hello
            5.7 fragments                   | 0103 48656c 8002 6c6f             | text Hello
            5.7 ping                        | 8905 48656c6c6f                   | ping Hello
            5.5.3 pong unasked              | 8a00 8101 41                      | pong; text A
            5.4 ping between fragments      | 0101 41 8900 8001 42              | ping; text AB
            5.4 empty fragments             | 0100 0000 8000                    | text
            5.2 RSV2                        | a100                              | fail 1002
            5.2 RSV1 on a control frame     | c900                              | fail 1002
            7692-6 RSV1 on a continuation   | 0101 41 c001 42                   | fail 1002
            5.2 opcode 3                    | 8300                              | fail 1002
            5.2 opcode B                    | 8b00                              | fail 1002
            5.2 length not minimal 16       | 827e 007d                         | fail 1002
            5.2 length not minimal 64       | 827f 000000000000ffff             | fail 1002
            5.2 length with bit 63          | 827f 8000000000000000             | fail 1002
            5.5 fragmented ping             | 0900                              | fail 1002
            5.5 long ping                   | 897e 0080                         | fail 1002
            5.4 continuation of nothing     | 8001 41                           | fail 1002
            5.4 message inside another      | 0101 41 8101 42                   | fail 1002
            5.5.1 close                     | 8800 8101 41                      | close 1005
            5.5.1 close with reason         | 8804 03e8 4142                    | close 1000 AB
            7.4 close of one octet          | 8801 03                           | fail 1002
            7.4 close 999                   | 8802 03e7                         | fail 1002
            7.4 close 1004                  | 8802 03ec                         | fail 1002
            7.4 close 1005                  | 8802 03ed                         | fail 1002
            7.4 close 1012                  | 8802 03f4                         | close 1012
            7.4 close 1015                  | 8802 03f7                         | fail 1002
            7.4 close 2999                  | 8802 0bb7                         | fail 1002
            7.4 close 4999                  | 8802 1387                         | close 4999
            7.4 close 5000                  | 8802 1388                         | fail 1002
            8.1 reason not UTF-8            | 8803 03e8 ff                      | fail 1007
            8.1 reason ends in a character  | 8803 03e8 c3                      | fail 1007
            8.1 text not UTF-8              | 0102 41ff                         | fail 1007
            8.1 surrogate                   | 0103 eda080                       | fail 1007
            8.1 ends in a character         | 8101 c3                           | fail 1007
            8.1 character cut by a fragment | 0101 c3 8001 a4                   | text ä
            7.4.1 too big by its head       | 827e 03e9                         | fail 1009
            fragments over the limit        | 0101 41 0001 41 0001 41 0001 41 0001 41 | fail 1008
            pings over the limit            | 8900 8900 8900 8900 8900 8900     | ping; ping; ping; ping; ping; fail 1008
            7692-7.2.3.1                    | c107 f248cdc9c90700               | text Hello
            7692-7.2.3.1 two fragments      | 4103 f248cd 8004 c9c90700         | text Hello
            7692-7.2.3.3 no compression     | c10b 000500faff48656c6c6f00       | text Hello
            7692-7.2.3.4 last block         | c108 f348cdc9c9070000             | text Hello
            7692-7.2.3.5 two blocks         | c10d f248050000 00ffffcac9c90700  | text Hello
            7692-8 does not inflate         | c102 ffff                         | fail 1007
            """)
    void row(String name, String frames, String expected) {
        assertReads(expected, masked(HexFormat.of().parseHex(frames.replace(" ", ""))));
    }

    @Test
    void aFrameWithoutMaskIsRefused() {
        assertReads("fail 1002", new byte[] {(byte) 0x81, 1});
    }

    /** 1 MB of zeros in a kilobyte: the reader stops at its limit, not behind the message. */
    @Test
    void aBombIsRefusedAtTheLimit() {
        byte[] frame = Frames.frame(Frames.BINARY, true, Compression.compress(new byte[900_000]));
        byte[] bytes = masked(frame);
        assertEquals("fail 1009", read(bytes, bytes.length, 1));
    }

    @Test
    void whatIsWrittenIsReadHoweverItIsCut() {
        Random random = new Random(17);
        for (int round = 0; round < 500; round++) {
            byte[] content = new byte[random.nextInt(1000)];
            for (int i = 0; i < content.length; i++) {
                content[i] = (byte) ('a' + random.nextInt(3));
            }
            boolean compressed = random.nextBoolean();
            byte[] bytes =
                    masked(Frames.frame(Frames.TEXT, compressed, compressed ? Compression.compress(content) : content));
            String expected = ("text " + new String(content, StandardCharsets.UTF_8)).strip();
            assertEquals(expected, read(bytes, random.nextInt(bytes.length), 1 + random.nextInt(bytes.length)));
        }
    }

    @Test
    void theValidatorAgreesWithTheDecoderOfTheJdk() {
        Random random = new Random(3629);
        int[] interesting = {0x41, 0x80, 0xBF, 0xC1, 0xC2, 0xE0, 0xA0, 0x9F, 0xED, 0xEF, 0xF0, 0x90, 0x8F, 0xF4, 0xF5};
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = new byte[1 + random.nextInt(5)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) interesting[random.nextInt(interesting.length)];
            }
            Utf8Validator validator = new Utf8Validator();
            int cut = random.nextInt(bytes.length);
            boolean valid = validator.accept(bytes, 0, cut)
                    && validator.accept(bytes, cut, bytes.length - cut)
                    && validator.isComplete();
            assertEquals(decodes(bytes), valid, HexFormat.of().formatHex(bytes));
        }
    }

    private static boolean decodes(byte[] bytes) {
        try {
            CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return decoded.length() > 0;
        } catch (CharacterCodingException malformed) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            permessage-deflate                                                      | true
            permessage-deflate; client_max_window_bits                              | true
            permessage-deflate; client_max_window_bits=10                           | true
            permessage-deflate; server_max_window_bits=10                           | false
            permessage-deflate; server_max_window_bits=10, permessage-deflate       | true
            permessage-deflate; client_max_window_bits=08                           | false
            permessage-deflate; client_max_window_bits=16                           | false
            permessage-deflate; unknown                                             | false
            permessage-deflate; server_no_context_takeover; server_no_context_takeover | false
            other                                                                   | false
            """)
    void offersAreJudgedOneByOne(String offers, boolean agreed) {
        assertEquals(agreed, Compression.agree(offers) != null);
    }
}
