package ringfort.h1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import ringfort.message.ByteSink;

/**
 * Messages that were written are read as what they were, tried on generated ones; the seed of a failure is in its
 * message. Requests are written here and read by the parser; responses are written by the encoder and read here, by a
 * reader that shares no code with it.
 */
final class RoundTripTest {
    private static final int TIMES = 20_000;
    private static final String TOKEN = "aZ09!#$%&'*+-.^_`|~";
    private static final String TARGET = "aZ09/?&=+;,.:@~-_!$'()*[]\"<>\\^`{|}";
    private static final byte[] DATE = "Mon, 23 Nov 2026 00:00:00 GMT".getBytes(StandardCharsets.US_ASCII);

    private record Field(String name, String value) {}

    private static Random seeded(int seed) {
        return new Random(seed * 0x9E3779B97F4A7C15L); // neighbouring seeds would begin alike
    }

    private static String text(Random random, String letters, int least, int most) {
        var text = new StringBuilder();
        for (int length = least + random.nextInt(most - least + 1); length > 0; length--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    /** Visible characters, bytes above 127, and white space inside. */
    private static String value(Random random) {
        var value = new StringBuilder();
        for (int length = random.nextInt(30); length > 0; length--) {
            int octet = ' ' + random.nextInt(0x100 - ' ');
            value.append(octet == 0x7F ? '\t' : (char) octet);
        }
        return value.toString().replaceAll("^[ \t]+|[ \t]+$", "");
    }

    private static List<Field> fields(Random random) {
        List<Field> fields = new ArrayList<>();
        for (int count = random.nextInt(8); count > 0; count--) {
            fields.add(new Field("X-" + text(random, TOKEN, 0, 12), value(random)));
        }
        return fields;
    }

    @Test
    void aRequestHeadIsReadAsItWasWritten() {
        for (int seed = 0; seed < TIMES; seed++) {
            var random = seeded(seed);
            String method = text(random, TOKEN, 1, 10);
            String target = "/" + text(random, TARGET, 0, 60);
            int minor = random.nextInt(2);
            var message = new StringBuilder(method + ' ' + target + " HTTP/1." + minor + "\r\nHost: a\r\n");
            List<Field> fields = fields(random);
            for (Field field : fields) {
                message.append(field.name()).append(':').append(text(random, " \t", 0, 3));
                message.append(field.value()).append(text(random, " \t", 0, 3)).append("\r\n");
            }
            byte[] bytes = Wire.bytes(message.append("\r\n").toString());
            var parser = new RequestParser(Limits.DEFAULT);
            int cut = random.nextInt(bytes.length);
            assertEquals(RequestParser.Result.NEED_INPUT, parser.parse(bytes, 0, cut), "seed " + seed);
            if (method.equals("CONNECT")) {
                continue;
            }
            assertEquals(RequestParser.Result.HEAD, parser.parse(bytes, cut, bytes.length), "seed " + seed);
            RequestHead head = parser.head();
            assertEquals(
                    method + ' ' + target + ' ' + minor,
                    head.method() + ' ' + head.target() + ' ' + head.minorVersion(),
                    "seed " + seed);
            List<Field> read = new ArrayList<>();
            for (int i = 1; i < head.fieldCount(); i++) {
                read.add(new Field(head.name(i), head.value(i)));
            }
            assertEquals(fields, read, "seed " + seed);
        }
    }

    @Test
    void aResponseHeadIsReadAsItWasWritten() {
        for (int seed = 0; seed < TIMES; seed++) {
            var random = seeded(seed);
            int status = 200 + random.nextInt(400);
            boolean silent = status == 204 || status == 205 || status == 304;
            long length = silent ? 0 : random.nextInt(4) == 0 ? -1 : random.nextLong(Long.MAX_VALUE);
            int minor = random.nextInt(2);
            boolean head = random.nextInt(4) == 0;
            boolean keepAlive = random.nextBoolean();
            List<Field> fields = fields(random);
            var out = new ByteSink(16);
            var encoder = new ResponseEncoder();
            ResponseEncoder.Framing framing = encoder.begin(out, status, minor, head, length, keepAlive, DATE);
            for (Field field : fields) {
                encoder.field(out, field.name(), field.value());
            }
            encoder.end(out);
            List<Field> read = read(new String(out.toByteArray(), StandardCharsets.ISO_8859_1), status);
            String account = "seed " + seed + ": " + read;
            assertEquals(
                    fields, read.stream().filter(f -> f.name().startsWith("X-")).toList(), account);
            assertEquals(List.of(new String(DATE, StandardCharsets.US_ASCII)), values(read, "date"), account);
            List<String> lengths = values(read, "content-length");
            List<String> codings = values(read, "transfer-encoding");
            switch (framing) {
                case LENGTH -> assertEquals(List.of(Long.toString(length)), lengths, account);
                case CHUNKED -> assertEquals(List.of("chunked"), codings, account);
                case NONE -> assertTrue(head || silent || length == 0, account);
                case UNTIL_CLOSE -> assertEquals(List.of("close"), values(read, "connection"), account);
            }
            assertTrue(lengths.size() + codings.size() <= 1, account);
            assertTrue(codings.isEmpty() || minor == 1, account);
            assertTrue(status != 204 || lengths.isEmpty(), account);
            assertEquals(
                    !keepAlive || framing == ResponseEncoder.Framing.UNTIL_CLOSE,
                    values(read, "connection").contains("close"),
                    account);
        }
    }

    private static List<String> values(List<Field> fields, String lowerCaseName) {
        return fields.stream()
                .filter(field -> field.name().toLowerCase(Locale.ROOT).equals(lowerCaseName))
                .map(Field::value)
                .toList();
    }

    /** Reads a response head by splitting at line ends and at the first colon. */
    private static List<Field> read(String head, int status) {
        assertTrue(head.endsWith("\r\n\r\n"), head);
        List<String> lines = List.of(head.substring(0, head.length() - 4).split("\r\n", -1));
        assertTrue(lines.getFirst().startsWith("HTTP/1.1 " + status + " "), head);
        List<Field> fields = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(": ");
            assertTrue(colon > 0 && line.indexOf('\r') < 0 && line.indexOf('\n') < 0, line);
            fields.add(new Field(line.substring(0, colon), line.substring(colon + 2)));
        }
        return fields;
    }
}
