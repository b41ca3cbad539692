package ringfort.server.metrics;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import ringfort.api.Metric;

/** What the TLS ports of a server count. Any thread. */
public final class TlsCounters {
    /** How a handshake ended. */
    public enum Outcome {
        /** It finished, and no session was resumed. */
        FULL,
        /** It finished, and an earlier session was resumed. */
        RESUMED,
        /** It did not finish in time. */
        LATE,
        /** The peer went away. */
        VANISHED,
        /** The peer spoke HTTP without TLS. */
        PLAIN_HTTP,
        /** The peer spoke neither TLS nor HTTP. */
        NOT_TLS,
        /** Nothing in common, or a message out of place. */
        REFUSED,
        /** The client's certificate is missing or not trusted. */
        CLIENT_CERTIFICATE,
        /** The peer ended it by an alert. */
        PEER_ALERT,
        /** Too many records or bytes. */
        LIMIT,
        /** Malformed records. */
        PROTOCOL,
        /** A fault of the engine. */
        INTERNAL,
        /** The server ended it: it was stopping, or short of memory. */
        ENDED
    }

    /** Bounds of the histogram of handshakes, in milliseconds. */
    private static final List<Integer> MILLIS = List.of(1, 2, 5, 10, 25, 50, 100, 250, 1000, 5000);

    private static final double NANOS = 1e-9;

    private final EnumMap<Outcome, Counter> outcomes = new EnumMap<>(Outcome.class);
    private final Map<String, LongAdder> protocols = new ConcurrentHashMap<>(); // two at most
    private final Map<String, LongAdder> suites = new ConcurrentHashMap<>(); // nine at most
    private final List<Counter> atMost = new ArrayList<>();
    private final Counter finished = new Counter(true);
    private final Counter finishedNanos = new Counter(true);

    /** Connections that were ended after their handshake, by a limit or by records that are wrong. */
    public final Counter failedLater = new Counter(true);

    /** Connections whose peers ended them without close_notify while something was under way. */
    public final Counter truncated = new Counter(true);

    /** Certificates that were exchanged because their files had changed. */
    public final Counter reloads = new Counter(true);

    /** Changed files that could not be used. */
    public final Counter badReloads = new Counter(true);

    /** Nothing is counted yet. */
    public TlsCounters() {
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(outcome, new Counter(true));
        }
        MILLIS.forEach(_ -> atMost.add(new Counter(true)));
    }

    /** A handshake ended, and did not finish. */
    public void ended(Outcome outcome) {
        Counter counter = outcomes.get(outcome);
        if (counter != null) {
            counter.add(1);
        }
    }

    /** A handshake finished, so long after its first byte. */
    public void finished(boolean resumed, String protocol, String suite, long nanos) {
        ended(resumed ? Outcome.RESUMED : Outcome.FULL);
        protocols.computeIfAbsent(protocol, _ -> new LongAdder()).increment();
        suites.computeIfAbsent(suite, _ -> new LongAdder()).increment();
        finished.add(1);
        finishedNanos.add(nanos);
        for (int i = 0; i < MILLIS.size(); i++) {
            if (nanos <= MILLIS.get(i) * 1_000_000L) {
                atMost.get(i).add(1);
            }
        }
    }

    /** What is published. */
    public List<Metric> metrics() {
        List<Metric> all = new ArrayList<>();
        outcomes.forEach((outcome, counter) -> all.add(counter(
                "handshakes_total",
                "TLS handshakes, by how they ended.",
                Map.of("outcome", outcome.name().toLowerCase(Locale.ROOT)),
                counter.get())));
        protocols.forEach((protocol, count) -> all.add(counter(
                "protocols_total",
                "TLS handshakes that finished, by version.",
                Map.of("protocol", protocol),
                count.sum())));
        suites.forEach((suite, count) -> all.add(counter(
                "suites_total",
                "TLS handshakes that finished, by cipher suite.",
                Map.of("suite", suite),
                count.sum())));
        histogram(all);
        all.add(counter(
                "failures_total",
                "Connections ended for what their peers sent after the TLS handshake.",
                Map.of(),
                failedLater.get()));
        all.add(counter(
                "truncated_total",
                "Connections that peers ended without close_notify while something was under way.",
                Map.of(),
                truncated.get()));
        String help = "Changes of certificate files, by what came of them.";
        all.add(counter("reloads_total", help, Map.of("outcome", "reloaded"), reloads.get()));
        all.add(counter("reloads_total", help, Map.of("outcome", "kept"), badReloads.get()));
        return all;
    }

    private void histogram(List<Metric> all) {
        String help = "Time from the first byte of a TLS connection until its handshake had finished.";
        for (int i = 0; i < MILLIS.size(); i++) {
            String bound = Double.toString(MILLIS.get(i) / 1000.0);
            all.add(part(
                    "bucket", help, Map.of("le", bound), (double) atMost.get(i).get()));
        }
        all.add(part("bucket", help, Map.of("le", "+Inf"), (double) finished.get()));
        all.add(part("sum", help, Map.of(), finishedNanos.get() * NANOS));
        all.add(part("count", help, Map.of(), (double) finished.get()));
    }

    private static Metric part(String part, String help, Map<String, String> labels, double value) {
        return new Metric("ringfort_tls_handshake_seconds_" + part, help, Metric.Kind.HISTOGRAM, labels, value);
    }

    private static Metric counter(String name, String help, Map<String, String> labels, long value) {
        return new Metric("ringfort_tls_" + name, help, Metric.Kind.COUNTER, labels, (double) value);
    }
}
