package ringfort.server.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import ringfort.server.wire.BufferPool;

/** Send buffers in heap arrays: the number of a byte is {@code slab << 32 | offset}. */
public final class HeapBufferPool extends BufferPool {
    private final List<byte[]> slabs = new ArrayList<>();

    @Override
    protected long slab() {
        slabs.add(new byte[SLAB_BYTES]);
        return (long) (slabs.size() - 1) << 32;
    }

    @Override
    public void copyIn(byte[] source, int from, int to, long at) {
        System.arraycopy(source, from, slabs.get((int) (at >>> 32)), (int) at, to - from);
    }

    /** The bytes numbered from {@code at}, so many. */
    public byte[] copyOut(long at, int length) {
        return Arrays.copyOfRange(slabs.get((int) (at >>> 32)), (int) at, (int) at + length);
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
