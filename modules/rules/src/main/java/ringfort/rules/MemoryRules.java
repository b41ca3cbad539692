package ringfort.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaStaticInitializer;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import ringfort.rules.CallGraph.Edge;

/** Native memory is freed by somebody who can be named, at a moment that can be named. */
public final class MemoryRules {
    private static final String ARENA = "java.lang.foreign.Arena";

    /**
     * A confined or shared arena is closed by the method that opens it, or kept in a field of a class that is
     * {@code AutoCloseable}. The global arena, which nobody frees, is for constants: static initializers only.
     */
    public static final ArchRule ARENAS_HAVE_AN_OWNER = classes()
            .should(new OwnArenas())
            .because(
                    Advice.of(
                            "MemoryRules.ARENAS_HAVE_AN_OWNER",
                            "native memory that nobody closes is lost, and the heap dump does not show it",
                            "let the caller pass the arena, close it where it is opened, or keep it in an AutoCloseable class"));

    /** Nothing that a worker runs takes memory that the garbage collector is to free. */
    public static final ArchRule NO_AUTO_ARENA_ON_HOT_PATHS = noAutoArenaOnHotPaths();

    private MemoryRules() {}

    /** {@link #NO_AUTO_ARENA_ON_HOT_PATHS}, except for what the exemptions name. */
    public static ArchRule noAutoArenaOnHotPaths(Exemption... exemptions) {
        List<Exemption> exempt = List.of(exemptions);
        return GraphRule.of(
                "not use Arena.ofAuto where they are @OnWorker",
                Advice.of(
                        "MemoryRules.NO_AUTO_ARENA_ON_HOT_PATHS",
                        "each such segment costs a cleaner, and is freed when the collector gets to it, not when it is"
                                + " done with",
                        "allocate once, where the worker is made"),
                exempt,
                graph -> autoArenas(graph, exempt));
    }

    private static List<String> autoArenas(CallGraph graph, List<Exemption> exempt) {
        Paths paths = WorkerRules.fromWorkerCode(graph, exempt);
        List<String> violations = new ArrayList<>();
        for (Code code : paths.reached()) {
            if (code.owner().equals(ARENA) && code.name().equals("ofAuto")) {
                List<Edge> path = paths.to(code);
                Code start = path.getFirst().from();
                violations.add(start.qualifiedName() + " is @OnWorker and takes memory from Arena.ofAuto:"
                        + Paths.describe(graph, start, path));
            }
        }
        return violations;
    }

    private static final class OwnArenas extends ArchCondition<JavaClass> {
        OwnArenas() {
            super("own the arenas they open");
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
                if (call.getTargetOwner().getName().equals(ARENA)) {
                    String name = call.getName();
                    if ((name.equals("ofConfined") || name.equals("ofShared")) && !isOwned(type, call.getOrigin())) {
                        String text = call.getDescription()
                                + ": close it there, or keep it in a field of an AutoCloseable class";
                        events.add(SimpleConditionEvent.violated(call, text));
                    } else if (name.equals("global") && !isInitialization(call.getOrigin())) {
                        String text = call.getDescription() + ": what is allocated there is never freed";
                        events.add(SimpleConditionEvent.violated(call, text));
                    }
                }
            }
        }

        private static boolean isOwned(JavaClass type, JavaCodeUnit opener) {
            boolean closesIt = opener.getMethodCallsFromSelf().stream()
                    .anyMatch(call -> call.getName().equals("close")
                            && call.getTargetOwner().getName().equals(ARENA));
            boolean keepsIt = type.isAssignableTo(AutoCloseable.class)
                    && type.getFields().stream()
                            .anyMatch(field -> field.getRawType().getName().equals(ARENA));
            return closesIt || keepsIt;
        }

        private static boolean isInitialization(JavaCodeUnit code) {
            return code instanceof JavaStaticInitializer
                    || (!code.getCallsOfSelf().isEmpty()
                            && code.getCallsOfSelf().stream()
                                    .allMatch(call -> call.getOrigin() instanceof JavaStaticInitializer));
        }
    }
}
