package ringfort.ring;

import java.util.Set;

/**
 * A feature of the kernel that {@link Ring#open} asks for and does without when the kernel refuses it. The bits are
 * those of {@code IORING_SETUP_*} in {@code linux/io_uring.h}. The constants stand in the order in which they came into
 * the kernel; they are tried in this order.
 */
public enum SetupFlag {
    /** The completion queue has the size {@link RingOptions#cqEntries} says instead of twice the submission queue. */
    CQSIZE(1 << 3),
    /** Sizes above the kernel's maximum are cut down to it. */
    CLAMP(1 << 4),
    /** The ring starts disabled, so that the thread that enables it owns it, not the thread that opened it. */
    R_DISABLED(1 << 6),
    /** A request that is refused does not stop the submission of those behind it. */
    SUBMIT_ALL(1 << 7),
    /** Completions do not interrupt a running thread. Not in force with {@link #DEFER_TASKRUN}, which includes it. */
    COOP_TASKRUN(1 << 8),
    /** Only the owner thread submits; the kernel refuses submissions from any other thread. */
    SINGLE_ISSUER(1 << 12),
    /** Completion work runs when the owner asks for completions, and at no other time. */
    DEFER_TASKRUN(1 << 13),
    /** The kernel shows in shared memory that completion work waits. This saves system calls that would find none. */
    TASKRUN_FLAG(1 << 9),
    /** No array of indices between the submission queue and its entries. */
    NO_SQARRAY(1 << 16),
    /**
     * The owner thread enters by a registered index instead of the descriptor. Not a setup bit: {@link Ring#enable}
     * does it ({@code IORING_REGISTER_RING_FDS}).
     */
    REGISTERED_FD(0);

    private final int bit;

    SetupFlag(int bit) {
        this.bit = bit;
    }

    static int bits(Set<SetupFlag> flags) {
        int bits = 0;
        for (SetupFlag flag : flags) {
            bits |= flag.bit;
        }
        return bits;
    }
}
