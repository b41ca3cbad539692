package ringfort.rules;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What in the JDK runs a task on another thread than the one that hands it over. */
final class OtherThreads {
    private static final Map<String, Set<String>> METHODS = Map.ofEntries(
            Map.entry("java.lang.Thread", Set.of(Code.CONSTRUCTOR, "startVirtualThread", "unstarted")),
            Map.entry("java.lang.Thread$Builder", Set.of("start", "unstarted")),
            Map.entry("java.lang.Runtime", Set.of("addShutdownHook")),
            Map.entry("java.lang.ref.Cleaner", Set.of("register")),
            Map.entry("java.util.Timer", Set.of("schedule", "scheduleAtFixedRate")),
            Map.entry("java.util.concurrent.ThreadFactory", Set.of("newThread")),
            Map.entry("java.util.concurrent.Executor", Set.of("execute")),
            Map.entry("java.util.concurrent.ExecutorService", Set.of("submit", "invokeAll", "invokeAny")),
            Map.entry("java.util.concurrent.CompletionService", Set.of("submit")),
            Map.entry("java.util.concurrent.ForkJoinPool", Set.of("execute", "submit", "lazySubmit")),
            Map.entry("java.util.concurrent.StructuredTaskScope", Set.of("fork")),
            Map.entry(
                    "java.util.concurrent.ScheduledExecutorService",
                    Set.of("schedule", "scheduleAtFixedRate", "scheduleWithFixedDelay")));

    /** Their methods named {@code ...Async} run the task in the common pool, or in an executor that is given with it. */
    private static final List<String> STAGES =
            List.of("java.util.concurrent.CompletableFuture", "java.util.concurrent.CompletionStage");

    private OtherThreads() {}

    static boolean run(String type, String method) {
        return METHODS.getOrDefault(type, Set.of()).contains(method)
                || (STAGES.contains(type) && method.endsWith("Async"));
    }

    /** The names of all its methods, but for those of stages. */
    static Set<String> names() {
        return METHODS.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
    }

    static boolean isStage(String type) {
        return STAGES.contains(type);
    }
}
