package ringfort.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The histogram of lateness is cumulative, as histograms of Prometheus are. */
class PhaseCountersTest {
    private static final int LAST = PhaseCounters.LATE_MILLIS.size() - 1;

    @Test
    void aDeadlineNoticedAtOnceIsInEveryBucket() {
        var counters = new PhaseCounters();
        counters.expired(0);
        assertEquals(1, counters.lateAtMost(0));
        assertEquals(1, counters.lateAtMost(LAST));
        assertEquals(1, counters.expired.get());
    }

    @Test
    void theBoundOfABucketBelongsToIt() {
        var counters = new PhaseCounters();
        int ten = PhaseCounters.LATE_MILLIS.indexOf(10);
        counters.expired(10_000_000);
        counters.expired(10_000_001);
        assertEquals(1, counters.lateAtMost(ten));
        assertEquals(0, counters.lateAtMost(ten - 1));
        assertEquals(2, counters.lateAtMost(ten + 1));
    }

    @Test
    void whatIsLaterThanAllBoundsIsCountedAndSummed() {
        var counters = new PhaseCounters();
        counters.expired(2_000_000_000L);
        assertEquals(0, counters.lateAtMost(LAST));
        assertEquals(1, counters.expired.get());
        assertEquals(2_000_000_000L, counters.lateNanos.get());
    }

    @Test
    void aTimerThatIsEarlyByTheClockIsNotLate() {
        var counters = new PhaseCounters();
        counters.expired(-5);
        assertEquals(0, counters.lateNanos.get());
        assertEquals(1, counters.lateAtMost(0));
    }

    @Test
    void whatStandsIsWhatWasArmedAndNeitherClearedNorExpired() {
        var counters = new PhaseCounters();
        counters.armed.add(5);
        counters.cleared.add(2);
        counters.expired(1);
        assertEquals(2, counters.standing());
    }
}
