package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.server.exchange.ServerContext;
import ringfort.server.exchange.ThreadUse;
import ringfort.server.metrics.Notices;
import ringfort.timers.Ticker;

/** A worker outlives turns that throw although nothing should: where no memory is left, compiled code may throw anywhere. */
@Timeout(30)
class WorkerLifeTest {
    private static final int TURNS = 40;

    /** A worker that does so many turns, some of which fail. */
    private static final class Turning extends WorkerLife {
        private final IntFunction<@Nullable Error> failures;
        private int turns;
        private int wakings;

        Turning(IntFunction<@Nullable Error> failures) {
            super(
                    new ServerContext(
                            ServerOptions.defaults(),
                            Server.http(0).application(),
                            Ticker.system(),
                            new Notices(),
                            () -> ThreadUse.UNKNOWN),
                    new HeapBufferPool(),
                    "turning worker");
            this.failures = failures;
        }

        @Override
        void turn() {
            Error failure = failures.apply(++turns);
            if (failure != null) {
                throw failure;
            }
            failures().looked();
        }

        @Override
        boolean isOver() {
            return turns == TURNS;
        }

        @Override
        void endSleep() {
            wakings++;
        }

        @Override
        protected void open() {}

        @Override
        protected void release() {}

        @Override
        protected void pause(long nanos) {}

        @Override
        void readClock() {}

        @Override
        void abandonAll() {}

        @Override
        void handOver() {
            throw new OutOfMemoryError("on purpose");
        }
    }

    private static Turning live(IntFunction<@Nullable Error> failures) throws InterruptedException {
        var worker = new Turning(failures);
        worker.start();
        worker.thread().join();
        worker.context().notices().close();
        return worker;
    }

    @Test
    void aTurnThatFailsIsFollowedByOthers() throws InterruptedException {
        Turning worker = live(turn -> turn % 3 == 0 ? new StackOverflowError("on purpose") : null);
        assertEquals(TURNS, worker.turns);
        assertEquals(TURNS / 3, worker.wakings);
        assertNull(worker.failures().end());
    }

    @Test
    void aJvmWithoutMemoryEndsNoWorkerHoweverOftenItSaysSo() throws InterruptedException {
        Turning worker = live(_ -> new OutOfMemoryError("on purpose"));
        assertEquals(TURNS, worker.turns);
        assertNull(worker.failures().end());
    }

    @Test
    void aDefectInEveryTurnEndsTheWorkerWithItsReason() throws InterruptedException {
        var defect = new AssertionError("on purpose");
        Turning worker = live(_ -> defect);
        assertEquals(Failures.MOST_LOOKS, worker.turns);
        assertSame(defect, worker.failures().end());
    }
}
