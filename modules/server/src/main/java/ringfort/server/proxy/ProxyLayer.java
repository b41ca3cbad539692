package ringfort.server.proxy;

import java.util.List;
import java.util.Map;
import ringfort.api.spi.Network;
import ringfort.server.protocol.Layer;
import ringfort.server.protocol.Protocols;
import ringfort.server.protocol.WorkerRoom;

/**
 * Reads a header of the PROXY protocol, version 1 or 2, at the beginning of each connection of a port. Only peers of named
 * networks are let in: anyone can write such a header. Any thread.
 */
public final class ProxyLayer implements Layer {
    private final Layer behind;
    private final Trusted trusted;

    /**
     * A layer before another.
     *
     * @param behind what the bytes behind the header mean
     * @param trusted whose headers are believed
     */
    public ProxyLayer(Layer behind, List<Network> trusted) {
        this.behind = behind;
        this.trusted = new Trusted(trusted);
    }

    @Override
    public Protocols over(WorkerRoom room, Map<String, Protocols> byName) {
        return new ProxyProtocols(room, behind.over(room, byName), trusted);
    }

    @Override
    public String scheme() {
        return behind.scheme();
    }

    @Override
    public boolean isClear() {
        return behind.isClear();
    }

    @Override
    public boolean isFull() {
        return behind.isFull();
    }

    @Override
    public void close() {
        behind.close();
    }
}
