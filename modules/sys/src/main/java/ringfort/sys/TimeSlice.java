package ringfort.sys;

/**
 * How long the kernel lets a thread run while other threads wait for its processor: sched_setattr(2). Since Linux 6.12
 * a thread of the normal policy may ask for a slice of its own length. A thread with a short slice that wakes up takes
 * the processor from a thread with a longer slice. So it waits less; its share of the processor does not grow. No
 * privilege is needed.
 */
public final class TimeSlice {
    // asm/unistd_64.h, and asm-generic/unistd.h for aarch64.
    private static final boolean X86_64 = System.getProperty("os.arch", "").equals("amd64");
    private static final long SYS_SCHED_SETATTR = X86_64 ? 314 : 274;
    private static final long SYS_SCHED_GETATTR = X86_64 ? 315 : 275;

    private static final int SCHED_OTHER = 0; // linux/sched.h
    private static final int SCHED_BATCH = 3;

    // struct sched_attr, linux/sched/types.h: size and policy share the first eight bytes, little endian.
    private static final int ATTR_BYTES = 48;
    private static final int RUNTIME = 24;

    private TimeSlice() {}

    /**
     * Asks for a slice of {@code nanos}, which the kernel keeps between 0.1 and 100 ms, for the calling platform
     * thread. Its policy and nice value stay as they are.
     *
     * @return 0, also from kernels before 6.12, which ignore the request; or the negated error number, {@code -EOPNOTSUPP} for a
     *     thread of another policy, {@code -ENOSYS} where no native call can be made ({@link NativeAccess#refusal()})
     */
    public static int ask(long nanos) {
        if (NativeAccess.refusal() != null) {
            return -Errno.ENOSYS;
        }
        try (NativeMemory memory = new NativeMemory()) {
            long attr = memory.allocate(ATTR_BYTES, 8);
            long result = Libc.syscall(SYS_SCHED_GETATTR, 0, attr, ATTR_BYTES, 0, 0, 0);
            if (result < 0) {
                return (int) result;
            }
            int policy = (int) (NativeMemory.getLong(attr) >>> 32);
            if (policy != SCHED_OTHER && policy != SCHED_BATCH) {
                return -Errno.EOPNOTSUPP;
            }
            NativeMemory.putLong(attr + RUNTIME, nanos);
            return (int) Libc.syscall(SYS_SCHED_SETATTR, 0, attr, 0, 0, 0, 0);
        }
    }
}
