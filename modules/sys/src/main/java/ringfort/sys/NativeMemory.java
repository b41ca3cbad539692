package ringfort.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Memory that the kernel may read and write at any time, also after the call that passed its address has returned.
 * Addresses are {@code long}s. One object owns all of the memory it allocated and frees it at once.
 *
 * <p>One thread allocates. The copies are plain loads and stores; any thread that owns the bytes at that moment may
 * call them. No method checks an address against the bounds of its allocation: an address is trusted, as in C, and the
 * caller keeps the length.
 */
public final class NativeMemory implements AutoCloseable {
    // One segment over the whole address space. A copy needs no slice of its own, so it allocates nothing.
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

    /** Frees all memory of this owner. The kernel must hold no address of that memory any more. */
    @Override
    public void close() {
        arena.close();
    }
}
