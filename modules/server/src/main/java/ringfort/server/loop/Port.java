package ringfort.server.loop;

import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import ringfort.server.protocol.Layer;

/** One address that a server listens on, and what lies between its bytes and HTTP. Shared by all workers; any thread. */
public final class Port {
    private final InetSocketAddress wanted;
    private final Layer layer;
    private volatile @Nullable InetSocketAddress bound; // set when the first listener of it is open

    /** A port that nothing listens on yet. */
    public Port(InetSocketAddress wanted, Layer layer) {
        this.wanted = wanted;
        this.layer = layer;
    }

    /** The address that was asked for; its port may be 0. */
    public InetSocketAddress wanted() {
        return wanted;
    }

    /** What lies between its bytes and HTTP. */
    public Layer layer() {
        return layer;
    }

    /** Whether there is work enough, so that new connections are left in the kernel's queue for a moment. */
    public boolean isFull() {
        return layer.isFull();
    }

    /** Whether a peer that is turned away can be told so in clear. */
    public boolean isClear() {
        return layer.isClear();
    }

    /** A listener is open there. */
    public void bound(InetSocketAddress address) {
        bound = address;
    }

    /** Where the server listens. */
    public InetSocketAddress address() {
        InetSocketAddress address = bound;
        if (address == null) {
            throw new IllegalStateException("nothing listens there yet");
        }
        return address;
    }

    /** The address as clients name it. */
    URI uri() {
        InetSocketAddress address = address();
        String host = address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        String authority = (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
        return URI.create(layer.scheme() + "://" + authority);
    }
}
