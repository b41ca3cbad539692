package ringfort.api.spi;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringfort.api.Metric;

/** An engine that serves. All methods may be called by any thread. */
public interface RunningEngine {
    /**
     * Where it listens.
     *
     * @return the bound address, with the real port when port 0 was asked for
     */
    InetSocketAddress address();

    /**
     * Where it listens, as clients name it.
     *
     * @return a URI for each listener, with the real port; the first is for {@link #address}
     */
    default List<URI> uris() {
        InetSocketAddress bound = address();
        String host = bound.getAddress() == null
                ? bound.getHostString()
                : bound.getAddress().getHostAddress();
        return List.of(
                URI.create("http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + bound.getPort()));
    }

    /**
     * What it runs on, for the start line.
     *
     * @return one line without the address: workers, features in force, what it had to do without
     */
    String description();

    /**
     * Counts and gauges of this moment.
     *
     * @return a snapshot
     */
    List<Metric> metrics();

    /**
     * Stops: no new connections, idle ones closed, requests in progress finished within the time, then everything
     * closed and every thread ended. Returns after that. Repeated and concurrent calls wait for the same end. Called by
     * a handler of this engine, whose own request is one of those in progress, it begins that and returns at once.
     *
     * @param drain how long requests in progress may take; zero ends them at once
     */
    void stop(Duration drain);

    /**
     * Whether the calling thread runs a handler of this engine, so that it must not wait until the engine has stopped.
     *
     * @return true in a handler; an engine that cannot tell says false
     */
    default boolean isHandler() {
        return false;
    }

    /**
     * Waits until the engine has stopped.
     *
     * @param timeout how long to wait at most
     * @return true when it has stopped
     * @throws InterruptedException when the waiting thread is interrupted
     */
    boolean awaitStop(Duration timeout) throws InterruptedException;

    /**
     * Why the engine stops, or has stopped, although nobody asked it to: a thread of its own could not go on. Such an
     * engine ends in order, as by {@link #stop}.
     *
     * @return the cause, whose message is the reason; null while the engine serves, and when it was asked to stop
     */
    default @Nullable Throwable failure() {
        return null;
    }
}
