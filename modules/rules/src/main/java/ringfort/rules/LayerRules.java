package ringfort.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Layers of a project and the arrows between them, and rules about packages that hold in any.
 *
 * {@snippet :
 * static final LayerRules LAYERS = LayerRules.of("com.acme.shop")
 *         .layer("domain")
 *         .layer("storage", "domain")
 *         .layer("web", "domain", "storage");
 *
 * ArchRule arrows = LAYERS.arrows();
 * ArchRule cycles = LAYERS.cycles();
 * }
 *
 * Immutable: {@link #layer} answers with a new one.
 */
public final class LayerRules {
    /** A package named {@code internal} is used from the package above it and from below that, by nobody else. */
    public static final ArchRule INTERNAL_PACKAGES_ARE_LEFT_ALONE = classes()
            .should(new LeaveInternalsAlone())
            .because("what is internal changes without notice; a use of it breaks with the next version");

    /**
     * Applications know {@code ringfort.api}; the engines, the program and the JSON codec are found at run time. On the
     * module path the compiler sees to it, on the class path only this does.
     */
    public static final ArchRule APPLICATIONS_LEAVE_THE_ENGINES_ALONE = noClasses()
            .that()
            .resideOutsideOfPackage("ringfort..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ringfort.server..", "ringfort.app..", "ringfort.json..")
            .because(
                    "which engine serves is decided at run time: code that names one does not start on another machine")
            .allowEmptyShould(true);

    private final String rootPackage;
    private final Map<String, Set<String>> layers;

    private LayerRules(String rootPackage, Map<String, Set<String>> layers) {
        this.rootPackage = rootPackage;
        this.layers = layers;
    }

    /** Begins with a root package whose direct subpackages are the layers. */
    public static LayerRules of(String rootPackage) {
        return new LayerRules(rootPackage, Map.of());
    }

    /**
     * Adds a layer.
     *
     * @param name the subpackage, to which its own subpackages belong too
     * @param mayUse layers it may depend on; itself always
     * @throws IllegalArgumentException when one of those was not added before: arrows point to what is there already
     */
    public LayerRules layer(String name, String... mayUse) {
        Map<String, Set<String>> extended = new LinkedHashMap<>(layers);
        for (String used : mayUse) {
            if (!layers.containsKey(used)) {
                throw new IllegalArgumentException("layer " + name + " may use " + used + ", which is not a layer yet");
            }
        }
        extended.put(name, Set.of(mayUse));
        return new LayerRules(rootPackage, extended);
    }

    /** Layers depend on each other along the declared arrows only, and every class below the root belongs to one. */
    public ArchRule arrows() {
        String arrows = layers.entrySet().stream()
                .map(layer -> layer.getKey() + " → " + new TreeSet<>(layer.getValue()))
                .collect(Collectors.joining(", "));
        return classes()
                .that()
                .resideInAPackage(rootPackage + "..")
                .should(new KeepToArrows())
                .because("the arrows of " + rootPackage + " are " + arrows
                        + "; one more couples two parts for good, and is a decision");
    }

    /** The layers have no cycle of dependencies among them. */
    public ArchRule cycles() {
        return slices().matching(rootPackage + ".(*)..")
                .should()
                .beFreeOfCycles()
                .because("what depends on each other in a circle is one part, whatever the packages say");
    }

    /** Both rules, by names for reports. */
    public List<NamedRule> rules() {
        return List.of(
                new NamedRule("LayerRules.of(" + rootPackage + ").arrows", arrows()),
                new NamedRule("LayerRules.of(" + rootPackage + ").cycles", cycles()));
    }

    private String layerOf(JavaClass type) {
        String inside = type.getPackageName().equals(rootPackage)
                ? ""
                : type.getPackageName().substring(rootPackage.length() + 1);
        int dot = inside.indexOf('.');
        return dot < 0 ? inside : inside.substring(0, dot);
    }

    private boolean isBelowRoot(JavaClass type) {
        return (type.getPackageName() + ".").startsWith(rootPackage + ".");
    }

    private final class KeepToArrows extends ArchCondition<JavaClass> {
        KeepToArrows() {
            super("keep to the arrows between layers");
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            String from = layerOf(type);
            Set<String> allowed = layers.get(from);
            if (allowed == null) {
                String where = from.isEmpty() ? "the root package, outside all layers" : "no declared layer: " + from;
                events.add(SimpleConditionEvent.violated(type, type.getName() + " is in " + where));
                return;
            }
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass();
                if (isBelowRoot(target)) {
                    String to = layerOf(target);
                    if (!to.equals(from) && !allowed.contains(to)) {
                        String text = "layer " + from + " has no arrow to " + to + ": " + dependency.getDescription();
                        events.add(SimpleConditionEvent.violated(dependency, text));
                    }
                }
            }
        }
    }

    private static final class LeaveInternalsAlone extends ArchCondition<JavaClass> {
        LeaveInternalsAlone() {
            super("not use internal packages of others");
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String target = dependency.getTargetClass().getPackageName();
                int at = (target + ".").indexOf(".internal.");
                boolean own = at >= 0 && (type.getPackageName() + ".").startsWith(target.substring(0, at) + ".");
                if ((at >= 0 && !own) || target.startsWith("sun.")) {
                    events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
                }
            }
        }
    }
}
