package ringfort.server.metrics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import ringfort.api.Metric;
import ringfort.budget.Phase;
import ringfort.h2.Excess;

/** The sums over all workers, as the server publishes them. */
public final class CounterMetrics {
    private static final double NANOS = 1e-9;

    private final Collection<Counters> all;
    private final List<Metric> metrics = new ArrayList<>();

    private CounterMetrics(Collection<Counters> all) {
        this.all = all;
    }

    public static List<Metric> of(Collection<Counters> all) {
        var sums = new CounterMetrics(all);
        sums.connections();
        sums.memory();
        sums.traffic();
        sums.http2();
        sums.kernel();
        sums.turns();
        sums.deadlines();
        return sums.metrics;
    }

    private void connections() {
        counter("connections_accepted_total", "Connections accepted.", c -> c.accepted);
        counter("connections_rejected_total", "Connections turned away by a limit.", c -> c.rejected);
        counter("accept_failures_total", "Failed accepts, for want of descriptors for example.", c -> c.acceptFailures);
        sample("connections_open", "Connections open now.", Metric.Kind.GAUGE, Map.of(), Counters::open);
        for (CloseReason reason : CloseReason.values()) {
            sample(
                    "connections_closed_total",
                    "Connections closed, by reason.",
                    Metric.Kind.COUNTER,
                    Map.of("reason", lower(reason)),
                    c -> c.closed(reason).get());
        }
    }

    private void memory() {
        String held = "Memory held for peers, by kind; what the send buffers have although none is in use counts.";
        gauge("memory_held_bytes", held, Map.of("kind", "heap"), c -> c.heldBytes);
        gauge("memory_held_bytes", held, Map.of("kind", "send_buffers"), c -> c.bufferBytes);
        for (Shed why : Shed.values()) {
            sample(
                    "connections_shed_total",
                    "Connections given up because memory or places were short, by what they did.",
                    Metric.Kind.COUNTER,
                    Map.of("reason", lower(why)),
                    c -> c.shed(why).get());
        }
    }

    private void gauge(String name, String help, Map<String, String> labels, Function<Counters, Counter> counter) {
        sample(name, help, Metric.Kind.GAUGE, labels, c -> counter.apply(c).get());
    }

    private void traffic() {
        counter("requests_total", "Requests whose head was complete and valid.", c -> c.requests);
        counter("responses_total", "Responses queued.", c -> c.responses);
        counter("received_bytes_total", "Bytes received from peers.", c -> c.receivedBytes);
        sample(
                "sent_bytes_total",
                "Bytes the kernel took for peers.",
                Metric.Kind.COUNTER,
                Map.of(),
                c -> c.sentBytes.get() + c.sentOutside.get());
        counter(
                "tls_on_plain_port_total",
                "Connections closed because their peers spoke TLS to a port that does not.",
                c -> c.tlsOnPlainPort);
        counter("proxy_headers_total", "Headers of the PROXY protocol that were read.", c -> c.proxyHeaders);
        counter(
                "proxy_refused_total",
                "Connections closed because they began with no header of the PROXY protocol, or came from elsewhere.",
                c -> c.proxyRefused);
        counter("defects_total", "Failures of the server itself; one is one too many.", c -> c.defects);
    }

    private void http2() {
        counter("http2_connections_total", "Connections that spoke HTTP/2.", c -> c.h2Connections);
        sample(
                "http2_connections_open",
                "Connections that speak HTTP/2 now.",
                Metric.Kind.GAUGE,
                Map.of(),
                c -> Math.max(0, c.h2Connections.get() - c.h2ConnectionsOver.get()));
        counter("http2_streams_total", "Streams with a request whose head was complete and valid.", c -> c.h2Streams);
        sample(
                "http2_streams_open",
                "Streams that are open, or whose handler has not returned.",
                Metric.Kind.GAUGE,
                Map.of(),
                c -> Math.max(0, c.h2Streams.get() - c.h2StreamsOver.get()));
        counter(
                "http2_streams_reset_total",
                "Streams that were reset, by the peer or by the server, before they were complete.",
                c -> c.h2StreamsReset);
        for (Excess excess : Excess.values()) {
            sample(
                    "http2_excess_total",
                    "Connections ended because of work without use, by the account that was overdrawn.",
                    Metric.Kind.COUNTER,
                    Map.of("account", lower(excess)),
                    c -> c.h2Excess(excess).get());
        }
    }

    private void kernel() {
        counter(
                "sq_full_total",
                "Operations that waited for room in the submission queue.",
                c -> c.submissionQueueFull);
        counter("cq_overflows_total", "Completion queue overflows.", c -> c.completionOverflows);
        counter("buffer_shortages_total", "Receives that found no buffer.", c -> c.bufferShortages);
        counter("unarmed_timers_total", "Timers that waited for room in the submission queue.", c -> c.unarmedTimers);
        counter("stale_completions_total", "Completions of connections that are gone.", c -> c.staleCompletions);
        counter("unknown_completions_total", "Completions nobody asked for.", c -> c.unknownCompletions);
        counter(
                "timer_operations_total",
                "Timer operations submitted: arms, updates, removals.",
                c -> c.timerOperations);
        sample(
                "timers_in_flight",
                "Timer operations in the kernel.",
                Metric.Kind.GAUGE,
                Map.of(),
                c -> c.timersInFlight.get());
        counter("watchdog_interventions_total", "Deadlines enforced beside a stuck worker.", c -> c.interventions);
        counter("watchdog_stuck_total", "Times a handler held a worker until the watchdog noticed.", c -> c.stuck);
        counter("watchdog_taken_over_total", "Virtual threads taken over from a stuck worker.", c -> c.takenOver);
    }

    /** A worker that is long in coming back to the kernel accepts nobody meanwhile, and its deadlines are late. */
    private void turns() {
        String name = "worker_turn_seconds_";
        String help = "Time between two looks of a worker at the kernel, without its sleep.";
        for (int i = 0; i < TurnCounters.MICROS.size(); i++) {
            int bound = i;
            Map<String, String> label = Map.of("le", Double.toString(TurnCounters.MICROS.get(i) / 1e6));
            sample(name + "bucket", help, Metric.Kind.HISTOGRAM, label, c -> c.turns.atMost(bound));
        }
        sample(name + "bucket", help, Metric.Kind.HISTOGRAM, Map.of("le", "+Inf"), c -> c.turns.count());
        sample(name + "sum", help, Metric.Kind.HISTOGRAM, Map.of(), c -> c.turns.nanos.get() * NANOS);
        sample(name + "count", help, Metric.Kind.HISTOGRAM, Map.of(), c -> c.turns.count());
        double longest = 0;
        for (Counters counters : all) {
            longest = Math.max(longest, counters.turns.longestNanos.get() * NANOS);
        }
        metrics.add(new Metric(
                "ringfort_worker_turn_longest_seconds",
                "The longest turn of any worker since the start.",
                Metric.Kind.GAUGE,
                Map.of(),
                longest));
    }

    private void deadlines() {
        byPhase("deadlines_armed_total", "Deadlines armed, by phase.", Metric.Kind.COUNTER, p -> p.armed.get());
        byPhase("deadlines_cleared_total", "Deadlines cleared in time.", Metric.Kind.COUNTER, p -> p.cleared.get());
        byPhase("deadlines_expired_total", "Deadlines that passed.", Metric.Kind.COUNTER, p -> p.expired.get());
        byPhase(
                "connections_in_phase",
                "Connections by phase of the slot.",
                Metric.Kind.GAUGE,
                PhaseCounters::standing);
        for (Phase phase : Phase.values()) {
            lateness(phase);
        }
    }

    /** From the deadline to the moment the worker acted upon it. */
    private void lateness(Phase phase) {
        String help = "How late passed deadlines were noticed.";
        for (int i = 0; i < PhaseCounters.LATE_MILLIS.size(); i++) {
            int bound = i;
            String seconds = Double.toString(PhaseCounters.LATE_MILLIS.get(i) / 1000.0);
            bucket(help, phase, seconds, p -> p.lateAtMost(bound));
        }
        bucket(help, phase, "+Inf", p -> p.expired.get());
        late("sum", help, Map.of("phase", lower(phase)), phase, p -> p.lateNanos.get() * NANOS);
        late("count", help, Map.of("phase", lower(phase)), phase, p -> p.expired.get());
    }

    private void bucket(String help, Phase phase, String bound, ToDoubleFunction<PhaseCounters> value) {
        late("bucket", help, Map.of("phase", lower(phase), "le", bound), phase, value);
    }

    private void late(
            String part, String help, Map<String, String> labels, Phase phase, ToDoubleFunction<PhaseCounters> value) {
        sample(
                "deadline_lateness_seconds_" + part,
                help,
                Metric.Kind.HISTOGRAM,
                labels,
                c -> value.applyAsDouble(c.phase(phase)));
    }

    private void byPhase(String name, String help, Metric.Kind kind, ToDoubleFunction<PhaseCounters> value) {
        for (Phase phase : Phase.values()) {
            sample(name, help, kind, Map.of("phase", lower(phase)), c -> value.applyAsDouble(c.phase(phase)));
        }
    }

    private void counter(String name, String help, Function<Counters, Counter> counter) {
        sample(name, help, Metric.Kind.COUNTER, Map.of(), c -> counter.apply(c).get());
    }

    private void sample(
            String name, String help, Metric.Kind kind, Map<String, String> labels, ToDoubleFunction<Counters> value) {
        double sum = 0;
        for (Counters counters : all) {
            sum += value.applyAsDouble(counters);
        }
        metrics.add(new Metric("ringfort_" + name, help, kind, labels, sum));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
