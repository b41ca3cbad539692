package ringfort.server;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ringfort.ring.BufferRing;
import ringfort.ring.CompletionBatch;
import ringfort.ring.IoUring;
import ringfort.ring.Ring;
import ringfort.ring.Sqe;
import ringfort.ring.Timespec;
import ringfort.sys.Errno;
import ringfort.sys.EventFd;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.NativeMemory;
import ringfort.timers.DeadlineWheel;

/**
 * A worker on io_uring: multishot accept, multishot receive into a ring of provided buffers, one
 * {@code io_uring_enter} per turn that submits and waits.
 *
 * <p>User data is {@code operation << 56 | index << 32 | generation}. Completions are collected into a batch and then
 * run, never from within the reaping.
 */
final class RingWorker extends Worker {
    static final int BUFFER_GROUP = 1;
    private static final int BATCH = 1024;

    // What a completion belongs to, in the top byte of its user data.
    private static final int ACCEPT = 1;
    private static final int WAKE = 2;
    private static final int IGNORED = 3;

    /** User data of an operation whose completion nobody waits for. */
    static final long UNWATCHED = (long) IGNORED << 56;

    static final int RECEIVE = 4;
    static final int SEND = 5;
    static final int CANCEL = 6;
    static final int CLOSE = 7;
    static final int TIMER = 8;
    static final int TIMER_CHANGE = 9;

    private final Ring ring;
    private final RingEngine.Sizes sizes;
    private @Nullable BufferRing received;
    private final Listener listener;
    private final EventFd wakeUp;
    private final NativeMemory memory = new NativeMemory();
    private final long wakeValue = memory.allocate(8, 8);
    private final CompletionBatch batch = new CompletionBatch(BATCH);
    private final CompletionBatch unreaped; // the watchdog's
    private final ConnectionTable<RingConnection> connections = new ConnectionTable<>();
    private final Deadlines deadlines;
    private final long timespecs; // one for each entry of the submission queue
    private int nextTimespec;
    private final boolean multishotReceive;
    final boolean kernelTimers;
    private int completing; // the batch's completions from here on were not handled yet
    private boolean accepting;
    private boolean acceptWanted = true;
    private boolean waking;
    private long acceptAgainNanos;

    RingWorker(
            ServerContext context,
            String name,
            Ring ring,
            int listenerFd,
            boolean multishotReceive,
            RingEngine.Sizes sizes)
            throws IOException {
        super(context, name);
        this.ring = ring;
        this.sizes = sizes;
        this.multishotReceive = multishotReceive;
        this.unreaped = new CompletionBatch(ring.cqEntries());
        this.timespecs = memory.allocate((long) ring.sqEntries() * Timespec.BYTES, 8);
        this.kernelTimers = context.options.timers().equals("kernel");
        this.deadlines = kernelTimers
                ? new Deadlines.Kernel()
                : new Deadlines.Wheel(new DeadlineWheel<>(context.ticker.nanos()), slot -> expired(slot.connection()));
        // Blocking: a read of a non-blocking descriptor would complete with EAGAIN at once, and spin.
        this.wakeUp = EventFd.open(false);
        this.listener = new Listener(listenerFd, context.admission, counters);
    }

    @Override
    void open() throws IOException {
        ring.enable();
        received = ring.bufferRing(BUFFER_GROUP, sizes.buffers(), sizes.bufferBytes());
    }

    @Override
    Deadlines deadlines() {
        return deadlines;
    }

    @Override
    ConnectionTable<RingConnection> connections() {
        return connections;
    }

    @Override
    void wake() {
        wakeUp.signal();
    }

    // The kernel queue.

    @Override
    void await(boolean mayWait) {
        boolean ready = listen() && watch();
        int result;
        if (mayWait && ready) {
            result = ring.submitAndWait(1, acceptBackOff(waitNanos()));
        } else {
            result = ring.submitAndWait(0, 0);
        }
        readClock();
        if (result < 0 && result != -Errno.EAGAIN && result != -Errno.EBUSY) {
            throw new IllegalStateException("io_uring_enter: " + Errno.describe(-result));
        }
        int count = ring.reap(batch);
        boolean timers = false;
        for (completing = 0; completing < count; ) {
            int i = completing++;
            if (isTimer(i)) {
                timers = true;
            } else {
                complete(batch.userData(i), batch.result(i), i);
            }
        }
        for (int i = 0; timers && i < count; i++) { // last: bytes that are there already are in time
            if (isTimer(i)) {
                complete(batch.userData(i), batch.result(i), i);
            }
        }
    }

    private boolean isTimer(int i) {
        return (int) (batch.userData(i) >>> 56) == TIMER;
    }

    /** The next free entry, after a submission if the queue was full; null when even that made no room. */
    @Nullable Sqe sqe() {
        Sqe sqe = ring.sqe();
        if (sqe == null) {
            counters.submissionQueueFull.add(1);
            ring.submit();
            sqe = ring.sqe();
        }
        return sqe;
    }

    static long userData(int operation, RingConnection connection) {
        return ((long) operation << 56) | ((long) connection.index << 32) | (connection.generation & 0xFFFF_FFFFL);
    }

    private void complete(long userData, int result, int i) {
        int operation = (int) (userData >>> 56);
        switch (operation) {
            case ACCEPT -> accepted(result, batch.more(i));
            case WAKE -> waking = false;
            case IGNORED -> {}
            case RECEIVE, SEND, CANCEL, CLOSE, TIMER, TIMER_CHANGE ->
                completeConnection(operation, userData, result, i);
            default -> counters.unknownCompletions.add(1);
        }
    }

    private void completeConnection(int operation, long userData, int result, int i) {
        RingConnection connection = connections.get((int) (userData >>> 32) & 0xFF_FFFF, (int) userData);
        if (batch.hasBuffer(i)) {
            takeBuffer(batch.bufferId(i), connection == null ? 0 : result);
        }
        if (connection == null) {
            counters.staleCompletions.add(1);
            return;
        }
        try {
            switch (operation) {
                case RECEIVE -> connection.receiveCompleted(result, batch.more(i));
                case SEND -> connection.sendCompleted(result);
                case CANCEL -> connection.cancelCompleted();
                case TIMER -> connection.timerCompleted();
                case TIMER_CHANGE -> connection.timerChanged();
                default -> connection.closeCompleted();
            }
        } catch (Throwable e) {
            defect(connection, e);
        }
    }

    @Override
    int pendingInput(Connection connection, byte[] target) {
        ring.peek(unreaped);
        int count = pendingInput(batch, completing, connection, target, 0);
        return pendingInput(unreaped, 0, connection, target, count);
    }

    private int pendingInput(CompletionBatch from, int first, Connection connection, byte[] target, int at) {
        BufferRing buffers = received;
        long userData = userData(RECEIVE, (RingConnection) connection);
        int end = at;
        for (int i = first; buffers != null && i < from.size(); i++) {
            if (from.userData(i) == userData && from.hasBuffer(i)) {
                int count = Math.clamp(from.result(i), 0, target.length - end);
                NativeMemory.copyOut(buffers.address(from.bufferId(i)), target, end, count);
                end += count;
            }
        }
        return end;
    }

    /** Copies what was received and gives the buffer back before anything else: it must not wait for a handler. */
    private void takeBuffer(int buffer, int bytes) {
        BufferRing ring = received;
        if (ring != null) {
            if (bytes > 0) {
                NativeMemory.copyOut(ring.address(buffer), scratch, 0, bytes);
            }
            ring.release(buffer);
        }
    }

    // Kernel timers. The kernel reads a timespec when it takes the entry, and entries are taken in order: as many
    // timespecs as entries, used in turn, are never overwritten too early.

    void fillTimeout(Sqe sqe, long deadlineNanos, long userData) {
        sqe.timeout(timespec(deadlineNanos), IoUring.IORING_TIMEOUT_ABS, 0, userData);
    }

    void fillTimeoutUpdate(Sqe sqe, long target, long deadlineNanos, long userData) {
        sqe.timeoutUpdate(target, timespec(deadlineNanos), IoUring.IORING_TIMEOUT_ABS, userData);
    }

    private long timespec(long deadlineNanos) {
        long address = timespecs + (long) nextTimespec * Timespec.BYTES;
        nextTimespec = (nextTimespec + 1) % ring.sqEntries();
        NativeMemory.putLong(address, Math.floorDiv(deadlineNanos, 1_000_000_000L));
        NativeMemory.putLong(address + 8, Math.floorMod(deadlineNanos, 1_000_000_000L));
        return address;
    }

    // Accepting.

    private boolean listen() {
        if (accepting || !acceptWanted || acceptAgainNanos != 0) {
            if (acceptAgainNanos != 0 && acceptAgainNanos - now() <= 0) {
                acceptAgainNanos = 0;
                return listen();
            }
            return true;
        }
        Sqe sqe = sqe();
        if (sqe == null) {
            return false;
        }
        sqe.acceptMultishot(listener.fd(), Linux.SOCK_CLOEXEC, (long) ACCEPT << 56);
        accepting = true;
        return true;
    }

    private void accepted(int result, boolean more) {
        accepting = more;
        if (result >= 0) {
            begin(result);
        } else if (listener.failed(-result)) {
            acceptAgainNanos = now() + Listener.BACK_OFF_NANOS;
        }
    }

    private void begin(int fd) {
        var peer = listener.admit(fd);
        if (peer == null) {
            return;
        }
        RingConnection connection =
                connections.add((index, generation) -> new RingConnection(this, fd, peer, index, generation));
        connection.accepted();
    }

    private long acceptBackOff(long waitNanos) {
        if (acceptAgainNanos == 0) {
            return waitNanos;
        }
        long back = Math.max(0, acceptAgainNanos - now());
        return waitNanos < 0 ? back : Math.min(waitNanos, back);
    }

    @Override
    void stopAccepting() {
        acceptWanted = false;
        acceptAgainNanos = 0;
        if (accepting) {
            Sqe sqe = sqe();
            if (sqe != null) {
                sqe.cancel((long) ACCEPT << 56, UNWATCHED);
            }
        }
        listener.drain(0, this::begin);
    }

    private boolean watch() {
        if (waking) {
            return true;
        }
        Sqe sqe = sqe();
        if (sqe == null) {
            return false;
        }
        sqe.read(wakeUp.fd(), wakeValue, 8, 0, (long) WAKE << 56);
        waking = true;
        return true;
    }

    boolean multishotReceive() {
        return multishotReceive;
    }

    /** The descriptor is closed and no operation names it any more. */
    void gone(RingConnection connection) {
        connections.remove(connection);
        listener.left(connection.peerAddress);
        counters.closed(connection.closeReason()).add(1);
    }

    @Override
    void release() {
        counters.completionOverflows.add(ring.cqOverflows());
        if (received != null) {
            received.close();
        }
        ring.close();
        listener.close();
        wakeUp.close();
        memory.close();
        connections.forEach(connection -> Libc.close(connection.fd));
    }
}
