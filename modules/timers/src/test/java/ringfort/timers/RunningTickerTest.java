package ringfort.timers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Time in which nobody gives a sign of life is left out, but for what is needed to tell. */
final class RunningTickerTest {
    private static final long MS = 1_000_000L;
    private static final long STOP = 4_000 * MS;

    private final ManualTicker machine = new ManualTicker(Long.MAX_VALUE - 1_000 * MS); // wraps soon
    private final RunningTicker ticker = new RunningTicker(machine);
    private final long start = ticker.nanos();

    private long sinceStart() {
        return ticker.nanos() - start;
    }

    private void runFor(long millis) {
        for (long passed = 0; passed < millis; passed += 25) {
            machine.advance(25 * MS);
            ticker.beat();
        }
    }

    @Test
    void itCountsWhileTheProcessRuns() {
        runFor(60_000);
        assertEquals(60_000 * MS, sinceStart());
        assertEquals(0, ticker.absentNanos());
    }

    @Test
    void aStopIsLeftOutWhoeverFindsIt() {
        runFor(1_000);
        machine.advance(STOP);
        assertEquals(1_100 * MS, sinceStart(), "a worker finds it");
        runFor(1_000);
        machine.advance(STOP);
        ticker.beat();
        assertEquals(2_200 * MS, sinceStart(), "the thread that beats finds it");
        assertEquals(2 * (STOP - 100 * MS), ticker.absentNanos());
    }

    @Test
    void itIsLeftOutOnce() {
        machine.advance(STOP);
        for (int i = 0; i < 5; i++) {
            assertEquals(100 * MS, sinceStart());
        }
    }

    /** The thread that beats gets no processor, and others do. */
    @Test
    void aThreadThatRunsWhileNobodyBeatsLosesNextToNothing() {
        for (int i = 1; i <= 10_000; i++) {
            machine.advance(MS);
            assertTrue(sinceStart() >= i * MS - i * MS / 100, "at " + i + " ms: " + sinceStart() + " ns");
        }
    }

    @Test
    void aDelayThatIsNoStopCounts() {
        machine.advance(RunningTicker.ABSENCE_NANOS);
        assertEquals(RunningTicker.ABSENCE_NANOS, sinceStart());
    }

    @Test
    void itNeverStepsBack() {
        var random = new Random(7);
        long last = sinceStart();
        for (int i = 0; i < 100_000; i++) {
            machine.advance((long) (random.nextDouble() * (random.nextInt(20) == 0 ? STOP : 40 * MS)));
            if (random.nextBoolean()) {
                ticker.beat();
            } else {
                long now = sinceStart();
                assertTrue(now >= last, "step " + i);
                last = now;
            }
        }
        assertTrue(ticker.absentNanos() > STOP);
    }
}
