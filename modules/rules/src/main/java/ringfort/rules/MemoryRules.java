package ringfort.rules;

import com.tngtech.archunit.lang.ArchRule;
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
    public static final ArchRule ARENAS_HAVE_AN_OWNER = ProjectRule.of(
            "classes should own the arenas they open",
            Advice.of(
                    "MemoryRules.ARENAS_HAVE_AN_OWNER",
                    "native memory that nobody closes is lost, and the heap dump does not show it",
                    "let the caller pass the arena, close it where it is opened, or keep it in an AutoCloseable class"),
            project -> project.classes().stream()
                    .filter(type -> type.mentions("java/lang/foreign/Arena"))
                    .flatMap(type -> ownerless(project, type).stream())
                    .toList());

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

    private static List<String> ownerless(Project project, ImportedClass type) {
        List<String> violations = new ArrayList<>();
        for (Access call : type.accesses()) {
            if (call.kind() == Access.Kind.CALL && call.to().owner().equals(ARENA)) {
                String name = call.to().name();
                if ((name.equals("ofConfined") || name.equals("ofShared")) && !isOwned(project, type, call.from())) {
                    violations.add(
                            call.describe() + ": close it there, or keep it in a field of an AutoCloseable class");
                } else if (name.equals("global") && !isInitialization(project, call.from())) {
                    violations.add(call.describe() + ": what is allocated there is never freed");
                }
            }
        }
        return violations;
    }

    private static boolean isOwned(Project project, ImportedClass type, Code opener) {
        boolean closesIt = type.accesses().stream()
                .anyMatch(call -> call.from().equals(opener)
                        && call.kind() == Access.Kind.CALL
                        && call.to().owner().equals(ARENA)
                        && call.to().name().equals("close"));
        boolean keepsIt = project.hierarchy().isA(type.name(), "java.lang.AutoCloseable")
                && type.fields().values().stream()
                        .anyMatch(field -> field.descriptor().equals("Ljava/lang/foreign/Arena;"));
        return closesIt || keepsIt;
    }

    /** A static initializer, or a method that nothing but static initializers calls. */
    private static boolean isInitialization(Project project, Code code) {
        if (code.name().equals(Code.STATIC_INITIALIZER)) {
            return true;
        }
        List<Access> calls = project.classes().stream()
                .filter(type -> type.mentions(code.name()) && type.mentions(code.descriptor()))
                .flatMap(type -> type.accesses().stream())
                .filter(call -> call.kind() == Access.Kind.CALL && mayCall(project, call.to(), code))
                .toList();
        return !calls.isEmpty()
                && calls.stream().allMatch(call -> call.from().name().equals(Code.STATIC_INITIALIZER));
    }

    private static boolean mayCall(Project project, Code target, Code method) {
        boolean isSameName =
                target.name().equals(method.name()) && target.descriptor().equals(method.descriptor());
        return isSameName
                && (target.owner().equals(method.owner())
                        || (!method.name().equals(Code.CONSTRUCTOR)
                                && project.hierarchy().isA(target.owner(), method.owner())));
    }
}
