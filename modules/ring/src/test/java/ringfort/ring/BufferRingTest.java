package ringfort.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import ringfort.ring.RingFixture.Completion;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;

@ParameterizedClass
@MethodSource("ringfort.ring.RingFixture#variants")
class BufferRingTest {
    private static final int GROUP = 7;
    private final RingFixture f;
    private final BufferRing buffers;

    BufferRingTest(RingOptions options) {
        f = new RingFixture(options);
        buffers = f.bufferRing(GROUP, 4, 16);
    }

    @AfterEach
    void close() {
        f.close();
    }

    @Test
    void aSingleReceiveTakesOneBuffer() {
        int[] pair = f.socketPair();
        f.sqe().recvSelect(pair[1], GROUP, 3, 1);
        f.ring.submit();
        f.send(pair[0], "abcdef");
        assertEquals("abc", receive(false));
        f.sqe().recvSelect(pair[1], GROUP, 0, 1);
        assertEquals("def", receive(false));
        assertEquals(16, buffers.bufferBytes());
        assertEquals(buffers.address(0) + 48, buffers.address(3));
    }

    /** Mistaking ENOBUFS for the end of a connection drops it under load; nothing of the stream may be lost either. */
    @Test
    void multishotEndsWithEnobufsWhenBuffersRunOutAndGoesOnAfterRelease() {
        int[] pair = f.socketPair();
        f.sqe().recvMultishot(pair[1], GROUP, 1);
        f.ring.submit();
        Set<Integer> taken = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            f.send(pair[0], "packet " + i);
            Completion received = f.awaitOne();
            int bufferId = f.batch().bufferId(0);
            assertTrue(f.batch().hasBuffer(0) && received.more(), received::toString);
            assertEquals("packet " + i, RingFixture.text(buffers.memory(), buffers.offset(bufferId), 8));
            assertTrue(taken.add(bufferId), () -> "buffer given out twice: " + bufferId);
        }
        f.send(pair[0], "packet 4");
        Completion starved = f.awaitOne();
        assertEquals(-Errno.ENOBUFS, starved.result());
        assertFalse(starved.more() || f.batch().hasBuffer(0), starved::toString);

        taken.forEach(buffers::release);
        f.sqe().recvMultishot(pair[1], GROUP, 2);
        assertEquals("packet 4", receive(true));
        Libc.shutdown(pair[0], Linux.SHUT_WR);
        Completion end = f.awaitOne();
        assertEquals(0, end.result());
        assertFalse(end.more(), end::toString);
    }

    @Test
    void buffersGoRoundManyTimes() {
        int[] pair = f.socketPair();
        f.sqe().recvMultishot(pair[1], GROUP, 1);
        f.ring.submit();
        for (int i = 0; i < 70_000; i += 7) { // the tail is 16 bits wide: pass its end
            f.send(pair[0], "n" + i);
            assertEquals("n" + i, receive(true));
        }
    }

    @Test
    void groupsOfOneRingAreApart() {
        BufferRing second = f.bufferRing(8, 2, 32);
        int[] pair = f.socketPair();
        f.send(pair[0], "to the second group");
        f.sqe().recvSelect(pair[1], 8, 0, 1);
        Completion received = f.awaitOne();
        assertEquals(
                "to the second group",
                RingFixture.text(second.memory(), second.offset(f.batch().bufferId(0)), received.result()));
        assertEquals(Map.of(2L, -Errno.ENOBUFS), noSuchGroup(pair[1], pair[0]));
    }

    private Map<Long, Integer> noSuchGroup(int to, int from) {
        f.send(from, "nobody");
        f.sqe().recvSelect(to, 99, 0, 2);
        return f.awaitResults(1);
    }

    @Test
    void aTakenGroupAndImpossibleSizesAreRefused() {
        RingUnavailableException taken =
                assertThrows(RingUnavailableException.class, () -> f.ring.bufferRing(GROUP, 4, 16));
        assertEquals(Errno.EEXIST, taken.errno());
        assertThrows(IllegalArgumentException.class, () -> f.ring.bufferRing(1, 3, 16));
        assertThrows(IllegalArgumentException.class, () -> f.ring.bufferRing(1, 65536, 16));
        assertThrows(IllegalArgumentException.class, () -> f.ring.bufferRing(70_000, 4, 16));
        assertThrows(IndexOutOfBoundsException.class, () -> buffers.release(4));
    }

    @Test
    void aClosedGroupIsGoneFromTheKernelAndFromJava() {
        buffers.close();
        buffers.close();
        assertThrows(IllegalStateException.class, () -> RingFixture.text(buffers.memory(), 0, 1));
        assertThrows(IllegalStateException.class, () -> buffers.release(0));
        f.bufferRing(GROUP, 8, 16);
    }

    private String receive(boolean more) {
        Completion received = f.awaitOne();
        assertTrue(received.result() > 0 && f.batch().hasBuffer(0), received::toString);
        assertEquals(more, received.more(), received::toString);
        int bufferId = f.batch().bufferId(0);
        String text = RingFixture.text(buffers.memory(), buffers.offset(bufferId), received.result());
        buffers.release(bufferId);
        return text;
    }
}
