package ringfort.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A corpus as a text file that a person can read and a diff can show: one input per line, what is not printable ASCII
 * escaped as {@code \r}, {@code \n}, {@code \t} or {@code \xHH}, a backslash doubled. Lines that begin with {@code #} are
 * comments. Seeds, written by people, stand above the line {@value #FOUND}; what fuzzing found, below.
 *
 * <p>Jazzer wants a directory with a file for each input; {@link #main} turns one into the other.
 */
public final class CorpusFile {
    /** Separates seeds from what was found. */
    static final String FOUND = "# Found by fuzzing:";

    private CorpusFile() {}

    /**
     * Command line of {@code fuzz/run}.
     *
     * @param arguments {@code unpack FILE DIRECTORY} writes all entries of a corpus; {@code seeds FILE DIRECTORY} only its
     *     seeds; {@code keep FILE DIRECTORY} replaces what was found by the files of the directory that are no seeds
     * @throws IOException when a file cannot be read or written
     */
    public static void main(String... arguments) throws IOException {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("unpack|seeds|keep FILE DIRECTORY");
        }
        Path file = Path.of(arguments[1]);
        Path directory = Path.of(arguments[2]);
        switch (arguments[0]) {
            case "unpack" -> unpack(entries(Files.readAllLines(file)), directory);
            case "seeds" -> unpack(entries(seedLines(file)), directory);
            case "keep" -> keep(file, directory);
            default -> throw new IllegalArgumentException("unknown: " + arguments[0]);
        }
    }

    /** The inputs in a corpus. */
    static List<byte[]> entries(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.startsWith("#"))
                .map(CorpusFile::unescape)
                .toList();
    }

    private static List<String> seedLines(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .takeWhile(line -> !line.equals(FOUND))
                .toList();
    }

    private static void unpack(List<byte[]> entries, Path directory) throws IOException {
        Files.createDirectories(directory);
        for (int i = 0; i < entries.size(); i++) {
            Files.write(directory.resolve(String.format("entry-%04d", i)), entries.get(i));
        }
    }

    private static void keep(Path file, Path directory) throws IOException {
        List<String> lines = new ArrayList<>(seedLines(file));
        var found = new TreeSet<String>();
        try (DirectoryStream<Path> inputs = Files.newDirectoryStream(directory)) {
            for (Path input : inputs) {
                found.add(escape(Files.readAllBytes(input)));
            }
        }
        found.removeAll(lines);
        lines.add(FOUND);
        lines.addAll(found);
        Files.write(file, lines, StandardCharsets.US_ASCII);
    }

    static String escape(byte[] input) {
        var line = new StringBuilder(input.length + 16);
        for (int i = 0; i < input.length; i++) {
            char c = (char) (input[i] & 0xFF);
            switch (c) {
                case '\r' -> line.append("\\r");
                case '\n' -> line.append("\\n");
                case '\t' -> line.append("\\t");
                case '\\' -> line.append("\\\\");
                default -> {
                    boolean comment = i == 0 && c == '#';
                    line.append(c < ' ' || c > '~' || comment ? String.format("\\x%02x", (int) c) : String.valueOf(c));
                }
            }
        }
        return line.toString();
    }

    static byte[] unescape(String line) {
        var input = new StringBuilder(line.length());
        int at = 0;
        while (at < line.length()) {
            char c = line.charAt(at++);
            if (c != '\\') {
                input.append(c);
                continue;
            }
            char escaped = at < line.length() ? line.charAt(at++) : ' ';
            switch (escaped) {
                case 'r' -> input.append('\r');
                case 'n' -> input.append('\n');
                case 't' -> input.append('\t');
                case '\\' -> input.append('\\');
                case 'x' -> {
                    input.append((char) Integer.parseInt(line.substring(at, at + 2), 16));
                    at += 2;
                }
                default -> throw new IllegalArgumentException("unknown escape at " + (at - 1) + " of " + line);
            }
        }
        return Check.bytes(input.toString());
    }
}
