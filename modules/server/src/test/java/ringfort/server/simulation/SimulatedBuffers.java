package ringfort.server.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import ringfort.server.wire.BufferPool;

/**
 * Send buffers in heap arrays, the number of a byte being {@code slab << 32 | offset}. At times there is no memory for more,
 * or none to copy with.
 */
final class SimulatedBuffers extends BufferPool {
    private final Trial trial;
    private final List<byte[]> slabs = new ArrayList<>();
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
        return (long) (slabs.size() - 1) << 32;
    }

    @Override
    public void copyIn(byte[] source, int from, int to, long at) {
        trial.faults().mayFail("copyIn");
        int shift = trial.breaks(Break.BYTES_MIXED_UP) && to - from > 1 ? 1 : 0;
        System.arraycopy(source, from + shift, slabs.get((int) (at >>> 32)), (int) at, to - from - shift);
    }

    byte[] copyOut(long at, int length) {
        return Arrays.copyOfRange(slabs.get((int) (at >>> 32)), (int) at, (int) at + length);
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
        return (long) slabs.size() * SLAB_BYTES;
    }

    @Override
    public void close() {
        slabs.clear();
    }
}
