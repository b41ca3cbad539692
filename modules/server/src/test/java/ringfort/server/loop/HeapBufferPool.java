package ringfort.server.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringfort.server.wire.BufferPool;

/** Send buffers in heap arrays: the number of a byte is {@code slab << 32 | offset}. */
public class HeapBufferPool extends BufferPool {
    private final List<byte @Nullable []> slabs = new ArrayList<>(); // null where a slab was given back
    private int count;

    @Override
    protected long slab() {
        slabs.add(new byte[SLAB_BYTES]);
        count++;
        return (long) (slabs.size() - 1) << 32;
    }

    @Override
    protected void free(long slab) {
        slabs.set((int) (slab >>> 32), null);
        count--;
    }

    private byte[] at(long number) {
        byte[] slab = slabs.get((int) (number >>> 32));
        if (slab == null) {
            throw new IllegalStateException("a send buffer is used whose memory was given back");
        }
        return slab;
    }

    @Override
    public void copyIn(byte[] source, int from, int to, long at) {
        System.arraycopy(source, from, at(at), (int) at, to - from);
    }

    /** The bytes numbered from {@code at}, so many. */
    public byte[] copyOut(long at, int length) {
        return Arrays.copyOfRange(at(at), (int) at, (int) at + length);
    }

    @Override
    public void copyOut(long at, byte[] target, int from, int to) {
        System.arraycopy(at(at), (int) at, target, from, to - from);
    }

    @Override
    public long allocatedBytes() {
        return (long) count * SLAB_BYTES;
    }

    @Override
    public void close() {
        slabs.clear();
    }
}
