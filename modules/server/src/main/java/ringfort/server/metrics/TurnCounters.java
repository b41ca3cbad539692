package ringfort.server.metrics;

import java.util.List;

/** How long a worker's turns were: from one look at the kernel queue to the next, without the time it slept. */
public final class TurnCounters {
    /** Upper bounds of the histogram in microseconds; above the last there is only infinity. */
    public static final List<Integer> MICROS =
            List.of(100, 1_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000);

    private static final long NANOS_PER_MICRO = 1_000L;

    public final Counter nanos = new Counter(false);
    public final Counter longestNanos = new Counter(false);
    private final Counter[] turns = new Counter[MICROS.size() + 1]; // one bucket each, the last for infinity

    public TurnCounters() {
        for (int i = 0; i < turns.length; i++) {
            turns[i] = new Counter(false);
        }
    }

    /** A turn ended that took so long; the worker. */
    public void ended(long turnNanos) {
        int bucket = 0;
        while (bucket < MICROS.size() && turnNanos > MICROS.get(bucket) * NANOS_PER_MICRO) {
            bucket++; // hardly ever: nearly all turns are in the first
        }
        turns[bucket].add(1);
        nanos.add(turnNanos);
        long beyond = turnNanos - longestNanos.get();
        if (beyond > 0) {
            longestNanos.add(beyond);
        }
    }

    /** How many took at most {@code MICROS.get(bound)}; any thread. */
    public long atMost(int bound) {
        long count = 0;
        for (int i = 0; i <= bound; i++) {
            count += turns[i].get();
        }
        return count;
    }

    /** How many there were; any thread. */
    public long count() {
        return atMost(MICROS.size());
    }
}
