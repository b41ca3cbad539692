package ringfort.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What a peer may do while it sends or takes content: pause, if it has moved enough, and be as slow as the least rate. And
 * what it can gain by that: {@code N} bytes keep a connection waiting for {@code grace + N / rate} in all, and never for longer
 * than the longest pause at once. The formula is that of docs/DEADLINES.md.
 */
final class PausesAndRatesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long GRACE = 10;
    private static final long PAUSE = 60;
    private static final long RATE = 240;

    /** The two directions of one connection, which have the same rule. */
    private enum Way {
        BODY,
        WRITE;

        void waits(Budget budget, boolean waiting, long now) {
            if (this == BODY) {
                budget.waitForBody(waiting, now);
            } else {
                budget.waitForWrite(waiting, now);
            }
        }

        void moved(Budget budget, long bytes, long now) {
            if (this == BODY) {
                budget.received(bytes, now);
            } else {
                budget.sent(bytes, now);
            }
        }

        Phase phase() {
            return this == BODY ? Phase.BODY : Phase.WRITE;
        }
    }

    private static final class Slot implements DeadlineSlot {
        @Nullable Phase phase;

        long atNanos;

        @Override
        public void arm(Phase armed, long deadlineNanos) {
            phase = armed;
            atNanos = deadlineNanos;
        }

        @Override
        public void clear() {
            phase = null;
        }
    }

    private final Slot slot = new Slot();

    private Budget begin(Way way, long pause, long rate, long now) {
        var timeouts = new Timeouts(
                0, pause * SECOND, GRACE * SECOND, rate, 0, pause * SECOND, GRACE * SECOND, rate, 60 * SECOND, 0);
        var budget = new Budget(timeouts, slot);
        budget.headComplete(way == Way.BODY, now);
        way.waits(budget, true, now);
        budget.publish();
        return budget;
    }

    /** By how many seconds the deadline is ahead. */
    private double left(Budget budget, long now) {
        budget.publish();
        assertNotNull(slot.phase);
        return (slot.atNanos - now) / (double) SECOND;
    }

    @Test
    void aPeerThatHasMovedNothingHasTheGrace() {
        for (Way way : Way.values()) {
            assertEquals(GRACE, left(begin(way, PAUSE, RATE, 0), 0), way.toString());
        }
    }

    @Test
    void aPeerThatHasMovedMuchMayPauseAgainAndAgain() {
        for (Way way : Way.values()) {
            Budget budget = begin(way, PAUSE, RATE, 0);
            long now = 0;
            for (int i = 0; i < 10; i++) {
                way.moved(budget, 200_000_000, now);
                assertEquals(PAUSE, left(budget, now), way + ", no more is kept, however much it was");
                now += (PAUSE - 1) * SECOND;
                assertEquals(-1, budget.lateNanos(way.phase(), now), way.toString());
            }
            assertEquals(0, budget.lateNanos(way.phase(), now + SECOND), way.toString());
        }
    }

    @Test
    void whatWasMovedEarnsWhatItTakesAtTheLeastRate() {
        for (Way way : Way.values()) {
            Budget budget = begin(way, PAUSE, RATE, 0);
            way.moved(budget, 10 * RATE, 0);
            assertEquals(GRACE + 10, left(budget, 0), way.toString());
        }
    }

    /** 100 kB/s for an hour, in pieces of 100 kB. */
    @Test
    void aSteadyPeerIsNeverLateHoweverLongItTakes() {
        for (Way way : Way.values()) {
            Budget budget = begin(way, PAUSE, RATE, 0);
            for (long second = 1; second <= 3600; second++) {
                assertEquals(-1, budget.lateNanos(way.phase(), second * SECOND), way + " at " + second);
                way.moved(budget, 100_000, second * SECOND);
            }
        }
    }

    /** A kernel opens the window of a slow reader in steps: at 5,000 B/s one of 64 KiB takes 13 seconds. */
    @Test
    void theKernelsStepsAreNotPauses() {
        int stepBytes = 64 * 1024;
        for (Way way : Way.values()) {
            Budget budget = begin(way, PAUSE, RATE, 0);
            way.moved(budget, stepBytes, 0); // what its buffer takes at first
            for (long step = 1; step <= 300; step++) {
                long now = step * stepBytes * SECOND / 5_000;
                assertEquals(-1, budget.lateNanos(way.phase(), now), way + ", step " + step);
                way.moved(budget, stepBytes, now);
            }
        }
    }

    /** Whatever a peer does with its bytes, and however it is waited for in between. */
    @Test
    void nobodyKeepsAConnectionWaitingForLongerThanItsBytesAreWorth() {
        for (int seed = 0; seed < 2_000; seed++) {
            var random = new Random(seed * 0x9E3779B97F4A7C15L);
            Way way = Way.values()[seed % 2];
            long pause = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(100);
            long now = random.nextLong();
            Budget budget = begin(way, pause, RATE, now);
            double waited = 0;
            double atOnce = 0;
            long bytes = 0;
            boolean waiting = true;
            for (int step = 0; step < 100; step++) {
                long passes = (long) (random.nextDouble() * 20 * SECOND);
                if (waiting) {
                    double most = left(budget, now);
                    boolean late = passes / (double) SECOND >= most;
                    double more = Math.min(passes / (double) SECOND, most);
                    waited += more;
                    atOnce += more;
                    String what = "seed " + seed + ": " + waited + " s for " + bytes + " bytes";
                    assertTrue(waited <= GRACE + bytes / (double) RATE + 1e-3, what);
                    assertTrue(pause == 0 || atOnce <= pause + 1e-3, what + ", " + atOnce + " s at once");
                    if (late) {
                        break;
                    }
                }
                now += passes;
                switch (random.nextInt(3)) {
                    case 0 -> {
                        int moved = random.nextInt(random.nextBoolean() ? 3_000 : 200_000);
                        way.moved(budget, moved, now);
                        bytes += moved;
                        atOnce = moved == 0 ? atOnce : 0;
                    }
                    case 1 -> {
                        waiting = !waiting;
                        way.waits(budget, waiting, now);
                        budget.publish();
                    }
                    default -> {}
                }
            }
        }
    }

    @Test
    void withoutARateTheTimeForABodyIsTheWaitingInAll() {
        Budget budget = begin(Way.BODY, PAUSE, 0, 0);
        assertEquals(PAUSE, left(budget, 0));
        budget.received(1_000_000, 5 * SECOND);
        assertEquals(PAUSE - 5, left(budget, 5 * SECOND));
    }

    @Test
    void withoutARateAResponseHasNoTime() {
        begin(Way.WRITE, PAUSE, 0, 0);
        assertNull(slot.phase);
    }

    /** So that an object that serves one connection after another does not lend to one what another has earned. */
    @Test
    void eachResponseBeginsWithTheGrace() {
        Budget budget = begin(Way.WRITE, PAUSE, RATE, 0);
        budget.sent(1_000_000, 0);
        budget.responseDone();
        assertEquals(PAUSE, left(budget, 0), "the peer has not taken it yet");
        budget.waitForWrite(false, 0);
        assertTrue(budget.isAtRest());
        budget.waitForWrite(true, 20 * SECOND);
        assertEquals(GRACE, left(budget, 20 * SECOND));
    }
}
