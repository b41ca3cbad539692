package ringfort.server.tls;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import ringfort.api.ServerStartException;
import ringfort.api.Tls;
import ringfort.server.exchange.ServerContext;
import ringfort.server.metrics.Notices;
import ringfort.server.metrics.TlsCounters;
import ringfort.server.protocol.Layer;
import ringfort.server.protocol.Protocols;
import ringfort.server.protocol.WorkerRoom;
import ringfort.tls.CertificateReload;
import ringfort.tls.CertificateSet;
import ringfort.tls.ServerCertificate;
import ringfort.tls.TlsConfigurationException;
import ringfort.tls.TlsContext;
import ringfort.tls.WarmUp;

/**
 * What one TLS port shares between its workers: certificates and their reload, and the keys with which sessions are resumed. Any
 * thread.
 */
final class TlsService implements Layer {
    /** Changed files of certificates are noticed after this time; what does not fit is looked at once more before it is told. */
    static final Duration RELOAD = Duration.ofSeconds(2);

    /** Behind so many handshakes the JVM has compiled what they need; with the launcher's cache they take two seconds. */
    private static final int MOST_WARM_UPS = 1500;

    /** The compiler works for the process, so one warm-up is enough for all ports and servers of it. */
    private static final AtomicBoolean WARM = new AtomicBoolean();

    private final TlsContext context;
    private final HandshakePool pool;
    private final TlsCounters counters;
    private final CountDownLatch closed = new CountDownLatch(1);

    private TlsService(TlsContext context, HandshakePool pool, TlsCounters counters) {
        this.counters = counters;
        this.context = context;
        this.pool = pool;
    }

    /**
     * Reads certificates, warms up, and begins to watch the files.
     *
     * @param pool runs the tasks of handshakes; its threads are started
     * @param counters of all TLS ports of the server
     * @throws ServerStartException when a file cannot be used; says which, why, and what would help
     */
    static TlsService open(ServerContext server, Tls tls, HandshakePool pool, TlsCounters counters) {
        try {
            Certificates read = Certificates.of(tls, server.options().h2(), server.notices());
            TlsService service = new TlsService(read.context(), pool, counters);
            service.warmUp(server);
            pool.open();
            CertificateReload reload = read.reload();
            if (reload != null) {
                service.watch(reload, server.notices());
            }
            return service;
        } catch (TlsConfigurationException e) {
            throw new ServerStartException("TLS cannot be spoken: " + e.getMessage(), e);
        }
    }

    private void warmUp(ServerContext server) {
        long nanos = server.options().tlsWarmUp().toNanos();
        if (nanos > 0 && !WARM.getAndSet(true)) {
            long begin = server.ticker().nanos();
            WarmUp.handshakes(context, MOST_WARM_UPS, () -> server.ticker().nanos() - begin < nanos);
        }
    }

    // Certificates that change.

    private void watch(CertificateReload reload, Notices notices) {
        Thread.ofPlatform().daemon().name("ringfort-certificates").start(() -> {
            CertificateReload.Listener listener = listener(notices);
            try {
                while (!closed.await(RELOAD.toNanos(), TimeUnit.NANOSECONDS)) {
                    check(reload, listener, notices);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt(); // nothing interrupts this thread
            }
        });
    }

    private void check(CertificateReload reload, CertificateReload.Listener listener, Notices notices) {
        try {
            reload.check(context, listener);
        } catch (Throwable e) { // for want of memory, say: the next check may fare better
            notices.defect("the files of certificates could not be looked at", e);
        }
    }

    private CertificateReload.Listener listener(Notices notices) {
        return new CertificateReload.Listener() {
            @Override
            public void reloaded(CertificateSet certificates, List<String> warnings) {
                counters.reloads.add(1);
                notices.note("new certificates are in use: " + certificates.all());
                warnings.forEach(notices::warning);
            }

            @Override
            public void kept(String reason) {
                counters.badReloads.add(1);
                notices.warning("the files of certificates have changed and cannot be used; the old ones stay in use: "
                        + reason);
            }
        };
    }

    // What the workers ask.

    @Override
    public Protocols over(WorkerRoom room, Map<String, Protocols> byName) {
        return new TlsProtocols(room, context, pool, counters, byName);
    }

    @Override
    public String scheme() {
        return "https";
    }

    @Override
    public boolean isClear() {
        return false;
    }

    @Override
    public boolean isFull() {
        return pool.isFull();
    }

    /** When the first of its certificates expires. */
    Instant expiry() {
        return context.certificates().all().stream()
                .map(ServerCertificate::notAfter)
                .min(Instant::compareTo)
                .orElseThrow();
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
