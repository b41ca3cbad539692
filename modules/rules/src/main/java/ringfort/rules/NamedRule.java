package ringfort.rules;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.List;

/**
 * A rule by the name that reports and {@code docs/RULES.md} use.
 *
 * @param name such as {@code WorkerRules.NOTHING_ON_A_WORKER_BLOCKS}
 */
public record NamedRule(String name, ArchRule rule) {
    /** Returns what breaks the rule, one text each; none when it holds. */
    public List<String> violations(JavaClasses classes) {
        EvaluationResult result = rule.allowEmptyShould(true).evaluate(classes);
        return result.getFailureReport().getDetails();
    }

    /** {@link #violations(JavaClasses)} of one of the rules that Ringfort brings along, on classes that ArchUnit did not import. */
    List<String> violations(Project project) {
        return projectRule().violations(project);
    }

    ProjectRule projectRule() {
        if (rule instanceof ProjectRule ofProject) {
            return ofProject;
        }
        throw new IllegalStateException(name + " looks at what ArchUnit has imported, and at nothing else");
    }
}
