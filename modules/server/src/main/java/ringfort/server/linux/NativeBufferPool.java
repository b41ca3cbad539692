package ringfort.server.linux;

import java.util.HashSet;
import java.util.Set;
import ringfort.server.wire.BufferPool;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.NativeMemory;
import ringfort.sys.OnWorker;

/**
 * Send buffers in native memory: the number of a byte is its address. One worker only.
 *
 * <p>Each slab is a mapping of its own (mmap(2)): what malloc(3) gets back stays with the process as a rule, what munmap(2)
 * gives back is the system's again at once.
 */
@OnWorker
public final class NativeBufferPool extends BufferPool {
    private final Set<Long> slabs = new HashSet<>();

    /** Owns no memory yet. */
    public NativeBufferPool() {}

    @Override
    protected long slab() {
        int protection = Linux.PROT_READ | Linux.PROT_WRITE;
        long address = Libc.mmap(SLAB_BYTES, protection, Linux.MAP_PRIVATE | Linux.MAP_ANONYMOUS, -1, 0);
        if (address < 0) {
            throw new OutOfMemoryError("mmap of a send buffer: " + Errno.describe((int) -address));
        }
        slabs.add(address);
        return address;
    }

    @Override
    protected void free(long slab) {
        if (slabs.remove(slab)) {
            Libc.munmap(slab, SLAB_BYTES);
        }
    }

    @Override
    public void copyIn(byte[] source, int from, int to, long at) {
        NativeMemory.copyIn(source, from, to, at);
    }

    @Override
    public void copyOut(long at, byte[] target, int from, int to) {
        NativeMemory.copyOut(at, target, from, to - from);
    }

    @Override
    public long allocatedBytes() {
        return (long) slabs.size() * SLAB_BYTES;
    }

    @Override
    public void close() {
        for (long slab : slabs) {
            Libc.munmap(slab, SLAB_BYTES);
        }
        slabs.clear();
    }
}
