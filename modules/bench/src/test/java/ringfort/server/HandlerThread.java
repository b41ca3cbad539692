package ringfort.server;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import ringfort.server.exchange.Scheduler;

/**
 * What does a virtual thread for each request cost: started, run and ended by the worker itself, and handed to the JDK's
 * scheduler and waited for?
 *
 * <p>The JDK's share includes the hop to another thread and back, for that is what the worker would pay. A thread that
 * yields once stands for a handler that waits once: its continuation is unmounted and mounted again.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"--add-opens=java.base/java.lang=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@State(Scope.Thread)
@SuppressWarnings("ThreadPriorityCheck") // Thread.yield is what is measured
public class HandlerThread {
    private final Scheduler scheduler = carrying();
    private final ArrayDeque<Runnable> runnable = new ArrayDeque<>();
    private int handled;

    private static Scheduler carrying() {
        Scheduler scheduler = new Scheduler(true);
        if (!scheduler.name().equals("worker")) {
            throw new IllegalStateException("no scheduler of our own" + scheduler.note());
        }
        return scheduler;
    }

    /** The floor: the handler is called. */
    @Benchmark
    public int called() {
        return ++handled;
    }

    /** On the worker. */
    @Benchmark
    public int carried() {
        scheduler.carried(runnable::add, () -> handled++).start();
        carry();
        return handled;
    }

    /** On the worker, waiting once. */
    @Benchmark
    public int carriedWaiting() {
        scheduler
                .carried(runnable::add, () -> {
                    Thread.yield();
                    handled++;
                })
                .start();
        carry();
        return handled;
    }

    private void carry() {
        for (Runnable next = runnable.poll(); next != null; next = runnable.poll()) {
            next.run();
        }
    }

    /** On the JDK's scheduler. */
    @Benchmark
    public int offloaded() throws InterruptedException {
        Thread thread = scheduler.offloaded(() -> handled++);
        thread.start();
        thread.join();
        return handled;
    }

    /** On the JDK's scheduler, waiting once. */
    @Benchmark
    public int offloadedWaiting() throws InterruptedException {
        Thread thread = scheduler.offloaded(() -> {
            Thread.yield();
            handled++;
        });
        thread.start();
        thread.join();
        return handled;
    }
}
