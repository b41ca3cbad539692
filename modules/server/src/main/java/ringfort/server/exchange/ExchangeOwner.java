package ringfort.server.exchange;

import ringfort.sys.OnWorker;

/** What an exchange belongs to: an HTTP/1 connection while it has a request under way, or one stream of a later version. */
@OnWorker
public interface ExchangeOwner {
    /** An exchange has something for the worker: an answer, more of one, room for more of its body. */
    void signalled(HandlerThread.Work from);
}
