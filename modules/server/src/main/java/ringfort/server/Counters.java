package ringfort.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import ringfort.api.Metric;
import ringfort.h1.Phase;

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
    final Counter staleCompletions;
    final Counter unknownCompletions;
    private final EnumMap<CloseReason, Counter> closed = new EnumMap<>(CloseReason.class);
    private final EnumMap<Phase, Counter> expired = new EnumMap<>(Phase.class);
    private final EnumMap<Phase, Counter> latenessNanos = new EnumMap<>(Phase.class);

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
        staleCompletions = new Counter(shared);
        unknownCompletions = new Counter(shared);
        for (CloseReason reason : CloseReason.values()) {
            closed.put(reason, new Counter(shared));
        }
        for (Phase phase : Phase.values()) {
            expired.put(phase, new Counter(shared));
            latenessNanos.put(phase, new Counter(shared));
        }
    }

    void closed(CloseReason reason) {
        count(closed, reason).add(1);
    }

    void expired(Phase phase, long lateNanos) {
        count(expired, phase).add(1);
        count(latenessNanos, phase).add(Math.max(0, lateNanos));
    }

    long open() {
        long open = accepted.get();
        for (Counter counter : closed.values()) {
            open -= counter.get();
        }
        return Math.max(0, open);
    }

    private static <K extends Enum<K>> Counter count(EnumMap<K, Counter> counters, K key) {
        Counter counter = counters.get(key);
        if (counter == null) {
            throw new IllegalStateException("no counter for " + key);
        }
        return counter;
    }

    /** The sums over all workers, as the server publishes them. */
    static List<Metric> metrics(Collection<Counters> all) {
        List<Metric> metrics = new ArrayList<>();
        var sum = new Sums(all, metrics);
        sum.counter("ringfort_connections_accepted_total", "Connections accepted.", c -> c.accepted);
        sum.counter("ringfort_connections_rejected_total", "Connections turned away by a limit.", c -> c.rejected);
        sum.counter("ringfort_accept_failures_total", "Failed accepts, EMFILE for example.", c -> c.acceptFailures);
        sum.gauge("ringfort_connections_open", "Connections open now.", Counters::open);
        sum.counter("ringfort_requests_total", "Requests whose head was complete and valid.", c -> c.requests);
        sum.counter("ringfort_responses_total", "Responses queued.", c -> c.responses);
        sum.counter("ringfort_received_bytes_total", "Bytes received from peers.", c -> c.receivedBytes);
        sum.counter("ringfort_sent_bytes_total", "Bytes the kernel took for peers.", c -> c.sentBytes);
        sum.counter("ringfort_defects_total", "Failures of the server itself; one is one too many.", c -> c.defects);
        sum.counter("ringfort_sq_full_total", "Operations that waited for a turn.", c -> c.submissionQueueFull);
        sum.counter("ringfort_cq_overflows_total", "Completion queue overflows.", c -> c.completionOverflows);
        sum.counter("ringfort_buffer_shortages_total", "Receives that found no buffer.", c -> c.bufferShortages);
        sum.counter("ringfort_unarmed_timers_total", "Timers that waited for a turn.", c -> c.unarmedTimers);
        sum.counter("ringfort_stale_completions_total", "Completions of connections gone.", c -> c.staleCompletions);
        sum.counter("ringfort_unknown_completions_total", "Completions nobody asked for.", c -> c.unknownCompletions);
        for (CloseReason reason : CloseReason.values()) {
            sum.labelled(
                    "ringfort_connections_closed_total",
                    "Connections closed, by reason.",
                    Map.of("reason", reason.name().toLowerCase(Locale.ROOT)),
                    c -> count(c.closed, reason).get());
        }
        for (Phase phase : Phase.values()) {
            Map<String, String> label = Map.of("phase", phase.name().toLowerCase(Locale.ROOT));
            sum.labelled(
                    "ringfort_deadlines_expired_total",
                    "Deadlines that passed, by phase.",
                    label,
                    c -> count(c.expired, phase).get());
        }
        for (Phase phase : Phase.values()) {
            Map<String, String> label = Map.of("phase", phase.name().toLowerCase(Locale.ROOT));
            sum.labelled(
                    "ringfort_deadline_lateness_nanoseconds_total",
                    "How late expired deadlines were noticed, in all.",
                    label,
                    c -> count(c.latenessNanos, phase).get());
        }
        return metrics;
    }

    private record Sums(Collection<Counters> all, List<Metric> target) {
        void counter(String name, String help, Function<Counters, Counter> counter) {
            labelled(name, help, Map.of(), c -> counter.apply(c).get());
        }

        void gauge(String name, String help, ToLongFunction<Counters> value) {
            add(name, help, Metric.Kind.GAUGE, Map.of(), value);
        }

        void labelled(String name, String help, Map<String, String> labels, ToLongFunction<Counters> value) {
            add(name, help, Metric.Kind.COUNTER, labels, value);
        }

        private void add(
                String name,
                String help,
                Metric.Kind kind,
                Map<String, String> labels,
                ToLongFunction<Counters> value) {
            long sum = 0;
            for (Counters counters : all) {
                sum += value.applyAsLong(counters);
            }
            target.add(new Metric(name, help, kind, labels, sum));
        }
    }
}
