package ringfort.server;

import java.util.EnumMap;
import ringfort.budget.Phase;

/** What one worker counts. */
final class Counters {
    final Counter accepted;
    final Counter rejected;
    final Counter acceptFailures;
    final Counter requests;
    final Counter responses;
    final Counter receivedBytes;
    final Counter sentBytes;
    final Counter defects;
    final Counter submissionQueueFull;
    final Counter completionOverflows;
    final Counter bufferShortages;
    final Counter unarmedTimers;
    final Counter timersInFlight;
    final Counter timerOperations;
    final Counter staleCompletions;
    final Counter unknownCompletions;

    // The watchdog's.
    final Counter interventions = new Counter(true);
    final Counter stuck = new Counter(true);
    final Counter takenOver = new Counter(true);
    final Counter sentOutside = new Counter(true);

    final TurnCounters turns = new TurnCounters();

    private final EnumMap<CloseReason, Counter> closed = new EnumMap<>(CloseReason.class);
    private final EnumMap<Phase, PhaseCounters> phases = new EnumMap<>(Phase.class);

    /** @param shared whether more than one thread counts, as in the threads engine */
    Counters(boolean shared) {
        accepted = new Counter(shared);
        rejected = new Counter(shared);
        acceptFailures = new Counter(shared);
        requests = new Counter(shared);
        responses = new Counter(shared);
        receivedBytes = new Counter(shared);
        sentBytes = new Counter(shared);
        defects = new Counter(shared);
        submissionQueueFull = new Counter(shared);
        completionOverflows = new Counter(shared);
        bufferShortages = new Counter(shared);
        unarmedTimers = new Counter(shared);
        timersInFlight = new Counter(shared);
        timerOperations = new Counter(shared);
        staleCompletions = new Counter(shared);
        unknownCompletions = new Counter(shared);
        for (CloseReason reason : CloseReason.values()) {
            closed.put(reason, new Counter(shared));
        }
        for (Phase phase : Phase.values()) {
            phases.put(phase, new PhaseCounters(shared));
        }
    }

    Counter closed(CloseReason reason) {
        return of(closed, reason);
    }

    PhaseCounters phase(Phase phase) {
        return of(phases, phase);
    }

    long open() {
        long open = accepted.get();
        for (Counter counter : closed.values()) {
            open -= counter.get();
        }
        return Math.max(0, open);
    }

    private static <K extends Enum<K>, V> V of(EnumMap<K, V> counters, K key) {
        V value = counters.get(key);
        if (value == null) {
            throw new IllegalStateException("nothing is counted for " + key);
        }
        return value;
    }
}
