package ringfort.server.metrics;

import java.util.List;

/** What one worker counts of the deadlines of one phase. */
public final class PhaseCounters {
    /** Upper bounds of the lateness histogram in milliseconds; above the last there is only infinity. */
    public static final List<Integer> LATE_MILLIS = List.of(1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500, 1000);

    private static final long NANOS_PER_MILLI = 1_000_000L;

    public final Counter armed;
    public final Counter cleared;
    public final Counter expired;
    public final Counter lateNanos;
    private final List<Counter> late;

    public PhaseCounters() {
        armed = new Counter(false);
        cleared = new Counter(false);
        expired = new Counter(false);
        lateNanos = new Counter(false);
        late = LATE_MILLIS.stream().map(_ -> new Counter(false)).toList();
    }

    /** A deadline passed, and was noticed so much later. */
    public void expired(long nanosLate) {
        expired.add(1);
        lateNanos.add(Math.max(0, nanosLate));
        for (int i = late.size() - 1; i >= 0 && nanosLate <= LATE_MILLIS.get(i) * NANOS_PER_MILLI; i--) {
            late.get(i).add(1);
        }
    }

    /** How many were at most {@code LATE_MILLIS.get(bound)} late. */
    public long lateAtMost(int bound) {
        return late.get(bound).get();
    }

    /** How many are armed now. */
    public long standing() {
        return Math.max(0, armed.get() - cleared.get() - expired.get());
    }
}
