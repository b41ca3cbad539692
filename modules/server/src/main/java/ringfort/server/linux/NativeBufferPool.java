package ringfort.server.linux;

import ringfort.server.wire.BufferPool;
import ringfort.sys.NativeMemory;
import ringfort.sys.OnWorker;

/** Send buffers in native memory: the number of a byte is its address. One worker only. */
@OnWorker
public final class NativeBufferPool extends BufferPool {
    private final NativeMemory memory = new NativeMemory();

    /** Owns no memory yet. */
    public NativeBufferPool() {}

    @Override
    protected long slab() {
        return memory.allocate(SLAB_BYTES, 64);
    }

    @Override
    public void copyIn(byte[] source, int from, int to, long at) {
        NativeMemory.copyIn(source, from, to, at);
    }

    @Override
    public long allocatedBytes() {
        return memory.allocatedBytes();
    }

    @Override
    public void close() {
        memory.close();
    }
}
