package ringfort.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.OnWorker;

/**
 * An io_uring: a queue of requests to the kernel and a queue of its completions, both in shared memory. A ring belongs
 * to the platform thread that calls {@link #enable}, its owner. On any other thread every method throws
 * {@link WrongThreadException}, except {@link #open}, {@link #fd}, {@link #flags}, {@link #describe}, {@link #probe},
 * the sizes, and the methods that say so.
 *
 * <p>One turn: fill entries from {@link #sqe}, hand them over and wait by {@link #submitAndWait}, copy completions by
 * {@link #reap}, act on them. Calls return what the kernel returns: a count or a negated error number.
 *
 * <p>See io_uring(7), io_uring_setup(2), io_uring_enter(2), io_uring_register(2).
 */
public final class Ring implements AutoCloseable {
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long CLOSE_TIMEOUT_SECONDS = 1;

    /**
     * <pre>
     *   0 struct io_uring_getevents_arg: sigmask(8), sigmask_sz(4), min_wait_usec(4), ts(8)
     *  24 struct __kernel_timespec
     *  40 struct io_uring_rsrc_update, later io_uring_sync_cancel_reg(64)
     * </pre>
     */
    private static final int GETEVENTS_ARG_BYTES = 24;

    private static final int TIMESPEC_OFFSET = 24;
    private static final int REGISTRATION_OFFSET = 40;
    private static final int ARGUMENT_BYTES = 104;
    private static final int SIGSET_BYTES = 8;

    private final RingSyscalls syscalls;
    private final Arena arena;
    private final int fd;
    private final EnumSet<SetupFlag> flags;
    private final SubmissionQueue submissions;
    private final CompletionQueue completions;
    private final MemorySegment argument;
    private final Probe probe;
    private final List<BufferRing> bufferRings = new ArrayList<>();

    /** Whether completion work waits until the owner enters the kernel, and only entering shows that there is some. */
    private final boolean hidesTaskWork;

    private final boolean deferred;

    /**
     * The only thread that the kernel accepts, when opening the ring has fixed it; null when {@link #enable} chooses.
     */
    private final @Nullable Thread onlyOwner;

    private volatile @Nullable Thread owner;
    private volatile boolean closed;
    private int enterFd;
    private int enterFlags;
    private volatile long cqOverflows;

    private Ring(RingSetup.Opened opened, RingSyscalls syscalls, Arena arena) throws RingUnavailableException {
        this.syscalls = syscalls;
        this.arena = arena;
        fd = opened.fd();
        enterFd = fd;
        flags = EnumSet.copyOf(opened.flags());
        MemorySegment ring = Mapping.ofRing(arena, fd, opened.ringBytes(), IoUring.IORING_OFF_SQ_RING);
        MemorySegment sqes = Mapping.ofRing(arena, fd, (long) opened.sqEntries() * Sqe.BYTES, IoUring.IORING_OFF_SQES);
        submissions = new SubmissionQueue(opened, ring, sqes);
        completions = new CompletionQueue(opened, ring);
        argument = arena.allocate(ARGUMENT_BYTES, 8);
        argument.set(JAVA_INT, 8, SIGSET_BYTES);
        argument.set(JAVA_LONG, 16, argument.address() + TIMESPEC_OFFSET);
        probe = Probe.of(syscalls, fd);
        deferred = flags.contains(SetupFlag.DEFER_TASKRUN);
        hidesTaskWork = (deferred || flags.contains(SetupFlag.COOP_TASKRUN)) && !flags.contains(SetupFlag.TASKRUN_FLAG);
        boolean fixed = flags.contains(SetupFlag.SINGLE_ISSUER) && !flags.contains(SetupFlag.R_DISABLED);
        onlyOwner = fixed ? Thread.currentThread() : null;
    }

    /**
     * Opens a ring with as many of the wanted features as the kernel has; {@link #flags} tells which. Another thread
     * may {@link #enable} it, except when {@link SetupFlag#SINGLE_ISSUER} is in force and {@link SetupFlag#R_DISABLED}
     * is not.
     *
     * @throws RingUnavailableException when this process gets no ring; the message says why and what to do
     */
    public static Ring open(RingOptions options) throws RingUnavailableException {
        return open(options, RingSyscalls.kernel());
    }

    /** As {@link #open(RingOptions)}, with the system calls going through {@code syscalls}. */
    @SuppressWarnings("MustBeClosedChecker") // the arena is closed with the ring
    public static Ring open(RingOptions options, RingSyscalls syscalls) throws RingUnavailableException {
        RingSetup.Opened opened = RingSetup.open(options, syscalls);
        Arena arena = Arena.ofShared();
        try {
            return new Ring(opened, syscalls, arena);
        } catch (RingUnavailableException unavailable) {
            arena.close();
            Libc.close(opened.fd());
            throw unavailable;
        }
    }

    /**
     * Makes the calling thread the owner, once and for good, and starts the ring. Idempotent on that thread.
     *
     * @throws WrongThreadException on a virtual thread, because the kernel knows only its carrier; or when another
     *     thread is or must be the owner
     */
    @OnWorker
    public void enable() {
        Thread caller = Thread.currentThread();
        if (caller.isVirtual()) {
            throw new WrongThreadException("a ring belongs to a platform thread, not to " + caller);
        }
        if (closed) {
            throw new IllegalStateException("the ring is closed");
        }
        Thread other = owner != null ? owner : onlyOwner;
        if (other != null && other != caller) {
            throw new WrongThreadException("the ring belongs to " + other + ", not to " + caller);
        }
        if (owner == caller) {
            return;
        }
        if (flags.contains(SetupFlag.R_DISABLED)) {
            int result = syscalls.register(fd, IoUring.IORING_REGISTER_ENABLE_RINGS, 0, 0);
            if (result < 0) {
                throw new IllegalStateException("enabling the ring: " + Errno.describe(-result));
            }
        }
        owner = caller;
        if (flags.contains(SetupFlag.REGISTERED_FD)) {
            registerDescriptor();
        }
    }

    /** Registers the descriptor with this thread: io_uring_enter then skips looking up and counting the file. */
    private void registerDescriptor() {
        argument.set(JAVA_INT, REGISTRATION_OFFSET, -1); // any free index
        argument.set(JAVA_INT, REGISTRATION_OFFSET + 4, 0);
        argument.set(JAVA_LONG, REGISTRATION_OFFSET + 8, fd);
        if (syscalls.register(fd, IoUring.IORING_REGISTER_RING_FDS, registration(), 1) == 1) {
            enterFd = argument.get(JAVA_INT, REGISTRATION_OFFSET);
            enterFlags = IoUring.IORING_ENTER_REGISTERED_RING;
        } else {
            synchronized (flags) {
                flags.remove(SetupFlag.REGISTERED_FD);
            }
        }
    }

    private long registration() {
        return argument.address() + REGISTRATION_OFFSET;
    }

    /**
     * Returns the next free entry of the submission queue, to be filled at once, or null when the queue is full: then
     * submit and ask again. The kernel sees the entry with the next {@link #submit} or {@link #submitAndWait}.
     *
     * @throws WrongThreadException on another thread than the owner
     */
    @OnWorker
    public @Nullable Sqe sqe() {
        checkOwner();
        return submissions.next();
    }

    /**
     * Hands all filled entries to the kernel, without waiting.
     *
     * @return how many entries the kernel consumed, which may be fewer than {@link #unsubmitted}: the entries that are
     *     left go with the next call. Or a negated error number: {@code -EAGAIN} for want of memory, {@code -EBUSY}
     *     when there are too many completions that were not reaped
     */
    @OnWorker
    public int submit() {
        checkOwner();
        int toSubmit = submissions.publish();
        if (toSubmit == 0) {
            return 0;
        }
        int result = enter(toSubmit, 0, 0, 0, 0);
        return result == -Errno.EINTR ? 0 : result;
    }

    /**
     * Hands all filled entries to the kernel and waits until there are {@code minComplete} completions, the time is
     * over, a signal arrives, or the kernel could not take all entries. So it is no error when there are fewer
     * completions than asked for, or none: call {@link #reap}, then decide.
     *
     * @param minComplete completions to wait for, counting those not yet reaped; 0 to collect without waiting
     * @param timeoutNanos how long to wait at most; 0 not at all, negative without bound
     * @return how many entries the kernel consumed, or a negated error number as in {@link #submit}
     */
    @OnWorker
    public int submitAndWait(int minComplete, long timeoutNanos) {
        checkOwner();
        int toSubmit = submissions.publish();
        boolean wait = minComplete > 0 && timeoutNanos != 0 && completions.ready() < minComplete;
        int result;
        if (!wait) {
            return submitAndPeek(toSubmit);
        } else if (timeoutNanos < 0) {
            result = enter(toSubmit, minComplete, IoUring.IORING_ENTER_GETEVENTS, 0, 0);
        } else {
            argument.set(JAVA_LONG, TIMESPEC_OFFSET, timeoutNanos / NANOS_PER_SECOND);
            argument.set(JAVA_LONG, TIMESPEC_OFFSET + 8, timeoutNanos % NANOS_PER_SECOND);
            int flags = IoUring.IORING_ENTER_GETEVENTS | IoUring.IORING_ENTER_EXT_ARG;
            result = enter(toSubmit, minComplete, flags, argument.address(), GETEVENTS_ARG_BYTES);
        }
        if (result == -Errno.ETIME || result == -Errno.EINTR) {
            // Completion work may have been queued after the kernel stopped waiting and before the call returned.
            return submitAndPeek(submissions.unsubmitted());
        }
        return result;
    }

    private int submitAndPeek(int toSubmit) {
        boolean collect = (deferred && toSubmit > 0) || mayHaveWork();
        if (toSubmit == 0 && !collect) {
            return 0;
        }
        int result = enter(toSubmit, 0, collect ? IoUring.IORING_ENTER_GETEVENTS : 0, 0, 0);
        return result == -Errno.EINTR || result == -Errno.ETIME ? 0 : result;
    }

    /** Whether entering the kernel could bring completions into the queue that are not there yet. */
    private boolean mayHaveWork() {
        return hidesTaskWork
                || (submissions.flags() & (IoUring.IORING_SQ_TASKRUN | IoUring.IORING_SQ_CQ_OVERFLOW)) != 0;
    }

    private int enter(int toSubmit, int minComplete, int flags, long argument, long argumentBytes) {
        return syscalls.enter(enterFd, toSubmit, minComplete, flags | enterFlags, argument, argumentBytes);
    }

    /**
     * Copies completions into {@code batch}, replacing what the batch held, and makes room in the queue. Completions
     * that the kernel had to keep elsewhere because the queue was full are fetched too.
     *
     * @return how many were copied; when the batch is full, there may be more
     */
    @OnWorker
    public int reap(CompletionBatch batch) {
        checkOwner();
        batch.clear();
        completions.copyTo(batch);
        if ((submissions.flags() & IoUring.IORING_SQ_CQ_OVERFLOW) != 0) {
            fetchOverflow(batch);
        }
        return batch.size();
    }

    /**
     * Copies into {@code batch} the completions that the next {@link #reap} would find in the queue, and takes none.
     * For another thread than the owner. That thread has to make sure that the owner does not reap meanwhile, and that
     * all earlier writes of the owner are visible to it.
     *
     * @return how many were copied
     */
    public int peek(CompletionBatch batch) {
        batch.clear();
        completions.peek(batch);
        return batch.size();
    }

    @OnWorker
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the owner
    private void fetchOverflow(CompletionBatch batch) {
        cqOverflows++;
        int before = -1;
        while (batch.room() > 0 && batch.size() != before) {
            before = batch.size();
            enter(0, 0, IoUring.IORING_ENTER_GETEVENTS, 0, 0);
            completions.copyTo(batch);
        }
    }

    /**
     * Returns how many calls of {@link #reap} found that the completion queue had been full. The kernel keeps such
     * completions elsewhere: nothing is lost, but it is slow. The remedy is a larger {@link RingOptions#cqEntries}. Any
     * thread.
     */
    public long cqOverflows() {
        return cqOverflows;
    }

    /** Returns how many completions were lost because the kernel had no memory for them; their requests never end. */
    @OnWorker
    public int cqDropped() {
        checkOwner();
        return completions.dropped();
    }

    /** Returns how many filled entries the kernel has not consumed yet. */
    @OnWorker
    public int unsubmitted() {
        checkOwner();
        return submissions.unsubmitted();
    }

    /** Returns the size of the submission queue. Any thread. */
    public int sqEntries() {
        return submissions.entries();
    }

    /** Returns the size of the completion queue. Any thread. */
    public int cqEntries() {
        return completions.entries();
    }

    /**
     * Registers a group of receive buffers, all given to the kernel at once. Memory use: {@code entries * bufferBytes},
     * and 16 bytes per entry.
     *
     * @param groupId 0 to 65535, by which requests name the group; unique in a ring
     * @param entries how many buffers, a power of two up to 32768
     * @throws RingUnavailableException when the kernel has no buffer rings (before 5.19), or no memory
     */
    @OnWorker
    public BufferRing bufferRing(int groupId, int entries, int bufferBytes) throws RingUnavailableException {
        checkOwner();
        BufferRing bufferRing = new BufferRing(this, groupId, entries, bufferBytes);
        bufferRings.add(bufferRing);
        return bufferRing;
    }

    int register(int operation, long argument, int arguments) {
        return syscalls.register(fd, operation, argument, arguments);
    }

    /**
     * Submits one request that does nothing and waits for its completion. A filter of system calls may allow
     * io_uring_setup(2) and refuse io_uring_enter(2): a ring that was opened is not yet one that works. Nothing may be in
     * flight.
     *
     * @throws RingUnavailableException when the kernel refuses; the message says why and what to do
     */
    @OnWorker
    public void tryOut() throws RingUnavailableException {
        new Tryout(this).run();
    }

    /** Returns which operations the kernel supports. Any thread. */
    public Probe probe() {
        return probe;
    }

    /** Returns the features in force; {@link SetupFlag#REGISTERED_FD} is certain after {@link #enable}. Any thread. */
    public Set<SetupFlag> flags() {
        synchronized (flags) {
            return Collections.unmodifiableSet(EnumSet.copyOf(flags));
        }
    }

    /** Returns sizes and features in one line, for people. Any thread. */
    public String describe() {
        return flags().stream()
                .map(SetupFlag::name)
                .collect(Collectors.joining(" ", "sq " + sqEntries() + " cq " + cqEntries() + " ", ""));
    }

    /** Returns the descriptor, by which other rings send messages to this one. Any thread. */
    public int fd() {
        return fd;
    }

    void checkOwner() {
        if (Thread.currentThread() != owner) {
            throw refusal();
        }
    }

    private RuntimeException refusal() {
        Thread owner = this.owner;
        if (closed) {
            return new IllegalStateException("the ring is closed");
        }
        return owner == null
                ? new IllegalStateException("nobody owns the ring yet: call enable() on the thread that will")
                : new WrongThreadException("the ring belongs to " + owner + ", not to " + Thread.currentThread());
    }

    /**
     * Cancels the requests in flight, frees buffers and queues, and closes the descriptor. Idempotent. The owner calls
     * it; any thread may call it when there is no owner or when the owner's thread has ended.
     *
     * <p>Memory and descriptors that requests in flight name belong to the caller. A caller that must know when they
     * are free cancels the requests and reaps their completions before it closes the ring.
     *
     * @throws WrongThreadException on another thread while the owner lives
     */
    @Override
    public void close() {
        synchronized (bufferRings) {
            if (closed) {
                return;
            }
            Thread owner = this.owner;
            boolean mine = owner == Thread.currentThread();
            if (owner != null && !mine && owner.isAlive()) {
                throw refusal();
            }
            closed = true;
            this.owner = null;
            if (mine) {
                cancelEverything();
            }
            bufferRings.forEach(BufferRing::closeUnchecked);
            if (enterFlags != 0 && mine) {
                unregisterDescriptor();
            }
            arena.close();
            Libc.close(fd);
        }
    }

    /**
     * Cancels all requests by {@code IORING_REGISTER_SYNC_CANCEL}, so that no receive writes into buffers that are
     * freed next. Closing the descriptor cancels them too, but at some later time. A kernel before 6.0 does not know
     * this operation; there the requests are cancelled by the close.
     */
    private void cancelEverything() {
        MemorySegment cancel = argument.asSlice(REGISTRATION_OFFSET, 64);
        cancel.fill((byte) 0);
        cancel.set(JAVA_INT, 8, -1);
        cancel.set(JAVA_INT, 12, IoUring.IORING_ASYNC_CANCEL_ANY | IoUring.IORING_ASYNC_CANCEL_ALL);
        cancel.set(JAVA_LONG, 16, CLOSE_TIMEOUT_SECONDS);
        register(IoUring.IORING_REGISTER_SYNC_CANCEL, registration(), 1);
    }

    /** Gives the registered index back: until then, or until the thread ends, the index would keep the ring open. */
    private void unregisterDescriptor() {
        argument.set(JAVA_INT, REGISTRATION_OFFSET, enterFd);
        argument.set(JAVA_INT, REGISTRATION_OFFSET + 4, 0);
        argument.set(JAVA_LONG, REGISTRATION_OFFSET + 8, 0);
        register(IoUring.IORING_UNREGISTER_RING_FDS, registration(), 1);
    }
}
