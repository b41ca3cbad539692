package ringfort.server.loop;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.function.Supplier;
import ringfort.api.Metric;

/** The ports of one server, and what their layers share. Any thread. */
public final class Ports implements AutoCloseable {
    private final List<Port> all;
    private final Supplier<List<Metric>> metrics;
    private final AutoCloseable shared;

    /**
     * Ports that nothing listens on yet.
     *
     * @param all at least one
     * @param metrics what their layers count
     * @param shared closed behind their layers
     */
    public Ports(List<Port> all, Supplier<List<Metric>> metrics, AutoCloseable shared) {
        this.metrics = metrics;
        this.all = List.copyOf(all);
        this.shared = shared;
    }

    /** All of them, in the order in which they were asked for. */
    public List<Port> all() {
        return all;
    }

    /** Where the first of them is. */
    InetSocketAddress address() {
        return all.getFirst().address();
    }

    /** All of them, as clients name them. */
    List<URI> uris() {
        return all.stream().map(Port::uri).toList();
    }

    /** What their layers count. */
    List<Metric> metrics() {
        return metrics.get();
    }

    /** The server has ended, or could not start. */
    @Override
    public void close() {
        all.forEach(port -> port.layer().close());
        try {
            shared.close();
        } catch (Exception e) {
            throw new IllegalStateException("what the ports share could not be closed", e);
        }
    }
}
