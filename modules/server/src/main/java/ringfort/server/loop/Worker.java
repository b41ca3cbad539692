package ringfort.server.loop;

import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ringfort.message.ByteSink;
import ringfort.server.exchange.Carried;
import ringfort.server.exchange.Carrier;
import ringfort.server.exchange.ServerContext;
import ringfort.server.metrics.CloseReason;
import ringfort.server.metrics.Counters;
import ringfort.server.protocol.Http1Heads;
import ringfort.server.protocol.Http1Pool;
import ringfort.server.protocol.Protocols;
import ringfort.server.protocol.WorkerRoom;
import ringfort.server.wire.BufferPool;
import ringfort.server.wire.Wire;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;
import ringfort.sys.PeerAddress;

/**
 * One platform thread with one kernel queue, one listener, and the connections it accepted, for life.
 *
 * <pre>
 *   turn:  messages ─► virtual threads that can go on ─► settle what was touched ─► wait ─► completions ─► deadlines
 * </pre>
 *
 * Each step of a turn is bounded: what is over a bound stays due, and the loop goes round without waiting. Everything here
 * belongs to the worker's thread but what is marked {@link OffWorker}. A failure of one connection closes that connection.
 */
@OnWorker
public abstract class Worker implements Carrier, Loop, Runnable {
    /** Received bytes are copied here first; a transport gives no more at once. */
    public static final int SCRATCH_BYTES = 64 * 1024;

    /** The same while memory is short. */
    public static final int SHORT_READ_BYTES = 8 * 1024;

    private final ServerContext context;
    private final Thread thread;
    private final Counters counters = new Counters();
    private final Admission admission;
    private final BufferPool buffers;
    private final Shedding shedding;
    private final Protocols protocols;
    private final byte[] scratch = new byte[SCRATCH_BYTES];
    private final Runnables runnables = new Runnables();
    private final Sleep sleep = new Sleep();
    private final TurnClock clock;
    private final ConnectionTable connections = new ConnectionTable(this);
    private final HandlerRuns handlers;
    private final Touched touched = new Touched(this::hasTime);
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile @Nullable Throwable startFailure;

    private volatile boolean stopped;
    private volatile @Nullable InetSocketAddress localAddress;
    private @Nullable Drain drain; // while the server is stopping

    /** A worker that is not started yet, and that frees {@code buffers} when it has ended. */
    protected Worker(ServerContext context, Admission admission, BufferPool buffers, String name) {
        this.context = context;
        this.clock = new TurnClock(context.ticker());
        this.admission = admission;
        this.buffers = buffers;
        this.protocols = new Http1Pool(new WorkerRoom(
                context, this, this, counters, buffers, new Http1Heads(context), new ByteSink(BufferPool.SMALL_BYTES)));
        this.thread = Thread.ofPlatform().name(name).unstarted(this);
        this.handlers = new HandlerRuns(this, thread, context.heavyRoutes());
        this.shedding = new Shedding(this, this, admission.ledger(), buffers, connections);
    }

    // What a transport gives.

    /** First thing on the worker's thread. */
    protected abstract void open() throws Exception;

    @Override
    public abstract Timekeeper timekeeper();

    /** Makes the worker return from {@link #await} soon; any thread. */
    @OffWorker
    protected abstract void wake();

    /**
     * Looks at the kernel queue, waiting until something happens if {@code mayWait}, calls {@link #readClock}, and handles
     * what is there.
     */
    protected abstract void await(boolean mayWait) throws Exception;

    /**
     * Stops accepting; what the kernel has queued for the listener is accepted first. Called in each turn until it is done.
     *
     * @return whether that is done
     */
    protected abstract boolean stopAccepting();

    /** Gives back what belongs to the transport; last thing on the worker's thread. */
    protected abstract void release();

    // Life.

    /** Starts the worker's thread. */
    @OffWorker
    public final void start() {
        thread.start();
    }

    /** Gives everything back; on the worker's thread, or on any if that never ran. */
    public final void end() {
        shedding.end();
        release();
        buffers.close();
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

    /** Drains and ends, at {@code deadlineNanos} at the latest by closing what is still open; any thread. */
    @OffWorker
    public final void stop(long deadlineNanos) {
        execute(() -> {
            if (drain == null) {
                drain = new Drain(deadlineNanos, context.ticker().nanos());
            }
        });
    }

    @Override
    @OffWorker
    public final Thread thread() {
        return thread;
    }

    @Override
    @OffWorker
    public final InetSocketAddress localAddress() {
        InetSocketAddress address = localAddress;
        if (address == null) {
            throw new IllegalStateException("the worker does not listen yet");
        }
        return address;
    }

    /** The address its listener is bound to; before the start. */
    @OffWorker
    public final void localAddress(InetSocketAddress address) {
        localAddress = address;
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
            while (!isOver()) {
                turn();
            }
        } finally {
            stopped = true;
            end();
            runnables.takeOver();
        }
    }

    /** Whether the server has stopped and the last connection is closed. */
    final boolean isOver() {
        return drain != null && connections.isEmpty() && drain.hasStoppedAccepting();
    }

    /** One round of the loop. */
    final void turn() {
        try {
            clock.read();
            boolean none = runnables.runMessages();
            carryRunnable();
            Drain stopping = drain;
            if (stopping != null) {
                none &= drain(stopping);
            }
            shedding.turn(clock.now());
            clock.settling();
            boolean rests = touched.settle() && none && mayRest();
            long lookedBefore = clock.lookedNanos();
            // Where the worker sleeps, the turn ends here. The clock is not read for that: settling is left out.
            long turnNanos = clock.now() - lookedBefore;
            await(rests);
            counters.turns.ended(rests ? turnNanos : clock.lookedNanos() - lookedBefore);
            timekeeper().expire(clock.lookedNanos());
        } catch (Throwable e) {
            sleep.end();
            counters.defects.add(1);
            context.notices().defect("a worker's turn failed; it goes on", e);
        }
    }

    private boolean mayRest() {
        return runnables.isEmpty() && !isOver() && sleep.begin(runnables::isMailboxEmpty);
    }

    /** How long the worker may wait: to the next deadline, and while draining never past the end of that; -1 = for ever. */
    protected final long waitNanos() {
        long none = Long.MAX_VALUE;
        long next = timekeeper().nextNanos(none);
        long wait = Math.min(next == none ? none : Math.max(0, next - clock.now()), shedding.waitNanos(clock.now()));
        if (drain != null) {
            wait = Math.min(wait, drain.waitNanos(clock.now()));
        }
        return wait == none ? -1 : wait;
    }

    /** The clock is read once per look at the kernel queue, never cached across a wait. */
    protected final void readClock() {
        clock.looked();
        sleep.end();
    }

    @Override
    public final void noticeTime() {
        clock.read();
    }

    /**
     * When the kernel was last asked. Deadlines expire by this time, after what was there by then was handled: a peer
     * whose bytes waited while a handler held the worker is not late.
     */
    protected final long lookedNanos() {
        return clock.lookedNanos();
    }

    /** Goes on with the end of all connections; true when nothing more is to be done about that in this turn or at once. */
    private boolean drain(Drain stopping) {
        if (!stopping.hasStoppedAccepting() && stopAccepting()) {
            stopping.stoppedAccepting();
        }
        return stopping.advance(connections, clock.now()) && stopping.hasStoppedAccepting();
    }

    // From other threads.

    @Override
    @OffWorker
    public final void execute(@OnWorker Runnable task) {
        runnables.put(task);
        if (sleep.mustWake()) {
            wake();
        }
        if (stopped) {
            runnables.takeOver();
        }
    }

    @Override
    @OffWorker
    public final void runnable(Carried next) {
        // While a handler runs, the watchdog may be looking at the queue.
        if (Thread.currentThread() == thread && !stopped && guard().isFree()) {
            runnables.add(next);
        } else if (stopped) {
            Runnables.elsewhere(next);
        } else {
            execute(runnables.resume(next, thread));
        }
    }

    // For the watchdog, while a handler holds this worker.

    /** What lets this worker and the watchdog take turns. */
    @OffWorker
    final HandlerGuard guard() {
        return handlers.guard();
    }

    /** Ends the connections whose deadlines have passed, but for those whose peers are in time. */
    final void enforceFromOutside(Intervention intervention, long now) {
        connections.forEach(connection -> handlers.enforceFromOutside(intervention, connection, now));
    }

    /** Takes a virtual thread that can go on away from this worker; null when there is none. */
    final @Nullable Carried takeRunnable() {
        return runnables.takeAway();
    }

    // Handlers.

    private void carryRunnable() {
        // The watchdog may take some away while a handler runs, so the number is only a bound.
        for (int i = runnables.waiting(); i > 0; i--) {
            Carried next = runnables.next();
            if (next == null) {
                return;
            }
            carry(next);
        }
    }

    @Override
    public final void carry(Carried now) {
        handlers.run(now);
    }

    // Connections.

    /** A connection that was let in; its deadline does not run yet. */
    protected final Connection add(Wire wire) {
        return connections.add(wire);
    }

    /** The open connection of this index and generation; null when it is over. */
    protected final @Nullable Connection connection(int index, int generation) {
        return connections.get(index, generation);
    }

    /** Does something with each open connection. */
    protected final void forEachConnection(@OnWorker Consumer<? super Connection> action) {
        connections.forEach(action);
    }

    /** Where received bytes are copied before a connection gets them. */
    @OffWorker
    protected final byte[] scratch() {
        return scratch;
    }

    @Override
    public final void settled(Settleable settleable, long heldBytes) {
        shedding.settled(settleable, heldBytes);
    }

    @Override
    public final void left(Settleable settleable, int index, PeerAddress peer, CloseReason reason) {
        shedding.settled(settleable, 0);
        connections.remove(index);
        admission.leave(peer);
        counters.closed(reason).add(1);
    }

    /** A new connection is there and all places are taken: whether an idle one is given up for it. */
    protected final boolean makePlace() {
        return shedding.makePlace();
    }

    /** Whether memory is short, so that less is to be received at once: it may have to be kept. */
    public final boolean isShort() {
        return buffers.isShort();
    }

    // What connections ask.

    @Override
    public final ServerContext context() {
        return context;
    }

    @Override
    @OffWorker
    public final Counters counters() {
        return counters;
    }

    @Override
    public final Protocols protocols() {
        return protocols;
    }

    @Override
    public final long now() {
        return clock.now();
    }

    @Override
    public final boolean hasTime() {
        return clock.hasTime();
    }

    @Override
    public final boolean isDraining() {
        return drain != null;
    }

    @Override
    public final void touch(Settleable settleable) {
        touched.add(settleable);
    }

    @Override
    public final void defect(Throwable cause) {
        counters.defects.add(1);
        context.notices().defect("a connection failed and is closed", cause);
    }
}
