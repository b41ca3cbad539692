package ringfort.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import ringfort.sys.Errno;
import ringfort.sys.Libc;

/**
 * Obtains a ring's descriptor with as many of the wanted features as this kernel has. The kernel's version does not
 * tell which features there are: distributions add features to old kernels, and containers forbid some. So each feature
 * is tried. The first trial asks for all of them, which a current kernel grants. Otherwise they are tried one by one,
 * in the order in which they came into the kernel, and those that are accepted are kept.
 *
 * <pre>
 *   struct io_uring_params      0 sq_entries | 4 cq_entries | 8 flags | 12 sq_thread_cpu | 16 sq_thread_idle
 *                              20 features | 24 wq_fd | 28 resv(12) | 40 sq_off(40) | 80 cq_off(40)
 *   struct io_sqring_offsets    0 head | 4 tail | 8 ring_mask | 12 ring_entries | 16 flags | 20 dropped | 24 array
 *   struct io_cqring_offsets    0 head | 4 tail | 8 ring_mask | 12 ring_entries | 16 overflow | 20 cqes | 24 flags
 * </pre>
 */
final class RingSetup {
    private static final int PARAMS_BYTES = 120;
    private static final int REQUIRED_FEATURES =
            IoUring.IORING_FEAT_SINGLE_MMAP | IoUring.IORING_FEAT_NODROP | IoUring.IORING_FEAT_EXT_ARG;

    /** The kernel frees the locked memory of a process some time after its end. 5 tries wait for 150 ms in all. */
    private static final int ENOMEM_TRIES = 5;

    private static final long ENOMEM_PAUSE_NANOS = 10_000_000;

    private final RingOptions options;
    private final RingSyscalls syscalls;

    private RingSetup(RingOptions options, RingSyscalls syscalls) {
        this.options = options;
        this.syscalls = syscalls;
    }

    /**
     * A ring as the kernel gave it.
     *
     * @param params the answered {@code struct io_uring_params}
     * @param flags the features in force
     */
    record Opened(int fd, MemorySegment params, Set<SetupFlag> flags) {
        int sqEntries() {
            return params.get(JAVA_INT, 0);
        }

        int cqEntries() {
            return params.get(JAVA_INT, 4);
        }

        int features() {
            return params.get(JAVA_INT, 20);
        }

        /** Where in the mapped ring a field of the submission side lies. */
        int sqOffset(int field) {
            return params.get(JAVA_INT, 40 + field);
        }

        /** Where in the mapped ring a field of the completion side lies. */
        int cqOffset(int field) {
            return params.get(JAVA_INT, 80 + field);
        }

        /** The length of the mapping that holds both queues ({@code IORING_FEAT_SINGLE_MMAP}). */
        long ringBytes() {
            long sq = sqOffset(24) + 4L * sqEntries();
            long cq = cqOffset(20) + (long) CompletionQueue.CQE_BYTES * cqEntries();
            return Math.max(sq, cq);
        }
    }

    static Opened open(RingOptions options, RingSyscalls syscalls) throws RingUnavailableException {
        RingSetup setup = new RingSetup(options, syscalls);
        Opened opened = setup.openWithWhatThereIs();
        int missing = REQUIRED_FEATURES & ~opened.features();
        if (missing != 0) {
            Libc.close(opened.fd());
            throw Diagnosis.ofThisProcess()
                    .explain(
                            "this kernel's io_uring lacks the features 0x" + Integer.toHexString(missing),
                            Errno.EINVAL);
        }
        return opened;
    }

    private Opened openWithWhatThereIs() throws RingUnavailableException {
        EnumSet<SetupFlag> wanted = EnumSet.noneOf(SetupFlag.class);
        wanted.addAll(options.wanted());
        MemorySegment params = Arena.ofAuto().allocate(PARAMS_BYTES, 8);
        int fd = setup(params, wanted);
        if (fd != -Errno.EINVAL) {
            return opened(fd, params, wanted);
        }
        EnumSet<SetupFlag> granted = EnumSet.noneOf(SetupFlag.class);
        for (SetupFlag flag : wanted) {
            granted.add(flag);
            int trial = setup(params, granted);
            if (trial >= 0) {
                Libc.close(trial);
            } else if (trial == -Errno.EINVAL) {
                granted.remove(flag);
            } else {
                return opened(trial, params, granted);
            }
        }
        return opened(setup(params, granted), params, granted);
    }

    private static Opened opened(int fd, MemorySegment params, EnumSet<SetupFlag> flags)
            throws RingUnavailableException {
        if (fd < 0) {
            throw Diagnosis.ofThisProcess().explain("opening an io_uring", -fd);
        }
        if (flags.contains(SetupFlag.DEFER_TASKRUN)) {
            flags.remove(SetupFlag.COOP_TASKRUN);
        }
        return new Opened(fd, params, flags);
    }

    private int setup(MemorySegment params, EnumSet<SetupFlag> flags) {
        EnumSet<SetupFlag> asked = EnumSet.copyOf(flags);
        if (asked.contains(SetupFlag.DEFER_TASKRUN)) {
            asked.remove(SetupFlag.COOP_TASKRUN);
        }
        for (int attempt = 1; ; attempt++) {
            params.fill((byte) 0);
            params.set(JAVA_INT, 4, asked.contains(SetupFlag.CQSIZE) ? options.cqEntries() : 0);
            params.set(JAVA_INT, 8, SetupFlag.bits(asked));
            int result = syscalls.setup(options.entries(), params);
            if (result != -Errno.ENOMEM || attempt == ENOMEM_TRIES) {
                return result;
            }
            LockSupport.parkNanos(ENOMEM_PAUSE_NANOS << (attempt - 1));
        }
    }
}
