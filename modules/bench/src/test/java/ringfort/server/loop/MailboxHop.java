package ringfort.server.loop;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a message to a worker cost: put and taken by one thread, and between two; beside the JDK's own queue of that
 * kind?
 *
 * <p>Between two threads each figure is that of one side, and an empty mailbox is looked at again at once, so that the
 * taker's is a look and not always a message.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@State(Scope.Group)
public class MailboxHop {
    private static final Runnable MESSAGE = MailboxHop::message;

    private Mailbox mailbox = new Mailbox();
    private ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();

    private static void message() {}

    /** Forgets what the quicker side left. */
    @Setup(Level.Iteration)
    public void empty() {
        mailbox = new Mailbox();
        queue = new ConcurrentLinkedQueue<>();
    }

    /** Without anybody else. */
    @Benchmark
    @Group("alone")
    @GroupThreads(1)
    public @Nullable Runnable mailbox() {
        mailbox.put(MESSAGE);
        return mailbox.take();
    }

    /** The same with the JDK's queue. */
    @Benchmark
    @Group("aloneJdk")
    @GroupThreads(1)
    public @Nullable Runnable queue() {
        queue.add(MESSAGE);
        return queue.poll();
    }

    /** From another thread, as fast as it can; what has not been taken yet grows meanwhile. */
    @Benchmark
    @Group("hop")
    public void put() {
        mailbox.put(MESSAGE);
    }

    /** The worker's side. */
    @Benchmark
    @Group("hop")
    public @Nullable Runnable take() {
        return mailbox.take();
    }

    /** The same with the JDK's queue. */
    @Benchmark
    @Group("hopJdk")
    public void add() {
        queue.add(MESSAGE);
    }

    /** The same with the JDK's queue. */
    @Benchmark
    @Group("hopJdk")
    public @Nullable Runnable poll() {
        return queue.poll();
    }
}
