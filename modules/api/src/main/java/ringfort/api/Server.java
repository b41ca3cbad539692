package ringfort.api;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import ringfort.api.spi.Application;
import ringfort.api.spi.Engine;
import ringfort.api.spi.LogQueue;
import ringfort.api.spi.RouteMatch;
import ringfort.api.spi.RouteTable;

/**
 * A server to be: routes, filters, options, until {@link #start()}. One thread.
 *
 * {@snippet :
 * Server.http(8080)
 *         .filter(Filters.recover(), Filters.accessLog())
 *         .get("/hello/{name}", request -> Response.text("Hello " + request.path("name")))
 *         .start();
 * }
 */
public final class Server extends Routing<Server> {
    private ServerOptions.Builder options;
    private @Nullable ErrorHandler errorHandler;
    private @Nullable Handler notFound;
    private final @Nullable Tls tls; // of the first listener; null for what the options say
    private final List<Listener> others = new ArrayList<>();
    private final Lifecycle.Hooks hooks = new Lifecycle.Hooks();

    private Server(ServerOptions.Builder options, @Nullable Tls tls) {
        this.options = options;
        this.tls = tls;
    }

    /**
     * A server on a port of 127.0.0.1, which only this machine reaches, unless property {@code ringfort.host} or variable
     * {@code RINGFORT_HOST} name another address. {@code Server.http("0.0.0.0", port)} listens on every IPv4 address,
     * {@code Server.http("::", port)} on every address.
     *
     * @param port 1 to 65535, or 0 for a free one
     * @return the server
     */
    public static Server http(int port) {
        return new Server(ServerOptions.builder().port(port), null);
    }

    /**
     * A server on an address.
     *
     * @param host name or address of this machine
     * @param port 1 to 65535, or 0 for a free one
     * @return the server
     */
    public static Server http(String host, int port) {
        return new Server(ServerOptions.builder().host(host).port(port), null);
    }

    /**
     * A server that speaks TLS, on a port of 127.0.0.1 as {@link #http(int)}.
     *
     * @param port 1 to 65535, or 0 for a free one
     * @param tls certificates, and what is asked of clients
     * @return the server
     */
    public static Server https(int port, Tls tls) {
        return new Server(ServerOptions.builder().port(port), Objects.requireNonNull(tls, "tls"));
    }

    /**
     * A server that speaks TLS on an address.
     *
     * @param host name or address of this machine
     * @param port 1 to 65535, or 0 for a free one
     * @param tls certificates, and what is asked of clients
     * @return the server
     */
    public static Server https(String host, int port, Tls tls) {
        return new Server(ServerOptions.builder().host(host).port(port), Objects.requireNonNull(tls, "tls"));
    }

    /**
     * A server with options that were resolved already.
     *
     * @param options the options; neither properties nor environment change them any more
     * @return the server
     */
    public static Server of(ServerOptions options) {
        return new Server(options.toBuilder(), null);
    }

    @Override
    Server self() {
        return this;
    }

    /**
     * Sets options.
     *
     * @param change takes the builder and returns it
     * @return this server
     */
    public Server options(UnaryOperator<ServerOptions.Builder> change) {
        options = Objects.requireNonNull(change.apply(options), "builder");
        return this;
    }

    /**
     * Listens on one more address, with the same routes.
     *
     * {@snippet :
     * Server.https(8443, Tls.pem(Path.of("server.crt"), Path.of("server.key")))
     *         .listen(Listener.http(8080))
     *         .filter(Filters.redirectToHttps(8443))
     *         .start();
     * }
     *
     * @param listener the address, and whether TLS is spoken there
     * @return this server
     */
    public Server listen(Listener listener) {
        others.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Answers failures, unrouted requests (404, 405) included. Without it they get a short plain text, or, where
     * the client would rather have JSON ({@code Accept}), a {@link Problem}.
     *
     * @param handler the error handler
     * @return this server
     */
    public Server onError(ErrorHandler handler) {
        errorHandler = Objects.requireNonNull(handler, "handler");
        return this;
    }

    /**
     * Answers requests whose path no route matches, instead of 404 through the error handler.
     *
     * @param handler the handler; the server's filters go around it
     * @return this server
     */
    public Server notFound(Handler handler) {
        notFound = Objects.requireNonNull(handler, "handler");
        return this;
    }

    /**
     * Does something when the server answers: on the thread that called {@link #start}, before that returns. Several are called
     * in their order. What one throws is logged, and changes nothing else.
     *
     * @param hook told of the running server
     * @return this server
     */
    public Server onStarted(Consumer<? super RunningServer> hook) {
        hooks.started.add(Objects.requireNonNull(hook, "hook"));
        return this;
    }

    /**
     * Does something when the server begins to drain: responses without an end, such as event streams, are to end now, because
     * the drain waits for them. Several are called in their order, on a thread of their own, beside the drain. What one throws
     * is logged, and changes nothing else.
     *
     * @param hook may take as long as the drain, and 5 s more
     * @return this server
     */
    public Server onStopping(Runnable hook) {
        hooks.stopping.add(Objects.requireNonNull(hook, "hook"));
        return this;
    }

    /**
     * Does something when the last connection is closed and no handler is waited for any more: what handlers use, such as a pool,
     * is to be closed here, and not in a shutdown hook of the JVM, which runs beside the drain. Several are called in reverse
     * order, on a thread of their own. What one throws is logged, and changes nothing else.
     *
     * @param hook may take 5 s, together with the others; then it is interrupted and not waited for any more
     * @return this server
     */
    public Server onStopped(Runnable hook) {
        hooks.stopped.add(Objects.requireNonNull(hook, "hook"));
        return this;
    }

    /**
     * Compiles what an engine serves; for engines, and for tests that want the whole of routing without one.
     *
     * @return the application
     * @throws ServerStartException when routes conflict; names both places
     */
    public Application application() {
        FaultLog faults = new FaultLog(LogQueue.shared());
        ErrorHandler errors = Application.guarded(errorHandler, faults);
        RouteTable table = RouteTable.compile(mounts(errors), this::filtered, notFound, errors);
        return new Application(table, errors, faults, faults::metrics, refusals(filters()), tls, others);
    }

    /** No filter sees what the engine refuses; of those of the whole server, the ones that log want to know. */
    private static Application.Refusals refusals(List<Filter> filters) {
        List<Application.Refusals> logs = filters.stream()
                .filter(Application.Refusals.class::isInstance)
                .map(Application.Refusals.class::cast)
                .toList();
        return (peer, requestLine, status) -> logs.forEach(log -> log.refused(peer, requestLine, status));
    }

    /**
     * Answers a request without a network: routing, filters, handler, errors. For tests; compiles the routes each time.
     *
     * @param request a request, from {@link Request#builder} for instance
     * @return the response an engine would send
     */
    public Response answer(Request request) {
        Application application = application();
        RouteMatch match =
                application.routes().match(request.method(), request.source().pathAndQuery());
        Request routed = new Request(request.source(), match);
        try {
            return Objects.requireNonNull(match.mount().handler().handle(routed), "the handler returned null");
        } catch (Throwable failure) { // as an engine does
            return application.failure(routed, failure);
        }
    }

    /**
     * Starts: resolves the options, compiles the routes, takes the best engine this machine can run (or the one that is
     * asked for), listens. The start line goes to the {@link System.Logger} {@code ringfort}. The process lives until
     * the server is stopped; SIGTERM and SIGINT drain it first, unless option {@code shutdown-hook} is off.
     *
     * @return the running server
     * @throws ServerStartException when it cannot start; one line that says why and what would help
     */
    public RunningServer start() {
        return start(Engines.installed());
    }

    /** For tests: with engines of their own. */
    RunningServer start(List<Engine> engines) {
        return start(new Engines(engines, List.of()));
    }

    private RunningServer start(Engines engines) {
        StrayNames.tellOnce(engines.all());
        Json.prepare();
        StartedServer running;
        try {
            running = engines.start(options.build(), application(), hooks.lifecycle());
        } catch (OptionException e) {
            throw new ServerStartException(e.getMessage(), e);
        }
        try {
            System.getLogger("ringfort").log(Level.INFO, running::description);
        } catch (RuntimeException | Error e) {
            LogQueue.shared().lost(); // a logger that fails is no reason to fail the start: the server serves already
        }
        running.tellStarted();
        return running;
    }
}
