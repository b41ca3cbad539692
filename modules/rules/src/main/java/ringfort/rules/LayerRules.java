package ringfort.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Collection;
import java.util.HashSet;
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
    private static final List<String> ENGINES = List.of("ringfort.server.", "ringfort.app.", "ringfort.json.");

    /** A package named {@code internal} is used from the package above it and from below that, by nobody else. */
    public static final ArchRule INTERNAL_PACKAGES_ARE_LEFT_ALONE = LeaveTypesAlone.of(
            "classes should not use internal packages of others",
            Advice.of(
                    "LayerRules.INTERNAL_PACKAGES_ARE_LEFT_ALONE",
                    "what is internal changes without notice; a use of it breaks with the next version",
                    "use what the library exports, or ask it for a public way"),
            _ -> true,
            List.of("/internal/", "sun/"),
            LayerRules::isInternalOfOthers);

    /**
     * Applications know {@code ringfort.api}; the engines, the program and the JSON codec are found at run time. On the
     * module path the compiler sees to it, on the class path only this does.
     */
    public static final ArchRule APPLICATIONS_LEAVE_THE_ENGINES_ALONE = LeaveTypesAlone.of(
            "classes that reside outside of package 'ringfort..' should not name the engines, the program or the codec",
            Advice.of(
                    "LayerRules.APPLICATIONS_LEAVE_THE_ENGINES_ALONE",
                    "which engine serves is decided at run time: code that names one does not start on another machine",
                    "use ringfort.api, and set the option engine"),
            type -> !(type.packageName() + ".").startsWith("ringfort."),
            List.of("ringfort/"),
            (_, type) -> ENGINES.stream().anyMatch(type::startsWith));

    private final String rootPackage;
    private final Map<String, Set<String>> layers;

    private LayerRules(String rootPackage, Map<String, Set<String>> layers) {
        this.rootPackage = rootPackage;
        this.layers = layers;
    }

    /** Begins with a root package whose subpackages are the layers. They may be packages of one module. */
    public static LayerRules of(String rootPackage) {
        return new LayerRules(rootPackage, Map.of());
    }

    /**
     * Adds a layer.
     *
     * @param name the subpackage, to which its own subpackages belong too, except for those that are layers themselves;
     *     {@code "wire.h1"} is the subpackage of a subpackage, and {@code ""} the classes of the root package itself
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

    /**
     * Layers depend on each other along the declared arrows only, every class below the root belongs to one, and each has
     * a class: the name of a layer that exists nowhere is a mistake, or what a removed layer has left.
     */
    public ArchRule arrows() {
        String arrows = layers.entrySet().stream()
                .map(layer -> named(layer.getKey()) + " → " + new TreeSet<>(layer.getValue()))
                .collect(Collectors.joining(", "));
        return classes()
                .that()
                .resideInAPackage(rootPackage + "..")
                .should(new KeepToArrows())
                .because("the arrows of " + rootPackage + " are " + arrows
                        + "; one more couples two parts for good, and is a decision");
    }

    /** The layers have no circle of dependencies among them; a direct subpackage that is no layer counts as one. */
    public ArchRule cycles() {
        return classes()
                .that()
                .resideInAPackage(rootPackage + "..")
                .should(new HaveNoCycles())
                .because("what depends on each other in a circle is one part, whatever the packages say");
    }

    /** Both rules, by names for reports. */
    public List<NamedRule> rules() {
        return List.of(
                new NamedRule("LayerRules.of(" + rootPackage + ").arrows", arrows()),
                new NamedRule("LayerRules.of(" + rootPackage + ").cycles", cycles()));
    }

    /**
     * No more than {@code largest} types of one package depend on each other in circles. 1 allows none at all. Nested
     * types count as their top-level type. Layers keep packages apart; this keeps apart what is in one package, where
     * access and modules put nothing in the way.
     *
     * @param largest how many top-level types may depend on each other, directly or through others of their package
     * @param packages in ArchUnit's notation, such as {@code "com.acme.shop.."}; none for all packages
     * @throws IllegalArgumentException when {@code largest} is less than 1
     */
    public static ArchRule noCircleOfTypesLargerThan(int largest, String... packages) {
        if (largest < 1) {
            throw new IllegalArgumentException("a circle of " + largest + " types is none; give 1 or more");
        }
        List<String> where = packages.length == 0 ? List.of("..") : List.of(packages);
        return classes()
                .that()
                .resideInAnyPackage(where.toArray(String[]::new))
                .should(new TypeCircles(largest, where))
                .because(
                        "types in a circle are read, tested and changed together only, however many files they are in");
    }

    /** The innermost declared layer a class is in, or else its direct subpackage. */
    private String layerOf(String packageName) {
        String inside = packageName.equals(rootPackage) ? "" : packageName.substring(rootPackage.length() + 1);
        for (String name = inside; !name.isEmpty(); name = Names.packageOf(name)) {
            if (layers.containsKey(name)) {
                return name;
            }
        }
        int dot = inside.indexOf('.');
        return dot < 0 ? inside : inside.substring(0, dot);
    }

    private boolean isBelowRoot(String packageName) {
        return (packageName + ".").startsWith(rootPackage + ".");
    }

    private static String named(String layer) {
        return layer.isEmpty() ? "(root)" : layer;
    }

    private final class KeepToArrows extends ArchCondition<JavaClass> {
        private final Set<String> seen = new HashSet<>();

        KeepToArrows() {
            super("keep to the arrows between layers");
        }

        @Override
        public void init(Collection<JavaClass> all) {
            seen.clear();
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            String from = layerOf(type.getPackageName());
            Set<String> allowed = layers.get(from);
            if (allowed == null) {
                String where = from.isEmpty() ? "the root package, outside all layers" : "no declared layer: " + from;
                events.add(SimpleConditionEvent.violated(type, type.getName() + " is in " + where));
                return;
            }
            seen.add(from);
            for (TypeUse use : Project.read(type).typesNamed()) {
                String target = Names.packageOf(use.type());
                if (isBelowRoot(target)) {
                    String to = layerOf(target);
                    if (!to.equals(from) && !allowed.contains(to)) {
                        String text = "layer " + named(from) + " has no arrow to " + named(to) + ": " + use.describe();
                        events.add(SimpleConditionEvent.violated(type, text));
                    }
                }
            }
        }

        @Override
        public void finish(ConditionEvents events) {
            for (String layer : layers.keySet()) {
                if (!seen.contains(layer)) {
                    String text = named(layer) + " is declared as a layer of " + rootPackage
                            + " and none of its classes was imported: remove the declaration, correct the name, or import"
                            + " the classes";
                    events.add(SimpleConditionEvent.violated(layer, text));
                }
            }
        }
    }

    private final class HaveNoCycles extends ArchCondition<JavaClass> {
        private Arrows arrows = new Arrows();

        HaveNoCycles() {
            super("have no circles between layers");
        }

        @Override
        public void init(Collection<JavaClass> all) {
            arrows = new Arrows();
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            String from = layerOf(type.getPackageName());
            for (TypeUse use : Project.read(type).typesNamed()) {
                String target = Names.packageOf(use.type());
                if (isBelowRoot(target)) {
                    arrows.add(named(from), named(layerOf(target)), use);
                }
            }
        }

        @Override
        public void finish(ConditionEvents events) {
            for (Set<String> knot : arrows.knots()) {
                List<String> circle = arrows.shortestCircle(knot);
                String text = "Cycle detected: Slice " + String.join(" → Slice ", circle) + " → Slice "
                        + circle.getFirst() + ", among the layers " + String.join(", ", knot)
                        + arrows.describe(circle);
                events.add(SimpleConditionEvent.violated(knot, text));
            }
        }
    }

    private static boolean isInternalOfOthers(ImportedClass user, String type) {
        String target = Names.packageOf(type);
        int at = (target + ".").indexOf(".internal.");
        boolean own = at >= 0 && (user.packageName() + ".").startsWith(target.substring(0, at) + ".");
        return (at >= 0 && !own) || target.startsWith("sun.");
    }
}
