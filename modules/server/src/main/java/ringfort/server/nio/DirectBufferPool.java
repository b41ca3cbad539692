package ringfort.server.nio;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import ringfort.server.wire.BufferPool;
import ringfort.sys.OnWorker;

/**
 * Send buffers in direct memory of the JDK's: the number of a byte is {@code slab << 32 | offset}. One worker only.
 *
 * <p>The garbage collector frees the memory some time after the pool is closed.
 */
@OnWorker
final class DirectBufferPool extends BufferPool {
    private final List<ByteBuffer> slabs = new ArrayList<>();

    @Override
    protected long slab() {
        slabs.add(ByteBuffer.allocateDirect(SLAB_BYTES));
        return (long) (slabs.size() - 1) << 32;
    }

    /** The bytes numbered from {@code at}, so many, to be read; the buffer is the pool's and good until the next call. */
    ByteBuffer bytes(long at, int length) {
        ByteBuffer slab = slabs.get((int) (at >>> 32));
        int offset = (int) at;
        return slab.limit(offset + length).position(offset);
    }

    @Override
    public void copyIn(byte[] source, int from, int to, long at) {
        slabs.get((int) (at >>> 32)).clear().put((int) at, source, from, to - from);
    }

    @Override
    public long allocatedBytes() {
        return (long) slabs.size() * SLAB_BYTES;
    }

    @Override
    public void close() {
        slabs.clear();
    }
}
