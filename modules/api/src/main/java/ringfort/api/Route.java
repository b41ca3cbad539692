package ringfort.api;

import java.time.Duration;
import java.util.Objects;
import ringfort.api.spi.RouteSettings;

/**
 * What a route sets for itself, given after its handler: {@code .get("/ping", handler, Route.inline())}. Immutable:
 * methods that seem to change it return another.
 */
public final class Route {
    static final Route DEFAULT = new Route(Placement.CARRIED, RouteSettings.INHERITED);

    private final Placement placement;
    private final RouteSettings settings;

    private Route(Placement placement, RouteSettings settings) {
        this.placement = placement;
        this.settings = settings;
    }

    /**
     * Runs on a virtual thread carried by the worker, as routes do unless told otherwise. The worker also runs virtual threads
     * that the handler starts, until the handler has returned.
     *
     * @return the settings
     */
    public static Route carried() {
        return DEFAULT;
    }

    /**
     * Runs in the worker's completion loop itself: for handlers and filters that never block. What they change of the thread,
     * its name or its class loader for example, is undone when they have returned; thread-local variables stay.
     *
     * @return the settings
     */
    public static Route inline() {
        return new Route(Placement.INLINE, RouteSettings.INHERITED);
    }

    /**
     * Runs on a virtual thread of the JDK's scheduler: for file I/O, name look-up, native code, long computation.
     *
     * @return the settings
     */
    public static Route offload() {
        return new Route(Placement.OFFLOADED, RouteSettings.INHERITED);
    }

    /**
     * With its own {@link ServerOptions#bodyTimeout()}: how long the peer may pause within the body.
     *
     * @param timeout counts only while the server waits for the peer; zero for no limit
     * @return the settings
     */
    public Route bodyTimeout(Duration timeout) {
        return with(new RouteSettings(notNegative(timeout), settings.handlerTimeout(), settings.maxBody()));
    }

    /**
     * With a time in which the handler must have answered.
     *
     * @param timeout zero for no limit
     * @return the settings
     */
    public Route handlerTimeout(Duration timeout) {
        return with(new RouteSettings(settings.bodyTimeout(), notNegative(timeout), settings.maxBody()));
    }

    /**
     * With a limit for the content of requests.
     *
     * @param maxBodyBytes the largest content accepted; zero for none at all
     * @return the settings
     */
    public Route maxBody(long maxBodyBytes) {
        if (maxBodyBytes < 0) {
            throw new IllegalArgumentException("maxBody is " + maxBodyBytes + "; give 0 or more bytes");
        }
        return with(new RouteSettings(settings.bodyTimeout(), settings.handlerTimeout(), maxBodyBytes));
    }

    private Route with(RouteSettings newSettings) {
        return new Route(placement, newSettings);
    }

    private static Duration notNegative(Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        if (timeout.isNegative() || timeout.compareTo(OptionType.LONGEST) > 0) {
            throw new IllegalArgumentException("timeout is " + timeout + "; give zero (no limit) up to 365 days");
        }
        return timeout;
    }

    /**
     * Where the handler runs at first.
     *
     * @return the placement
     */
    public Placement placement() {
        return placement;
    }

    RouteSettings settings() {
        return settings;
    }
}
