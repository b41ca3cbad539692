package ringfort.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A row of {@code http1.rows}, which explains itself at its beginning: what is sent, and what Ringfort answers.
 *
 * @param section of the RFC
 * @param words what it is about
 * @param bytes what is sent, one character for each byte
 * @param halfCloses whether the sender ends its side behind them
 * @param statuses of Ringfort's final responses, each with a space behind it
 * @param end how the connection ends then: keep, close or closed
 */
record WireRow(String section, String words, String bytes, boolean halfCloses, String statuses, String end) {
    private static final String FIN = "{fin}";
    private static final Pattern TOKEN = Pattern.compile(
            "\\{(?<piece>[^}]*)\\*(?<times>\\d+)}|\\\\x(?<hex>[0-9a-fA-F]{2})|\\\\(?<escape>[rnt0\\\\])|(?<plain>[^\\\\{])",
            Pattern.DOTALL);

    static List<WireRow> read(Path file) throws IOException {
        return Files.readAllLines(file, StandardCharsets.US_ASCII).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(WireRow::parse)
                .toList();
    }

    static WireRow parse(String line) {
        String[] columns = line.split(" \\| ", -1);
        if (columns.length < 4) {
            throw new IllegalArgumentException("a row has at least four columns: " + line);
        }
        boolean halfCloses = columns[2].endsWith(FIN);
        String text = halfCloses ? columns[2].substring(0, columns[2].length() - FIN.length()) : columns[2];
        int last = columns[3].lastIndexOf(' ');
        return new WireRow(
                columns[0],
                columns[1],
                expand(text),
                halfCloses,
                statuses(columns[3].substring(0, last + 1)),
                columns[3].substring(last + 1));
    }

    /** {@code 200*3} is {@code 200 200 200}. */
    private static String statuses(String text) {
        StringBuilder statuses = new StringBuilder();
        for (String status : text.trim().split(" ", -1)) {
            int star = status.indexOf('*');
            int times = star < 0 ? 1 : Integer.parseInt(status.substring(star + 1));
            String one = star < 0 ? status : status.substring(0, star);
            IntStream.range(0, one.isEmpty() ? 0 : times)
                    .forEach(_ -> statuses.append(one).append(' '));
        }
        return statuses.toString();
    }

    /** What the escapes and repetitions of a column stand for. */
    static String expand(String text) {
        StringBuilder bytes = new StringBuilder();
        Matcher token = TOKEN.matcher(text);
        int at = 0;
        for (; at < text.length() && token.find(at) && token.start() == at; at = token.end()) {
            String piece = token.group("piece");
            String hex = token.group("hex");
            String escape = token.group("escape");
            if (piece != null) {
                bytes.repeat(expand(piece), Integer.parseInt(token.group("times")));
            } else if (hex != null) {
                bytes.append((char) Integer.parseInt(hex, 16));
            } else if (escape != null) {
                bytes.append("\r\n\t\0\\".charAt("rnt0\\".indexOf(escape)));
            } else {
                bytes.append(token.group("plain"));
            }
        }
        if (at < text.length()) {
            throw new IllegalArgumentException("not understood from column " + at + " on: " + text);
        }
        return bytes.toString();
    }

    /** Whether a router, and not the reading of messages, decides what is answered. */
    boolean isForARouter() {
        return section.startsWith("RFC 3986")
                || section.startsWith("RFC 3629")
                || statuses.contains("404")
                || statuses.contains("405")
                || statuses.contains("204")
                || (statuses.contains("501") && end.equals("keep"));
    }
}
