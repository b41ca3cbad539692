package ringfort.server.exchange;

import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/** What an exchange belongs to: an HTTP/1 connection while it has a request under way, or one stream of a later version. */
@OnWorker
public interface ExchangeOwner {
    /** An exchange has something for the worker: an answer, more of one, room for more of its body. */
    void signalled(HandlerThread.Work from);

    /**
     * Whether the exchange is one of several on its connection, which share windows and a limit: then its owner is also told
     * when content was read, and when the handler has returned. Any thread.
     */
    @OffWorker
    default boolean sharesConnection() {
        return false;
    }
}
