package ringfort.rules;

import java.util.Map;
import java.util.Set;

/** What in the JDK runs a task on another thread than the one that hands it over. */
final class OtherThreads {
    private static final Map<String, Set<String>> METHODS = Map.of(
            "java.lang.Thread", Set.of("<init>", "startVirtualThread"),
            "java.lang.Thread$Builder", Set.of("start", "unstarted"),
            "java.util.concurrent.ThreadFactory", Set.of("newThread"),
            "java.util.concurrent.Executor", Set.of("execute"),
            "java.util.concurrent.ExecutorService", Set.of("submit"),
            "java.util.concurrent.ScheduledExecutorService",
                    Set.of("schedule", "scheduleAtFixedRate", "scheduleWithFixedDelay"),
            "java.util.concurrent.CompletableFuture",
                    Set.of("runAsync", "supplyAsync", "thenRunAsync", "thenAcceptAsync", "thenApplyAsync"));

    private OtherThreads() {}

    static boolean run(String type, String method) {
        return METHODS.getOrDefault(type, Set.of()).contains(method);
    }
}
