package ringfort.server.exchange;

import java.net.InetSocketAddress;
import ringfort.sys.OffWorker;

/** A connection as its requests know it; any thread, also after the connection has ended. */
public interface Endpoints {
    /** The peer's address. */
    @OffWorker
    InetSocketAddress peer();

    /** The address the peer connected to. */
    @OffWorker
    InetSocketAddress local();

    /** Whether bytes are encrypted on their way. */
    @OffWorker
    default boolean secure() {
        return false; // no transport encrypts
    }
}
