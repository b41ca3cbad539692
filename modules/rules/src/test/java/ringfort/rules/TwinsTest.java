package ringfort.rules;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hundreds of small programs and what the rules say of each. They are compiled here, and imported alone, as an
 * application's own classes are: without Ringfort's and without the JDK's.
 */
final class TwinsTest {
    private static final Map<String, ArchRule> RULES = Map.ofEntries(
            Map.entry("RING", WorkerRules.ONLY_THE_WORKER_TOUCHES_THE_RING),
            Map.entry("BLOCK", WorkerRules.NOTHING_ON_A_WORKER_BLOCKS),
            Map.entry("INLINE", HandlerRules.INLINE_HANDLERS_DO_NOT_BLOCK),
            Map.entry("STATE", HandlerRules.HANDLERS_SHARE_NO_MUTABLE_STATE),
            Map.entry("STOP", HandlerRules.HANDLERS_DO_NOT_STOP_THEIR_SERVER),
            Map.entry("RAW", HandlerRules.RESPONSES_ARE_NOT_BUILT_BY_HAND),
            Map.entry("ENGINES", LayerRules.APPLICATIONS_LEAVE_THE_ENGINES_ALONE),
            Map.entry("INTERNAL", LayerRules.INTERNAL_PACKAGES_ARE_LEFT_ALONE),
            Map.entry("REFLECT", CodeRules.NO_REFLECTION),
            Map.entry("UNSAFE", CodeRules.NO_UNSAFE),
            Map.entry("OFFH", WorkerRules.HANDLERS_STAY_OFF_THE_WORKER),
            Map.entry("TICKER", TimeRules.TIME_COMES_FROM_A_TICKER),
            Map.entry("WALL", TimeRules.NO_WALL_CLOCK_IN_DEADLINE_CODE),
            Map.entry("ABSOLUTE", TimeRules.DEADLINES_ARE_ABSOLUTE),
            Map.entry("ARENA", MemoryRules.ARENAS_HAVE_AN_OWNER),
            Map.entry("AUTO", MemoryRules.NO_AUTO_ARENA_ON_HOT_PATHS),
            Map.entry("CIRCLES", LayerRules.noCircleOfTypesLargerThan(1)),
            Map.entry("ARROWS", LayerRules.of("twin.onlyByName").layer("").arrows()),
            Map.entry("NATIVE", CodeRules.NATIVE_CODE_STAYS_IN_ITS_ROOMS));

    private static final List<String> ON_A_CLASS_PATH = List.of(
            "ringfort.api.Request",
            "ringfort.sys.OnWorker",
            "ringfort.timers.DeadlineWheel",
            "ringfort.poller.Sweep",
            "ringfort.ring.Ring",
            "ringfort.h1.H1State",
            "ringfort.message.ByteSink",
            "ringfort.json.JacksonCodec",
            "ringfort.rules.twins.internals.internal.Secret",
            "org.jspecify.annotations.Nullable");

    @TempDir
    static Path directory;

    private static List<Twin> twins = List.of();
    private static List<Twin> limits = List.of();
    private static JavaClasses classes = new ClassFileImporter().importPaths(List.of());

    @BeforeAll
    static void compile() throws IOException, ClassNotFoundException {
        twins = all();
        limits = Twin.blocks("limits.twins");
        List<String> arguments = new ArrayList<>(List.of(
                "-d",
                directory.resolve("classes").toString(),
                "-classpath",
                classPath(),
                "-nowarn",
                "-proc:none",
                "-g"));
        for (Twin twin : Stream.concat(twins.stream(), limits.stream()).toList()) {
            Path file = directory.resolve("sources", "twin", twin.name(), "T.java");
            Files.createDirectories(file.getParent());
            Files.writeString(file, twin.file());
            arguments.add(file.toString());
        }
        var said = new StringWriter();
        var out = new PrintWriter(said);
        int code = ToolProvider.findFirst("javac").orElseThrow().run(out, out, arguments.toArray(String[]::new));
        assertEquals(0, code, () -> "the twins do not compile:\n" + said);
        classes = new ClassFileImporter().importPath(directory.resolve("classes"));
    }

    private static List<Twin> all() throws IOException {
        List<Twin> all = new ArrayList<>();
        all.addAll(
                Twin.table("blocking.table", "BLOCK", "class T { @OnWorker void turn(%s) throws Exception { %s } }"));
        all.addAll(
                Twin.table(
                        "state.table",
                        "STATE",
                        "class T implements Handler { %s\n@Override public Response handle(Request q) throws Exception { %s return Response.ok(); } }"));
        for (String cause : List.of(
                "values", "routes", "tasks", "hierarchies", "types", "responses", "stopping", "more", "strangers")) {
            all.addAll(Twin.blocks(cause + ".twins"));
        }
        return all;
    }

    private static String classPath() throws ClassNotFoundException {
        Set<String> homes = new HashSet<>();
        for (String type : ON_A_CLASS_PATH) {
            URI home = URI.create(Class.forName(type, false, TwinsTest.class.getClassLoader())
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toString());
            homes.add(Path.of(home).toString());
        }
        return String.join(File.pathSeparator, homes);
    }

    @Test
    void thereAreEnoughOfEachAndNoneTwice() {
        assertTrue(twins.stream().filter(Twin::isBroken).count() >= 150, "broken");
        assertTrue(twins.stream().filter(twin -> !twin.isBroken()).count() >= 60, "good");
        Set<String> names = twins.stream().map(Twin::name).collect(Collectors.toSet());
        assertEquals(twins.size(), names.size(), "names");
    }

    @TestFactory
    Stream<DynamicTest> eachTwinIsJudgedRightly() {
        return twins.stream().map(twin -> dynamicTest(twin.toString(), () -> judge(twin)));
    }

    /** The program reads class files itself, and JUnit may have ArchUnit import them: both say the same. */
    @TestFactory
    Stream<DynamicTest> theProgramSaysWhatJUnitSays() {
        Project project = Project.in(List.of(directory.resolve("classes")));
        assertEquals(classes.size(), project.classes().size());
        return ApplicationRules.ALL.stream()
                .map(rule -> dynamicTest(rule.name(), () -> {
                    List<String> expected = rule.violations(classes).stream()
                            .map(TwinsTest::found)
                            .sorted()
                            .toList();
                    List<String> said = rule.violations(project).stream()
                            .map(TwinsTest::found)
                            .sorted()
                            .toList();
                    assertEquals(expected, said);
                }));
    }

    /** What was found, without the way there: of several shortest ways each may be shown. */
    private static String found(String violation) {
        return violation.lines().findFirst().orElse("");
    }

    /** What the rules cannot see is written down, and shown: whoever makes them see it corrects the page. */
    @TestFactory
    Stream<DynamicTest> eachLimitIsOneAndIsWrittenDown() throws IOException {
        String page = Files.readString(Path.of(System.getProperty("ringfort.root"), "docs", "RULES.md"));
        return limits.stream()
                .map(limit -> dynamicTest("limit: " + limit.name(), () -> {
                    judge(limit);
                    assertTrue(page.contains("`" + limit.name() + "`"), "docs/RULES.md does not name it");
                }));
    }

    /** The other way round: each limit that the page names has a twin that shows it. */
    @Test
    void eachLimitThatIsWrittenDownIsShown() throws IOException {
        Set<String> shown = limits.stream().map(Twin::name).collect(Collectors.toSet());
        Set<String> written = new TreeSet<>();
        boolean isLimit = false;
        for (String line : Files.readAllLines(Path.of(System.getProperty("ringfort.root"), "docs", "RULES.md"))) {
            if (line.startsWith("#")) {
                isLimit = false;
            } else if (line.equals("It does not see:") || line.equals("It reports, and should not:")) {
                isLimit = true;
            } else if (isLimit && line.startsWith("- ")) {
                Matcher name = Pattern.compile("\\(`(\\w+)`\\)$").matcher(line);
                assertTrue(name.find(), () -> "no twin is named by: " + line);
                written.add(name.group(1));
            }
        }
        assertEquals(new TreeSet<>(shown), written);
    }

    private static void judge(Twin twin) {
        JavaClasses own = classes.that(resideInAPackage(twin.packageName() + ".."));
        assertFalse(own.isEmpty(), "no classes");
        ArchRule rule = RULES.get(twin.rule());
        if (rule == null) {
            throw new AssertionError("no rule is called " + twin.rule());
        }
        List<String> violations = new NamedRule("rule", rule).violations(own);
        assertEquals(
                twin.isBroken(), !violations.isEmpty(), () -> twin.source() + "\n" + String.join("\n", violations));
    }
}
