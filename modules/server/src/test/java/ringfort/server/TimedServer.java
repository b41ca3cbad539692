package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import ringfort.api.Metric;
import ringfort.api.Server;
import ringfort.api.ServerOptions;
import ringfort.api.spi.Application;
import ringfort.api.spi.Engine;
import ringfort.api.spi.RunningEngine;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;
import ringfort.timers.Ticker;

/**
 * An engine whose deadlines are a tenth of what a server has, and what it counted about them. Ending it makes sure that
 * nobody hangs and that every deadline that was armed was either cleared or noticed, and noticed in time.
 */
public final class TimedServer implements AutoCloseable {
    public static final Duration HEADER = Duration.ofMillis(400);
    public static final Duration BODY = Duration.ofMillis(1200);
    public static final Duration GRACE = Duration.ofMillis(400);
    public static final Duration IDLE = Duration.ofSeconds(1);
    public static final Duration LINGER = Duration.ofMillis(300);

    /** No deadline is noticed later than this by the server's own clock, however busy the machine is. */
    private static final String LATEST = "0.5";

    private static final long BOUND_NANOS = 10_000_000_000L;

    private final RunningEngine engine;
    private boolean latenessMatters = true;

    private TimedServer(RunningEngine engine) {
        this.engine = engine;
    }

    public static TimedServer start(
            Keeper keeper, UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes) throws IOException {
        ServerOptions.Builder builder = options.apply(scaled());
        return new TimedServer(keeper.start(builder, application(builder, routes)));
    }

    /** Starts an engine made by the test. */
    public static TimedServer start(
            Keeper keeper, Engine engine, UnaryOperator<ServerOptions.Builder> options, Consumer<Server> routes)
            throws IOException {
        ServerOptions.Builder builder = options.apply(scaled());
        return new TimedServer(keeper.start(engine, builder, application(builder, routes)));
    }

    private static ServerOptions.Builder scaled() {
        return ServerOptions.defaults().toBuilder()
                .host("127.0.0.1")
                .port(0)
                .workers(1)
                .headerTimeout(HEADER)
                .bodyTimeout(BODY)
                .bodyGrace(GRACE)
                .bodyMinRate(240)
                .writeGrace(GRACE)
                .writeMinRate(240)
                .idleTimeout(IDLE)
                .lingerTimeout(LINGER);
    }

    private static Application application(ServerOptions.Builder options, Consumer<Server> routes) {
        Server server = Server.of(options.build());
        routes.accept(server);
        return server.application();
    }

    /** For a test that holds up the server's own clockwork. */
    public TimedServer withoutBoundOnLateness() {
        latenessMatters = false;
        return this;
    }

    public int port() {
        return engine.address().getPort();
    }

    public SlowPeer connect() throws IOException {
        return SlowPeer.connect(port(), 0);
    }

    // What it counts.

    /** The sum of a family over the labels that are not given. */
    public long metric(String name, Map<String, String> labels) {
        var found = engine.metrics().stream()
                .filter(metric -> metric.name().equals("ringfort_" + name))
                .filter(metric -> metric.labels().entrySet().containsAll(labels.entrySet()))
                .toList();
        assertTrue(!found.isEmpty(), () -> "no metric " + name + labels);
        return (long) found.stream().mapToDouble(Metric::value).sum();
    }

    public long metric(String name) {
        return metric(name, Map.of());
    }

    public long expired(Phase phase) {
        return metric("deadlines_expired_total", phase(phase));
    }

    public long armed(Phase phase) {
        return metric("deadlines_armed_total", phase(phase));
    }

    public long cleared(Phase phase) {
        return metric("deadlines_cleared_total", phase(phase));
    }

    public long closed(CloseReason reason) {
        return metric("connections_closed_total", Map.of("reason", lower(reason)));
    }

    public long open() {
        return metric("connections_open");
    }

    private static Map<String, String> phase(Phase phase) {
        return Map.of("phase", lower(phase));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    // Waiting.

    public void awaitOpen(long connections) {
        until(() -> open() == connections, () -> "open connections: " + open() + ", not " + connections);
    }

    public void awaitExpired(Phase phase, long times) {
        until(() -> expired(phase) >= times, () -> phase + " expired " + expired(phase) + " times, not " + times);
    }

    public static void until(BooleanSupplier condition, Supplier<String> otherwise) {
        long begin = Ticker.system().nanos();
        while (!condition.getAsBoolean()) {
            if (Ticker.system().nanos() - begin > BOUND_NANOS) {
                throw new AssertionError(otherwise.get());
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Lets time pass in which nothing is expected to happen. */
    public static void pass(Duration time) {
        long begin = Ticker.system().nanos();
        for (long left = time.toNanos();
                left > 0;
                left = time.toNanos() - (Ticker.system().nanos() - begin)) {
            LockSupport.parkNanos(left);
        }
    }

    @Override
    public void close() {
        try {
            awaitOpen(0);
        } finally {
            engine.stop(Duration.ofSeconds(2));
        }
        assertAll(
                () -> assertEquals(0, metric("defects_total"), "defects"),
                () -> assertEquals(0, metric("unknown_completions_total"), "unknown completions"),
                () -> assertEquals(0, metric("timers_in_flight"), "timers in flight"),
                this::everyDeadlineIsAccountedFor,
                this::everyDeadlineWasNoticedInTime);
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
                long inTime = metric("deadline_lateness_seconds_bucket", Map.of("phase", lower(phase), "le", LATEST));
                assertEquals(expired(phase), inTime, () -> phase + " noticed within " + LATEST + " s");
            }
        }
    }
}
