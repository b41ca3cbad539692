package ringfort.rules;

import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Makes rules that ask a {@link CallGraph}. */
final class GraphRule {
    private GraphRule() {}

    /**
     * A rule.
     *
     * @param wording completes "classes should ..."
     * @param because see {@link Advice}
     * @param violations finds what breaks the rule, one text each
     */
    static ArchRule of(
            String wording, String because, List<Exemption> exemptions, Function<CallGraph, List<String>> violations) {
        return ProjectRule.of("classes should " + wording, because, project -> {
            if (exemptions.isEmpty() && !project.knowsRingfort()) {
                return List.of(); // there is neither a worker nor a handler, and no graph has to be made
            }
            CallGraph graph = CallGraph.of(project);
            List<String> found = new ArrayList<>(violations.apply(graph));
            for (Exemption exemption : exemptions) {
                if (graph.methods().stream().noneMatch(method -> isNamed(graph, exemption, method.code()))) {
                    found.add("the exemption of " + exemption.code() + " (" + exemption.because()
                            + ") matches no code any more: remove it");
                }
            }
            return found;
        });
    }

    private static boolean isNamed(CallGraph graph, Exemption exemption, Code code) {
        return exemption.matches(code)
                || graph.edgesFrom(code).stream().anyMatch(edge -> exemption.matches(edge.via()));
    }
}
