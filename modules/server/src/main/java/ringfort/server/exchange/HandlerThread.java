package ringfort.server.exchange;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import ringfort.api.spi.Mount;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/**
 * The thread that runs the handler of one exchange, and how that thread and the worker tell each other to go on.
 *
 * <p>A carried handler runs on a virtual thread whose scheduler is this object: the JDK calls {@link #execute} each time the
 * thread can go on, and this object queues itself with the worker, which calls {@link #carry}. Virtual threads that the
 * handler starts inherit the scheduler. An inline handler runs on the worker's own thread; an offloaded one runs on the JDK's
 * scheduler, and this object only takes its signals.
 *
 * <p>A signal is given in one of two ways. While the worker itself runs the handler, a signal is a field that the worker
 * reads when the handler has returned to it. From any other thread it is this object itself, as a message to the worker.
 */
public final class HandlerThread extends Urgent implements Executor, Carried, Signals {
    private static final VarHandle RUNNABLE;

    static {
        try {
            var lookup = MethodHandles.lookup();
            RUNNABLE = lookup.findVarHandle(HandlerThread.class, "runnable", Runnable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What runs on the thread, and what its signals mean; an exchange. */
    public interface Work extends Runnable {
        /** The handler, on the thread made for it. */
        @Override
        @OffWorker
        void run();

        /** The handler, on the worker's thread; it never waits. */
        void runInline();

        /** The route of the handler; any thread. */
        Mount mount();

        /** The handler's thread has signalled; the worker. */
        @OnWorker
        void signalled();
    }

    private final Carrier carrier;
    private final Scheduler scheduler;
    private final Work work;

    /** The thread of the handler, or the one that writes an inline handler's stream. */
    private @Nullable Thread thread;

    /** The platform thread that ran the handler last. Read by the handler's thread only. */
    private @Nullable Thread carriedBy;

    /** A signal that was given while the worker itself ran the handler. The worker's. */
    private boolean carriedSignal;

    /** Whether the worker is inside {@link #start}. Then {@link #execute} runs on the worker and needs no queue. */
    private boolean starting;

    /** Whether {@code own} can go on and is in no queue, because {@link #start} carries it at once. The worker's. */
    private boolean startable;

    /** Whether {@link #carry} runs an inline handler. The worker's. */
    private boolean inline;

    /** The continuation of the handler's virtual thread; set while {@link #start} runs. */
    private @Nullable Runnable own;

    private volatile @Nullable Runnable runnable; // own, when it can go on
    private volatile @Nullable ConcurrentLinkedQueue<Runnable> others; // continuations of threads the handler started

    /** A thread that is not started yet; it runs {@code work} for the worker {@code carrier}. */
    public HandlerThread(Carrier carrier, Scheduler scheduler, Work work) {
        this.carrier = carrier;
        this.scheduler = scheduler;
        this.work = work;
    }

    @Override
    public Mount mount() {
        return work.mount();
    }

    @Override
    public @Nullable Thread thread() {
        return thread;
    }

    // The worker's side.

    /** Starts the handler on a virtual thread and, where this worker carries it, runs it until it first waits. */
    @OnWorker
    public void start(boolean carried) {
        Thread created = carried ? scheduler.carried(this, work) : scheduler.offloaded(work);
        thread = created;
        starting = carried;
        try {
            created.start();
        } finally {
            starting = false;
        }
        if (startable) {
            carrier.carry(this);
        }
    }

    /** Runs the handler on the worker's own thread. */
    @OnWorker
    public void runInline() {
        thread = carrier.thread();
        carriedBy = thread;
        inline = true;
        carrier.carry(this);
    }

    /** Runs {@code writer} on a thread of the JDK's scheduler: the stream of a handler that ran inline. */
    @OnWorker
    public void startWriter(@OffWorker Runnable writer) {
        Thread created = scheduler.offloaded(writer);
        thread = created;
        carriedBy = null; // its signals go by the mailbox
        created.start();
    }

    /** Runs {@code task} on a thread of the JDK's scheduler, beside the handler's: reading a file, which would hold a worker. */
    @OffWorker
    public void startBeside(@OffWorker Runnable task) {
        scheduler.offloaded(task).start();
    }

    /**
     * The handler's virtual thread can go on, or one that it started and that inherited its scheduler; any thread. Each
     * call makes for one call of {@link #carry}.
     */
    @Override
    public void execute(Runnable command) {
        if (starting) {
            own = command;
            startable = true;
            return;
        }
        if (command.equals(own)) {
            runnable = command;
        } else {
            ConcurrentLinkedQueue<Runnable> queue = others;
            if (queue == null) {
                // Made by the handler's own thread: it starts the first of the others.
                queue = new ConcurrentLinkedQueue<>();
                others = queue;
            }
            queue.add(command);
        }
        carrier.runnable(this);
    }

    @Override
    public void carry() {
        if (inline) {
            inline = false;
            work.runInline();
            Thread.interrupted(); // what a handler leaves behind on the worker's thread must not meet the worker
            return;
        }
        Runnable run;
        if (startable) {
            startable = false;
            run = own;
        } else {
            run = (Runnable) RUNNABLE.getAndSet(this, null);
        }
        if (run != null) {
            carriedBy = Thread.currentThread();
        } else {
            ConcurrentLinkedQueue<Runnable> queue = others;
            run = queue == null ? null : queue.poll();
        }
        if (run != null) {
            run.run();
        }
    }

    /** Only the connection's own worker takes the signal: another that stood in must not touch the connection. */
    @Override
    @OnWorker
    public void returned(Thread worker) {
        if (worker == carrier.thread() && carriedSignal) {
            carriedSignal = false;
            work.signalled();
        }
    }

    /** Interrupts the handler, unless it runs on the worker's own thread; any thread. */
    public void interrupt() {
        Thread running = thread;
        if (running != null && running != carrier.thread()) {
            running.interrupt();
        }
    }

    // The handler's side.

    @Override
    public void signal() {
        if (Thread.currentThread() == thread && carriedBy == carrier.thread()) {
            carriedSignal = true;
        } else {
            carrier.execute(this);
        }
    }

    @Override
    @OnWorker
    protected void arrived() {
        work.signalled();
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // the scheduler relied upon is ours
    public void letWorkerRun() {
        if (Thread.currentThread() == thread && carriedBy == carrier.thread()) {
            Thread.yield();
        }
    }
}
