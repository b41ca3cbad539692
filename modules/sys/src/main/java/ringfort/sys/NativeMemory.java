package ringfort.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Memory the kernel reads and writes while no Java frame is on the stack: addresses as {@code long}, allocated from an
 * owner that frees all of it at once.
 *
 * <p>Allocation belongs to one thread; the copies are plain loads and stores and may be called from any thread that
 * owns the bytes at that moment. Nothing here checks bounds against a single allocation: an address is trusted, as in
 * C, and callers keep their own lengths.
 */
public final class NativeMemory implements AutoCloseable {
    // One segment over the whole address space: a copy needs no slice per call, so nothing is allocated on a hot path.
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private final Arena arena = Arena.ofShared();
    private long allocatedBytes;

    /** Owns nothing yet. */
    public NativeMemory() {}

    /**
     * Allocates zeroed memory that lives until {@link #close()}.
     *
     * @param bytes how many
     * @param alignment a power of two
     * @return the address
     * @throws OutOfMemoryError when the system has no more
     */
    public long allocate(long bytes, long alignment) {
        allocatedBytes += bytes;
        return arena.allocate(bytes, alignment).address();
    }

    /** Returns how many bytes are allocated in all. */
    public long allocatedBytes() {
        return allocatedBytes;
    }

    /** Copies {@code source[from, to)} to {@code address}. */
    public static void copyIn(byte[] source, int from, int to, long address) {
        MemorySegment.copy(source, from, ALL, ValueLayout.JAVA_BYTE, address, to - from);
    }

    /** Copies {@code length} bytes from {@code address} to {@code target}, beginning at index {@code at}. */
    public static void copyOut(long address, byte[] target, int at, int length) {
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, address, target, at, length);
    }

    /** Stores a {@code long} in native order; the address must be aligned to 8. */
    public static void putLong(long address, long value) {
        ALL.set(ValueLayout.JAVA_LONG, address, value);
    }

    /** Reads a {@code long} in native order; the address must be aligned to 8. */
    public static long getLong(long address) {
        return ALL.get(ValueLayout.JAVA_LONG, address);
    }

    /** Frees everything. The kernel must hold no address of it any more. */
    @Override
    public void close() {
        arena.close();
    }
}
