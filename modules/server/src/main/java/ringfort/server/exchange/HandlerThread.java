package ringfort.server.exchange;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
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
public final class HandlerThread extends Urgent implements Executor, Runnable, Carried, Signals {
    // Updaters, not VarHandles: the first use of a VarHandle takes memory, and a handler goes on and ends also where
    // none is left.
    private static final AtomicReferenceFieldUpdater<HandlerThread, @Nullable Runnable> RUNNABLE =
            AtomicReferenceFieldUpdater.newUpdater(HandlerThread.class, Runnable.class, "runnable");
    private static final AtomicIntegerFieldUpdater<HandlerThread> PLACE =
            AtomicIntegerFieldUpdater.newUpdater(HandlerThread.class, "place");
    private static final AtomicIntegerFieldUpdater<HandlerThread> BESIDE =
            AtomicIntegerFieldUpdater.newUpdater(HandlerThread.class, "beside");

    // Values of place.
    private static final int NOT_COUNTED = 0;
    private static final int COUNTED = 1;
    private static final int RETURNED = 2;

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

        /** Whether {@link #isOver} becoming true is worth a signal; any thread. */
        default boolean tellsReturn() {
            return false;
        }

        /** The handler's thread has signalled; the worker. */
        @OnWorker
        void signalled();
    }

    private final Carrier carrier;
    private final Scheduler scheduler;
    private final HandlerLedger ledger;
    private final Work work;

    /** The thread of the handler, or the one that writes an inline handler's stream. */
    private @Nullable Thread thread;

    /** The platform thread that ran the handler last. Read by the handler's thread only. */
    private @Nullable Thread carriedBy;

    /** A signal that was given while the worker itself ran the handler. The worker's. */
    private boolean carriedSignal;

    /** Whether the worker is inside {@link #start}. Then {@link #execute} runs on the worker and needs no queue. */
    private boolean starting;

    /** Whether the worker carries {@code thread}. The worker's. */
    private boolean carried;

    /** Whether threads that the handler starts are run by the JDK's scheduler from the beginning. Set before the start. */
    private boolean childrenElsewhere;

    /** Whether the handler was interrupted. The worker's, and the watchdog's while a handler runs. */
    private boolean interrupted;

    /** Whether {@code own} can go on and is in no queue, because {@link #start} carries it at once. The worker's. */
    private boolean startable;

    /** Whether {@link #carry} runs an inline handler. The worker's. */
    private boolean inline;

    /** The continuation of the handler's virtual thread; set while {@link #start} runs. */
    private @Nullable Runnable own;

    private volatile @Nullable Runnable runnable; // own, when it can go on
    private volatile @Nullable ConcurrentLinkedQueue<Runnable> others; // continuations of threads the handler started

    /** Whether {@code ledger} counts the handler, and whether its code has returned. The worker counts, the thread returns. */
    private volatile int place;

    /** How many tasks run beside the handler. Any thread counts, through BESIDE. */
    private volatile int beside;

    /** A thread that is not started yet; it runs {@code work} for the worker {@code carrier}. */
    public HandlerThread(Carrier carrier, Scheduler scheduler, HandlerLedger ledger, Work work) {
        this.carrier = carrier;
        this.scheduler = scheduler;
        this.ledger = ledger;
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
    public void start(boolean onWorker) {
        carried = onWorker && scheduler.carries();
        childrenElsewhere = !JdkPollers.areStarted();
        if (!carried) {
            startElsewhere(scheduler.offloaded(this));
            return;
        }
        Thread created = scheduler.carried(this, this);
        thread = created;
        starting = true;
        try {
            created.start();
        } finally {
            starting = false;
        }
        if (startable) {
            carrier.carry(this);
        }
        if (!hasReturned()) {
            count();
        }
    }

    private void startElsewhere(Thread created) {
        thread = created;
        carriedBy = null; // its signals go by the mailbox
        count();
        try {
            created.start();
        } catch (Throwable e) {
            returned();
            throw e;
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
        startElsewhere(scheduler.offloaded(() -> {
            try {
                writer.run();
            } finally {
                returned();
            }
        }));
    }

    /**
     * Runs {@code task} on a thread of the JDK's scheduler, beside the handler's, and counts it as a handler: reading a file, for
     * example, which would hold a worker. Any thread.
     */
    @OffWorker
    public void startBeside(@OffWorker Runnable task) {
        Thread thread = scheduler.offloaded(() -> {
            try {
                task.run();
            } finally {
                leftBeside();
            }
        });
        ledger.entered();
        BESIDE.getAndAdd(this, 1);
        try {
            thread.start();
        } catch (Throwable e) {
            leftBeside();
            throw e;
        }
    }

    private void leftBeside() {
        ledger.left();
        BESIDE.getAndAdd(this, -1);
        if (work.tellsReturn()) {
            carrier.execute((Urgent) this);
        }
    }

    // How long the handler counts.

    private void count() {
        ledger.entered();
        if (!PLACE.compareAndSet(this, NOT_COUNTED, COUNTED)) {
            ledger.left(); // another worker stood in for this one, and the handler has returned there
        }
    }

    /** The handler, on the thread made for it. */
    @Override
    @OffWorker
    public void run() {
        try {
            work.run();
        } finally {
            returned();
        }
    }

    /** The code of the handler has returned. What it has left behind is no longer the worker's to run. */
    private void returned() {
        int before;
        boolean beneath = Thread.currentThread() == thread && carriedBy == carrier.thread();
        if (beneath) {
            before = place; // the worker is beneath this very call, and cannot count meanwhile
            PLACE.lazySet(this, RETURNED);
        } else {
            before = PLACE.getAndSet(this, RETURNED);
        }
        if (before == COUNTED) {
            ledger.left();
        }
        if (!work.tellsReturn()) {
            return;
        } else if (beneath) {
            carriedSignal = true;
        } else {
            carrier.execute((Urgent) this);
        }
    }

    /** Whether the code of a handler that was started has returned, and no task runs beside it. */
    @OnWorker
    public boolean isOver() {
        return hasReturned() && beside == 0;
    }

    private boolean hasReturned() {
        return place == RETURNED;
    }

    /**
     * The handler's virtual thread can go on, or one that it started and that inherited its scheduler; any thread. Each call
     * makes for one call of {@link #carry}, unless the handler has returned: what it has left behind goes on elsewhere.
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
        } else if (childrenElsewhere || hasReturned()) {
            Scheduler.elsewhere(command);
            return;
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
            carryInline(Thread.currentThread());
            return;
        }
        Runnable run;
        if (startable) {
            startable = false;
            run = own;
        } else {
            run = RUNNABLE.getAndSet(this, null);
        }
        if (run != null) {
            carriedBy = Thread.currentThread();
            run.run();
        } else {
            carryOther();
        }
    }

    private void carryInline(Thread worker) {
        String name = worker.getName();
        int priority = worker.getPriority();
        ClassLoader loader = worker.getContextClassLoader();
        try {
            work.runInline();
        } finally {
            if (thread == worker) { // else a thread writes the response
                PLACE.lazySet(this, RETURNED);
            }
        }
        BorrowedThread.giveBack(worker, name, priority, loader);
    }

    private void carryOther() {
        ConcurrentLinkedQueue<Runnable> queue = others;
        Runnable run = queue == null ? null : queue.poll();
        if (run == null) {
            return;
        }
        if (hasReturned()) {
            Scheduler.elsewhere(run);
        } else {
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

    /**
     * Interrupts the handler, unless it runs on the worker's own thread or has returned: the first time only, for it may be
     * cleaning up since. The thread ends with the handler, so an interrupt that comes too late meets no other work. The worker,
     * or the watchdog in its place.
     */
    public void interrupt() {
        Thread running = thread;
        if (running == null || running == carrier.thread() || interrupted || hasReturned()) {
            return;
        }
        interrupted = true;
        if (carried) {
            running.interrupt();
        } else {
            // An interrupt closes the channel that the handler uses, and the close of a file waits for a read under
            // way.
            scheduler.offloaded(running::interrupt).start();
        }
    }

    // The handler's side.

    @Override
    public void signal() {
        if (Thread.currentThread() == thread && carriedBy == carrier.thread()) {
            carriedSignal = true;
        } else {
            carrier.execute((Urgent) this);
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
