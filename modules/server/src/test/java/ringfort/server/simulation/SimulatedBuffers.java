package ringfort.server.simulation;

import java.util.HashSet;
import java.util.Set;
import ringfort.server.loop.HeapBufferPool;

/** Send buffers in heap arrays, for which there is at times no memory, or none to copy with. */
final class SimulatedBuffers extends HeapBufferPool {
    private final Trial trial;
    private boolean made; // a slab
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
        if (trial.breaks(Break.BUFFER_GIVEN_TWICE) && made) {
            return 0;
        }
        made = true;
        return super.slab();
    }

    @Override
    public void copyIn(byte[] source, int from, int to, long at) {
        trial.faults().mayFail("copyIn");
        int shift = trial.breaks(Break.BYTES_MIXED_UP) && to - from > 1 ? 1 : 0;
        super.copyIn(source, from + shift, to, at);
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
}
