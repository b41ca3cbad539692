package ringfort.server.loop;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ringfort.message.ByteSink;
import ringfort.server.exchange.Carried;
import ringfort.server.exchange.Carrier;
import ringfort.server.exchange.ServerContext;
import ringfort.server.exchange.Urgent;
import ringfort.server.http2.PriorKnowledge;
import ringfort.server.metrics.CloseReason;
import ringfort.server.protocol.Http1Heads;
import ringfort.server.protocol.Layer;
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
 * belongs to the worker's thread but what is marked {@link OffWorker}. A failure of one connection closes that connection, and
 * a step that fails keeps no other step from being done ({@link Failures}).
 */
@OnWorker
public abstract class Worker extends WorkerLife implements Carrier, Loop {
    /** Received bytes are copied here first; a transport gives no more at once. */
    public static final int SCRATCH_BYTES = 64 * 1024;

    /** The same while memory is short. */
    public static final int SHORT_READ_BYTES = 8 * 1024;

    /** Of a turn, before the look at the kernel: messages, virtual threads, the drain, memory, what was touched. */
    private static final int STEPS = 5;

    private final Admission admission;
    private final Shedding shedding;
    private final TurnedAway turnedAway = new TurnedAway();
    private final PriorKnowledge http;
    private final List<Entrance> entrances = new ArrayList<>();
    private final byte[] scratch = new byte[SCRATCH_BYTES];
    private final Runnables runnables = new Runnables();
    private final Sleep sleep = new Sleep();
    private final TurnClock clock;
    private final ConnectionTable connections = new ConnectionTable(this);
    private final HandlerRuns handlers;
    private final Touched touched = new Touched(this::hasTime);

    private final Stop stop = new Stop();
    private final Emergency emergency = new Emergency();
    private final BooleanSupplier nothingCame = runnables::isMailboxEmpty;

    private @Nullable Drain drain; // while the server is stopping
    private int watchedAt; // the next index that the watchdog looks at

    /** The wish that this worker stops, as a message that needs no memory: a server must stop also when there is none. */
    private final class Stop extends Urgent {
        private volatile long deadlineNanos; // set before the message is put in

        @Override
        protected void arrived() {
            if (drain == null) {
                drain = new Drain(deadlineNanos, context());
            }
        }
    }

    /** A worker of one port, whose bytes are those of HTTP. */
    protected Worker(ServerContext context, Admission admission, BufferPool buffers, String name) {
        this(context, admission, buffers, List.of(new Port(new InetSocketAddress(0), Layer.NONE)), name);
    }

    /** A worker that is not started yet, and that frees {@code buffers} when it has ended. */
    protected Worker(ServerContext context, Admission admission, BufferPool buffers, List<Port> ports, String name) {
        super(context, buffers, name);
        this.clock = new TurnClock(context.ticker());
        this.admission = admission;
        var room = new WorkerRoom(
                context,
                this,
                this,
                counters(),
                buffers,
                new Http1Heads(context),
                new ByteSink(BufferPool.SMALL_BYTES));
        this.http = new PriorKnowledge(room);
        for (Port port : ports) {
            entrances.add(new Entrance(port, port.layer().over(room, http.byName())));
        }
        this.handlers = new HandlerRuns(this, thread(), context.heavyRoutes());
        this.shedding = new Shedding(this, this, admission.ledger(), buffers, connections);
        own(shedding::end);
        own(turnedAway::end);
    }

    // What a transport gives.

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

    // Life.

    /** Drains and ends, at {@code deadlineNanos} at the latest by closing what is still open; any thread, cannot fail. */
    @OffWorker
    public final void stop(long deadlineNanos) {
        stop.deadlineNanos = deadlineNanos;
        execute(stop);
    }

    /** The address of its first port; any thread. */
    @OffWorker
    public final InetSocketAddress localAddress() {
        return entrances.getFirst().port().address();
    }

    /** The address that its first port is bound to; before the start. */
    @OffWorker
    public final void localAddress(InetSocketAddress address) {
        entrances.getFirst().port().bound(address);
    }

    @Override
    final void abandonAll() {
        connections.forEach(this::abandon);
    }

    @Override
    final void handOver() {
        runnables.takeOver();
    }

    /** The worker ends with this connection still open: its handler learns of that, and it is counted out. */
    private void abandon(Connection connection) {
        try {
            connection.destroy(CloseReason.DEFECT, null);
            counters().closed(CloseReason.DEFECT).add(1);
            admission.leave(connection.wire().address());
        } catch (Throwable e) {
            failures().defect("a connection could not be ended with its worker", e);
        }
    }

    @Override
    final boolean isOver() {
        return drain != null && connections.isEmpty() && drain.hasStoppedAccepting();
    }

    @Override
    final void turn() {
        boolean done = true; // nothing is left to do before the next look at the kernel: the worker may rest there
        for (int step = 0; step < STEPS; step++) {
            try {
                done &= isDone(step);
            } catch (Throwable e) {
                done = false;
                defect("a step of a worker's turn failed; the others are done", e);
            }
        }
        boolean rests = done && mayRest();
        long lookedBefore = clock.lookedNanos();
        // Where the worker sleeps, the turn ends here. The clock is not read for that: settling is left out.
        long turnNanos = clock.now() - lookedBefore;
        try {
            await(rests);
            failures().looked();
        } catch (Throwable e) {
            sleep.end();
            pause(failures().lookFailed(e));
        }
        counters().turns.ended(rests ? turnNanos : clock.lookedNanos() - lookedBefore);
        try {
            timekeeper().expire(clock.lookedNanos());
        } catch (Throwable e) {
            failures().defect("the deadlines of a worker's turn failed; they stay due", e);
        }
    }

    @Override
    final void endSleep() {
        sleep.end();
    }

    /** Does one step of a turn, in order; false when more of it is to be done without waiting. */
    private boolean isDone(int step) {
        return switch (step) {
            case 0 -> {
                clock.read();
                yield runnables.runMessages();
            }
            case 1 -> carryRunnable();
            case 2 -> drain == null || drain(drain);
            case 3 -> {
                shedding.turn(clock.now());
                turnedAway.turn(clock.now());
                yield true;
            }
            default -> {
                clock.settling();
                yield touched.settle();
            }
        };
    }

    private boolean mayRest() {
        return runnables.isEmpty() && !isOver() && sleep.begin(nothingCame);
    }

    /** How long the worker may wait: to the next deadline, and while draining never past the end of that; -1 = for ever. */
    protected final long waitNanos() {
        long none = Long.MAX_VALUE;
        long next = timekeeper().nextNanos(none);
        long wait = Math.min(next == none ? none : Math.max(0, next - clock.now()), shedding.waitNanos(clock.now()));
        wait = Math.min(wait, turnedAway.waitNanos(clock.now()));
        if (drain != null) {
            wait = Math.min(wait, drain.waitNanos(clock.now()));
        }
        return wait == none ? -1 : wait;
    }

    /** The shorter of two waits; negative is for ever. */
    public static long earlier(long one, long other) {
        return one < 0 || other < 0 ? Math.max(one, other) : Math.min(one, other);
    }

    /** The clock is read once per look at the kernel queue, never cached across a wait. */
    @Override
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
        if (isStopped()) {
            runnables.takeOver();
        }
    }

    @Override
    @OffWorker
    public final void execute(Urgent message) {
        if (runnables.put(message) && sleep.mustWake()) {
            wake();
        }
    }

    @Override
    @OffWorker
    public final void runnable(Carried next) {
        // While a handler runs, the watchdog may be looking at the queue.
        if (Thread.currentThread() == thread() && !isStopped() && guard().isFree()) {
            runnables.add(next);
        } else if (isStopped()) {
            Runnables.elsewhere(next);
        } else {
            execute(runnables.resume(next, thread()));
        }
    }

    // For the watchdog, while a handler holds this worker.

    /** What lets this worker and the watchdog take turns. */
    @OffWorker
    final HandlerGuard guard() {
        return handlers.guard();
    }

    /**
     * Ends the connections whose deadlines have passed, but for those whose peers are in time. The look is over when the handler
     * has returned, for the worker waits for that; the next look goes on behind it.
     */
    final void enforceFromOutside(Intervention intervention, long now) {
        int places = connections.places();
        for (int i = 0; i < places && !guard().isFree(); i++) {
            watchedAt = watchedAt < places ? watchedAt : 0;
            Connection connection = connections.at(watchedAt++);
            if (connection != null && connection.deadline().isReached(now)) {
                handlers.enforceFromOutside(intervention, connection, now);
            }
        }
    }

    /** Takes a virtual thread that can go on away from this worker; null when there is none. */
    final @Nullable Carried takeRunnable() {
        return runnables.takeAway();
    }

    /** Gives back what {@link #takeRunnable} gave. */
    final void putBack(Carried taken) {
        runnables.add(taken);
    }

    // Handlers.

    private boolean carryRunnable() {
        // The watchdog may take some away while a handler runs, so the number is only a bound.
        for (int i = runnables.waiting(); i > 0; i--) {
            Carried next = runnables.next();
            if (next == null) {
                break;
            }
            carry(next);
        }
        return true; // whether there are more is asked for apart
    }

    @Override
    public final void carry(Carried now) {
        handlers.run(now);
    }

    // Connections.

    /** A connection that was let in by the first port; its deadline does not run yet. */
    protected final Connection add(Wire wire) {
        return connections.add(wire);
    }

    /** A connection that was let in; its deadline does not run yet. */
    public final Connection add(Wire wire, Entrance entrance) {
        return connections.add(wire, entrance);
    }

    /** Where connections come in, in the order of the ports. */
    @OffWorker
    protected final List<Entrance> entrances() {
        return entrances;
    }

    /** The open connection of this index and generation; null when it is over. */
    protected final @Nullable Connection connection(int index, int generation) {
        return connections.get(index, generation);
    }

    /** Does something with each open connection. */
    protected final void forEachConnection(@OnWorker Consumer<? super Connection> action) {
        connections.forEach(action);
    }

    @Override
    @OffWorker
    public final byte[] scratch() {
        return scratch;
    }

    @Override
    public final void settled(Settleable settleable, long heldBytes) {
        shedding.settled(settleable, heldBytes);
    }

    @Override
    public final void left(Settleable settleable, int index, PeerAddress peer, CloseReason reason) {
        shedding.settled(settleable, 0);
        admission.leave(peer); // where that finds no memory, all of this is tried again
        connections.remove(index);
        counters().closed(reason).add(1);
    }

    /** A new connection is there and all places are taken: whether an idle one is given up for it. */
    protected final boolean makePlace() {
        return shedding.makePlace();
    }

    /** Where the sockets of peers are kept that were turned away; for a transport that is being made. */
    @OffWorker
    protected final TurnedAway turnedAway() {
        return turnedAway;
    }

    /** Whether memory is short, so that less is to be received at once: it may have to be kept. */
    public final boolean isShort() {
        return buffers.isShort();
    }

    // What connections ask.

    @Override
    public final Entrance entrance() {
        return entrances.getFirst();
    }

    /** Lends HTTP state. */
    public final Protocols protocols() {
        return http;
    }

    @Override
    public final long lentBytes() {
        long bytes = http.lentBytes();
        for (int i = 0; i < entrances.size(); i++) {
            Protocols protocols = entrances.get(i).protocols();
            bytes += protocols.lentBytes(http);
        }
        return bytes;
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
    public final void defect(String what, Throwable cause) {
        failures().defect(what, cause);
        if (cause instanceof OutOfMemoryError) {
            emergency.shed(connections);
        }
    }
}
