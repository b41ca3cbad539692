package ringfort.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Circles of types in one package, and layers that are packages of one module. */
final class CirclesTest {
    private static final String TWINS = "ringfort.rules.twins.";
    private static final JavaClasses KNOTTED = in("circles.knotted");
    private static final JavaClasses STRAIGHT = in("circles.straight");
    private static final JavaClasses ROOMY = in("roomy");

    private static JavaClasses in(String name) {
        return new ClassFileImporter().importPackages(TWINS + name);
    }

    private static List<String> violations(ArchRule rule, JavaClasses classes) {
        return new NamedRule("rule", rule).violations(classes);
    }

    // Circles of types.

    @Test
    void aCircleOfTypesIsCaughtWithEachOfItsArrows() {
        List<String> violations = violations(LayerRules.noCircleOfTypesLargerThan(2), KNOTTED);
        assertEquals(1, violations.size(), violations::toString);
        Check.assertContains(
                violations.getFirst(),
                List.of(
                        "3 types of ringfort.rules.twins.circles.knotted depend on each other, and 2 are allowed:"
                                + " Hall, Kitchen, Lobby",
                        "Hall → Lobby: Method <ringfort.rules.twins.circles.knotted.Hall.desks()> makes an array of"
                                + " <ringfort.rules.twins.circles.knotted.Lobby$Desk> in (Hall.java:6)",
                        "Lobby → Kitchen: Constructor <",
                        "(Lobby.java:5)",
                        "Kitchen → Hall: Method <",
                        "casts to <ringfort.rules.twins.circles.knotted.Hall> in (Kitchen.java:6)"));
    }

    @Test
    void aCircleMayBeAsLargeAsTheRuleAllows() {
        assertEquals(List.of(), violations(LayerRules.noCircleOfTypesLargerThan(3), KNOTTED));
        assertEquals(
                1, violations(LayerRules.noCircleOfTypesLargerThan(1), KNOTTED).size());
    }

    @Test
    void nestedTypesAndOtherPackagesMakeNoCircle() {
        assertEquals(List.of(), violations(LayerRules.noCircleOfTypesLargerThan(1), STRAIGHT));
        JavaClasses both = in("circles");
        assertEquals(
                List.of(),
                violations(LayerRules.noCircleOfTypesLargerThan(1, TWINS + "circles.straight.."), both),
                "the package with a circle is not among those named");
        assertEquals(
                1,
                violations(LayerRules.noCircleOfTypesLargerThan(1, TWINS + "circles.."), both)
                        .size());
    }

    @Test
    void aRuleCanBeCheckedTwice() {
        ArchRule rule = LayerRules.noCircleOfTypesLargerThan(1);
        assertEquals(1, violations(rule, KNOTTED).size());
        assertEquals(List.of(), violations(rule, STRAIGHT));
        assertEquals(1, violations(rule, KNOTTED).size());
    }

    @Test
    void aCircleOfNoTypesIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> LayerRules.noCircleOfTypesLargerThan(0));
    }

    // Layers inside one module.

    private static LayerRules roomy() {
        return LayerRules.of(TWINS + "roomy").layer("metrics").layer("wire.h1", "metrics");
    }

    @Test
    void layersMayBePackagesOfOneModuleInSeveralDepthsAndTheRootItself() {
        LayerRules layers = roomy().layer("wire", "wire.h1", "metrics").layer("", "wire");
        assertEquals(List.of(), violations(layers.arrows(), ROOMY));
        assertEquals(List.of(), violations(layers.cycles(), ROOMY));
    }

    @Test
    void anArrowOutOfANestedLayerIsCaughtThoughItIsOnlyAPattern() {
        LayerRules layers = LayerRules.of(TWINS + "roomy")
                .layer("metrics")
                .layer("wire.h1")
                .layer("wire", "wire.h1", "metrics")
                .layer("", "wire");
        List<String> violations = violations(layers.arrows(), ROOMY);
        assertTrue(
                violations.stream()
                        .anyMatch(text -> text.startsWith("layer wire.h1 has no arrow to metrics: Method <")
                                && text.contains("isCounted()> tests for type <" + TWINS + "roomy.metrics.Count>")),
                violations::toString);
        assertTrue(violations.stream().allMatch(text -> text.startsWith("layer wire.h1 ")), violations::toString);
    }

    @Test
    void anArrowOutOfTheRootIsCaught() {
        LayerRules layers = roomy().layer("wire", "wire.h1", "metrics").layer("");
        List<String> violations = violations(layers.arrows(), ROOMY);
        assertTrue(violations.getFirst().startsWith("layer (root) has no arrow to wire: "), violations::toString);
    }

    @Test
    void aLayerThatExistsNowhereIsCaught() {
        LayerRules layers =
                roomy().layer("wire", "wire.h1", "metrics").layer("", "wire").layer("gauntlet", "wire");
        List<String> violations = violations(layers.arrows(), ROOMY);
        assertEquals(1, violations.size(), violations::toString);
        assertTrue(
                violations
                        .getFirst()
                        .startsWith("gauntlet is declared as a layer of " + TWINS + "roomy and none of its classes was"
                                + " imported"),
                violations::toString);
    }

    @Test
    void aCircleOfNestedLayersIsCaught() {
        LayerRules layers = roomy();
        JavaClasses tangled = new ClassFileImporter()
                .importClasses(
                        ringfort.rules.twins.tangled.domain.Item.class, ringfort.rules.twins.tangled.web.Page.class);
        List<String> violations = violations(LayerRules.of(TWINS + "tangled").cycles(), tangled);
        assertEquals(1, violations.size(), violations::toString);
        Check.assertContains(
                violations.getFirst(),
                List.of("Cycle detected: Slice domain → Slice web → Slice domain", "(Item.java:", "(Page.java:"));
        assertEquals(List.of(), violations(layers.cycles(), ROOMY));
    }
}
