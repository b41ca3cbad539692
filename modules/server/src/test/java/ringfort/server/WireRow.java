package ringfort.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@code http1.rows}, whose first lines explain it: what is sent, and what must come back.
 *
 * @param section the section that asks for it
 * @param words what it is about
 * @param bytes what is sent
 * @param halfCloses whether the sender ends its side behind the bytes
 * @param statuses of the final responses, in order
 * @param end how the connection ends
 * @param fields lines the last response has
 * @param absent names of fields the last response does not have
 * @param content of all responses, one behind the other; null when it does not matter
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record WireRow(
        String section,
        String words,
        byte[] bytes,
        boolean halfCloses,
        List<Integer> statuses,
        End end,
        List<String> fields,
        List<String> absent,
        @Nullable String content) {

    enum End {
        KEEP,
        CLOSE,
        CLOSED
    }

    private static final String FIN = "{fin}";

    /** All rows, in the order of the file. */
    static List<WireRow> all() {
        try (InputStream in =
                Objects.requireNonNull(WireRow.class.getResourceAsStream("http1.rows"), "http1.rows is not there")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(WireRow::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Such as {@code RFC 9112 §2.2 — a bare LF ends the head}. */
    String name() {
        return section.replaceFirst(" (?=[0-9.]+$)", " §") + " — " + words;
    }

    boolean asksForHead() {
        return new String(bytes, StandardCharsets.ISO_8859_1).startsWith("HEAD ");
    }

    static WireRow parse(String line) {
        String[] columns = line.split(" \\| ", -1);
        if (columns.length < 4) {
            throw new IllegalArgumentException("a row has at least four columns: " + line);
        }
        boolean halfCloses = columns[2].endsWith(FIN);
        String text = halfCloses ? columns[2].substring(0, columns[2].length() - FIN.length()) : columns[2];
        String[] answers = columns[3].split(" ", -1);
        List<String> fields = new ArrayList<>();
        List<String> absent = new ArrayList<>();
        String content = null;
        for (int i = 4; i < columns.length; i++) {
            String column = columns[i];
            if (column.equals("empty")) {
                content = "";
            } else if (column.startsWith("content ")) {
                content = new String(bytes(column.substring("content ".length())), StandardCharsets.ISO_8859_1);
            } else if (column.startsWith("no ")) {
                absent.add(column.substring("no ".length()));
            } else if (column.contains(": ")) {
                fields.add(column);
            } else {
                throw new IllegalArgumentException("column " + (i + 1) + " of " + line);
            }
        }
        return new WireRow(
                columns[0],
                columns[1],
                bytes(text),
                halfCloses,
                statuses(answers),
                End.valueOf(answers[answers.length - 1].toUpperCase(Locale.ROOT)),
                fields,
                absent,
                content);
    }

    private static List<Integer> statuses(String[] answers) {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < answers.length - 1; i++) {
            String[] repeated = answers[i].split("\\*", -1);
            int times = repeated.length == 1 ? 1 : Integer.parseInt(repeated[1]);
            for (int time = 0; time < times; time++) {
                statuses.add(Integer.valueOf(repeated[0]));
            }
        }
        return statuses;
    }

    /** What the escapes and repetitions of a column stand for. */
    static byte[] bytes(String text) {
        var out = new ByteArrayOutputStream();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '{') {
                int end = text.indexOf('}', i);
                int star = text.lastIndexOf('*', end);
                byte[] piece = bytes(text.substring(i + 1, star));
                for (int times = Integer.parseInt(text.substring(star + 1, end)); times > 0; times--) {
                    out.writeBytes(piece);
                }
                i = end + 1;
            } else if (c == '\\') {
                i = escape(text, i + 1, out);
            } else {
                out.write(c);
                i++;
            }
        }
        return out.toByteArray();
    }

    private static int escape(String text, int at, ByteArrayOutputStream out) {
        switch (text.charAt(at)) {
            case 'r' -> out.write('\r');
            case 'n' -> out.write('\n');
            case 't' -> out.write('\t');
            case '0' -> out.write(0);
            case '\\' -> out.write('\\');
            case 'x' -> {
                out.write(Integer.parseInt(text, at + 1, at + 3, 16));
                return at + 3;
            }
            default -> throw new IllegalArgumentException("no such escape in " + text);
        }
        return at + 1;
    }
}
