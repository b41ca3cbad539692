package ringfort.api.spi;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import ringfort.api.ErrorHandler;
import ringfort.api.Handler;
import ringfort.api.Placement;

/**
 * A handler at its place in the table, with everything an engine must know about running it. Immutable but for its
 * placement; any thread.
 */
public final class Mount {
    private final String method;
    private final String pattern;
    private final List<String> parameters;
    private final Handler handler;
    private final ErrorHandler errors;
    private final AtomicReference<Placement> placement;
    private final RouteSettings settings;
    private final String place;

    /**
     * Makes a mount.
     *
     * @param method method of the route, or {@code *} for an answer the table gives by itself
     * @param pattern pattern of the route
     * @param handler the handler, filters around it
     * @param errors what answers when the handler throws; never throws itself
     * @param placement where the handler runs at first
     * @param settings what the route sets for itself
     * @param place where the route was declared, {@code File.java:12}
     */
    public Mount(
            String method,
            String pattern,
            Handler handler,
            ErrorHandler errors,
            Placement placement,
            RouteSettings settings,
            String place) {
        this(method, pattern, Pattern.parse(pattern).parameters(), handler, errors, placement, settings, place);
    }

    private Mount(
            String method,
            String pattern,
            List<String> parameters,
            Handler handler,
            ErrorHandler errors,
            Placement placement,
            RouteSettings settings,
            String place) {
        this.method = Objects.requireNonNull(method, "method");
        this.pattern = Objects.requireNonNull(pattern, "pattern");
        this.parameters = parameters;
        this.handler = Objects.requireNonNull(handler, "handler");
        this.errors = Objects.requireNonNull(errors, "errors");
        this.placement = new AtomicReference<>(placement);
        this.settings = Objects.requireNonNull(settings, "settings");
        this.place = Objects.requireNonNull(place, "place");
    }

    /**
     * Refuses text that is no pattern, at the place that declares it.
     *
     * @param pattern the pattern
     * @throws IllegalArgumentException when it is malformed; says how
     */
    public static void requirePattern(String pattern) {
        Pattern.parse(pattern);
    }

    /** An answer the table gives by itself; its pattern is a name in parentheses, which no route can have. */
    static Mount unmatched(String name, Handler handler, ErrorHandler errors) {
        return new Mount(
                "*",
                "(" + name + ")",
                List.of(),
                handler,
                errors,
                Placement.CARRIED,
                RouteSettings.INHERITED,
                "ringfort");
    }

    /**
     * The method of the route.
     *
     * @return the method, {@code *} for an answer the table gives by itself
     */
    public String method() {
        return method;
    }

    /**
     * The pattern, for metrics and logs; its number is bounded, which that of paths is not.
     *
     * @return the pattern as declared, group prefixes included
     */
    public String pattern() {
        return pattern;
    }

    /** Names of the path parameters in order. */
    List<String> parameters() {
        return parameters;
    }

    /**
     * What answers.
     *
     * @return the handler with all its filters around it
     */
    public Handler handler() {
        return handler;
    }

    /**
     * What answers when the handler throws: the application's error handler with the defaults behind it.
     *
     * @return an error handler that never throws
     */
    public ErrorHandler errors() {
        return errors;
    }

    /**
     * Where to run the handler.
     *
     * @return the placement of this moment
     */
    public Placement placement() {
        return placement.get();
    }

    /**
     * Moves the route to {@link Placement#OFFLOADED}, because its handler was seen to hold its worker.
     *
     * @return true for the one call that moved it
     */
    public boolean offload() {
        return placement.getAndSet(Placement.OFFLOADED) != Placement.OFFLOADED;
    }

    /**
     * What the route sets for itself.
     *
     * @return its settings
     */
    public RouteSettings settings() {
        return settings;
    }

    /**
     * Where the route was declared.
     *
     * @return {@code File.java:12}, or what is known
     */
    public String place() {
        return place;
    }

    @Override
    public String toString() {
        return method + " " + pattern + " (" + place + ")";
    }
}
