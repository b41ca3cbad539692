package ringfort.bench.abuse;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * What the polite client's requests came to. Latency is that of right answers, from the moment the request was due. Any
 * thread.
 */
final class PoliteCount {
    private static final long MOST_NANOS = 120_000_000_000L;
    private static final int DIGITS = 3;

    private final Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
    private final Map<String, Integer> faults = new TreeMap<>();
    private final Histogram latency = new Histogram(MOST_NANOS, DIGITS);
    private long repeated;

    /**
     * Counts a request.
     *
     * @param fault what was wrong, in a few words; empty for what is right
     * @param nanos from the moment it was due; negative keeps it out of the latency
     */
    synchronized void add(Outcome outcome, String fault, long nanos) {
        outcomes.merge(outcome, 1L, Long::sum);
        if (!fault.isEmpty()) {
            faults.merge(outcome.name().toLowerCase(Locale.ROOT) + ": " + fault, 1, Integer::sum);
        }
        if (outcome == Outcome.RIGHT && nanos >= 0) {
            latency.recordValue(Math.min(nanos, MOST_NANOS));
        }
    }

    /** A kept connection was closed before the answer began, so that the request was sent once more over a new one. */
    synchronized void addRepeated() {
        repeated++;
    }

    synchronized long of(Outcome outcome) {
        return outcomes.getOrDefault(outcome, 0L);
    }

    synchronized long repeated() {
        return repeated;
    }

    synchronized long all() {
        return outcomes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** In milliseconds; 0 when no answer was right. */
    synchronized double latencyMillis(double percent) {
        return latency.getTotalCount() == 0 ? 0 : latency.getValueAtPercentile(percent) / 1e6;
    }

    /** The faults and how often each was seen, on one line. */
    synchronized String faults() {
        return faults.entrySet().stream()
                .map(fault -> fault.getKey() + " ×" + fault.getValue())
                .collect(Collectors.joining(", "));
    }
}
