package ringfort.server.ring;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringfort.ring.CompletionBatch;
import ringfort.ring.Ring;
import ringfort.ring.Sqe;
import ringfort.server.exchange.ServerContext;
import ringfort.server.linux.LinuxThread;
import ringfort.server.linux.Listener;
import ringfort.server.linux.NativeBufferPool;
import ringfort.server.loop.Admission;
import ringfort.server.loop.Connection;
import ringfort.server.loop.Entrance;
import ringfort.server.loop.Port;
import ringfort.server.loop.Timed;
import ringfort.server.loop.Timekeeper;
import ringfort.server.loop.Worker;
import ringfort.server.wire.WireUser;
import ringfort.sys.Errno;
import ringfort.sys.EventFd;
import ringfort.sys.NativeMemory;
import ringfort.timers.DeadlineWheel;

/**
 * A worker on io_uring: multishot accept, multishot receive into a ring of provided buffers, one
 * {@code io_uring_enter} per turn that submits and waits. Completions are collected into a batch and then run, never from
 * within the reaping.
 */
public final class RingWorker extends Worker {
    private final RingQueue queue;
    private final @Nullable KernelTimers kernelTimers;
    private final Timekeeper timekeeper;
    private final Starved starved = new Starved();
    private final Watches watches = new Watches();
    private final RingRoom room;
    private final EventFd wakeUp;
    private final long wakeValue; // address of what a read of it brings
    private final List<RingAccept> ports = new ArrayList<>();
    private boolean waking; // a read of the wake-up descriptor is in flight

    /** A worker that owns the ring and the listeners from now on, one for each port. */
    public RingWorker(
            ServerContext context,
            Admission admission,
            List<Port> places,
            String name,
            Ring ring,
            int[] listenerFds,
            boolean multishotReceive,
            RingSizes sizes)
            throws IOException {
        super(context, admission, new NativeBufferPool(), places, name);
        var listeners = new ArrayList<Listener>();
        try {
            var memory = own(new NativeMemory());
            wakeValue = memory.allocate(8, 8);
            // Blocking: a read of a non-blocking descriptor would complete with EAGAIN at once, and spin.
            wakeUp = own(EventFd.open(false));
            queue = new RingQueue(ring, sizes, counters(), multishotReceive);
            kernelTimers = context.options().timers().equals("kernel")
                    ? own(new KernelTimers(queue, ring.sqEntries(), context))
                    : null;
            timekeeper = kernelTimers != null
                    ? kernelTimers
                    : new Timekeeper.Wheel(
                            new DeadlineWheel<Timed>(context.ticker().nanos()), Timed::passed);
            int receiveBytes = Math.min(sizes.bufferBytes(), SCRATCH_BYTES);
            long receiveBuffer = memory.allocate(receiveBytes, 64);
            room = new RingRoom(queue, kernelTimers, starved, watches, receiveBuffer, receiveBytes, scratch(), this);
            for (int i = 0; i < listenerFds.length; i++) {
                Entrance entrance = entrances().get(i);
                var listener = new Listener(
                        listenerFds[i],
                        admission,
                        this::makePlace,
                        turnedAway(),
                        this::now,
                        counters(),
                        context.notices(),
                        entrance.port().isClear());
                listeners.add(listener);
                ports.add(new RingAccept(this, queue, listener, entrance, room, i));
            }
        } catch (IOException | RuntimeException | Error e) {
            disown();
            throw e;
        }
        own(queue); // last, with the ring and the listening sockets: until here those are the caller's
        listeners.forEach(this::own);
    }

    @Override
    protected void open() throws IOException {
        LinuxThread.prepare();
        queue.open();
    }

    @Override
    public Timekeeper timekeeper() {
        return timekeeper;
    }

    @Override
    protected void wake() {
        wakeUp.signal();
    }

    RingQueue queue() {
        return queue;
    }

    // The kernel queue.

    @Override
    protected void await(boolean mayWait) {
        watches.turn(now());
        boolean ready = listen() && watch();
        int result;
        if (mayWait && ready && starved.isEmpty()) {
            result = queue.ring().submitAndWait(1, restNanos());
        } else {
            result = queue.ring().submitAndWait(0, 0);
        }
        readClock();
        int count = queue.reap();
        boolean timers = false;
        for (int i = 0; i < count; i++) {
            queue.handling(i);
            if (isTimer(i)) {
                timers = true;
            } else {
                complete(i);
            }
        }
        starved.serve(this::hasTime, this::receiveStarved);
        for (int i = 0; timers && i < count; i++) { // last: bytes that are there already are in time
            if (isTimer(i)) {
                complete(i);
            }
        }
        if (result < 0 && !(count > 0 && (result == -Errno.EAGAIN || result == -Errno.EBUSY))) {
            throw new IllegalStateException(
                    "io_uring_enter: " + Errno.describe(-result)); // what had completed is handled
        }
    }

    private void receiveStarved(WireUser user) {
        if (user instanceof Connection connection) {
            try {
                wire(connection).receiveStarved(connection);
            } catch (Throwable e) {
                connection.defect(e);
            }
        }
    }

    private boolean isTimer(int i) {
        return RingQueue.operation(queue.batch().userData(i)) == RingQueue.TIMER;
    }

    /** Each completion for itself: what fails in one must not lose the others, nor what they bring. */
    private void complete(int i) {
        try {
            handle(i);
        } catch (Throwable e) {
            defect("a completion could not be handled; the others are", e);
        }
    }

    private void handle(int i) {
        CompletionBatch batch = queue.batch();
        long userData = batch.userData(i);
        switch (RingQueue.operation(userData)) {
            case RingQueue.ACCEPT -> accepted(userData, batch.result(i), batch.more(i));
            case RingQueue.WAKE -> waking = false;
            case RingQueue.IGNORED -> {}
            case RingQueue.RECEIVE,
                    RingQueue.SEND,
                    RingQueue.CANCEL,
                    RingQueue.CLOSE,
                    RingQueue.WATCH,
                    RingQueue.TIMER,
                    RingQueue.TIMER_CHANGE -> completeConnection(userData, batch.result(i), i);
            default -> counters().unknownCompletions.add(1);
        }
    }

    private void completeConnection(long userData, int result, int i) {
        Connection connection = connection((int) (userData >>> 32) & 0xFF_FFFF, (int) userData);
        CompletionBatch batch = queue.batch();
        if (batch.hasBuffer(i)) {
            queue.takeBuffer(batch.bufferId(i), connection == null ? 0 : result, room.scratch());
        }
        if (connection == null) {
            counters().staleCompletions.add(1);
            return;
        }
        try {
            RingWire wire = wire(connection);
            switch (RingQueue.operation(userData)) {
                case RingQueue.RECEIVE -> wire.receiveCompleted(connection, result, batch.more(i));
                case RingQueue.SEND -> wire.sendCompleted(connection, result);
                case RingQueue.CANCEL -> wire.cancelCompleted(connection);
                case RingQueue.WATCH -> wire.watchCompleted(connection, result, batch.more(i));
                case RingQueue.TIMER -> timer(connection, true);
                case RingQueue.TIMER_CHANGE -> timer(connection, false);
                default -> wire.closeCompleted(connection);
            }
        } catch (Throwable e) {
            connection.defect(e);
        }
    }

    /** Each connection of this worker was made with such a wire. */
    private static RingWire wire(Connection connection) {
        return (RingWire) connection.wire();
    }

    private void timer(Connection connection, boolean completed) {
        KernelTimers timers = kernelTimers;
        if (timers == null) {
            counters().unknownCompletions.add(1);
            return;
        }
        RingTimer timer = timers.at(connection.index());
        connection.touch();
        if (completed) {
            timer.completed(counters(), now());
        } else {
            timer.changed();
        }
    }

    // Accepting.

    private boolean listen() {
        boolean all = true;
        for (int i = 0; i < ports.size(); i++) {
            all &= ports.get(i).listen();
        }
        return all;
    }

    /** How long the worker may rest; -1 = for ever. */
    private long restNanos() {
        long rest = earlier(waitNanos(), watches.waitNanos(now()));
        for (int i = 0; i < ports.size(); i++) {
            rest = ports.get(i).waitNanos(rest);
        }
        return rest;
    }

    private void accepted(long userData, int result, boolean more) {
        ports.get((int) userData).accepted(result, more);
    }

    @Override
    protected boolean stopAccepting() {
        boolean done = true;
        for (int i = 0; i < ports.size(); i++) {
            done &= ports.get(i).stop();
        }
        return done;
    }

    private boolean watch() {
        if (waking) {
            return true;
        }
        Sqe sqe = queue.sqe();
        if (sqe == null) {
            return false;
        }
        sqe.read(wakeUp.fd(), wakeValue, 8, 0, (long) RingQueue.WAKE << 56);
        waking = true;
        return true;
    }

    @Override
    protected void release() {
        forEachConnection(connection -> wire(connection).abandon());
    }
}
