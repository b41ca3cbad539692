package ringfort.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import ringfort.sys.OnWorker;

/**
 * Receive buffers of equal size ({@code IORING_REGISTER_PBUF_RING}). The kernel takes a buffer only when bytes arrive,
 * so a silent connection holds none. Made by {@link Ring#bufferRing}; owner thread of the ring only.
 *
 * <p>A completion that {@link CompletionBatch#hasBuffer has a buffer} hands the buffer to the application. The
 * application copies or uses the bytes and gives the buffer back by {@link #release}, exactly once. This is also true
 * for a completion of a connection that is gone: if its buffer is not released, the group runs out of buffers in the
 * end.
 *
 * <pre>
 *   struct io_uring_buf        0 addr(8) | 8 len(4) | 12 bid(2) | 14 resv(2)    [0].resv is the tail of the ring
 *   struct io_uring_buf_reg    0 ring_addr(8) | 8 ring_entries(4) | 12 bgid(2) | 14 flags(2) | 16 resv(24)
 * </pre>
 */
public final class BufferRing implements AutoCloseable {
    /** The kernel's maximum ({@code io_register_pbuf_ring} takes fewer than 65536, and a power of two). */
    private static final int MAX_ENTRIES = 32768;

    private static final VarHandle SHORT = JAVA_SHORT.varHandle();
    private static final int ENTRY_BYTES = 16;
    private static final int TAIL_OFFSET = 14;
    private static final int REGISTRATION_BYTES = 40;

    private final Ring owner;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment ring;
    private final MemorySegment memory;
    private final int groupId;
    private final int entries;
    private final int bufferBytes;
    private final long firstAddress;
    private int tail;
    private boolean closed;

    BufferRing(Ring owner, int groupId, int entries, int bufferBytes) throws RingUnavailableException {
        if (entries < 1 || entries > MAX_ENTRIES || Integer.bitCount(entries) != 1) {
            throw new IllegalArgumentException("entries must be a power of two up to " + MAX_ENTRIES + ": " + entries);
        }
        if (bufferBytes < 1 || groupId < 0 || groupId > 0xffff) {
            throw new IllegalArgumentException("bufferBytes " + bufferBytes + ", groupId " + groupId);
        }
        this.owner = owner;
        this.groupId = groupId;
        this.entries = entries;
        this.bufferBytes = bufferBytes;
        long ringBytes = Mapping.wholePages((long) entries * ENTRY_BYTES);
        long memoryBytes = (long) entries * bufferBytes;
        try {
            MemorySegment both = Mapping.anonymous(arena, ringBytes + memoryBytes);
            ring = both.asSlice(0, ringBytes);
            memory = both.asSlice(ringBytes, memoryBytes);
            firstAddress = memory.address();
            register(ring.address());
            for (int bufferId = 0; bufferId < entries; bufferId++) {
                put(bufferId);
            }
            publish();
        } catch (RingUnavailableException unavailable) {
            arena.close();
            throw unavailable;
        }
    }

    private void register(long ringAddress) throws RingUnavailableException {
        int result = registration(IoUring.IORING_REGISTER_PBUF_RING, ringAddress);
        if (result < 0) {
            throw Diagnosis.ofThisProcess().explain("registering " + entries + " receive buffers", -result);
        }
    }

    private int registration(int operation, long ringAddress) {
        try (Arena temporary = Arena.ofConfined()) {
            MemorySegment argument = temporary.allocate(REGISTRATION_BYTES, 8);
            argument.set(JAVA_LONG, 0, ringAddress);
            argument.set(JAVA_INT, 8, ringAddress == 0 ? 0 : entries);
            argument.set(JAVA_SHORT, 12, (short) groupId);
            return owner.register(operation, argument.address(), 1);
        }
    }

    /** Returns all buffers as one segment; the bytes of a buffer start at {@link #offset}. Invalid after close. */
    public MemorySegment memory() {
        return memory;
    }

    /** Returns where in {@link #memory} a buffer starts. */
    public long offset(int bufferId) {
        return (long) Objects.checkIndex(bufferId, entries) * bufferBytes;
    }

    /** Returns the address of a buffer. */
    public long address(int bufferId) {
        return firstAddress + offset(bufferId);
    }

    /** Returns the size of each buffer. */
    public int bufferBytes() {
        return bufferBytes;
    }

    /** Returns how many buffers there are; their identifiers count from 0. */
    public int entries() {
        return entries;
    }

    /** Returns the number by which requests name this group. */
    public int groupId() {
        return groupId;
    }

    /**
     * Gives a buffer back to the kernel. The kernel may write to the buffer at once.
     *
     * @throws WrongThreadException on another thread than the ring's
     */
    @OnWorker
    public void release(int bufferId) {
        owner.checkOwner();
        put(Objects.checkIndex(bufferId, entries));
        publish();
    }

    private void put(int bufferId) {
        long entry = (long) (tail++ & (entries - 1)) * ENTRY_BYTES;
        ring.set(JAVA_LONG, entry, firstAddress + (long) bufferId * bufferBytes);
        ring.set(JAVA_INT, entry + 8, bufferBytes);
        ring.set(JAVA_SHORT, entry + 12, (short) bufferId);
    }

    private void publish() {
        SHORT.setRelease(ring, (long) TAIL_OFFSET, (short) tail);
    }

    /**
     * Unregisters the group and frees its memory. No request that uses the group may be in flight. Idempotent; closing
     * the ring closes its groups.
     */
    @Override
    @OnWorker
    public void close() {
        owner.checkOwner();
        closeUnchecked();
    }

    void closeUnchecked() {
        if (!closed) {
            closed = true;
            registration(IoUring.IORING_UNREGISTER_PBUF_RING, 0);
            arena.close();
        }
    }
}
