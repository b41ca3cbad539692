package ringfort.server.tls;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import ringfort.api.Metric;
import ringfort.api.Tls;
import ringfort.server.exchange.ServerContext;
import ringfort.server.metrics.TlsCounters;
import ringfort.server.protocol.Layer;

/** What all TLS ports of one server share: the threads of handshakes, and what is counted. Any thread. */
public final class TlsPorts implements AutoCloseable {
    private final ServerContext context;
    private final HandshakePool pool;
    private final TlsCounters counters = new TlsCounters();
    private final List<TlsService> services = new CopyOnWriteArrayList<>();

    /** Shared by no port yet. */
    public TlsPorts(ServerContext context) {
        this.context = context;
        this.pool = new HandshakePool(context.ticker());
    }

    /**
     * The layer of one more port: reads certificates, warms up, and begins to watch the files.
     *
     * @throws ringfort.api.ServerStartException when a file cannot be used; says which, why, and what would help
     */
    public Layer open(Tls tls) {
        TlsService service = TlsService.open(context, tls, pool, counters);
        services.add(service);
        return service;
    }

    /** Counts and gauges of this moment; none where no port speaks TLS. */
    public List<Metric> metrics() {
        if (services.isEmpty()) {
            return List.of();
        }
        List<Metric> metrics = new ArrayList<>(counters.metrics());
        metrics.addAll(pool.metrics());
        Instant expiry = services.stream()
                .map(TlsService::expiry)
                .min(Instant::compareTo)
                .orElseThrow();
        metrics.add(new Metric(
                "ringfort_tls_certificate_expiry_timestamp_seconds",
                "When the first of the certificates in use expires, in seconds since 1970.",
                Metric.Kind.GAUGE,
                Map.of(),
                (double) expiry.getEpochSecond()));
        return metrics;
    }

    @Override
    public void close() {
        pool.close();
    }
}
