package ringfort.server;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;
import ringfort.api.Response;
import ringfort.api.spi.Mount;
import ringfort.h1.ChunkedEncoder;
import ringfort.h1.RequestHead;
import ringfort.message.ByteSink;
import ringfort.message.Refusal;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;
import ringfort.sys.ThreadUsage;
import ringfort.sys.TimeSlice;

/**
 * One platform thread with one kernel queue, one listener, and the connections it accepted, for life.
 *
 * <pre>
 *   turn:  mailbox ─► virtual threads that can go on ─► settle what was touched ─► wait ─► completions ─► deadlines
 * </pre>
 *
 * Everything here belongs to that thread but {@link #execute}, {@link #runnable} and {@link #stop}. A failure of one
 * connection closes that connection; the loop goes on.
 */
@OnWorker
abstract class Worker implements Executor, Runnable {
    /** Received bytes are copied here first; a transport gives no more at once. */
    static final int SCRATCH_BYTES = 64 * 1024;

    /** Virtual threads that may run between two looks at the kernel queue. */
    private static final int CARRIED_PER_TURN = 256;

    /**
     * A worker that wakes for a deadline beside a thread that computes, such as the compiler's, waits for the rest of that
     * thread's slice, about three milliseconds, unless its own is shorter.
     */
    private static final long SLICE_NANOS = 200_000;

    /** When stopping, connections that never sent a byte are given this long: a request may be on its way. */
    private static final long SILENT_GRACE_NANOS = 500_000_000L;

    private static final VarHandle SLEEPING;

    static {
        try {
            SLEEPING = MethodHandles.lookup().findVarHandle(Worker.class, "sleeping", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final ServerContext context;
    final Hold hold = new Hold();
    final Counters counters = new Counters(false);
    final BufferPool buffers = new BufferPool();
    final ConversationPool conversations = new ConversationPool();
    final byte[] scratch = new byte[SCRATCH_BYTES];
    final ByteSink sink = new ByteSink(4096);

    private final Thread thread;
    private final ResponseContent content;
    private final Mailbox mailbox = new Mailbox();
    private final ArrayDeque<Exchange> runnable = new ArrayDeque<>();
    private final ArrayList<Connection> enforced =
            new ArrayList<>(0); // what the watchdog ended and we have not met yet
    private final ArrayDeque<Runnable> deferred = new ArrayDeque<>(); // messages the watchdog found and left
    private ArrayList<Connection> touched = new ArrayList<>();
    private ArrayList<Connection> settling = new ArrayList<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile @Nullable Throwable startFailure;

    @SuppressWarnings("UnusedVariable") // written by the worker, read and written by who wakes it
    private volatile boolean sleeping;

    private volatile boolean stopped;
    private long nowNanos;
    private long lookedNanos;
    private boolean draining;
    private long drainDeadlineNanos;
    private long silentUntilNanos; // 0 once that is over
    private @Nullable InetSocketAddress localAddress;

    Worker(ServerContext context, String name) {
        this.context = context;
        this.content = new ResponseContent(context);
        this.thread = Thread.ofPlatform().name(name).unstarted(this);
    }

    // What an engine gives.

    /** First thing on the worker's thread. */
    abstract void open() throws Exception;

    abstract Deadlines deadlines();

    /** Makes the worker return from {@link #await} soon; any thread. */
    @OffWorker
    abstract void wake();

    /** Looks at the kernel queue, waiting until something happens if {@code mayWait}, and handles what is there. */
    abstract void await(boolean mayWait) throws Exception;

    /** Stops accepting; what the kernel has queued for the listener is accepted first. */
    abstract void stopAccepting();

    abstract ConnectionTable<? extends Connection> connections();

    /** Last thing on the worker's thread. */
    abstract void release();

    // Life.

    @OffWorker
    final void start() {
        thread.start();
    }

    /** Gives everything back; on the worker's thread, or on any if that never ran. */
    final void end() {
        release();
        buffers.close();
    }

    /** Waits until the worker accepts, or throws what kept it from that. */
    @OffWorker
    final void awaitStarted() throws Exception {
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
    final void stop(long deadlineNanos) {
        execute(() -> {
            draining = true;
            drainDeadlineNanos = deadlineNanos;
            silentUntilNanos = context.ticker.nanos() + SILENT_GRACE_NANOS;
            stopAccepting();
            connections().forEach(connection -> connection.drain(false));
        });
    }

    @OffWorker
    final Thread thread() {
        return thread;
    }

    final boolean isDraining() {
        return draining;
    }

    final long now() {
        return nowNanos;
    }

    @OffWorker
    final InetSocketAddress localAddress() {
        InetSocketAddress address = localAddress;
        if (address == null) {
            throw new IllegalStateException("the worker does not listen yet");
        }
        return address;
    }

    @OffWorker
    final void localAddress(InetSocketAddress address) {
        localAddress = address;
    }

    @Override
    public final void run() {
        try {
            readClock();
            TimeSlice.ask(SLICE_NANOS); // a kernel that has no such thing changes nothing
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
            while (!(draining && connections().isEmpty())) {
                turn();
                if (draining) {
                    drain();
                }
            }
        } finally {
            stopped = true;
            end();
            for (Exchange left = runnable.poll(); left != null; left = runnable.poll()) {
                elsewhere(left);
            }
            takeOver();
        }
    }

    private void turn() {
        try {
            nowNanos = context.ticker.nanos();
            drainMailbox();
            carryRunnable();
            boolean rests = settleTouched() && mayRest();
            long lookedBefore = lookedNanos;
            long turnNanos =
                    nowNanos - lookedBefore; // if it sleeps now; no reading of its own, so settling is left out
            await(rests);
            counters.turns.ended(rests ? turnNanos : lookedNanos - lookedBefore);
            deadlines().expire(lookedNanos);
        } catch (Throwable e) {
            awake();
            counters.defects.add(1);
            context.notices.defect("a worker's turn failed; it goes on", e);
        }
    }

    /** Publishes that the worker is about to sleep, then looks again: who puts something in sees one or the other. */
    private boolean mayRest() {
        if (!runnable.isEmpty()
                || !deferred.isEmpty()
                || (draining && connections().isEmpty())) {
            return false;
        }
        SLEEPING.setOpaque(this, true);
        VarHandle.fullFence();
        if (mailbox.isEmpty()) {
            return true;
        }
        awake();
        return false;
    }

    /** Who sees this too late wakes us once for nothing. */
    private void awake() {
        SLEEPING.setOpaque(this, false);
    }

    /** How long the worker may wait: to the next deadline, and while draining never past the end of that; -1 = for ever. */
    final long waitNanos() {
        long none = Long.MAX_VALUE;
        long next = deadlines().nextNanos(none);
        long wait = next == none ? none : Math.max(0, next - nowNanos);
        if (draining) {
            long until = drainDeadlineNanos - nowNanos;
            if (silentUntilNanos != 0) {
                until = Math.min(until, silentUntilNanos - nowNanos);
            }
            wait = Math.max(0, Math.min(wait, until));
        }
        return wait == none ? -1 : wait;
    }

    /** The clock is read once per batch of completions, never cached across a wait. */
    final void readClock() {
        nowNanos = context.ticker.nanos();
        lookedNanos = nowNanos;
        awake();
    }

    /**
     * When the kernel was last asked. Deadlines expire by this time, after what was there by then was handled: a peer
     * whose bytes waited while a handler held us is not late.
     */
    final long lookedNanos() {
        return lookedNanos;
    }

    private void drain() {
        if (silentUntilNanos != 0 && silentUntilNanos - nowNanos <= 0) {
            silentUntilNanos = 0;
            connections().forEach(connection -> connection.drain(true));
        }
        if (drainDeadlineNanos - nowNanos <= 0) {
            forceClosed();
        }
    }

    private void forceClosed() {
        connections().forEach(connection -> connection.destroy(CloseReason.FORCED, null));
        drainDeadlineNanos = nowNanos + 1_000_000_000L; // for the kernel to give back what is in flight
        settleTouched();
    }

    // From other threads.

    /** Puts a task into the mailbox and wakes the worker if it sleeps; any thread. */
    @Override
    @OffWorker
    public final void execute(@OnWorker Runnable task) {
        mailbox.put(task);
        VarHandle.fullFence();
        if (sleeping) {
            sleeping = false;
            wake();
        }
        if (stopped) {
            takeOver();
        }
    }

    /** After the worker's end: handlers that outlived the drain go on elsewhere; their connections are gone. */
    @OffWorker
    private void takeOver() {
        synchronized (mailbox) { // only ever reached once the worker itself has stopped
            for (Runnable task = mailbox.take(); task != null; task = mailbox.take()) {
                ForkJoinPool.commonPool().execute(task);
            }
        }
    }

    /** The exchange's virtual thread can go on; any thread. */
    @OffWorker
    final void runnable(Exchange exchange) {
        if (Thread.currentThread() == thread
                && !stopped
                && hold.isFree()) { // else the watchdog may be looking at the queue
            runnable.add(exchange);
        } else if (stopped) {
            elsewhere(exchange);
        } else {
            execute(new Resume(exchange));
        }
    }

    /** A virtual thread that can go on, on its way to the worker, or to who stands in for it. */
    private final class Resume implements Runnable {
        private final Exchange exchange;

        Resume(Exchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public void run() {
            if (Thread.currentThread() == thread) {
                runnable.add(exchange);
            } else {
                exchange.carry();
            }
        }
    }

    // For the watchdog, while it holds this worker's state.

    /** Ends the connections whose deadlines have passed, but for those that wait for us. */
    final void enforceFromOutside(Intervention intervention, long nowNanos) {
        connections().forEach(connection -> {
            if (intervention.enforce(connection, nowNanos)) {
                enforced.add(connection);
                counters.interventions.add(1);
            }
        });
    }

    /**
     * Copies to {@code target}, as far as there is room, what the kernel has handed over of that connection and the worker
     * has not looked at, in order. What is still in the socket does not count.
     *
     * @return how many bytes
     */
    abstract int pendingInput(Connection connection, byte[] target);

    /** Takes a virtual thread that can go on away from this worker; null when there is none. */
    final @Nullable Exchange takeRunnable() {
        Exchange next = runnable.poll();
        while (next == null) {
            Runnable message = mailbox.take();
            if (message == null) {
                return null;
            }
            if (message instanceof Resume resume) {
                next = resume.exchange;
            } else {
                deferred.add(message);
            }
        }
        return next;
    }

    @OffWorker
    private static void elsewhere(Exchange exchange) {
        ForkJoinPool.commonPool().execute(exchange::carry);
    }

    private void drainMailbox() {
        for (Runnable task = deferred.poll(); task != null; task = deferred.poll()) {
            task.run();
        }
        for (Runnable task = mailbox.take(); task != null; task = mailbox.take()) {
            task.run();
        }
    }

    // Handlers.

    private void carryRunnable() {
        // Emptier than it was, if a handler held us meanwhile and the watchdog gave the others away.
        for (int i = Math.min(CARRIED_PER_TURN, runnable.size()); i > 0 && !runnable.isEmpty(); i--) {
            carry(runnable.remove());
        }
    }

    /** Runs a handler's virtual thread until it waits, measures how long it held the worker, and takes its signal. */
    final void carry(Exchange exchange) {
        ThreadUsage before = context.holds.before(exchange.mount());
        long begin = nowNanos; // of the last handler's end, or the turn's: there is nothing long between
        hold.begin(exchange, begin);
        try {
            exchange.carry();
        } finally {
            ended(exchange.mount(), begin, before);
        }
        // Of another worker's exchange only that worker takes signals: it may be running it again already.
        if (exchange.belongsTo(this) && exchange.takeCarriedSignal()) {
            exchange.delivered();
        }
    }

    /** Runs an inline handler in the completion loop itself. */
    final void runInline(Exchange exchange) {
        ThreadUsage before = context.holds.before(exchange.mount());
        long begin = nowNanos;
        hold.begin(exchange, begin);
        try {
            exchange.runInline();
        } finally {
            ended(exchange.mount(), begin, before);
        }
        exchange.delivered();
    }

    private void ended(Mount mount, long beginNanos, @Nullable ThreadUsage before) {
        hold.end();
        nowNanos = context.ticker.nanos(); // many short handlers in one turn add up
        context.holds.after(mount, nowNanos - beginNanos, before);
        if (!enforced.isEmpty()) {
            meetEnforced();
        }
    }

    private void meetEnforced() {
        Thread.interrupted(); // meant for an inline handler, which is no longer there
        for (Connection connection : enforced) {
            try {
                connection.endEnforced();
            } catch (Throwable e) {
                defect(connection, e);
            }
        }
        enforced.clear();
    }

    // Connections.

    final void expired(Connection connection) {
        try {
            connection.deadline();
        } catch (Throwable e) {
            defect(connection, e);
        }
    }

    final void touch(Connection connection) {
        if (!connection.touched) {
            connection.touched = true;
            touched.add(connection);
        }
    }

    /** Settles what was touched; false when the kernel queue had no room for all, which stays for the next turn. */
    private boolean settleTouched() {
        ArrayList<Connection> list = touched;
        touched = settling;
        settling = list;
        boolean all = true;
        for (int i = 0; i < list.size(); i++) {
            Connection connection = list.get(i);
            connection.touched = false;
            try {
                if (!connection.settle()) {
                    touch(connection);
                    all = false;
                }
            } catch (Throwable e) {
                connection.touched = false;
                defect(connection, e);
            }
        }
        list.clear();
        return all && touched.isEmpty();
    }

    /** One connection met a defect of ours: it closes, is counted, and the loop goes on. */
    final void defect(Connection connection, Throwable cause) {
        counters.defects.add(1);
        context.notices.defect("a connection failed and is closed", cause);
        connection.destroy(CloseReason.DEFECT, null);
    }

    // Encoding, into the worker's sink.

    final ResponseContent.Head encode(RequestHead request, Response response, long length, boolean keepAlive) {
        sink.reset();
        return content.head(sink, request, response, length, keepAlive, nowNanos);
    }

    final void encodeRefusal(Refusal refusal, boolean isHead) {
        sink.reset();
        content.refusal(sink, refusal, isHead);
    }

    final void appendChunk(Outbox out, byte[] piece) {
        sink.reset();
        ChunkedEncoder.beginChunk(sink, piece.length);
        out.append(sink.array(), 0, sink.length());
        out.appendStable(piece, 0, piece.length);
        sink.reset();
        ChunkedEncoder.endChunk(sink);
        out.append(sink.array(), 0, sink.length());
    }

    final void appendLastChunk(Outbox out, String... trailers) {
        sink.reset();
        ChunkedEncoder.last(sink, trailers);
        out.append(sink.array(), 0, sink.length());
    }
}
