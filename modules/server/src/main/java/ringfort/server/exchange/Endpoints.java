package ringfort.server.exchange;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import ringfort.api.TlsPeer;
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

    /** What TLS has agreed on; null where it is not spoken here. */
    @OffWorker
    default @Nullable TlsPeer tls() {
        return null;
    }
}
