package ringfort.server.protocol;

import ringfort.server.exchange.Endpoints;
import ringfort.sys.OnWorker;

/** A connection whose first bytes may be of one protocol, and the rest of another. Its worker only. */
@OnWorker
public interface OpeningHost extends ProtocolHost {
    /**
     * What follows is of another protocol, which has the connection from now on. The caller's state is given back: it returns at
     * once, and does nothing more.
     *
     * @param next lends state of that protocol
     * @param named whom the connection stands for, to requests
     * @param buffer with bytes that came, from {@code from} to {@code to}, for that protocol
     */
    void become(Protocols next, Endpoints named, byte[] buffer, int from, int to);
}
