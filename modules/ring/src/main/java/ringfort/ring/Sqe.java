package ringfort.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import ringfort.sys.OnWorker;

/**
 * An entry of the submission queue, {@code struct io_uring_sqe}: a window that {@link Ring#sqe} moves onto the next
 * free entry. Call one fill method, which writes all 64 bytes, and then the modifiers ({@link #flags}, {@link #link},
 * {@link #ioPriority}). Owner thread only, and only until the next call of {@link Ring#sqe}. An entry that was handed
 * out and not filled still goes to the kernel, with the bytes of an earlier request.
 *
 * <p>{@code userData} comes back with the completion and names the request for cancel and timeout operations: give each
 * request that is in flight a value of its own. Descriptors and memory that a request names must stay valid until its
 * last completion; closing a descriptor does not end a request that uses it. See io_uring_enter(2) for what each
 * operation does and answers.
 *
 * <pre>
 *   0 opcode(1) flags(1) ioprio(2) fd(4) | 8 off | 16 addr | 24 len(4) op_flags(4)
 *  32 user_data | 40 buf_group(2) personality(2) file_index(4) | 48 addr3 | 56 pad
 * </pre>
 */
@OnWorker
public final class Sqe {
    static final int BYTES = 64;
    private static final long LOW_HALF = 0xffff_ffffL;

    private final MemorySegment entries;
    private long offset;

    Sqe(MemorySegment entries) {
        this.entries = entries;
    }

    Sqe at(long offset) {
        this.offset = offset;
        return this;
    }

    private Sqe fill(
            int opcode, int ioPriority, int fd, long off, long address, int length, int operationFlags, long userData) {
        MemorySegment e = entries;
        long o = offset;
        e.set(JAVA_LONG, o, opcode | (long) ioPriority << 16 | (long) fd << 32);
        e.set(JAVA_LONG, o + 8, off);
        e.set(JAVA_LONG, o + 16, address);
        e.set(JAVA_LONG, o + 24, (length & LOW_HALF) | (long) operationFlags << 32);
        e.set(JAVA_LONG, o + 32, userData);
        e.set(JAVA_LONG, o + 40, 0);
        e.set(JAVA_LONG, o + 48, 0);
        e.set(JAVA_LONG, o + 56, 0);
        return this;
    }

    private Sqe selectBuffer(int groupId) {
        entries.set(JAVA_LONG, offset + 40, groupId & 0xffffL);
        return flags(IoUring.IOSQE_BUFFER_SELECT);
    }

    /** Adds {@code IOSQE_*} flags. */
    public Sqe flags(int iosqeFlags) {
        entries.set(JAVA_BYTE, offset + 1, (byte) (entries.get(JAVA_BYTE, offset + 1) | iosqeFlags));
        return this;
    }

    /** Starts the next request only after this one succeeded; a failure cancels it ({@code IOSQE_IO_LINK}). */
    public Sqe link() {
        return flags(IoUring.IOSQE_IO_LINK);
    }

    /** Adds operation modifiers that live in {@code ioprio}, such as {@link IoUring#IORING_RECVSEND_POLL_FIRST}. */
    public Sqe ioPriority(int bits) {
        entries.set(JAVA_BYTE, offset + 2, (byte) (entries.get(JAVA_BYTE, offset + 2) | bits));
        return this;
    }

    /** Does nothing and completes with 0. */
    public Sqe nop(long userData) {
        return fill(IoUring.IORING_OP_NOP, 0, -1, 0, 0, 0, 0, userData);
    }

    /** Accepts one connection, accept4(2) with {@code flags}. Result: the descriptor. */
    public Sqe accept(int fd, int flags, long userData) {
        return fill(IoUring.IORING_OP_ACCEPT, 0, fd, 0, 0, 0, flags, userData);
    }

    /**
     * Accepts connections again and again, accept4(2) with {@code flags}. Each completion carries a descriptor. A
     * completion without {@link CompletionBatch#more} is the last, whether it is an error such as {@code EMFILE} or
     * not: then submit a new request.
     */
    public Sqe acceptMultishot(int fd, int flags, long userData) {
        return fill(IoUring.IORING_OP_ACCEPT, IoUring.IORING_ACCEPT_MULTISHOT, fd, 0, 0, 0, flags, userData);
    }

    /**
     * Receives into {@code length} bytes at {@code address}, recv(2) with {@code flags}. Result: bytes, 0 at the end.
     */
    public Sqe recv(int fd, long address, int length, int flags, long userData) {
        return fill(IoUring.IORING_OP_RECV, 0, fd, 0, address, length, flags, userData);
    }

    /**
     * Receives once, into a buffer of the {@link BufferRing} {@code groupId} that the kernel takes when bytes are
     * there.
     *
     * @param maxLength bytes at most; 0 for the size of the buffer. {@code -ENOBUFS} when the group is empty
     */
    public Sqe recvSelect(int fd, int groupId, int maxLength, long userData) {
        return fill(IoUring.IORING_OP_RECV, 0, fd, 0, 0, maxLength, 0, userData).selectBuffer(groupId);
    }

    /**
     * Receives again and again, each time into another buffer of the {@link BufferRing} {@code groupId}. A completion
     * without {@link CompletionBatch#more} is the last: 0 at the end of the stream, {@code -ENOBUFS} when the group ran
     * out of buffers (release some and submit a new request; nothing is lost), another error, or a positive result.
     */
    public Sqe recvMultishot(int fd, int groupId, long userData) {
        return fill(IoUring.IORING_OP_RECV, IoUring.IORING_RECV_MULTISHOT, fd, 0, 0, 0, 0, userData)
                .selectBuffer(groupId);
    }

    /** Sends {@code length} bytes at {@code address}, send(2) with {@code flags}. Result: bytes, maybe fewer. */
    public Sqe send(int fd, long address, int length, int flags, long userData) {
        return fill(IoUring.IORING_OP_SEND, 0, fd, 0, address, length, flags, userData);
    }

    /** Shuts down one or both directions of a connection, shutdown(2). */
    public Sqe shutdown(int fd, int how, long userData) {
        return fill(IoUring.IORING_OP_SHUTDOWN, 0, fd, 0, 0, how, 0, userData);
    }

    /**
     * Closes a descriptor, close(2). Requests that use the descriptor do not end by this: wait for them to end first.
     */
    public Sqe close(int fd, long userData) {
        return fill(IoUring.IORING_OP_CLOSE, 0, fd, 0, 0, 0, 0, userData);
    }

    /**
     * Reads {@code length} bytes to {@code address}, pread(2).
     *
     * @param fileOffset position in the file; -1 for the current one, which sockets, pipes and event counters want. On
     *     older kernels a descriptor in non-blocking mode completes with {@code -EAGAIN} instead of waiting: open it
     *     blocking
     */
    public Sqe read(int fd, long address, int length, long fileOffset, long userData) {
        return fill(IoUring.IORING_OP_READ, 0, fd, fileOffset, address, length, 0, userData);
    }

    /** Waits once for {@code POLL*} events of a descriptor, poll(2). Result: the events. */
    public Sqe poll(int fd, int events, long userData) {
        return fill(IoUring.IORING_OP_POLL_ADD, 0, fd, 0, 0, 0, events, userData);
    }

    /** Waits for {@code POLL*} events again and again, edge-triggered; submit it anew when {@code more} is missing. */
    public Sqe pollMultishot(int fd, int events, long userData) {
        return fill(IoUring.IORING_OP_POLL_ADD, 0, fd, 0, 0, IoUring.IORING_POLL_ADD_MULTI, events, userData);
    }

    /**
     * Completes with {@code -ETIME} after a time, or with 0 once {@code count} other requests completed.
     *
     * @param timespecAddress address of a {@link Timespec}, which must stay unchanged until this entry is submitted
     * @param flags 0, or bits such as {@link IoUring#IORING_TIMEOUT_ABS} for a time of {@code CLOCK_MONOTONIC}
     * @param count completions to wait for; 0 for a pure timer
     */
    public Sqe timeout(long timespecAddress, int flags, int count, long userData) {
        return fill(IoUring.IORING_OP_TIMEOUT, 0, -1, count, timespecAddress, 1, flags, userData);
    }

    /**
     * Changes the time of a timeout that is in flight. Result: 0; {@code -ENOENT} when there is no such timeout, for
     * example because it has fired; {@code -EALREADY} when it fires just now.
     *
     * @param timespecAddress as in {@link #timeout}
     * @param flags as in {@link #timeout}; they say whether the new time is absolute
     */
    public Sqe timeoutUpdate(long targetUserData, long timespecAddress, int flags, long userData) {
        int update = flags | IoUring.IORING_TIMEOUT_UPDATE;
        return fill(IoUring.IORING_OP_TIMEOUT_REMOVE, 0, -1, timespecAddress, targetUserData, 0, update, userData);
    }

    /** Ends a timeout, which then completes with {@code -ECANCELED}. Results as in {@link #timeoutUpdate}. */
    public Sqe timeoutRemove(long targetUserData, long userData) {
        return fill(IoUring.IORING_OP_TIMEOUT_REMOVE, 0, -1, 0, targetUserData, 0, 0, userData);
    }

    /**
     * Limits the time of the request that was filled directly before and that must be {@link #link}ed. When the time is
     * over, that request is cancelled and this one completes with {@code -ETIME}. When that request ends earlier, this
     * one completes with {@code -ECANCELED}.
     *
     * @param timespecAddress as in {@link #timeout}
     */
    public Sqe linkTimeout(long timespecAddress, int flags, long userData) {
        return fill(IoUring.IORING_OP_LINK_TIMEOUT, 0, -1, 0, timespecAddress, 1, flags, userData);
    }

    /**
     * Cancels the request with {@code targetUserData}. Result: 0 when found; {@code -ENOENT} when there is none;
     * {@code -EALREADY} when it cannot be cancelled any more. In all cases the completion of the target says how the
     * target ended.
     */
    public Sqe cancel(long targetUserData, long userData) {
        return fill(IoUring.IORING_OP_ASYNC_CANCEL, 0, -1, 0, targetUserData, 0, 0, userData);
    }

    /**
     * Cancels all requests on a descriptor. Result: how many were found. Prefer {@link #cancel}: after a close the
     * kernel can give the same number to another connection, and then this cancels the requests of that connection.
     */
    public Sqe cancelFd(int fd, long userData) {
        int flags = IoUring.IORING_ASYNC_CANCEL_FD | IoUring.IORING_ASYNC_CANCEL_ALL;
        return fill(IoUring.IORING_OP_ASYNC_CANCEL, 0, fd, 0, 0, 0, flags, userData);
    }

    /** Cancels every request of the ring. Result: how many were found. */
    public Sqe cancelAny(long userData) {
        int flags = IoUring.IORING_ASYNC_CANCEL_ANY | IoUring.IORING_ASYNC_CANCEL_ALL;
        return fill(IoUring.IORING_OP_ASYNC_CANCEL, 0, -1, 0, 0, 0, flags, userData);
    }

    /**
     * Posts a completion with {@code targetUserData} and {@code result} into another ring. This request completes with
     * 0, with {@code -EBADFD} when the other ring is not enabled yet, or with {@code -EOVERFLOW} when that ring has no
     * room.
     *
     * @param targetRingFd {@link Ring#fd} of the other ring, which any thread may own
     */
    public Sqe msgRing(int targetRingFd, int result, long targetUserData, long userData) {
        return fill(IoUring.IORING_OP_MSG_RING, 0, targetRingFd, targetUserData, 0, result, 0, userData);
    }
}
