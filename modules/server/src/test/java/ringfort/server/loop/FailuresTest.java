package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.api.Response;
import ringfort.api.Server;
import ringfort.server.exchange.Urgent;
import ringfort.server.wire.WireUser;

/** What is thrown in one step of a worker's turn, or about one connection, stays there. */
@Timeout(30)
class FailuresTest {
    /** A worker whose look at the kernel fails while a test wants that. */
    private static final class Failing extends FakeWorker {
        private final List<Long> pauses = new ArrayList<>();
        private Throwable failure = new IOException("the kernel refuses");
        private int looksToFail;

        Failing() {
            super(Server.http(0).get("/", _ -> Response.text("here")));
        }

        @Override
        protected void await(boolean mayWait) throws InterruptedException {
            if (looksToFail > 0) {
                looksToFail--;
                raise(failure);
            }
            readClock();
        }

        @SuppressWarnings("unchecked")
        private static <T extends Throwable> void raise(Throwable thrown) throws T {
            throw (T) thrown;
        }

        @Override
        protected void pause(long nanos) {
            pauses.add(nanos);
        }

        long defects() {
            return counters().defects.get();
        }
    }

    private final Failing worker = new Failing();

    @AfterEach
    void endNotices() {
        worker.context().notices().close();
    }

    private static Runnable failing(List<String> done, String name) {
        return () -> {
            done.add(name);
            throw new OutOfMemoryError(name);
        };
    }

    @Test
    void aMessageThatFailsKeepsNoOtherStepFromBeingDone() {
        List<String> done = new ArrayList<>();
        Connection connection = worker.add(new FakeWire() {
            @Override
            public boolean settle(WireUser user) {
                done.add("settled");
                return super.settle(user);
            }
        });
        connection.touch();
        worker.execute(failing(done, "first"));
        worker.execute(() -> done.add("second"));
        worker.turn();
        worker.turn();
        assertEquals(List.of("first", "settled", "second"), done);
        assertEquals(1, worker.defects());
        assertNull(worker.failures().end());
    }

    @Test
    void anUrgentMessageThatFailsLosesNoOther() {
        List<String> done = new ArrayList<>();
        worker.execute(urgent(failing(done, "first")));
        Urgent second = urgent(() -> done.add("second"));
        worker.execute(second);
        worker.execute(second); // it waits already
        worker.turn();
        worker.turn();
        assertEquals(List.of("first", "second"), done);
        worker.execute(second);
        worker.turn();
        assertEquals(List.of("first", "second", "second"), done);
    }

    private static Urgent urgent(Runnable action) {
        return new Urgent() {
            @Override
            protected void arrived() {
                action.run();
            }
        };
    }

    @Test
    void aLookThatFailsIsFollowedByLongerAndLongerPausesAndThenByTheEnd() {
        worker.looksToFail = 100;
        for (int i = 0; i < Failures.MOST_LOOKS; i++) {
            assertNull(worker.failures().end(), "it has not given up yet");
            worker.turn();
        }
        assertSame(worker.failure, worker.failures().end());
        assertEquals(Failures.MOST_LOOKS, worker.pauses.size());
        for (int i = 1; i < worker.pauses.size(); i++) {
            assertEquals(Math.min(500_000_000, 2 * worker.pauses.get(i - 1)), worker.pauses.get(i));
        }
    }

    @Test
    void oneSuccessBeginsTheCountAnew() {
        for (int i = 0; i < 3; i++) {
            worker.looksToFail = Failures.MOST_LOOKS - 1;
            for (int j = 0; j < Failures.MOST_LOOKS; j++) {
                worker.turn();
            }
        }
        assertNull(worker.failures().end());
    }

    /** Memory comes back; a kernel that refuses a call does not. */
    @Test
    void wantOfMemoryNeverMakesAWorkerGiveUp() {
        worker.failure = new OutOfMemoryError("on purpose");
        worker.looksToFail = 100;
        for (int i = 0; i < 100; i++) {
            worker.turn();
        }
        assertNull(worker.failures().end());
    }

    /** The end of a connection fails where memory is short: it is tried again, and the connection leaves. */
    @Test
    void aConnectionThatCannotBeCutAtOnceLeavesLater() {
        int[] resets = {0};
        worker.readClock();
        Connection connection = worker.add(new FakeWire() {
            @Override
            public void resetOnClose() {
                resets[0]++;
                throw new OutOfMemoryError("on purpose");
            }
        });
        worker.counters().accepted.add(1);
        connection.accepted();
        connection.defect(new IllegalStateException("on purpose"));
        worker.turn();
        assertEquals(1, resets[0]);
        assertTrue(connection.isGone());
        assertEquals(0, worker.counters().open());
        assertEquals(2, worker.defects());
    }

    @Test
    void aWorkerThatGivesUpEndsItsConnectionsAndItsThread() throws InterruptedException {
        worker.looksToFail = Integer.MAX_VALUE;
        worker.start();
        worker.thread().join();
        assertNotNull(worker.failures().end());
        worker.execute(() -> {}); // goes elsewhere: nothing here waits for it
    }
}
