package ringfort.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.EvaluationResult;
import com.tngtech.archunit.lang.Priority;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A rule that looks at all classes of a {@link Project} together. To ArchUnit it is a rule like any other; without
 * ArchUnit's import, which takes longer than all rules, it can be asked directly.
 */
final class ProjectRule implements ArchRule {
    private final ArchRule rule;
    private final Function<Project, List<String>> violations;

    private ProjectRule(ArchRule rule, Function<Project, List<String>> violations) {
        this.rule = rule;
        this.violations = violations;
    }

    /**
     * A rule.
     *
     * @param wording the whole sentence but for the reason: "classes should ..."
     * @param because see {@link Advice}
     * @param violations finds what breaks the rule, one text each
     */
    static ArchRule of(String wording, String because, Function<Project, List<String>> violations) {
        ArchRule rule = classes()
                .should(new Condition(wording, violations))
                .as(wording)
                .because(because)
                .allowEmptyShould(true);
        return new ProjectRule(rule, violations);
    }

    /** What breaks the rule, one text each, sorted. */
    List<String> violations(Project project) {
        return violations.apply(project).stream().sorted().toList();
    }

    /** As {@link ArchRule#check} does it, with the patterns to ignore that ArchUnit reads, on a project. */
    void check(Project project) {
        ConditionEvents events = ConditionEvents.Factory.create();
        violations(project).forEach(text -> events.add(SimpleConditionEvent.violated(project, text)));
        ArchRule.Assertions.assertNoViolation(new EvaluationResult(this, events, Priority.MEDIUM));
    }

    @Override
    public void check(JavaClasses classes) {
        rule.check(classes);
    }

    @Override
    public EvaluationResult evaluate(JavaClasses classes) {
        return rule.evaluate(classes);
    }

    @Override
    public ArchRule because(String reason) {
        return new ProjectRule(rule.because(reason), violations);
    }

    @Override
    public ArchRule as(String newDescription) {
        return new ProjectRule(rule.as(newDescription), violations);
    }

    @Override
    public ArchRule allowEmptyShould(boolean allowEmptyShould) {
        return new ProjectRule(rule.allowEmptyShould(allowEmptyShould), violations);
    }

    @Override
    public String getDescription() {
        return rule.getDescription();
    }

    private static final class Condition extends ArchCondition<JavaClass> {
        private final Function<Project, List<String>> violations;
        private @Nullable Project project;

        Condition(String wording, Function<Project, List<String>> violations) {
            super(wording);
            this.violations = violations;
        }

        @Override
        public void init(Collection<JavaClass> all) {
            project = Project.of(all);
        }

        @Override
        public void check(JavaClass item, ConditionEvents events) {
            // Nothing can be told of one class alone: see finish.
        }

        @Override
        public void finish(ConditionEvents events) {
            Project read = project;
            project = null;
            if (read != null) {
                violations.apply(read).forEach(text -> events.add(SimpleConditionEvent.violated(read, text)));
            }
        }
    }
}
