package ringfort.server.loop;

import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ringfort.server.exchange.ServerContext;
import ringfort.server.metrics.Counters;
import ringfort.server.wire.BufferPool;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/**
 * The life of a worker's thread: it opens what it needs, goes round until nothing is left to do or it gives up, and gives
 * everything back in any case.
 */
@OnWorker
public abstract class WorkerLife implements Runnable {
    private static final int MOST_BELONGINGS = 8;

    private final ServerContext context;
    final BufferPool buffers;
    private final Thread thread;
    private final Counters counters = new Counters();
    private final Failures failures;
    private final ArrayList<AutoCloseable> belongings = new ArrayList<>(MOST_BELONGINGS);
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile @Nullable Throwable startFailure;
    private volatile boolean stopped;

    /** A thread that is not started yet. */
    WorkerLife(ServerContext context, BufferPool buffers, String name) {
        this.context = context;
        this.buffers = buffers;
        this.thread = Thread.ofPlatform().name(name).unstarted(this);
        this.failures = new Failures(context, counters);
    }

    // What a transport gives.

    /** First thing on the worker's thread. */
    protected abstract void open() throws Exception;

    /** Gives back what belongs to the transport and is not {@linkplain #own owned}; last thing on the worker's thread. */
    protected abstract void release();

    /** Closes {@code thing} when the worker ends, or when it cannot be made: the newest first, whatever fails. */
    @OffWorker
    protected final <T extends AutoCloseable> T own(T thing) {
        belongings.add(thing);
        return thing;
    }

    /** Lets time pass in which the worker does nothing, because the kernel refuses to be looked at. */
    protected void pause(long nanos) {
        LockSupport.parkNanos(this, nanos);
    }

    // What a worker gives.

    /** Before anything is opened, and after each look at the kernel. */
    abstract void readClock();

    /** Whether the server has stopped and the last connection is closed. */
    abstract boolean isOver();

    /** One round of the loop; throws nothing but where no memory is left. */
    abstract void turn();

    /** Whatever the turn was at when it failed, the worker does not sleep. */
    abstract void endSleep();

    /** Ends the connections that are still open, because the worker gave up. */
    abstract void abandonAll();

    /** What other threads still put in goes elsewhere from now on. */
    abstract void handOver();

    /** Starts the worker's thread. */
    @OffWorker
    public final void start() {
        thread.start();
    }

    /** Waits until the worker accepts, or throws what kept it from that. */
    @OffWorker
    public final void awaitStarted() throws Exception {
        started.await();
        Throwable failure = startFailure;
        if (failure instanceof Exception e) {
            throw e;
        }
        if (failure != null) {
            throw new IllegalStateException("the worker did not start", failure);
        }
    }

    /** The thread; any thread. */
    @OffWorker
    public final Thread thread() {
        return thread;
    }

    /** Whether the thread has done its last turn; any thread. */
    @OffWorker
    final boolean isStopped() {
        return stopped;
    }

    @Override
    public final void run() {
        try {
            readClock();
            open();
        } catch (Throwable e) {
            startFailure = e;
            stopped = true;
            end();
            started.countDown();
            return;
        }
        started.countDown();
        try {
            boolean goesOn = true;
            while (goesOn) {
                goesOn = goesOn();
            }
        } catch (Throwable e) { // none that is known of
            failures.died(e);
        } finally {
            stopped = true;
            try {
                abandonAll();
            } catch (Throwable e) {
                failures.defect("a worker could not end its connections", e);
            }
            end();
            try {
                handOver();
            } catch (Throwable e) {
                failures.defect("a worker that has ended could not hand over what waited for it", e);
            }
        }
    }

    /**
     * Does a turn, unless the worker is to end. A turn guards its steps itself. But where no memory is left, the JVM may throw at any
     * place of compiled code, and drop the method that would have caught it: when it leaves that code it makes the objects that the
     * compiler had left out. So this method catches as well, and has no objects of its own.
     */
    private boolean goesOn() {
        try {
            if (isOver() || failures.end() != null) {
                return false;
            }
            turn();
        } catch (Throwable e) {
            turnFailed(e);
        }
        return true;
    }

    private void turnFailed(Throwable cause) {
        try {
            endSleep();
            pause(failures.turnFailed(cause));
        } catch (Throwable _) {
            counters().defects.add(1); // no memory, or no stack, to say more
        }
    }

    /** Gives everything back; on the worker's thread, or on any if that never ran. Throws nothing. */
    final void end() {
        disown();
        try {
            release();
        } catch (Throwable e) {
            failures.defect("a worker could not give back all that it had", e);
        }
        try {
            buffers.close();
        } catch (Throwable e) {
            failures.defect("a worker could not give its buffers back", e);
        }
    }

    /** Gives back what is owned so far; also for a constructor that fails. Throws nothing. */
    @OffWorker
    protected final void disown() {
        for (int i = belongings.size() - 1; i >= 0; i--) {
            try {
                belongings.get(i).close();
            } catch (Throwable e) {
                failures.defect("a worker could not give back one of the things it had", e);
            }
        }
        belongings.clear();
    }

    /** What becomes of failures. */
    @OffWorker
    final Failures failures() {
        return failures;
    }

    /** What the server shares; any thread. */
    @OffWorker
    public final ServerContext context() {
        return context;
    }

    /** What the worker counts; any thread. */
    @OffWorker
    public final Counters counters() {
        return counters;
    }
}
