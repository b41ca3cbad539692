package ringfort.api.spi;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ringfort.api.ErrorHandler;
import ringfort.api.Listener;
import ringfort.api.Metric;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.ServerOptions;
import ringfort.api.Tls;

/** What an engine serves. Immutable; any thread. */
public final class Application {
    private final RouteTable routes;
    private final ErrorHandler errors;
    private final BiConsumer<? super Request, ? super Throwable> reporter;
    private final Supplier<List<Metric>> metrics;
    private final Refusals refusals;
    private final @Nullable Tls tls;
    private final List<Listener> others;

    /**
     * Told of requests that the engine refuses by itself. A filter of the whole server that implements it is told of those
     * which no filter sees.
     */
    @FunctionalInterface
    public interface Refusals {
        /**
         * Takes note of one; must not block.
         *
         * @param peer who sent it
         * @param requestLine as much of the request line as was read, as it was sent; empty when none was
         * @param status what it is answered with
         */
        void refused(InetSocketAddress peer, String requestLine, int status);
    }

    /**
     * Makes an application that does not want to know of requests the engine refuses.
     *
     * @param routes its routes
     * @param errors what answers for failures, from {@link #guarded}
     * @param reporter told of failures that are nobody's expected outcome; must not block
     * @param metrics counters of its own
     */
    public Application(
            RouteTable routes,
            ErrorHandler errors,
            BiConsumer<? super Request, ? super Throwable> reporter,
            Supplier<List<Metric>> metrics) {
        this(routes, errors, reporter, metrics, (_, _, _) -> {});
    }

    /**
     * Makes an application.
     *
     * @param routes its routes
     * @param errors what answers for failures, from {@link #guarded}
     * @param reporter told of failures that are nobody's expected outcome; must not block
     * @param metrics counters of its own
     * @param refusals told of requests that never become one of the application's
     */
    public Application(
            RouteTable routes,
            ErrorHandler errors,
            BiConsumer<? super Request, ? super Throwable> reporter,
            Supplier<List<Metric>> metrics,
            Refusals refusals) {
        this(routes, errors, reporter, metrics, refusals, null, List.of());
    }

    /**
     * Makes an application.
     *
     * @param routes its routes
     * @param errors what answers for failures, from {@link #guarded}
     * @param reporter told of failures that are nobody's expected outcome; must not block
     * @param metrics counters of its own
     * @param refusals told of requests that never become one of the application's
     * @param tls how the first listener speaks TLS; null for what the options say
     * @param others further listeners
     */
    public Application(
            RouteTable routes,
            ErrorHandler errors,
            BiConsumer<? super Request, ? super Throwable> reporter,
            Supplier<List<Metric>> metrics,
            Refusals refusals,
            @Nullable Tls tls,
            List<Listener> others) {
        this.tls = tls;
        this.others = List.copyOf(others);
        this.routes = Objects.requireNonNull(routes, "routes");
        this.errors = Objects.requireNonNull(errors, "errors");
        this.reporter = Objects.requireNonNull(reporter, "reporter");
        this.metrics = Objects.requireNonNull(metrics, "metrics");
        this.refusals = Objects.requireNonNull(refusals, "refusals");
    }

    /**
     * Makes an error handler that never throws and always answers: reports what is no
     * {@link ringfort.api.HttpException}, asks the application, and falls back to a short plain text.
     *
     * @param application the application's error handler, or null
     * @param reporter told of faults; must not block
     * @return the guarded handler
     */
    public static ErrorHandler guarded(
            @Nullable ErrorHandler application, BiConsumer<? super Request, ? super Throwable> reporter) {
        return new GuardedErrors(application, reporter);
    }

    /**
     * The routes.
     *
     * @return the table
     */
    public RouteTable routes() {
        return routes;
    }

    /**
     * What the server listens on: the first listener, the second of option {@code http-port}, and those that the program
     * has added.
     *
     * @param options the resolved options
     * @return the listeners, each with a host
     * @throws ringfort.api.OptionException when options contradict each other
     */
    public List<Listener> listeners(ServerOptions options) {
        List<Listener> all = new ArrayList<>();
        Tls first = tls == null ? options.tls() : tls;
        all.add(new Listener(options.host(), options.port(), first, options.proxyProtocol()));
        if (options.httpPort() != ServerOptions.AUTO) {
            all.add(new Listener(options.host(), options.httpPort(), null, options.proxyProtocol()));
        }
        for (Listener other : others) {
            String host = other.host() == null ? options.host() : other.host();
            all.add(new Listener(host, other.port(), other.tls(), other.proxyProtocol()));
        }
        return List.copyOf(all);
    }

    /**
     * Answers for a failure of a handler.
     *
     * @param request the request
     * @param failure what was thrown
     * @return the response, never null; this method does not throw
     */
    public Response failure(Request request, Throwable failure) {
        try {
            return errors.handle(request, failure);
        } catch (Throwable e) { // an error handler that did not come from guarded(), or no memory
            GuardedErrors.suppress(failure, e);
            return GuardedErrors.lastResort(request, failure, reporter);
        }
    }

    /**
     * Reports a fault that can no longer be answered, such as a body writer that threw. This method does not throw.
     *
     * @param request the request
     * @param fault what was thrown
     */
    public void report(Request request, Throwable fault) {
        try {
            reporter.accept(request, fault);
        } catch (Throwable e) {
            GuardedErrors.suppress(fault, e);
        }
    }

    /**
     * Reports a request that the engine answers by itself, because it is malformed, too large or too late: no filter sees
     * it, so it would be in no log. Never blocks, never throws.
     *
     * @param peer who sent it
     * @param requestLine as much of the request line as was read, as it was sent; empty when none was
     * @param status what it is answered with
     */
    public void refused(InetSocketAddress peer, String requestLine, int status) {
        refusals.refused(peer, requestLine, status);
    }

    /**
     * Counters of the application's side: log lines dropped, faults reported.
     *
     * @return a snapshot
     */
    public List<Metric> metrics() {
        return metrics.get();
    }
}
