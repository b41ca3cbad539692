package ringfort.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes rules that look at all classes together, as a {@link CallGraph}. */
final class GraphRule {
    private GraphRule() {}

    /**
     * @param wording completes "classes should ..."
     * @param because see {@link Advice}
     * @param violations finds what breaks the rule, one text each
     */
    static ArchRule of(
            String wording, String because, List<Exemption> exemptions, Function<CallGraph, List<String>> violations) {
        return classes().should(new Condition(wording, exemptions, violations)).because(because);
    }

    private static final class Condition extends ArchCondition<JavaClass> {
        private final List<Exemption> exemptions;
        private final Function<CallGraph, List<String>> violations;
        private @Nullable CallGraph graph;

        Condition(String wording, List<Exemption> exemptions, Function<CallGraph, List<String>> violations) {
            super(wording);
            this.exemptions = exemptions;
            this.violations = violations;
        }

        @Override
        public void init(Collection<JavaClass> all) {
            graph = CallGraph.of(all);
        }

        @Override
        public void check(JavaClass item, ConditionEvents events) {
            // Nothing can be told of one class alone: see finish.
        }

        @Override
        public void finish(ConditionEvents events) {
            CallGraph built = graph;
            graph = null;
            if (built == null) {
                return;
            }
            violations.apply(built).forEach(text -> events.add(SimpleConditionEvent.violated(built, text)));
            for (Exemption exemption : exemptions) {
                if (built.methods().stream().noneMatch(method -> isNamed(built, exemption, method.code()))) {
                    events.add(SimpleConditionEvent.violated(
                            exemption,
                            "the exemption of " + exemption.code() + " (" + exemption.because()
                                    + ") matches no code any more: remove it"));
                }
            }
        }

        private static boolean isNamed(CallGraph graph, Exemption exemption, Code code) {
            return exemption.matches(code)
                    || graph.edgesFrom(code).stream().anyMatch(edge -> exemption.matches(edge.via()));
        }
    }
}
