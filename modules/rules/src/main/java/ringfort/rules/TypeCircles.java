package ringfort.rules;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.PackageMatchers;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Finds types of one package that depend on each other in a circle, where more of them do than the rule allows. */
final class TypeCircles extends ArchCondition<JavaClass> {
    private final int largest;
    private final PackageMatchers packages;
    private final Map<String, String> topLevel = new HashMap<>();
    private final Map<String, Arrows> arrows = new TreeMap<>();

    TypeCircles(int largest, List<String> packages) {
        super("not be in a circle of more than " + largest + (largest == 1 ? " type" : " types") + " of one package");
        this.largest = largest;
        this.packages = PackageMatchers.of(packages);
    }

    @Override
    public void init(Collection<JavaClass> all) {
        topLevel.clear();
        arrows.clear();
        for (JavaClass type : all) {
            if (packages.test(type.getPackageName())) {
                topLevel.put(type.getName(), topLevelOf(type).getName());
            }
        }
    }

    private static JavaClass topLevelOf(JavaClass type) {
        return type.getEnclosingClass().map(TypeCircles::topLevelOf).orElse(type);
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        String from = topLevel.get(type.getName());
        if (from == null) {
            return;
        }
        for (TypeUse use : Project.read(type).typesNamed()) {
            String to = topLevel.get(use.type());
            if (to != null && Names.packageOf(to).equals(type.getPackageName())) {
                arrows.computeIfAbsent(type.getPackageName(), _ -> new Arrows()).add(from, to, use);
            }
        }
    }

    @Override
    public void finish(ConditionEvents events) {
        arrows.forEach((name, ofPackage) -> {
            for (Set<String> knot : ofPackage.knots()) {
                if (knot.size() > largest) {
                    events.add(SimpleConditionEvent.violated(name, describe(name, ofPackage, knot)));
                }
            }
        });
    }

    private String describe(String packageName, Arrows ofPackage, Set<String> knot) {
        List<String> circle = ofPackage.shortestCircle(knot);
        return knot.size() + " types of " + packageName + " depend on each other, and " + largest
                + (largest == 1 ? " is" : " are") + " allowed: "
                + knot.stream().map(Names::simple).collect(Collectors.joining(", "))
                + "\n      a shortest circle among them:" + ofPackage.describe(circle);
    }
}
