package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import ringfort.api.Metric;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Engine;
import ringfort.api.spi.RunningEngine;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;

/** An engine that serves on loopback for one test, and what it counted; ending it audits the counters. */
public final class Served implements AutoCloseable {
    public static final Duration DRAIN = Duration.ofSeconds(5);

    /** The seconds within which every deadline is noticed by the server's own clock; a bound of the lateness histogram. */
    private static final String LATEST = "0.5";

    private final RunningEngine engine;
    private final boolean tls;
    private boolean stopped;
    private boolean latenessMatters = true;
    private boolean overflowsMatter = true;

    private Served(RunningEngine engine, boolean tls) {
        this.engine = engine;
        this.tls = tls;
    }

    /** Starts an engine on a free port of loopback, with one worker unless {@code options} say otherwise. */
    public static Served start(Variant variant, UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes)
            throws IOException {
        return start(variant, variant.engine(), options, routes);
    }

    /** Starts an engine made by the test. */
    public static Served start(
            Variant variant, Engine engine, UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes)
            throws IOException {
        ServerOptions.Builder base = variant.options(ServerOptions.defaults().toBuilder())
                .host("127.0.0.1")
                .port(0)
                .workers(1)
                .lingerTimeout(Duration.ofMillis(200))
                .drainGrace(Duration.ofMillis(100));
        ServerOptions resolved = options.apply(base).build();
        Server server = Server.of(resolved);
        routes.accept(server);
        return new Served(variant.start(engine, resolved, server.application()), variant.speaksTls());
    }

    /** For a test that holds up the server's own clockwork, or loads the machine so that the clockwork may be late. */
    public Served withoutBoundOnLateness() {
        latenessMatters = false;
        return this;
    }

    /** For a test whose completion queue is too small on purpose: it overflows, which loses nothing and is no fault there. */
    public Served withSmallCompletionQueue() {
        overflowsMatter = false;
        return this;
    }

    public RunningEngine engine() {
        return engine;
    }

    public int port() {
        return engine.address().getPort();
    }

    public Peer connect() throws IOException {
        return connect(0);
    }

    /** A peer whose receive buffer is about so large; 0 for the system's own. */
    public Peer connect(int receiveBufferBytes) throws IOException {
        return tls ? Peer.connectTls(port(), receiveBufferBytes) : Peer.connect(port(), receiveBufferBytes);
    }

    /** Whether its clients speak TLS. */
    boolean speaksTls() {
        return tls;
    }

    public SlowPeer connectSlow() throws IOException {
        return connectSlow(0);
    }

    /** A slow peer whose receive buffer is about so large; 0 for the system's own. */
    public SlowPeer connectSlow(int receiveBufferBytes) throws IOException {
        return tls ? SlowPeer.connectTls(port(), receiveBufferBytes) : SlowPeer.connect(port(), receiveBufferBytes);
    }

    /** Asks {@code GET path} on a connection of its own and returns the body. */
    public String get(String path) throws IOException {
        try (Peer peer = connect()) {
            return peer.get(path).reply().text();
        }
    }

    // What it counts.

    /** The value of a metric that is a time. */
    public double seconds(String name) {
        return engine.metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .mapToDouble(Metric::value)
                .max()
                .orElseThrow(() -> new AssertionError("no metric " + name));
    }

    /** The sum of a family over its labels. */
    public long metric(String name) {
        return metric(name, Map.of());
    }

    /** The sum of a family over the labels that are not given. */
    public long metric(String name, Map<String, String> labels) {
        List<Metric> found = engine.metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .filter(metric -> metric.labels().entrySet().containsAll(labels.entrySet()))
                .toList();
        assertTrue(!found.isEmpty(), () -> "no metric " + name + labels);
        return (long) found.stream().mapToDouble(Metric::value).sum();
    }

    public long armed(Phase phase) {
        return metric("ringfort_deadlines_armed_total", label(phase));
    }

    public long cleared(Phase phase) {
        return metric("ringfort_deadlines_cleared_total", label(phase));
    }

    public long expired(Phase phase) {
        return metric("ringfort_deadlines_expired_total", label(phase));
    }

    private long expiredInTime(Phase phase) {
        return metric("ringfort_deadline_lateness_seconds_bucket", Map.of("phase", lower(phase), "le", LATEST));
    }

    public long closed(CloseReason reason) {
        return metric("ringfort_connections_closed_total", Map.of("reason", lower(reason)));
    }

    public long open() {
        return metric("ringfort_connections_open");
    }

    private static Map<String, String> label(Phase phase) {
        return Map.of("phase", lower(phase));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    // Waiting.

    public void awaitOpen(long connections) {
        Await.until(() -> open() == connections, () -> "open connections: " + open() + ", expected " + connections);
    }

    public void awaitExpired(Phase phase, long times) {
        Await.until(() -> expired(phase) >= times, () -> phase + " expired " + expired(phase) + " times, not " + times);
    }

    // Ending.

    public void stop(Duration drain) {
        stopped = true;
        engine.stop(drain);
    }

    /**
     * Stops, and makes sure that the server found no fault with itself: no connection hangs, no completion is astray, no
     * timer is left, no handler is counted that has returned, and every deadline that was armed was either cleared or noticed in time. A connection whose peer is
     * gone must end by itself, so this waits for it before it stops a server that the test has not stopped.
     */
    @Override
    public void close() {
        if (!stopped) {
            try {
                awaitOpen(0);
            } finally {
                stop(DRAIN);
            }
        }
        awaitOpen(0); // a handler that outlived the drain may still be on its way out, and clears its deadline there
        Await.until(() -> metric("ringfort_handlers_running") == 0, () -> "handlers run on, or were counted wrongly");
        assertAll(
                () -> isZero("ringfort_defects_total"),
                () -> isZero("ringfort_stale_completions_total"),
                () -> isZero("ringfort_unknown_completions_total"),
                this::completionsHadRoom,
                () -> isZero("ringfort_timers_in_flight"),
                this::everyDeadlineIsAccountedFor,
                this::everyDeadlineWasNoticedInTime);
    }

    private void isZero(String name) {
        assertEquals(0, metric(name), name);
    }

    private void completionsHadRoom() {
        if (overflowsMatter) {
            isZero("ringfort_cq_overflows_total");
        }
    }

    private void everyDeadlineIsAccountedFor() {
        for (Phase phase : Phase.values()) {
            assertEquals(
                    armed(phase), cleared(phase) + expired(phase), () -> "armed, and cleared or expired: " + phase);
        }
    }

    private void everyDeadlineWasNoticedInTime() {
        if (latenessMatters) {
            for (Phase phase : Phase.values()) {
                assertEquals(expired(phase), expiredInTime(phase), () -> phase + " noticed within " + LATEST + " s");
            }
        }
    }
}
