package ringfort.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * One Javadoc site of all published modules, written to {@code modules/proof/target/site}, about which doclint has nothing
 * to say that matters.
 */
final class JavadocTest {
    private static final Path SITE = Room.ROOT.resolve("modules", "proof", "target", "site");
    private static final List<Room> ROOMS = Room.published();
    private static final Pattern COMPLAINT = Pattern.compile("(.+\\.java):(\\d+): (warning|error): (.+)");

    private static String output = "";

    @BeforeAll
    static void writeSite() throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-quiet", "-notimestamp", "-d", SITE.toString()));
        arguments.addAll(List.of("-Xdoclint:all", "-Xmaxwarns", "100000", "-Xmaxerrs", "100000"));
        arguments.addAll(List.of("-windowtitle", "Ringfort", "-doctitle", "Ringfort"));
        arguments.addAll(List.of(
                "-overview",
                Room.ROOT
                        .resolve("modules", "proof", "src", "site", "overview.html")
                        .toString()));
        arguments.addAll(List.of("--module", ROOMS.stream().map(Room::module).collect(Collectors.joining(","))));
        for (Room room : ROOMS) {
            arguments.addAll(List.of("--module-source-path", room.module() + "=" + room.sources()));
        }
        arguments.addAll(List.of(
                "--module-path",
                Room.libraries().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator))));
        StringWriter written = new StringWriter();
        PrintWriter writer = new PrintWriter(written);
        ToolProvider javadoc = ToolProvider.findFirst("javadoc").orElseThrow();
        int result = javadoc.run(writer, writer, arguments.toArray(String[]::new));
        output = written.toString();
        assertEquals(0, result, output);
        Files.copy(
                Room.ROOT.resolve("docs", "modules.svg"),
                SITE.resolve("modules.svg"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void doclintHasNothingToSayThatMatters() throws IOException {
        List<String> complaints = new ArrayList<>();
        for (String line : output.lines().toList()) {
            Matcher complaint = COMPLAINT.matcher(line);
            if (complaint.matches()
                    && !isAccepted(
                            Path.of(complaint.group(1)), Integer.parseInt(complaint.group(2)), complaint.group(4))) {
                complaints.add(line);
            }
        }
        assertEquals(List.of(), complaints, () -> String.join("\n", complaints));
    }

    /**
     * What this project leaves out on purpose: tags that repeat the sentence above them, comments on the kernel's
     * constants, whose class says where they come from, on the private state of exceptions, and on the checks of a
     * record's constructor.
     */
    private static boolean isAccepted(Path file, int line, String complaint) throws IOException {
        if (complaint.startsWith("no @")) {
            return true;
        }
        String code = Files.readAllLines(file).get(line - 1).strip();
        return complaint.equals("no comment")
                && (code.startsWith("private ")
                        || code.matches("public static final (int|long) [A-Z_0-9]+ = .*|public \\w+ \\{"));
    }

    @Test
    void thePictureOfTheModulesIsOnTheFirstPage() throws IOException {
        assertTrue(Files.readString(SITE.resolve("index.html")).contains("<img src=\"modules.svg\""));
    }

    @Test
    void everyExportedPackageHasItsPage() {
        for (Room room : ROOMS) {
            for (String exported : room.exportedPackages()) {
                Path page =
                        SITE.resolve(room.module(), exported.replace('.', '/')).resolve("package-summary.html");
                assertTrue(Files.exists(page), page::toString);
            }
        }
    }
}
