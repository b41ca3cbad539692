package ringfort.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ringfort.rules.twins.CodeTwins;
import ringfort.rules.twins.Stranger;
import ringfort.rules.twins.internals.Friend;
import ringfort.rules.twins.internals.internal.Secret;
import ringfort.rules.twins.layered.domain.Item;
import ringfort.rules.twins.layered.storage.Shelf;
import ringfort.rules.twins.layered.web.Page;

/** Layers, code, time and memory. */
final class OtherRulesTest {
    @TempDir
    Path directory;

    // Layers.

    private static LayerRules layers(String root) {
        return LayerRules.of("ringfort.rules.twins." + root)
                .layer("domain")
                .layer("storage", "domain")
                .layer("web", "domain", "storage");
    }

    @Test
    void layersKeepToTheirArrows() {
        Check.accepts(layers("layered").arrows(), Item.class, Shelf.class, Page.class);
        Check.accepts(layers("layered").cycles(), Item.class, Shelf.class, Page.class);
    }

    @Test
    void anArrowThatWasNotDeclaredIsCaught() {
        List<String> violations = Check.violations(
                layers("tangled").arrows(),
                ringfort.rules.twins.tangled.domain.Item.class,
                ringfort.rules.twins.tangled.web.Page.class);
        assertTrue(violations.getFirst().startsWith("layer domain has no arrow to web: "), violations.getFirst());
        assertTrue(violations.stream().noneMatch(text -> text.contains("layer web")), violations.toString());
    }

    @Test
    void aPackageOutsideAllLayersIsCaught() {
        LayerRules noWeb =
                LayerRules.of("ringfort.rules.twins.layered").layer("domain").layer("storage", "domain");
        Check.catches(
                noWeb.arrows(),
                List.of("twins.layered.web.Page is in no declared layer: web"),
                Item.class,
                Shelf.class,
                Page.class);
    }

    @Test
    void aCircleOfLayersIsCaught() {
        Check.catches(
                layers("tangled").cycles(),
                List.of("Cycle detected: Slice domain", "Slice web"),
                ringfort.rules.twins.tangled.domain.Item.class,
                ringfort.rules.twins.tangled.web.Page.class);
    }

    @Test
    void layersPointDownOnly() {
        LayerRules none = LayerRules.of("a");
        var refused = assertThrows(IllegalArgumentException.class, () -> none.layer("web", "domain"));
        assertEquals("layer web may use domain, which is not a layer yet", refused.getMessage());
    }

    @Test
    void internalPackagesAreForTheirOwn() {
        Check.accepts(LayerRules.INTERNAL_PACKAGES_ARE_LEFT_ALONE, Friend.class, Secret.class);
        Check.catches(
                LayerRules.INTERNAL_PACKAGES_ARE_LEFT_ALONE,
                List.of("Stranger.ask()", "internals.internal.Secret.tell()"),
                Stranger.class,
                Secret.class);
    }

    // Code.

    @Test
    void reflectionIsCaughtAndHandlesAreNot() {
        Check.accepts(CodeRules.NO_REFLECTION, CodeTwins.GoodHandles.class);
        assertMethods(
                CodeRules.NO_REFLECTION, CodeTwins.Reflects.class, "Class.forName", "Class.getMethod", "Method.invoke");
    }

    @Test
    void nativeMemoryStaysInItsRooms() {
        Check.accepts(CodeRules.NATIVE_CODE_STAYS_IN_ITS_ROOMS, CodeTwins.GoodDate.class);
        Check.accepts(CodeRules.nativeCodeOnlyIn("ringfort.rules.twins.."), CodeTwins.Native.class);
        assertMethods(CodeRules.NATIVE_CODE_STAYS_IN_ITS_ROOMS, CodeTwins.Native.class, "MemorySegment.address");
    }

    @Test
    void unsafeIsCaught() throws IOException {
        Check.accepts(CodeRules.NO_UNSAFE, CodeTwins.Native.class);
        catchesField(CodeRules.NO_UNSAFE, "sun.misc.Unsafe");
        catchesField(CodeRules.NO_UNSAFE, "jdk.internal.misc.Unsafe");
    }

    @Test
    void applicationsThatNameAnEngineAreCaught() throws IOException {
        Check.accepts(LayerRules.APPLICATIONS_LEAVE_THE_ENGINES_ALONE, CodeTwins.Native.class);
        catchesField(LayerRules.APPLICATIONS_LEAVE_THE_ENGINES_ALONE, "ringfort.server.RingEngine");
    }

    /** A twin that no compiler would let pass: com.example.Broken, with a field of that type. */
    private void catchesField(ArchRule rule, String type) throws IOException {
        Path file = directory.resolve("Broken.class");
        ClassFile.of()
                .buildTo(
                        file,
                        ClassDesc.of("com.example.Broken"),
                        twin -> twin.withField("field", ClassDesc.of(type), ClassFile.ACC_PRIVATE));
        JavaClasses classes = new ClassFileImporter().importPath(file);
        List<String> violations = new NamedRule("rule", rule).violations(classes);
        assertEquals(1, violations.size(), violations::toString);
        String expected = "Field <com.example.Broken.field> has type <" + type + ">";
        assertTrue(violations.getFirst().startsWith(expected), violations::toString);
    }

    // Time.

    @Test
    void onlyTickersReadTheClock() {
        Check.accepts(TimeRules.TIME_COMES_FROM_A_TICKER, CodeTwins.GoodTicker.class, CodeTwins.GoodDeadline.class);
        assertEquals(
                2,
                Check.violations(TimeRules.TIME_COMES_FROM_A_TICKER, CodeTwins.OwnClock.class)
                        .size(),
                "the call and the method reference");
        assertMethods(TimeRules.TIME_COMES_FROM_A_TICKER, CodeTwins.OwnClock.class, "System.nanoTime");
    }

    @Test
    void deadlinesDoNotFollowTheWall() {
        Check.accepts(TimeRules.NO_WALL_CLOCK_IN_DEADLINE_CODE, CodeTwins.GoodDeadline.class, CodeTwins.GoodDate.class);
        assertMethods(
                TimeRules.NO_WALL_CLOCK_IN_DEADLINE_CODE,
                CodeTwins.WallDeadline.class,
                "System.currentTimeMillis",
                "Instant.now");
        Check.accepts(
                TimeRules.noWallClockInDeadlineCode(CodeTwins.WallDeadline.class.getName()),
                CodeTwins.WallDeadline.class);
    }

    @Test
    void deadlinesArePointsInTime() {
        Check.accepts(TimeRules.DEADLINES_ARE_ABSOLUTE, CodeTwins.GoodDeadline.class);
        assertMethods(
                TimeRules.DEADLINES_ARE_ABSOLUTE,
                CodeTwins.RelativeDeadline.class,
                "Socket.setSoTimeout",
                "RelativeDeadline.budget> is a span of time in what is armed with a deadline");
    }

    // Memory.

    @Test
    void arenasHaveAnOwner() {
        Check.accepts(MemoryRules.ARENAS_HAVE_AN_OWNER, CodeTwins.GoodArena.class);
        assertMethods(
                MemoryRules.ARENAS_HAVE_AN_OWNER,
                CodeTwins.LostArena.class,
                "Arena.ofConfined",
                "Arena.ofShared",
                "Arena.global");
    }

    @Test
    void workersLeaveNoMemoryToTheCollector() {
        Check.accepts(MemoryRules.NO_AUTO_ARENA_ON_HOT_PATHS, CodeTwins.GoodArena.class);
        Check.catches(
                MemoryRules.NO_AUTO_ARENA_ON_HOT_PATHS,
                List.of(
                        "CodeTwins$AutoArena.turn is @OnWorker and takes memory from Arena.ofAuto:",
                        "calls CodeTwins.AutoArena.memory()",
                        "calls Arena.ofAuto()"),
                CodeTwins.AutoArena.class);
    }

    private static void assertMethods(ArchRule rule, Class<?> twin, String... named) {
        String all = String.join("\n", Check.violations(rule, twin));
        for (String name : named) {
            assertTrue(all.contains(name), () -> name + " is missing from\n" + all);
        }
    }
}
