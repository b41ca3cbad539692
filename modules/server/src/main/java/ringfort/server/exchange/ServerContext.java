package ringfort.server.exchange;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ringfort.api.Body;
import ringfort.api.Handler;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.ServerOptions;
import ringfort.api.Upgrade;
import ringfort.api.spi.Application;
import ringfort.api.spi.RequestSource;
import ringfort.api.spi.RouteMatch;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.message.DateHeader;
import ringfort.server.metrics.Counters;
import ringfort.server.metrics.FlightRecorder;
import ringfort.server.metrics.Notices;
import ringfort.timers.RunningTicker;
import ringfort.timers.Ticker;

/** What the connections of one running server share; immutable but for what it counts. Any thread. */
public final class ServerContext {
    private final ServerOptions options;
    private final Application application;
    private final Timeouts timeouts;
    private final Ticker ticker;
    private final Notices notices;
    private final Scheduler scheduler;
    private final HandlerLedger handlers;
    private final HeavyRoutes heavyRoutes;
    private final InstantSource wallClock = InstantSource.system();
    private final DateHeader dateHeader = new DateHeader();
    private volatile boolean isShort; // of memory; written by workers when that changes
    private @Nullable Dated dated; // a racy read finds one immutable value or another

    /**
     * What a server shares that serves {@code application} with these options.
     *
     * @param ticker the clock of all deadlines
     * @param notices closed by the engine when it ends
     * @param usage what the calling thread has used so far, {@link ThreadUse#UNKNOWN} where that cannot be told
     */
    public ServerContext(
            ServerOptions options, Application application, Ticker ticker, Notices notices, Supplier<ThreadUse> usage) {
        this.options = options;
        this.application = application;
        this.ticker = ticker;
        this.notices = notices;
        this.timeouts = timeouts(options);
        this.scheduler = new Scheduler(!options.scheduler().equals("jdk"));
        this.handlers = new HandlerLedger(options.maxHandlers());
        long holdNanos = options.holdThreshold().isZero()
                ? Long.MAX_VALUE
                : options.holdThreshold().toNanos();
        this.heavyRoutes = new HeavyRoutes(
                holdNanos, usage, (mount, heldNanos) -> notices.moved(mount, heldNanos, HeavyRoutes.TIMES));
    }

    /** What the server was started with. */
    public ServerOptions options() {
        return options;
    }

    /** What it serves. */
    public Application application() {
        return application;
    }

    /** How long each phase may take. */
    public Timeouts timeouts() {
        return timeouts;
    }

    /** How long a new connection is waited for in a phase, before its first byte; 0 for ever. */
    public long openingNanos(Phase opening) {
        return opening == Phase.HANDSHAKE ? nanos(options.handshakeTimeout()) : timeouts.headerNanos();
    }

    /** How long connections at rest may still send a request when the server stops. */
    public long drainGraceNanos() {
        return nanos(options.drainGrace());
    }

    /** The clock of all deadlines. */
    public Ticker ticker() {
        return ticker;
    }

    /** The ticker as one that leaves absences of the process out; null where the clock is another. */
    public @Nullable RunningTicker runningTicker() {
        return ticker instanceof RunningTicker running ? running : null;
    }

    /** The kernel's monotonic time for a time of the ticker, as far as is known: the next absence moves it. */
    public long kernelNanos(long nanos) {
        RunningTicker running = runningTicker();
        return running == null ? nanos : nanos + running.absentNanos();
    }

    /** Where the server says what it has to say. */
    public Notices notices() {
        return notices;
    }

    /** Makes handlers' threads. */
    public Scheduler scheduler() {
        return scheduler;
    }

    /** Counts the handlers that run. */
    public HandlerLedger handlers() {
        return handlers;
    }

    /** Moves routes off the workers. */
    public HeavyRoutes heavyRoutes() {
        return heavyRoutes;
    }

    /** Whether the server is short of memory, so that less is queued for peers. */
    public boolean isShort() {
        return isShort;
    }

    /** The server is short of memory, or is not any more; a worker. */
    public void setShort(boolean next) {
        if (isShort != next) {
            isShort = next;
        }
    }

    /** How many workers to run: as asked for, or one per processor. */
    public int workers() {
        return options.workers() > 0 ? options.workers() : Runtime.getRuntime().availableProcessors();
    }

    /** The value of Date until the second is over, so that the wall clock is asked once in a second. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Dated(byte[] value, long untilNanos, long absentNanos) {}

    /** The value of Date at {@code nowNanos} of the ticker. */
    public byte[] date(long nowNanos) {
        Dated current = dated;
        RunningTicker running = runningTicker();
        long absentNanos = running == null ? 0 : running.absentNanos(); // the wall clock went on
        if (current == null || nowNanos - current.untilNanos >= 0 || absentNanos != current.absentNanos) {
            long millis = wallClock.millis();
            long leftMillis = 1_000L - Math.floorMod(millis, 1_000);
            byte[] value = dateHeader.value(Math.floorDiv(millis, 1_000));
            current = new Dated(value, nowNanos + leftMillis * 1_000_000, absentNanos);
            dated = current;
        }
        return current.value;
    }

    /** Routes a request; what cannot be routed has a mount of its own that answers so. */
    public RouteMatch match(RequestSource source) {
        return application.routes().match(source.method(), source.pathAndQuery());
    }

    /** Runs a handler; what it answers can be sent. */
    public Response answer(Handler handler, Request request) throws Exception {
        Response response = Objects.requireNonNull(handler.handle(request), "the handler returned null");
        Upgrade upgrade = response.upgrade();
        if (upgrade != null && !request.asksForUpgrade(upgrade.protocol())) {
            throw new IllegalStateException("the handler switches to " + upgrade.protocol()
                    + ", which this request does not ask for; Response.upgrade makes a response for one request only");
        }
        return response;
    }

    /** What a failed handler answers: a final response; never fails itself. */
    public Response failure(Request request, Throwable cause) {
        Response response = application.failure(request, cause);
        return response.upgrade() == null ? response : response.status(500);
    }

    /** How long a read of a tunnel may wait while nothing moves; 0 for ever. */
    public long idleNanos(Upgrade upgrade) {
        Duration own = upgrade.idleTimeout();
        return own == null ? timeouts.idleNanos() : nanos(own);
    }

    /** The same response if its body is held whole, a plain 500 otherwise: for when streaming is what failed. */
    static Response held(Response response) {
        return response.body() instanceof Body.Streaming || response.body() instanceof Body.FileBody
                ? Response.text("Internal Server Error\n").status(500)
                : response;
    }

    /** A deadline passed: it is counted, seen by the flight recorder, and logged if that is asked for. */
    public void expired(
            Counters counters, Phase phase, InetSocketAddress peer, long ageNanos, long lateNanos, long receivedBytes) {
        counters.phase(phase).expired(lateNanos);
        boolean log = options.logExpired();
        if (log || FlightRecorder.isOn()) {
            notices.expired(phase, peer, ageNanos, lateNanos, receivedBytes, log);
        }
    }

    private static Timeouts timeouts(ServerOptions o) {
        return new Timeouts(
                nanos(o.headerTimeout()),
                nanos(o.bodyTimeout()),
                nanos(o.bodyGrace()),
                o.bodyMinRate(),
                nanos(o.handlerTimeout()),
                nanos(o.writeTimeout()),
                nanos(o.writeGrace()),
                o.writeMinRate(),
                nanos(o.idleTimeout()),
                nanos(o.lingerTimeout()));
    }

    /** Saturates: centuries are for ever. */
    private static long nanos(Duration duration) {
        return TimeUnit.NANOSECONDS.convert(duration);
    }
}
