package ringfort.server.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ringfort.server.wire.BufferPool;

/**
 * Send buffers in heap arrays, the number of a byte being {@code slab << 32 | offset}. At times there is no memory for more,
 * or none to copy with.
 */
final class SimulatedBuffers extends BufferPool {
    private final Trial trial;
    private final List<byte @Nullable []> slabs = new ArrayList<>(); // null where a slab was given back
    private int count;
    private boolean counting;

    SimulatedBuffers(Trial trial) {
        this.trial = trial;
    }

    @Override
    protected long slab() {
        if (counting) {
            throw new SeedOver("no buffer is left");
        }
        trial.faults().mayFail("slab");
        if (trial.breaks(Break.BUFFER_GIVEN_TWICE) && !slabs.isEmpty()) {
            return 0;
        }
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
        trial.faults().mayFail("copyIn");
        int shift = trial.breaks(Break.BYTES_MIXED_UP) && to - from > 1 ? 1 : 0;
        System.arraycopy(source, from + shift, at(at), (int) at, to - from - shift);
    }

    byte[] copyOut(long at, int length) {
        return Arrays.copyOfRange(at(at), (int) at, (int) at + length);
    }

    /** Takes out all buffers there are: each once, and together all memory there is; at the end of a seed. */
    void checkThatAllAreBack() {
        counting = true;
        Set<Long> seen = new HashSet<>();
        long bytes = drain(SMALL_BYTES, seen) + drain(LARGE_BYTES, seen);
        if (bytes != allocatedBytes()) {
            trial.fail("send buffers of " + allocatedBytes() + " bytes were made, and " + bytes + " came back");
        }
    }

    private long drain(int size, Set<Long> seen) {
        long bytes = 0;
        try {
            while (true) {
                long buffer = take(size);
                if (!seen.add(buffer)) {
                    trial.fail("a send buffer was given back twice");
                }
                bytes += size;
            }
        } catch (SeedOver _) {
            return bytes;
        }
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
