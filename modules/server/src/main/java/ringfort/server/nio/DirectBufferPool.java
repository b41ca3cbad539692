package ringfort.server.nio;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringfort.server.wire.BufferPool;
import ringfort.sys.OnWorker;

/**
 * Send buffers in direct memory of the JDK's: the number of a byte is {@code slab << 32 | offset}. One worker only.
 *
 * <p>The garbage collector frees memory that was given back, or whose pool is closed, some time later.
 */
@OnWorker
final class DirectBufferPool extends BufferPool {
    private final List<@Nullable ByteBuffer> slabs = new ArrayList<>(); // null where a slab was given back
    private int count;

    @Override
    protected long slab() {
        ByteBuffer slab = ByteBuffer.allocateDirect(SLAB_BYTES);
        int index = slabs.indexOf(null);
        if (index < 0) {
            index = slabs.size();
            slabs.add(slab);
        } else {
            slabs.set(index, slab);
        }
        count++;
        return (long) index << 32;
    }

    @Override
    protected void free(long slab) {
        slabs.set((int) (slab >>> 32), null);
        count--;
    }

    private ByteBuffer at(long number) {
        ByteBuffer slab = slabs.get((int) (number >>> 32));
        if (slab == null) {
            throw new IllegalStateException("a send buffer is used whose memory was given back");
        }
        return slab;
    }

    /** The bytes numbered from {@code at}, so many, to be read; the buffer is the pool's and good until the next call. */
    ByteBuffer bytes(long at, int length) {
        ByteBuffer slab = at(at);
        int offset = (int) at;
        return slab.limit(offset + length).position(offset);
    }

    @Override
    public void copyIn(byte[] source, int from, int to, long at) {
        at(at).clear().put((int) at, source, from, to - from);
    }

    @Override
    public void copyOut(long at, byte[] target, int from, int to) {
        at(at).clear().get((int) at, target, from, to - from);
    }

    @Override
    public long allocatedBytes() {
        return (long) count * SLAB_BYTES;
    }

    @Override
    public void close() {
        slabs.clear();
        count = 0;
    }
}
