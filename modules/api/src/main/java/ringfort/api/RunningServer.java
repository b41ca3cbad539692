package ringfort.api;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A server that answers. All methods may be called by any thread. */
public interface RunningServer extends AutoCloseable {
    /**
     * Where it listens.
     *
     * @return the bound address
     */
    InetSocketAddress address();

    /**
     * The port it listens on.
     *
     * @return the real port, also when port 0 was asked for
     */
    default int port() {
        return address().getPort();
    }

    /**
     * Where it listens, as clients name it: {@code https} where it speaks TLS.
     *
     * @return a URI for each listener, in the order in which they were asked for
     */
    List<URI> uris();

    /**
     * The engine in use.
     *
     * @return its name
     */
    String engine();

    /**
     * What the engine runs on, as {@code name=value} words: workers, scheduler, features.
     *
     * @return one line
     */
    String details();

    /**
     * The start line.
     *
     * @return one line: address, engine, what it runs on, and why a better engine does not
     */
    String description();

    /**
     * Counts and gauges of this moment.
     *
     * @return a snapshot
     */
    List<Metric> metrics();

    /**
     * Whether new requests are welcome: true from the start until a stop begins, by {@link #stop()} or by a signal. A route
     * that a balancer asks says this, and option {@code drain-delay} keeps the server listening until the balancer has
     * noticed.
     *
     * @return false once a stop has begun
     */
    boolean isReady();

    /** Stops, giving requests in progress {@link ServerOptions#drainTimeout()} to end. Returns when all is closed. */
    void stop();

    /**
     * Stops, giving requests in progress a time to end. Returns when all is closed and the application's hooks have run;
     * repeated and concurrent calls wait for the same. In a handler of this server, or in a hook, it returns at once: the handler
     * answers, and its request is one of those that get their time.
     *
     * @param drain how long requests in progress may take; zero ends them at once, without {@code drain-delay} too
     */
    void stop(Duration drain);

    /**
     * Waits until the server has stopped; returns early, with the interrupt kept, when the thread is interrupted. When a signal
     * ends the JVM, what the caller does behind this gets two seconds.
     */
    void awaitStop();

    /**
     * Why the server stops, or has stopped, although nobody asked it to: its engine could not go on, because the kernel
     * refused to serve it for several seconds, for example. {@link #awaitStop()} returns then as it does after a stop. A
     * program that serves asks this behind it, and ends with an exit code that is not 0.
     *
     * @return the cause, whose message is the reason; empty while the server serves, and when it was asked to stop
     */
    default Optional<Throwable> failure() {
        return Optional.empty();
    }

    @Override
    default void close() {
        stop();
    }
}
