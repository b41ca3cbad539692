package ringfort.server;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import ringfort.api.Body;
import ringfort.api.Handler;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.ServerOptions;
import ringfort.api.Upgrade;
import ringfort.api.spi.Application;
import ringfort.api.spi.Mount;
import ringfort.api.spi.RequestSource;
import ringfort.api.spi.RouteMatch;
import ringfort.api.spi.RouteSettings;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.h1.H1State;
import ringfort.h1.Limits;
import ringfort.message.DateHeader;
import ringfort.message.Refusal;
import ringfort.sys.ThreadUsage;
import ringfort.timers.Ticker;

/** What the connections of one running server share; immutable but for what it counts. Any thread. */
final class ServerContext {
    final ServerOptions options;
    final Application application;
    final Limits limits;
    final Timeouts timeouts;
    final Ticker ticker;
    private final InstantSource wallClock = InstantSource.system();
    private final DateHeader dateHeader = new DateHeader();
    private @Nullable Dated dated; // a racy read finds one immutable value or another
    final Scheduler scheduler;
    final Admission admission;
    final Notices notices;
    final Holds holds;

    ServerContext(ServerOptions options, Application application, Ticker ticker, Notices notices) {
        this.options = options;
        this.application = application;
        this.ticker = ticker;
        this.notices = notices;
        this.limits = limits(options);
        this.timeouts = timeouts(options);
        this.scheduler = new Scheduler(!options.scheduler().equals("jdk"));
        this.admission = new Admission(options.maxConnections(), options.maxConnectionsPerPeer());
        long holdNanos = options.holdThreshold().isZero()
                ? Long.MAX_VALUE
                : options.holdThreshold().toNanos();
        this.holds = new Holds(holdNanos, ThreadUsage::now, notices::moved);
    }

    /** How many workers to run: as asked for, or one per processor. */
    int workers() {
        return options.workers() > 0 ? options.workers() : Runtime.getRuntime().availableProcessors();
    }

    /** The value of Date until the second is over, so that the wall clock is asked once in a second. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Dated(byte[] value, long untilNanos) {}

    /** The value of Date at {@code nowNanos} of the ticker. */
    byte[] date(long nowNanos) {
        Dated current = dated;
        if (current == null || nowNanos - current.untilNanos >= 0) {
            long millis = wallClock.millis();
            long leftMillis = 1_000L - Math.floorMod(millis, 1_000);
            current = new Dated(dateHeader.value(Math.floorDiv(millis, 1_000)), nowNanos + leftMillis * 1_000_000);
            dated = current;
        }
        return current.value;
    }

    /** Routes a request; what cannot be routed has a mount of its own that answers so. */
    RouteMatch match(RequestSource source) {
        return application.routes().match(source.method(), source.pathAndQuery());
    }

    /** Lets the route's own limits take the place of the server's; not null when the request exceeds them. */
    @Nullable Refusal applySettings(H1State h1, Mount mount) {
        RouteSettings settings = mount.settings();
        if (settings.equals(RouteSettings.INHERITED)) {
            return null;
        }
        h1.overrideTimeouts(settings.bodyNanos(), settings.handlerNanos());
        return settings.bodyBytes() < 0 ? null : h1.limitBody(settings.bodyBytes());
    }

    /** Runs a handler; what it answers can be sent. */
    Response answer(Handler handler, Request request) throws Exception {
        Response response = Objects.requireNonNull(handler.handle(request), "the handler returned null");
        Upgrade upgrade = response.upgrade();
        if (upgrade != null && !request.asksForUpgrade(upgrade.protocol())) {
            throw new IllegalStateException("the handler switches to " + upgrade.protocol()
                    + ", which this request does not ask for; Response.upgrade makes a response for one request only");
        }
        return response;
    }

    /** What a failed handler answers: a final response; never fails itself. */
    Response failure(Request request, Throwable cause) {
        Response response = application.failure(request, cause);
        return response.upgrade() == null ? response : response.status(500);
    }

    /** How long a read of a tunnel may wait while nothing moves; 0 for ever. */
    long idleNanos(Upgrade upgrade) {
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
    void expired(
            Counters counters, Phase phase, InetSocketAddress peer, long ageNanos, long lateNanos, long receivedBytes) {
        counters.phase(phase).expired(lateNanos);
        boolean log = options.logExpired();
        if (log || FlightRecorder.isOn()) {
            notices.expired(phase, peer, ageNanos, lateNanos, receivedBytes, log);
        }
    }

    private static Limits limits(ServerOptions o) {
        return new Limits(
                o.maxRequestLine(),
                o.maxHead(),
                o.maxHeaders(),
                o.maxTrailer(),
                o.maxTrailers(),
                o.maxChunkExtension(),
                o.maxBody(),
                o.maxDrain());
    }

    private static Timeouts timeouts(ServerOptions o) {
        return new Timeouts(
                nanos(o.headerTimeout()),
                nanos(o.bodyTimeout()),
                nanos(o.bodyGrace()),
                o.bodyMinRate(),
                nanos(o.handlerTimeout()),
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
