package ringfort.server;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringfort.api.Listener;
import ringfort.api.Tls;
import ringfort.api.spi.Network;
import ringfort.server.exchange.ServerContext;
import ringfort.server.loop.Port;
import ringfort.server.loop.Ports;
import ringfort.server.protocol.Layer;
import ringfort.server.proxy.ProxyLayer;
import ringfort.server.tls.TlsPorts;

/** Makes the ports of a server out of the listeners that its program and its options ask for. */
final class PortPlan {
    private PortPlan() {}

    /**
     * The ports of a server; nothing listens there yet. Certificates are read, and warmed up.
     *
     * @throws ringfort.api.ServerStartException when certificates cannot be used
     */
    static Ports of(ServerContext context) {
        List<Listener> listeners = context.application().listeners(context.options());
        List<Port> ports = new ArrayList<>();
        TlsPorts shared = new TlsPorts(context);
        Ports made = null;
        try {
            for (Listener listener : listeners) {
                String host = listener.host() == null ? context.options().host() : listener.host();
                Tls tls = listener.tls();
                Layer layer = tls == null ? Layer.NONE : shared.open(tls);
                if (listener.proxyProtocol()) {
                    layer = new ProxyLayer(
                            layer, Network.parse(context.options().proxyProtocolFrom()));
                }
                ports.add(new Port(new InetSocketAddress(host, listener.port()), layer));
            }
            made = new Ports(ports, shared::metrics, shared);
            return made;
        } finally {
            if (made == null) {
                new Ports(ports, shared::metrics, shared).close();
            }
        }
    }

    /** Closes the ports of a start that failed; null when there are none. */
    static void close(@Nullable Ports ports) {
        if (ports != null) {
            ports.close();
        }
    }
}
