package ringfort.server.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.server.loop.HeapBufferPool;

class OutboxTest {
    private final HeapBufferPool pool = new HeapBufferPool();

    @AfterEach
    void closePool() {
        pool.close();
    }

    /** Takes up to {@code most} bytes as a kernel would. */
    private void send(Outbox out, ByteArrayOutputStream sent, int most) {
        int count = Math.min(most, out.length());
        sent.writeBytes(pool.copyOut(out.address(), count));
        out.sent(count);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void bytesComeOutAsTheyWentIn(long seed) {
        Random random = new Random(seed);
        Outbox out = new Outbox(pool);
        ByteArrayOutputStream appended = new ByteArrayOutputStream();
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        for (int i = 0; i < 2_000; i++) {
            if (random.nextInt(3) > 0 && out.queuedBytes() < 1 << 20) {
                byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 200_000 : 3_000)];
                random.nextBytes(bytes);
                int from = random.nextInt(bytes.length + 1);
                appended.write(bytes, from, bytes.length - from);
                if (random.nextBoolean()) {
                    out.appendStable(bytes, from, bytes.length);
                } else {
                    out.append(bytes, from, bytes.length);
                    java.util.Arrays.fill(bytes, (byte) 0); // the caller uses it again
                }
            } else if (!out.isEmpty()) {
                assertTrue(out.length() > 0, "bytes wait, and none stands ready");
                send(out, sent, 1 + random.nextInt(100_000));
            }
            assertEquals(appended.size() - sent.size(), out.queuedBytes());
        }
        while (!out.isEmpty()) {
            send(out, sent, Integer.MAX_VALUE);
        }
        assertArrayEquals(appended.toByteArray(), sent.toByteArray());
    }

    /** A stream of chunks of one octet has a head and an end of chunk for each: three small pieces. */
    @Test
    void smallPiecesThatWaitCostTwiceTheirLengthAtMost() {
        Outbox out = new Outbox(pool);
        for (int i = 0; i < 50_000; i++) {
            out.append(new byte[] {'1', '\r', '\n'}, 0, 3);
            out.appendStable(new byte[] {1}, 0, 1);
            out.append(new byte[] {'\r', '\n'}, 0, 2);
        }
        long most = 2 * (out.queuedBytes() - out.length()) + 1024;
        assertTrue(out.heldBytes() <= most, () -> out.heldBytes() + " bytes for " + out.queuedBytes());
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        while (!out.isEmpty()) {
            send(out, sent, 50_000);
        }
        assertEquals(300_000, sent.size());
        assertEquals(0, out.heldBytes());
    }

    /** An application may answer with one array again and again. */
    @Test
    void anArrayThatManyResponsesShareIsCountedOnce() {
        byte[] shared = new byte[1 << 20];
        Outbox[] outs = new Outbox[10];
        for (int i = 0; i < outs.length; i++) {
            outs[i] = new Outbox(pool);
            outs[i].appendStable(shared, 0, shared.length);
            assertEquals(shared.length, pool.shared().bytes());
            assertEquals(0, outs[i].heldBytes());
        }
        outs[0].appendStable(new byte[100_000], 0, 100_000);
        assertEquals(shared.length + 100_000, pool.shared().bytes());
        for (Outbox out : outs) {
            out.clear();
        }
        assertEquals(0, pool.shared().bytes());
    }

    @Test
    void whileMemoryIsShortALongBodyTakesSmallBuffers() {
        pool.setShort(true);
        Outbox out = new Outbox(pool);
        out.appendStable(new byte[1 << 20], 0, 1 << 20);
        assertEquals(BufferPool.SMALL_BYTES, out.length());
        pool.setShort(false);
        out.sent(out.length());
        assertEquals(BufferPool.LARGE_BYTES, out.length());
    }

    /** The kernel reads from where it was told while more is appended behind. */
    @Test
    void whatIsInFlightStaysWhereItIs() {
        Outbox out = new Outbox(pool);
        out.append(new byte[] {1, 2, 3}, 0, 3);
        long address = out.address();
        out.append(new byte[100_000], 0, 100_000);
        out.appendStable(new byte[100_000], 0, 100_000);
        assertEquals(address, out.address());
        byte[] first = pool.copyOut(address, 3);
        assertArrayEquals(new byte[] {1, 2, 3}, first);
    }

    /** However much waits, a connection has one buffer; and none when nothing waits. */
    @Test
    void aLongBodyTakesOneBufferAndGivesItBack() {
        Outbox out = new Outbox(pool);
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        out.appendStable(new byte[8 << 20], 0, 8 << 20);
        long allocated = pool.allocatedBytes();
        while (!out.isEmpty()) {
            send(out, sent, 10_000);
        }
        assertEquals(8 << 20, sent.size());
        assertEquals(allocated, pool.allocatedBytes());
        for (int i = 0; i < 100; i++) {
            Outbox other = new Outbox(pool);
            other.append(new byte[BufferPool.LARGE_BYTES], 0, BufferPool.LARGE_BYTES);
            other.clear();
            assertTrue(other.isEmpty());
        }
        assertEquals(allocated, pool.allocatedBytes(), "a buffer was not given back");
    }

    @Test
    void buffersOfBothSizesDoNotOverlap() {
        long[] taken = new long[200];
        for (int i = 0; i < taken.length; i++) {
            int bytes = i % 2 == 0 ? BufferPool.SMALL_BYTES : BufferPool.LARGE_BYTES;
            taken[i] = pool.take(bytes);
            for (int other = 0; other < i; other++) {
                int otherBytes = other % 2 == 0 ? BufferPool.SMALL_BYTES : BufferPool.LARGE_BYTES;
                assertTrue(taken[i] + bytes <= taken[other] || taken[other] + otherBytes <= taken[i]);
            }
        }
    }

    /** Where there is no memory for a buffer, there is none to give back: two connections would share it. */
    @Test
    void aBufferThatCouldNotBeTakenIsNotGivenBack() {
        long[] given = {0};
        BufferPool empty = new BufferPool() {
            @Override
            protected long slab() {
                given[0]++;
                throw new OutOfMemoryError("on purpose");
            }

            @Override
            protected void free(long slab) {}

            @Override
            public void copyIn(byte[] source, int from, int to, long at) {}

            @Override
            public void copyOut(long at, byte[] target, int from, int to) {}

            @Override
            public long allocatedBytes() {
                return 0;
            }

            @Override
            public void close() {}
        };
        Outbox out = new Outbox(empty);
        assertThrows(OutOfMemoryError.class, () -> out.append(new byte[10], 0, 10));
        out.clear();
        assertThrows(
                OutOfMemoryError.class, () -> empty.take(BufferPool.SMALL_BYTES), "a buffer was given to the pool");
        assertEquals(2, given[0]);
    }
}
