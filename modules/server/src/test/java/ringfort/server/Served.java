package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import ringfort.api.Metric;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.spi.RunningEngine;

/** An engine that serves on loopback for one test; ending it also checks what it counted about itself. */
public final class Served implements AutoCloseable {
    public static final Duration DRAIN = Duration.ofSeconds(5);

    private final RunningEngine engine;
    private boolean stopped;

    private Served(RunningEngine engine) {
        this.engine = engine;
    }

    /** Starts an engine on a free port of loopback, with one worker unless {@code options} say otherwise. */
    public static Served start(Variant variant, UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes)
            throws IOException {
        ServerOptions.Builder base = variant.options(ServerOptions.defaults().toBuilder())
                .host("127.0.0.1")
                .port(0)
                .workers(1)
                .lingerTimeout(Duration.ofMillis(200));
        ServerOptions resolved = options.apply(base).build();
        Server server = Server.of(resolved);
        routes.accept(server);
        return new Served(variant.start(resolved, server.application()));
    }

    public RunningEngine engine() {
        return engine;
    }

    public int port() {
        return engine.address().getPort();
    }

    public Peer connect() throws IOException {
        return Peer.connect(port());
    }

    /** Asks {@code GET path} on a connection of its own and returns the body. */
    public String get(String path) throws IOException {
        try (Peer peer = connect()) {
            return peer.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n")
                    .reply()
                    .text();
        }
    }

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

    public long metric(String name, Map<String, String> labels) {
        List<Metric> found = engine.metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .filter(metric -> metric.labels().entrySet().containsAll(labels.entrySet()))
                .toList();
        assertTrue(!found.isEmpty(), () -> "no metric " + name + labels);
        return (long) found.stream().mapToDouble(Metric::value).sum();
    }

    public void awaitOpen(long connections) {
        Await.until(
                () -> metric("ringfort_connections_open") == connections,
                () -> "open connections: " + metric("ringfort_connections_open") + ", expected " + connections);
    }

    public void stop(Duration drain) {
        stopped = true;
        engine.stop(drain);
    }

    /** Stops and makes sure that the server found no fault with itself. */
    @Override
    public void close() {
        if (!stopped) {
            stop(DRAIN);
        }
        assertEquals(0, metric("ringfort_defects_total"), "defects");
        assertEquals(0, metric("ringfort_stale_completions_total"), "stale completions");
        assertEquals(0, metric("ringfort_unknown_completions_total"), "unknown completions");
        assertEquals(0, metric("ringfort_cq_overflows_total"), "overflows of the completion queue");
        awaitOpen(0); // a handler that outlived the drain of the threads engine may still be on its way out
    }
}
