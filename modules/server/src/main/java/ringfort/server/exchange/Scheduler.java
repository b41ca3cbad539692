package ringfort.server.exchange;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;
import ringfort.sys.OffWorker;

/**
 * Makes virtual threads: on a worker of ours where the JDK lets us name the scheduler, on the JDK's own otherwise.
 *
 * <p>JDK 25 has no public way to give a virtual thread its scheduler. {@code java.lang.ThreadBuilders} has a
 * package-private factory that takes one, and {@code VirtualThread} tells the JDK's own; {@code --add-opens
 * java.base/java.lang=ringfort.server} makes both reachable. This is the one place in Ringfort that uses reflection. Without the opened package everything works the same on the
 * JDK's pool, at the price of a hop between threads per request.
 */
public final class Scheduler {
    private static final @Nullable MethodHandle FACTORY;
    private static final Executor JDK;
    private static final String WHY_NOT;

    static {
        MethodHandle factory = null;
        Executor jdk = ForkJoinPool.commonPool();
        String why = "";
        try {
            Class<?> builders = Class.forName("java.lang.ThreadBuilders");
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(builders, MethodHandles.lookup());
            jdk = (Executor) lookup.findStatic(
                            Class.forName("java.lang.VirtualThread"),
                            "defaultScheduler",
                            MethodType.methodType(Executor.class))
                    .invoke();
            factory = lookup.findStatic(
                    builders,
                    "newVirtualThread",
                    MethodType.methodType(Thread.class, Executor.class, String.class, int.class, Runnable.class));
        } catch (IllegalAccessException e) {
            why = "java.lang is not opened to " + target();
        } catch (ReflectiveOperationException e) {
            why =
                    "this JDK has no ThreadBuilders.newVirtualThread(Executor, ...), or no VirtualThread.defaultScheduler()";
        } catch (Throwable e) {
            why = "VirtualThread.defaultScheduler() failed: " + e;
        }
        FACTORY = factory;
        JDK = jdk;
        WHY_NOT = why;
    }

    private final boolean carried;
    private final Set<Thread> offloaded = ConcurrentHashMap.newKeySet(); // those that run

    /** @param wanted false keeps to the JDK's scheduler even where ours is possible */
    public Scheduler(boolean wanted) {
        carried = wanted && FACTORY != null;
    }

    /** {@code worker} or {@code jdk}. */
    public String name() {
        return carried ? "worker" : "jdk";
    }

    /** Why the JDK's scheduler is used although a worker's was wanted; empty otherwise. */
    public String note() {
        return carried || FACTORY != null
                ? ""
                : " (scheduler=worker is not to be had: " + WHY_NOT + "; start with --add-opens java.base/java.lang="
                        + target() + ")";
    }

    /** What {@code --add-opens} must name: on the class path there is no module ringfort.server. */
    private static String target() {
        Module module = Scheduler.class.getModule();
        return module.isNamed() ? module.getName() : "ALL-UNNAMED";
    }

    /** Whether {@link #carried} makes threads that run where they are told to. */
    public boolean carries() {
        return carried;
    }

    /** A virtual thread, not started, whose continuation runs on {@code carrier}. */
    public Thread carried(Executor carrier, @OffWorker Runnable task) {
        return carried ? on(carrier, task) : offloaded(task);
    }

    /** Runs a continuation on the JDK's scheduler that was made for another one; any thread. */
    public static void elsewhere(Runnable continuation) {
        JDK.execute(continuation);
    }

    /**
     * A virtual thread of this scheduler. It has to be named: {@link Thread#ofVirtual} takes that of the calling thread, which
     * is a worker where a carried handler calls.
     */
    private static Thread on(Executor scheduler, Runnable task) {
        MethodHandle factory = FACTORY;
        if (factory == null) {
            return Thread.ofVirtual().unstarted(task);
        }
        try {
            return (Thread) factory.invokeExact(scheduler, (String) null, 0, task);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("the virtual thread factory failed", e);
        }
    }

    /** A virtual thread, not started, on the JDK's scheduler, which compensates for blocked carriers. */
    public Thread offloaded(@OffWorker Runnable task) {
        return on(JDK, () -> {
            Thread thread = Thread.currentThread();
            try {
                remember(thread);
                task.run();
            } finally {
                offloaded.remove(thread);
            }
        });
    }

    private void remember(Thread thread) {
        try {
            offloaded.add(thread);
        } catch (OutOfMemoryError _) {
            return; // its task runs all the same; a stop of the server from within it waits for it in vain
        }
    }

    /** Whether the calling thread was made by {@link #offloaded} and runs its task. */
    public boolean isOffloaded() {
        return offloaded.contains(Thread.currentThread());
    }
}
