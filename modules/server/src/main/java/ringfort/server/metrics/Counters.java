package ringfort.server.metrics;

import java.util.EnumMap;
import ringfort.budget.Phase;
import ringfort.h2.Excess;

/** What one worker counts. */
public final class Counters {
    public final Counter accepted;
    public final Counter rejected;
    public final Counter acceptFailures;
    public final Counter requests;
    public final Counter responses;
    public final Counter receivedBytes;
    public final Counter sentBytes;
    public final Counter tlsOnPlainPort;
    public final Counter proxyHeaders;
    public final Counter proxyRefused;
    public final Counter defects;
    public final Counter submissionQueueFull;
    public final Counter completionOverflows;
    public final Counter bufferShortages;
    public final Counter unarmedTimers;
    public final Counter timersInFlight;
    public final Counter timerOperations;
    public final Counter staleCompletions;
    public final Counter unknownCompletions;
    public final Counter heldBytes; // of the heap, for peers
    public final Counter usedBufferBytes; // send buffers that connections have
    public final Counter bufferBytes; // all send buffers there are

    // HTTP/2.
    public final Counter h2Connections = new Counter(false);
    public final Counter h2ConnectionsOver = new Counter(false);
    public final Counter h2Streams = new Counter(false);
    public final Counter h2StreamsOver = new Counter(false); // closed, and the handler has returned
    public final Counter h2StreamsReset = new Counter(false);

    // The watchdog's.
    public final Counter interventions = new Counter(true);
    public final Counter stuck = new Counter(true);
    public final Counter takenOver = new Counter(true);
    public final Counter sentOutside = new Counter(true);

    public final TurnCounters turns = new TurnCounters();

    private final EnumMap<CloseReason, Counter> closed = new EnumMap<>(CloseReason.class);
    private final EnumMap<Excess, Counter> h2Excess = new EnumMap<>(Excess.class);
    private final EnumMap<Shed, Counter> shed = new EnumMap<>(Shed.class);
    private final EnumMap<Phase, PhaseCounters> phases = new EnumMap<>(Phase.class);

    /** Nothing is counted yet. */
    public Counters() {
        accepted = new Counter(false);
        rejected = new Counter(false);
        acceptFailures = new Counter(false);
        requests = new Counter(false);
        responses = new Counter(false);
        receivedBytes = new Counter(false);
        sentBytes = new Counter(false);
        tlsOnPlainPort = new Counter(false);
        proxyHeaders = new Counter(false);
        proxyRefused = new Counter(false);
        defects = new Counter(true); // the watchdog and handlers' threads meet some
        submissionQueueFull = new Counter(false);
        completionOverflows = new Counter(false);
        bufferShortages = new Counter(false);
        unarmedTimers = new Counter(false);
        timersInFlight = new Counter(false);
        timerOperations = new Counter(false);
        staleCompletions = new Counter(false);
        unknownCompletions = new Counter(false);
        heldBytes = new Counter(false);
        usedBufferBytes = new Counter(false);
        bufferBytes = new Counter(false);
        for (Excess excess : Excess.values()) {
            h2Excess.put(excess, new Counter(false));
        }
        for (Shed why : Shed.values()) {
            shed.put(why, new Counter(false));
        }
        for (CloseReason reason : CloseReason.values()) {
            closed.put(reason, new Counter(false));
        }
        for (Phase phase : Phase.values()) {
            phases.put(phase, new PhaseCounters());
        }
    }

    public Counter closed(CloseReason reason) {
        return of(closed, reason);
    }

    public Counter shed(Shed why) {
        return of(shed, why);
    }

    public Counter h2Excess(Excess excess) {
        return of(h2Excess, excess);
    }

    public PhaseCounters phase(Phase phase) {
        return of(phases, phase);
    }

    public long open() {
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
