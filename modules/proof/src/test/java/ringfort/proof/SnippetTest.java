package ringfort.proof;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every {@code @snippet} of the documentation compiles as a reader would use it: in a file of his own, which sees what its
 * module exports and no more. A snippet is a whole file, members of a class, or statements of a method.
 */
final class SnippetTest {
    private static final String BEGIN = "{@snippet";
    private static final Path CLASSES = Room.ROOT.resolve("modules", "proof", "target", "snippets");

    /** One snippet where it stands. */
    private record Snippet(Room room, Path file, int line, String code) {
        String place() {
            return Room.ROOT.relativize(file) + ":" + line;
        }
    }

    @TestFactory
    Stream<DynamicTest> aSnippetCompiles() throws IOException {
        return snippets().stream().map(snippet -> dynamicTest(snippet.place(), () -> compile(snippet)));
    }

    @Test
    void thereAreSnippets() throws IOException {
        assertTrue(snippets().size() >= 5, () -> "the extraction finds too few");
    }

    private static List<Snippet> snippets() throws IOException {
        List<Snippet> snippets = new ArrayList<>();
        for (Room room : Room.published()) {
            try (Stream<Path> files = Files.walk(room.sources())) {
                for (Path file : files.filter(file -> file.toString().endsWith(".java"))
                        .sorted()
                        .toList()) {
                    collect(room, file, Files.readString(file), snippets);
                }
            }
        }
        return snippets;
    }

    private static void collect(Room room, Path file, String source, List<Snippet> into) {
        for (int at = source.indexOf(BEGIN); at >= 0; at = source.indexOf(BEGIN, at + 1)) {
            int line = 1
                    + (int) source.substring(0, at)
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            int from = source.indexOf('\n', at);
            String code = source.substring(from, end(source, at))
                    .lines()
                    .map(text -> text.replaceFirst("^\\s*\\* ?", ""))
                    .collect(Collectors.joining("\n"));
            into.add(new Snippet(room, file, line, code));
        }
    }

    /** Where the brace that opens at {@code from} is closed; a snippet's own braces are balanced. */
    private static int end(String source, int from) {
        int depth = 0;
        for (int at = from; at < source.length(); at++) {
            depth += source.charAt(at) == '{' ? 1 : source.charAt(at) == '}' ? -1 : 0;
            if (depth == 0) {
                return at;
            }
        }
        throw new IllegalArgumentException("a snippet has no end");
    }

    private static void compile(Snippet snippet) {
        String imports = lines(snippet.code, true);
        String code = lines(snippet.code, false);
        List<String> asMembers = errors(snippet.room, imports, code + "\nvoid main() {}\n");
        List<String> asFile = asMembers.isEmpty() ? asMembers : errors(snippet.room, imports, code);
        List<String> asStatements = asFile.isEmpty()
                ? asFile
                : errors(snippet.room, imports, "void main() throws Exception {\n" + code + "\n}\n");
        if (!asStatements.isEmpty()) {
            throw new AssertionError("%s does not compile\nas members: %s\nas a file: %s\nas statements: %s"
                    .formatted(snippet.place(), asMembers, asFile, asStatements));
        }
    }

    private static String lines(String code, boolean imports) {
        return code.lines()
                .filter(line -> line.startsWith("import ") == imports)
                .collect(Collectors.joining("\n"));
    }

    /** Compiles a compact source file that has imported its module, and what its readers import beside it. */
    private static List<String> errors(Room room, String imports, String code) {
        String source = "import module java.base;\nimport module " + room.module() + ";\n"
                + (room.name().equals("rules") ? "import org.junit.jupiter.api.*;\n" : "")
                + "import static java.lang.foreign.ValueLayout.*;\n"
                + imports + "\n" + code;
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        String path = Stream.concat(Room.published().stream().map(Room::classes), Room.libraries().stream())
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
        List<String> options = List.of(
                "-proc:none", "--module-path", path, "--add-modules", "ALL-MODULE-PATH", "-d", CLASSES.toString());
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        compiler.getTask(null, null, found, options, null, List.of(file)).call();
        return found.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .map(diagnostic -> diagnostic.getMessage(null))
                .toList();
    }
}
