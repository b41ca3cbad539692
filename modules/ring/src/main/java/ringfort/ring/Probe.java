package ringfort.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/** Which operations the running kernel supports. Immutable; any thread may ask. */
public final class Probe {
    /**
     * <pre>
     *   struct io_uring_probe      0 last_op(1) | 1 ops_len(1) | 2 resv(14) | 16 ops[]
     *   struct io_uring_probe_op   0 op(1) | 1 resv(1) | 2 flags(2) | 4 resv(4)
     * </pre>
     */
    private static final int HEADER_BYTES = 16;

    private static final int OP_BYTES = 8;
    private static final int MAX_OPS = 256;

    private final BitSet supported;
    private final int lastOpcode;

    private Probe(BitSet supported, int lastOpcode) {
        this.supported = supported;
        this.lastOpcode = lastOpcode;
    }

    /** Asks the kernel by {@code IORING_REGISTER_PROBE}. */
    static Probe of(RingSyscalls syscalls, int fd) throws RingUnavailableException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(HEADER_BYTES + MAX_OPS * OP_BYTES, 8);
            int result = syscalls.register(fd, IoUring.IORING_REGISTER_PROBE, memory.address(), MAX_OPS);
            if (result < 0) {
                throw Diagnosis.ofThisProcess().explain("asking io_uring for its operations", -result);
            }
            BitSet supported = new BitSet(MAX_OPS);
            int length = Byte.toUnsignedInt(memory.get(JAVA_BYTE, 1));
            for (int i = 0; i < length; i++) {
                long offset = HEADER_BYTES + (long) i * OP_BYTES;
                int flags = Short.toUnsignedInt(memory.get(JAVA_SHORT, offset + 2));
                if ((flags & IoUring.IO_URING_OP_SUPPORTED) != 0) {
                    supported.set(Byte.toUnsignedInt(memory.get(JAVA_BYTE, offset)));
                }
            }
            return new Probe(supported, Byte.toUnsignedInt(memory.get(JAVA_BYTE, 0)));
        }
    }

    /** Returns whether the kernel supports an operation, one of {@code IoUring.IORING_OP_*}. */
    public boolean supports(int opcode) {
        return supported.get(opcode);
    }

    /** Returns the highest operation code the kernel knows, supported or not. */
    public int lastOpcode() {
        return lastOpcode;
    }
}
