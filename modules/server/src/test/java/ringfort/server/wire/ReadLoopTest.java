package ringfort.server.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One peer cannot keep a turn for itself by sending on: reads are bounded by number and by time. */
class ReadLoopTest {
    private static final byte[] BYTES = new byte[100];

    private final User user = new User();
    private final Source source = new Source();

    /** A socket that never runs dry, unless it is told to. */
    private static final class Source implements ReadLoop.Source {
        final List<Integer> brings = new ArrayList<>(); // then always all
        boolean readable = true;
        int timeForReads = Integer.MAX_VALUE;
        int reads;

        @Nullable IOException failure;

        @Override
        public boolean isReadable() {
            return readable;
        }

        @Override
        public int read() throws IOException {
            reads++;
            if (failure != null) {
                readable = false;
                throw failure;
            }
            int count = brings.isEmpty() ? BYTES.length : brings.removeFirst();
            readable = count == BYTES.length;
            return count;
        }

        @Override
        public byte[] scratch() {
            return BYTES;
        }

        @Override
        public boolean hasTime() {
            return reads < timeForReads;
        }
    }

    private static final class User implements WireUser {
        int wants = Integer.MAX_VALUE;
        int received;
        boolean ended;

        @Nullable IOException failure;

        @Override
        public boolean awaitsHandler() {
            return false;
        }

        @Override
        public boolean wantsRead() {
            return received < wants;
        }

        @Override
        public void received(byte[] buffer, int from, int to) {
            assertSame(BYTES, buffer);
            received += to - from;
        }

        @Override
        public void inputEnded() {
            ended = true;
        }

        @Override
        public void failed(IOException cause) {
            failure = cause;
        }

        @Override
        public long id() {
            return 1;
        }

        @Override
        public boolean hasOutput() {
            return false;
        }

        @Override
        public Outbox out() {
            throw new IllegalStateException();
        }

        @Override
        public boolean wantsFin() {
            return false;
        }

        @Override
        public boolean isGone() {
            return false;
        }

        @Override
        public void touch() {}

        @Override
        public void sendWaits(boolean waits) {}

        @Override
        public void sent(int bytes) {}

        @Override
        public void finSent() {}
    }

    @Test
    void aSocketThatNeverRunsDryIsReadSoOften() {
        ReadLoop.receive(user, source);
        assertEquals(ReadLoop.READS_PER_TURN, source.reads);
        assertEquals(ReadLoop.READS_PER_TURN * BYTES.length, user.received);
    }

    @Test
    void aTurnThatHasTimeForTwoReadsTwice() {
        source.timeForReads = 2;
        ReadLoop.receive(user, source);
        assertEquals(2, source.reads);
    }

    @Test
    void aTurnWithoutTimeReadsNothingAndForgetsNothing() {
        source.timeForReads = 0;
        ReadLoop.receive(user, source);
        assertEquals(0, source.reads);
        assertTrue(source.isReadable());
    }

    @Test
    void aSocketThatRanDryIsLeftAlone() {
        source.brings.addAll(List.of(100, 7));
        ReadLoop.receive(user, source);
        assertEquals(2, source.reads);
        assertEquals(107, user.received);
        ReadLoop.receive(user, source);
        assertEquals(2, source.reads);
    }

    @Test
    void whoWantsNoMoreGetsNoMore() {
        user.wants = 150;
        ReadLoop.receive(user, source);
        assertEquals(200, user.received);
    }

    @Test
    void theEndAndNothingAreTold() {
        source.brings.add(ReadLoop.Source.NOTHING);
        ReadLoop.receive(user, source);
        assertTrue(!user.ended && user.received == 0);
        source.readable = true;
        source.brings.add(ReadLoop.Source.END);
        ReadLoop.receive(user, source);
        assertTrue(user.ended);
    }

    @Test
    void aBrokenConnectionIsToldOnce() {
        source.failure = new IOException("reset");
        ReadLoop.receive(user, source);
        assertSame(source.failure, user.failure);
        assertEquals(1, source.reads);
    }
}
