package ringfort.server.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a peak has taken is given back, and nothing that is in use. */
class BufferPoolTest {
    private final NumberedPool pool = new NumberedPool();
    private long nowNanos = Long.MAX_VALUE - BufferPool.TRIM_NANOS; // the clock may wrap

    /** Memory that is only numbers. */
    private static final class NumberedPool extends BufferPool {
        private final Set<Long> slabs = new HashSet<>();
        private long next;

        @Override
        protected long slab() {
            next += SLAB_BYTES;
            slabs.add(next);
            return next;
        }

        @Override
        protected void free(long slab) {
            assertTrue(slabs.remove(slab), "given back twice");
        }

        @Override
        public void copyIn(byte[] source, int from, int to, long at) {
            assertTrue(slabs.contains(at - at % SLAB_BYTES), "memory is used that was given back");
        }

        @Override
        public void copyOut(long at, byte[] target, int from, int to) {
            assertTrue(slabs.contains(at - at % SLAB_BYTES), "memory is used that was given back");
        }

        @Override
        public long allocatedBytes() {
            return (long) slabs.size() * SLAB_BYTES;
        }

        @Override
        public void close() {}
    }

    private List<Long> take(int count, int bytes) {
        List<Long> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(pool.take(bytes));
        }
        return taken;
    }

    private void give(List<Long> buffers, int bytes) {
        buffers.forEach(buffer -> pool.give(buffer, bytes));
        buffers.clear();
    }

    /** A worker's turns through so much time. */
    private void pass(long nanos) {
        for (long end = nowNanos + nanos; nowNanos - end < 0; nowNanos += BufferPool.TRIM_NANOS / 100) {
            pool.trim(nowNanos);
        }
    }

    @Test
    void aPeakIsGivenBackWithinThreePeriods() {
        List<Long> readers = take(1000, BufferPool.LARGE_BYTES);
        List<Long> others = take(1000, BufferPool.SMALL_BYTES);
        pass(10 * BufferPool.TRIM_NANOS);
        assertEquals(1000L * BufferPool.LARGE_BYTES + 1000 * BufferPool.SMALL_BYTES, pool.usedBytes());
        give(readers, BufferPool.LARGE_BYTES);
        give(others, BufferPool.SMALL_BYTES);
        assertTrue(pool.allocatedBytes() > 60 << 20);
        assertTrue(pool.trimWaitNanos(nowNanos) <= BufferPool.TRIM_NANOS, "a worker that sleeps gives nothing back");
        pass(3 * BufferPool.TRIM_NANOS);
        assertEquals(2 * BufferPool.SLAB_BYTES, pool.allocatedBytes());
        assertEquals(0, pool.usedBytes());
        assertEquals(Long.MAX_VALUE, pool.trimWaitNanos(nowNanos), "a worker wakes for nothing");
    }

    @Test
    void whatIsInUseFromTimeToTimeStays() {
        for (int i = 0; i < 50; i++) {
            List<Long> readers = take(100, BufferPool.LARGE_BYTES);
            pass(BufferPool.TRIM_NANOS / 4);
            give(readers, BufferPool.LARGE_BYTES);
            pass(BufferPool.TRIM_NANOS / 4);
            assertTrue(pool.allocatedBytes() >= 100 * BufferPool.LARGE_BYTES, "given back, and taken again");
        }
    }

    @Test
    void aTurnGivesBackABoundedNumber() {
        give(take(10_000, BufferPool.LARGE_BYTES), BufferPool.LARGE_BYTES);
        long before = pool.allocatedBytes();
        for (int turn = 0; turn < 1000; turn++) {
            pool.trim(nowNanos);
            long given = before - pool.allocatedBytes();
            assertTrue(given <= (long) BufferPool.MOST_TRIMMED * BufferPool.SLAB_BYTES, () -> given + " in one turn");
            before = pool.allocatedBytes();
            nowNanos += BufferPool.TRIM_NANOS / 100;
        }
        assertEquals(BufferPool.SLAB_BYTES, before);
    }

    /** Random use: no buffer is given twice, and none of memory that was given back. */
    @Test
    void noBufferIsGivenTwice() {
        Random random = new Random(1);
        List<Long> taken = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int wanted = random.nextInt(400);
            while (taken.size() < wanted) {
                taken.add(pool.take(BufferPool.LARGE_BYTES));
            }
            while (taken.size() > wanted) {
                pool.give(taken.remove(random.nextInt(taken.size())), BufferPool.LARGE_BYTES);
            }
            pass(BufferPool.TRIM_NANOS / 2);
            Set<Long> all = new HashSet<>(taken);
            assertEquals(taken.size(), all.size());
            byte[] mark = {(byte) i};
            taken.forEach(buffer -> pool.copyIn(mark, 0, 1, buffer));
            assertEquals((long) taken.size() * BufferPool.LARGE_BYTES, pool.usedBytes());
        }
    }
}
