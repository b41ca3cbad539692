package ringfort.server.exchange;

import org.jspecify.annotations.Nullable;
import ringfort.api.spi.Mount;
import ringfort.sys.OnWorker;

/** Application code that a worker runs for a while: an inline handler, or a virtual thread until it waits. */
public interface Carried {
    /** The route it belongs to; any thread. */
    Mount mount();

    /** The thread the handler runs on; null before it was started. Any thread. */
    @Nullable Thread thread();

    /** Runs it on the calling thread until it waits or ends. */
    void carry();

    /** It has returned from {@link #carry} and is outside the handler; {@code worker} is the calling thread, which may stand in
     * for the one that keeps the connection. */
    @OnWorker
    void returned(Thread worker);
}
