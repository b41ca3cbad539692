package ringfort.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import ringfort.sys.Libc;
import ringfort.sys.Linux;

/**
 * Memory from mmap(2) that lives as long as an arena. After the arena is closed, access throws; it does not crash the
 * JVM.
 */
final class Mapping {
    /** Smallest page of the supported systems; larger pages are multiples of it, and the kernel rounds up itself. */
    private static final long PAGE_BYTES = 4096;

    private Mapping() {}

    /** Maps a part of a ring that the kernel shares. */
    static MemorySegment ofRing(Arena arena, int fd, long bytes, long offset) throws RingUnavailableException {
        return map(arena, bytes, Linux.MAP_SHARED | Linux.MAP_POPULATE, fd, offset, "mapping the ring");
    }

    /** Maps fresh memory, page-aligned and zero. */
    static MemorySegment anonymous(Arena arena, long bytes) throws RingUnavailableException {
        int flags = Linux.MAP_PRIVATE | Linux.MAP_ANONYMOUS;
        return map(arena, bytes, flags, -1, 0, "mapping " + bytes + " bytes for receive buffers");
    }

    static long wholePages(long bytes) {
        return (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
    }

    private static MemorySegment map(Arena arena, long bytes, int flags, int fd, long offset, String what)
            throws RingUnavailableException {
        long address = Libc.mmap(bytes, Linux.PROT_READ | Linux.PROT_WRITE, flags, fd, offset);
        if (address < 0) {
            throw Diagnosis.ofThisProcess().explain(what, (int) -address);
        }
        return MemorySegment.ofAddress(address)
                .reinterpret(bytes, arena, mapped -> Libc.munmap(mapped.address(), bytes));
    }
}
