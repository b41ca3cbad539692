package ringfort.ring;

/**
 * Numbers of the io_uring interface, with the kernel's names, from {@code linux/io_uring.h}; the system call numbers from
 * {@code asm-generic/unistd.h}, which x86_64 shares for these three. Only what this library or its callers use.
 */
public final class IoUring {
    private IoUring() {}

    // asm-generic/unistd.h
    static final int SYS_IO_URING_SETUP = 425;
    static final int SYS_IO_URING_ENTER = 426;
    static final int SYS_IO_URING_REGISTER = 427;

    // enum io_uring_op
    public static final int IORING_OP_NOP = 0;
    public static final int IORING_OP_POLL_ADD = 6;
    public static final int IORING_OP_TIMEOUT = 11;
    public static final int IORING_OP_TIMEOUT_REMOVE = 12;
    public static final int IORING_OP_ACCEPT = 13;
    public static final int IORING_OP_ASYNC_CANCEL = 14;
    public static final int IORING_OP_LINK_TIMEOUT = 15;
    public static final int IORING_OP_CLOSE = 19;
    public static final int IORING_OP_READ = 22;
    public static final int IORING_OP_SEND = 26;
    public static final int IORING_OP_RECV = 27;
    public static final int IORING_OP_SHUTDOWN = 34;
    public static final int IORING_OP_MSG_RING = 40;

    // sqe->flags
    public static final int IOSQE_IO_LINK = 1 << 2;
    public static final int IOSQE_IO_HARDLINK = 1 << 3;
    public static final int IOSQE_ASYNC = 1 << 4;
    static final int IOSQE_BUFFER_SELECT = 1 << 5;
    public static final int IOSQE_CQE_SKIP_SUCCESS = 1 << 6;

    // sqe->timeout_flags
    public static final int IORING_TIMEOUT_ABS = 1 << 0;
    static final int IORING_TIMEOUT_UPDATE = 1 << 1;
    public static final int IORING_TIMEOUT_BOOTTIME = 1 << 2;

    // sqe->len of POLL_ADD
    static final int IORING_POLL_ADD_MULTI = 1 << 0;

    // sqe->cancel_flags
    static final int IORING_ASYNC_CANCEL_ALL = 1 << 0;
    static final int IORING_ASYNC_CANCEL_FD = 1 << 1;
    static final int IORING_ASYNC_CANCEL_ANY = 1 << 2;

    // sqe->ioprio of SEND and RECV
    public static final int IORING_RECVSEND_POLL_FIRST = 1 << 0;
    static final int IORING_RECV_MULTISHOT = 1 << 1;

    // sqe->ioprio of ACCEPT
    static final int IORING_ACCEPT_MULTISHOT = 1 << 0;

    // cqe->flags
    static final int IORING_CQE_F_BUFFER = 1 << 0;
    static final int IORING_CQE_F_MORE = 1 << 1;
    public static final int IORING_CQE_F_SOCK_NONEMPTY = 1 << 2;
    static final int IORING_CQE_BUFFER_SHIFT = 16;

    // asm-generic/poll.h: sqe->poll32_events
    public static final int POLLIN = 0x1;
    public static final int POLLOUT = 0x4;
    public static final int POLLERR = 0x8;
    public static final int POLLHUP = 0x10;
    public static final int POLLRDHUP = 0x2000;

    // mmap offsets
    static final long IORING_OFF_SQ_RING = 0;
    static final long IORING_OFF_SQES = 0x10000000L;

    // sq_ring->flags
    static final int IORING_SQ_CQ_OVERFLOW = 1 << 1;
    static final int IORING_SQ_TASKRUN = 1 << 2;

    // io_uring_enter(2) flags
    static final int IORING_ENTER_GETEVENTS = 1 << 0;
    static final int IORING_ENTER_EXT_ARG = 1 << 3;
    static final int IORING_ENTER_REGISTERED_RING = 1 << 4;

    // io_uring_params->features
    static final int IORING_FEAT_SINGLE_MMAP = 1 << 0;
    static final int IORING_FEAT_NODROP = 1 << 1;
    static final int IORING_FEAT_EXT_ARG = 1 << 8;

    // enum io_uring_register_op
    static final int IORING_REGISTER_PROBE = 8;
    static final int IORING_REGISTER_ENABLE_RINGS = 12;
    static final int IORING_REGISTER_RING_FDS = 20;
    static final int IORING_UNREGISTER_RING_FDS = 21;
    static final int IORING_REGISTER_PBUF_RING = 22;
    static final int IORING_UNREGISTER_PBUF_RING = 23;
    static final int IORING_REGISTER_SYNC_CANCEL = 24;

    // struct io_uring_probe_op
    static final int IO_URING_OP_SUPPORTED = 1 << 0;
}
