package ringfort.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be set about a server, resolved: limits, deadlines, addresses. Immutable; any thread.
 *
 * <p>{@link Builder#build} resolves once: what the program or a flag has set wins over the system property
 * {@code ringfort.header-timeout}, that over the variable {@code RINGFORT_HEADER_TIMEOUT}, that over the default.
 * An empty variable counts as not set, and so does the address of a service, {@code tcp://10.0.0.1:80}, which orchestrators
 * set. Other properties and variables of such names are told in the log when a server starts. Durations of zero switch a limit off.
 *
 * @param host name or address to listen on; 0.0.0.0 for every IPv4 address, :: for every address
 * @param port port to listen on; 0 takes a free one
 * @param engine engine to run on; auto takes the best one this machine can run
 * @param timers where the ring engine keeps deadlines: a wheel per worker, or a timer operation per connection in the kernel
 * @param scheduler what runs handlers' virtual threads: the thread that read the request, or the JDK's scheduler
 * @param workers worker threads; 0 for one per processor
 * @param backlog connections the kernel holds until they are accepted; net.core.somaxconn bounds it
 * @param headerTimeout time a peer may take for a request head, from accept or from its first byte; 0 for no limit
 * @param bodyTimeout longest pause within a request body, once what came has earned it: each byte earns the time that it takes
 *     at body-min-rate. 0 for all that was earned. Without a rate it is the time a peer may let the server wait for the body in
 *     all; 0 for no limit
 * @param bodyGrace time a peer may be slower than body-min-rate before it has earned any; 0 to ask for no rate
 * @param bodyMinRate slowest accepted request body, in bytes per second; 0 for any
 * @param handlerTimeout time a handler may take until its response starts; 0 for no limit
 * @param writeTimeout longest pause of a peer that reads a response, once what it took has earned it: each byte earns the time
 *     that it takes at write-min-rate. 0 for all that was earned
 * @param writeGrace time a peer may be slower than write-min-rate before it has earned any; 0 to ask for no rate
 * @param writeMinRate slowest accepted reading of a response, in bytes per second; 0 for any
 * @param idleTimeout time a connection may stay open between requests; 0 for no limit
 * @param lingerTimeout time a peer may go on sending after the answer, in all; a silent one has 5 s at most; 0 to close at once
 * @param drainTimeout time requests in progress may take when the server stops; 0 to end them at once
 * @param drainDelay time the server goes on listening when it stops, and says that it is not ready; 0 for none
 * @param drainGrace time connections between two requests may still send one when the server stops; 0 to close them at once
 * @param keepAliveHeader whether responses say {@code Keep-Alive: timeout=}, the idle timeout in seconds, less one
 * @param holdThreshold time a handler may hold its worker before its route is offloaded; 0 to never offload
 * @param maxRequestLine largest request line; above it 414
 * @param maxHead largest header section; above it 431
 * @param maxHeaders most header fields; above it 431
 * @param maxTrailer largest trailer section; above it 431
 * @param maxTrailers most trailer fields; above it 431
 * @param maxChunkExtension most bytes of chunk extensions in one request; above it 400
 * @param maxBody largest request body; above it 413; 0 for none at all
 * @param maxDrain most bytes of an unread request body that are discarded to keep a connection
 * @param maxQueuedWrite most response bytes queued for a connection before its handler has to wait
 * @param h2 whether HTTP/2 is offered to clients that speak TLS (ALPN), before HTTP/1.1
 * @param h2c whether a connection without TLS speaks HTTP/2 when it begins with the preface of HTTP/2 (prior knowledge)
 * @param h2cUpgrade whether the first request of a connection without TLS may ask for HTTP/2 ({@code Upgrade: h2c}), which is
 *     deprecated, and a way past the rules of a proxy that lets the field through
 * @param h2MaxStreams most streams of an HTTP/2 connection at a time, each counted until its handler has returned; above it they
 *     are refused
 * @param maxConnections most open connections; 0 for no limit
 * @param maxConnectionsPerPeer most open connections of one IPv4 address or one IPv6 network of 64 bits; {@link #AUTO} for a
 *     quarter of max-connections, 64 at least; 0 for no limit
 * @param exemptNetworks networks for which that limit does not count, in CIDR notation, separated by commas
 * @param maxMemory most heap held for peers in all, in bytes; {@link #AUTO} for half of the heap; send buffers may have half as
 *     much again; 0 for no limit
 * @param maxHandlers most handlers that run at once, streams and tunnels included; above it 503; 0 for no limit
 * @param interruptOnReset whether a handler that has not begun to answer is interrupted when its peer is gone
 * @param handshakeTimeout time a TLS handshake may take, from accept on; 0 for no limit
 * @param httpPort port of a second listener, for plain HTTP; 0 takes a free one, {@link #AUTO} for no such listener
 * @param tlsCert PEM file with the certificate and its chain: the server speaks TLS; empty for none
 * @param tlsKey PEM file with the private key; empty when it is in the file of the certificate
 * @param tlsSelfSigned whether the server speaks TLS with a certificate that it makes at its start
 * @param tlsProtocols versions of TLS, separated by commas
 * @param tlsClientAuth whether clients show a certificate: none, want or need
 * @param tlsClientCa PEM file with the authorities whose certificates of clients are trusted; empty for none
 * @param tlsSessionTimeout time in which a TLS session may be resumed
 * @param tlsWarmUp time that a start may spend on handshakes in memory, which have the JVM compile them; 0 for none
 * @param proxyProtocol whether each connection begins with a header of the PROXY protocol
 * @param proxyProtocolFrom networks from which such headers are believed, in CIDR notation, separated by commas
 * @param logExpired whether each connection that outstays a deadline gets a line in the log, 50 a second at most
 * @param shutdownHook whether SIGTERM and SIGINT drain the server before the process ends
 */
public record ServerOptions(
        String host,
        int port,
        String engine,
        String timers,
        String scheduler,
        int workers,
        int backlog,
        Duration headerTimeout,
        Duration bodyTimeout,
        Duration bodyGrace,
        long bodyMinRate,
        Duration handlerTimeout,
        Duration writeTimeout,
        Duration writeGrace,
        long writeMinRate,
        Duration idleTimeout,
        Duration lingerTimeout,
        Duration drainTimeout,
        Duration drainDelay,
        Duration drainGrace,
        boolean keepAliveHeader,
        Duration holdThreshold,
        int maxRequestLine,
        int maxHead,
        int maxHeaders,
        int maxTrailer,
        int maxTrailers,
        int maxChunkExtension,
        long maxBody,
        int maxDrain,
        int maxQueuedWrite,
        boolean h2,
        boolean h2c,
        boolean h2cUpgrade,
        int h2MaxStreams,
        int maxConnections,
        int maxConnectionsPerPeer,
        int maxHandlers,
        boolean interruptOnReset,
        String exemptNetworks,
        long maxMemory,
        Duration handshakeTimeout,
        int httpPort,
        String tlsCert,
        String tlsKey,
        boolean tlsSelfSigned,
        String tlsProtocols,
        String tlsClientAuth,
        String tlsClientCa,
        Duration tlsSessionTimeout,
        Duration tlsWarmUp,
        boolean proxyProtocol,
        String proxyProtocolFrom,
        boolean logExpired,
        boolean shutdownHook) {
    /** The value of an option that is derived from others: -1. */
    public static final int AUTO = -1;

    private static final String PROGRAM = "the program";
    /** Offsets into a request head are kept in 20 bits. */
    private static final int MOST_HEAD_BYTES = 0xFFFFF;

    public ServerOptions {
        OptionKeys.HOST.check(host, PROGRAM);
        OptionKeys.PORT.check(port, PROGRAM);
        OptionKeys.ENGINE.check(engine, PROGRAM);
        OptionKeys.TIMERS.check(timers, PROGRAM);
        OptionKeys.SCHEDULER.check(scheduler, PROGRAM);
        OptionKeys.WORKERS.check(workers, PROGRAM);
        OptionKeys.BACKLOG.check(backlog, PROGRAM);
        OptionKeys.HEADER_TIMEOUT.check(headerTimeout, PROGRAM);
        OptionKeys.BODY_TIMEOUT.check(bodyTimeout, PROGRAM);
        OptionKeys.BODY_GRACE.check(bodyGrace, PROGRAM);
        OptionKeys.BODY_MIN_RATE.check(bodyMinRate, PROGRAM);
        OptionKeys.HANDLER_TIMEOUT.check(handlerTimeout, PROGRAM);
        OptionKeys.WRITE_TIMEOUT.check(writeTimeout, PROGRAM);
        OptionKeys.WRITE_GRACE.check(writeGrace, PROGRAM);
        OptionKeys.WRITE_MIN_RATE.check(writeMinRate, PROGRAM);
        OptionKeys.IDLE_TIMEOUT.check(idleTimeout, PROGRAM);
        OptionKeys.LINGER_TIMEOUT.check(lingerTimeout, PROGRAM);
        OptionKeys.DRAIN_TIMEOUT.check(drainTimeout, PROGRAM);
        OptionKeys.DRAIN_DELAY.check(drainDelay, PROGRAM);
        OptionKeys.DRAIN_GRACE.check(drainGrace, PROGRAM);
        OptionKeys.KEEP_ALIVE_HEADER.check(keepAliveHeader, PROGRAM);
        OptionKeys.HOLD_THRESHOLD.check(holdThreshold, PROGRAM);
        OptionKeys.MAX_REQUEST_LINE.check((long) maxRequestLine, PROGRAM);
        OptionKeys.MAX_HEAD.check((long) maxHead, PROGRAM);
        OptionKeys.MAX_HEADERS.check(maxHeaders, PROGRAM);
        OptionKeys.MAX_TRAILER.check((long) maxTrailer, PROGRAM);
        OptionKeys.MAX_TRAILERS.check(maxTrailers, PROGRAM);
        OptionKeys.MAX_CHUNK_EXTENSION.check((long) maxChunkExtension, PROGRAM);
        OptionKeys.MAX_BODY.check(maxBody, PROGRAM);
        OptionKeys.MAX_DRAIN.check((long) maxDrain, PROGRAM);
        OptionKeys.MAX_QUEUED_WRITE.check((long) maxQueuedWrite, PROGRAM);
        OptionKeys.H2.check(h2, PROGRAM);
        OptionKeys.H2C.check(h2c, PROGRAM);
        OptionKeys.H2C_UPGRADE.check(h2cUpgrade, PROGRAM);
        OptionKeys.H2_MAX_STREAMS.check(h2MaxStreams, PROGRAM);
        OptionKeys.MAX_CONNECTIONS.check(maxConnections, PROGRAM);
        OptionKeys.MAX_CONNECTIONS_PER_PEER.check(maxConnectionsPerPeer, PROGRAM);
        OptionKeys.MAX_HANDLERS.check(maxHandlers, PROGRAM);
        OptionKeys.INTERRUPT_ON_RESET.check(interruptOnReset, PROGRAM);
        OptionKeys.EXEMPT_NETWORKS.check(exemptNetworks, PROGRAM);
        OptionKeys.MAX_MEMORY.check(maxMemory, PROGRAM);
        OptionKeys.HANDSHAKE_TIMEOUT.check(handshakeTimeout, PROGRAM);
        OptionKeys.HTTP_PORT.check(httpPort, PROGRAM);
        OptionKeys.TLS_CERT.check(tlsCert, PROGRAM);
        OptionKeys.TLS_KEY.check(tlsKey, PROGRAM);
        OptionKeys.TLS_SELF_SIGNED.check(tlsSelfSigned, PROGRAM);
        OptionKeys.TLS_PROTOCOLS.check(tlsProtocols, PROGRAM);
        OptionKeys.TLS_CLIENT_AUTH.check(tlsClientAuth, PROGRAM);
        OptionKeys.TLS_CLIENT_CA.check(tlsClientCa, PROGRAM);
        OptionKeys.TLS_SESSION_TIMEOUT.check(tlsSessionTimeout, PROGRAM);
        OptionKeys.TLS_WARM_UP.check(tlsWarmUp, PROGRAM);
        OptionKeys.PROXY_PROTOCOL.check(proxyProtocol, PROGRAM);
        OptionKeys.PROXY_PROTOCOL_FROM.check(proxyProtocolFrom, PROGRAM);
        OptionKeys.LOG_EXPIRED.check(logExpired, PROGRAM);
        OptionKeys.SHUTDOWN_HOOK.check(shutdownHook, PROGRAM);
        if (maxRequestLine + maxHead > MOST_HEAD_BYTES) {
            throw new OptionException(
                    OptionKeys.MAX_HEAD.name(),
                    maxHead + "B",
                    PROGRAM,
                    "with max-request-line " + maxRequestLine + "B it exceeds the 1048575 bytes a head may have");
        }
    }

    /**
     * The defaults, whatever properties and environment say.
     *
     * @return the options
     */
    public static ServerOptions defaults() {
        return builder().build(_ -> null, _ -> null);
    }

    /**
     * A builder with nothing set.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * All options there are, for help pages.
     *
     * @return the options in the order of this record
     */
    public static List<Option> catalogue() {
        return OptionKeys.ALL.stream().map(OptionKey::described).toList();
    }

    /**
     * A builder with everything set as it is here, so that neither properties nor environment count any more.
     *
     * @return the builder
     */
    public Builder toBuilder() {
        return builder()
                .host(host)
                .port(port)
                .engine(engine)
                .timers(timers)
                .scheduler(scheduler)
                .workers(workers)
                .backlog(backlog)
                .headerTimeout(headerTimeout)
                .bodyTimeout(bodyTimeout)
                .bodyGrace(bodyGrace)
                .bodyMinRate(bodyMinRate)
                .handlerTimeout(handlerTimeout)
                .writeTimeout(writeTimeout)
                .writeGrace(writeGrace)
                .writeMinRate(writeMinRate)
                .idleTimeout(idleTimeout)
                .lingerTimeout(lingerTimeout)
                .drainTimeout(drainTimeout)
                .drainDelay(drainDelay)
                .drainGrace(drainGrace)
                .keepAliveHeader(keepAliveHeader)
                .holdThreshold(holdThreshold)
                .maxRequestLine(maxRequestLine)
                .maxHead(maxHead)
                .maxHeaders(maxHeaders)
                .maxTrailer(maxTrailer)
                .maxTrailers(maxTrailers)
                .maxChunkExtension(maxChunkExtension)
                .maxBody(maxBody)
                .maxDrain(maxDrain)
                .maxQueuedWrite(maxQueuedWrite)
                .h2(h2)
                .h2c(h2c)
                .h2cUpgrade(h2cUpgrade)
                .h2MaxStreams(h2MaxStreams)
                .maxConnections(maxConnections)
                .maxConnectionsPerPeer(maxConnectionsPerPeer)
                .maxHandlers(maxHandlers)
                .interruptOnReset(interruptOnReset)
                .exemptNetworks(exemptNetworks)
                .maxMemory(maxMemory)
                .handshakeTimeout(handshakeTimeout)
                .httpPort(httpPort)
                .tlsCert(tlsCert)
                .tlsKey(tlsKey)
                .tlsSelfSigned(tlsSelfSigned)
                .tlsProtocols(tlsProtocols)
                .tlsClientAuth(tlsClientAuth)
                .tlsClientCa(tlsClientCa)
                .tlsSessionTimeout(tlsSessionTimeout)
                .tlsWarmUp(tlsWarmUp)
                .proxyProtocol(proxyProtocol)
                .proxyProtocolFrom(proxyProtocolFrom)
                .logExpired(logExpired)
                .shutdownHook(shutdownHook);
    }

    /**
     * How the first listener speaks TLS, as the options say.
     *
     * @return what {@code tls-cert} and those beside it mean; null for plain HTTP
     * @throws OptionException when they contradict each other
     */
    public @Nullable Tls tls() {
        if (tlsCert.isEmpty() && !tlsSelfSigned) {
            requireNone(OptionKeys.TLS_KEY, tlsKey);
            requireNone(OptionKeys.TLS_CLIENT_CA, tlsClientCa);
            return null;
        }
        if (!tlsCert.isEmpty() && tlsSelfSigned) {
            throw new OptionException(
                    OptionKeys.TLS_SELF_SIGNED.name(),
                    "on",
                    PROGRAM,
                    "tls-cert names a certificate already; use one of the two");
        }
        Tls tls = tlsSelfSigned
                ? Tls.selfSigned()
                : Tls.pem(Path.of(tlsCert), Path.of(tlsKey.isEmpty() ? tlsCert : tlsKey));
        Tls.ClientCertificates asked = Tls.ClientCertificates.valueOf(tlsClientAuth.toUpperCase(Locale.ROOT));
        if ((asked == Tls.ClientCertificates.NONE) != tlsClientCa.isEmpty()) {
            throw new OptionException(
                    OptionKeys.TLS_CLIENT_AUTH.name(),
                    tlsClientAuth,
                    PROGRAM,
                    "tls-client-auth want or need goes with tls-client-ca, a file of authorities, and none without it");
        }
        return tls.protocols(tlsProtocols.split(","))
                .sessionTimeout(tlsSessionTimeout)
                .clientCertificates(asked, Path.of(tlsClientCa));
    }

    private static void requireNone(OptionKey<String> key, String value) {
        if (!value.isEmpty()) {
            throw new OptionException(key.name(), value, PROGRAM, "it goes with tls-cert, which is not set");
        }
    }

    /** Collects settings. One thread. Setters throw {@link OptionException} when a value is out of its range. */
    public static final class Builder {
        private final Map<String, Object> explicit = new HashMap<>(); // by name

        private Builder() {}

        private <T> Builder put(OptionKey<T> key, T value) {
            explicit.put(key.name(), key.check(value, PROGRAM));
            return this;
        }

        /**
         * Sets {@link ServerOptions#host()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder host(String value) {
            return put(OptionKeys.HOST, value);
        }

        /**
         * Sets {@link ServerOptions#port()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder port(int value) {
            return put(OptionKeys.PORT, value);
        }

        /**
         * Sets {@link ServerOptions#engine()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder engine(String value) {
            return put(OptionKeys.ENGINE, value);
        }

        /**
         * Sets {@link ServerOptions#timers()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder timers(String value) {
            return put(OptionKeys.TIMERS, value);
        }

        /**
         * Sets {@link ServerOptions#scheduler()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder scheduler(String value) {
            return put(OptionKeys.SCHEDULER, value);
        }

        /**
         * Sets {@link ServerOptions#workers()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder workers(int value) {
            return put(OptionKeys.WORKERS, value);
        }

        /**
         * Sets {@link ServerOptions#backlog()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder backlog(int value) {
            return put(OptionKeys.BACKLOG, value);
        }

        /**
         * Sets {@link ServerOptions#headerTimeout()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder headerTimeout(Duration value) {
            return put(OptionKeys.HEADER_TIMEOUT, value);
        }

        /**
         * Sets {@link ServerOptions#bodyTimeout()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder bodyTimeout(Duration value) {
            return put(OptionKeys.BODY_TIMEOUT, value);
        }

        /**
         * Sets {@link ServerOptions#bodyGrace()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder bodyGrace(Duration value) {
            return put(OptionKeys.BODY_GRACE, value);
        }

        /**
         * Sets {@link ServerOptions#bodyMinRate()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder bodyMinRate(long value) {
            return put(OptionKeys.BODY_MIN_RATE, value);
        }

        /**
         * Sets {@link ServerOptions#handlerTimeout()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder handlerTimeout(Duration value) {
            return put(OptionKeys.HANDLER_TIMEOUT, value);
        }

        /**
         * Sets {@link ServerOptions#writeTimeout()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder writeTimeout(Duration value) {
            return put(OptionKeys.WRITE_TIMEOUT, value);
        }

        /**
         * Sets {@link ServerOptions#writeGrace()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder writeGrace(Duration value) {
            return put(OptionKeys.WRITE_GRACE, value);
        }

        /**
         * Sets {@link ServerOptions#writeMinRate()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder writeMinRate(long value) {
            return put(OptionKeys.WRITE_MIN_RATE, value);
        }

        /**
         * Sets {@link ServerOptions#idleTimeout()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder idleTimeout(Duration value) {
            return put(OptionKeys.IDLE_TIMEOUT, value);
        }

        /**
         * Sets {@link ServerOptions#lingerTimeout()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder lingerTimeout(Duration value) {
            return put(OptionKeys.LINGER_TIMEOUT, value);
        }

        /**
         * Sets {@link ServerOptions#drainTimeout()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder drainTimeout(Duration value) {
            return put(OptionKeys.DRAIN_TIMEOUT, value);
        }

        /**
         * Sets {@link ServerOptions#drainDelay()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder drainDelay(Duration value) {
            return put(OptionKeys.DRAIN_DELAY, value);
        }

        /**
         * Sets {@link ServerOptions#drainGrace()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder drainGrace(Duration value) {
            return put(OptionKeys.DRAIN_GRACE, value);
        }

        /**
         * Sets {@link ServerOptions#keepAliveHeader()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder keepAliveHeader(boolean value) {
            return put(OptionKeys.KEEP_ALIVE_HEADER, value);
        }

        /**
         * Sets {@link ServerOptions#holdThreshold()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder holdThreshold(Duration value) {
            return put(OptionKeys.HOLD_THRESHOLD, value);
        }

        /**
         * Sets {@link ServerOptions#maxRequestLine()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxRequestLine(int value) {
            return put(OptionKeys.MAX_REQUEST_LINE, (long) value);
        }

        /**
         * Sets {@link ServerOptions#maxHead()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxHead(int value) {
            return put(OptionKeys.MAX_HEAD, (long) value);
        }

        /**
         * Sets {@link ServerOptions#maxHeaders()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxHeaders(int value) {
            return put(OptionKeys.MAX_HEADERS, value);
        }

        /**
         * Sets {@link ServerOptions#maxTrailer()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxTrailer(int value) {
            return put(OptionKeys.MAX_TRAILER, (long) value);
        }

        /**
         * Sets {@link ServerOptions#maxTrailers()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxTrailers(int value) {
            return put(OptionKeys.MAX_TRAILERS, value);
        }

        /**
         * Sets {@link ServerOptions#maxChunkExtension()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxChunkExtension(int value) {
            return put(OptionKeys.MAX_CHUNK_EXTENSION, (long) value);
        }

        /**
         * Sets {@link ServerOptions#maxBody()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxBody(long value) {
            return put(OptionKeys.MAX_BODY, value);
        }

        /**
         * Sets {@link ServerOptions#maxDrain()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxDrain(int value) {
            return put(OptionKeys.MAX_DRAIN, (long) value);
        }

        /**
         * Sets {@link ServerOptions#maxQueuedWrite()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxQueuedWrite(int value) {
            return put(OptionKeys.MAX_QUEUED_WRITE, (long) value);
        }

        /**
         * Sets {@link ServerOptions#h2()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder h2(boolean value) {
            return put(OptionKeys.H2, value);
        }

        /**
         * Sets {@link ServerOptions#h2c()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder h2c(boolean value) {
            return put(OptionKeys.H2C, value);
        }

        /**
         * Sets {@link ServerOptions#h2cUpgrade()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder h2cUpgrade(boolean value) {
            return put(OptionKeys.H2C_UPGRADE, value);
        }

        /**
         * Sets {@link ServerOptions#h2MaxStreams()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder h2MaxStreams(int value) {
            return put(OptionKeys.H2_MAX_STREAMS, value);
        }

        /**
         * Sets {@link ServerOptions#maxConnections()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxConnections(int value) {
            return put(OptionKeys.MAX_CONNECTIONS, value);
        }

        /**
         * Sets {@link ServerOptions#maxConnectionsPerPeer()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxConnectionsPerPeer(int value) {
            return put(OptionKeys.MAX_CONNECTIONS_PER_PEER, value);
        }

        /**
         * Sets {@link ServerOptions#maxHandlers()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxHandlers(int value) {
            return put(OptionKeys.MAX_HANDLERS, value);
        }

        /**
         * Sets {@link ServerOptions#interruptOnReset()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder interruptOnReset(boolean value) {
            return put(OptionKeys.INTERRUPT_ON_RESET, value);
        }

        /**
         * Sets {@link ServerOptions#exemptNetworks()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder exemptNetworks(String value) {
            return put(OptionKeys.EXEMPT_NETWORKS, value);
        }

        /**
         * Sets {@link ServerOptions#maxMemory()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxMemory(long value) {
            return put(OptionKeys.MAX_MEMORY, value);
        }

        /**
         * Sets {@link ServerOptions#handshakeTimeout()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder handshakeTimeout(Duration value) {
            return put(OptionKeys.HANDSHAKE_TIMEOUT, value);
        }

        /**
         * Sets {@link ServerOptions#httpPort()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder httpPort(int value) {
            return put(OptionKeys.HTTP_PORT, value);
        }

        /**
         * Sets {@link ServerOptions#tlsCert()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder tlsCert(String value) {
            return put(OptionKeys.TLS_CERT, value);
        }

        /**
         * Sets {@link ServerOptions#tlsKey()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder tlsKey(String value) {
            return put(OptionKeys.TLS_KEY, value);
        }

        /**
         * Sets {@link ServerOptions#tlsSelfSigned()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder tlsSelfSigned(boolean value) {
            return put(OptionKeys.TLS_SELF_SIGNED, value);
        }

        /**
         * Sets {@link ServerOptions#tlsProtocols()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder tlsProtocols(String value) {
            return put(OptionKeys.TLS_PROTOCOLS, value);
        }

        /**
         * Sets {@link ServerOptions#tlsClientAuth()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder tlsClientAuth(String value) {
            return put(OptionKeys.TLS_CLIENT_AUTH, value);
        }

        /**
         * Sets {@link ServerOptions#tlsClientCa()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder tlsClientCa(String value) {
            return put(OptionKeys.TLS_CLIENT_CA, value);
        }

        /**
         * Sets {@link ServerOptions#tlsSessionTimeout()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder tlsSessionTimeout(Duration value) {
            return put(OptionKeys.TLS_SESSION_TIMEOUT, value);
        }

        /**
         * Sets {@link ServerOptions#tlsWarmUp()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder tlsWarmUp(Duration value) {
            return put(OptionKeys.TLS_WARM_UP, value);
        }

        /**
         * Sets {@link ServerOptions#proxyProtocol()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder proxyProtocol(boolean value) {
            return put(OptionKeys.PROXY_PROTOCOL, value);
        }

        /**
         * Sets {@link ServerOptions#proxyProtocolFrom()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder proxyProtocolFrom(String value) {
            return put(OptionKeys.PROXY_PROTOCOL_FROM, value);
        }

        /**
         * Sets {@link ServerOptions#logExpired()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder logExpired(boolean value) {
            return put(OptionKeys.LOG_EXPIRED, value);
        }

        /**
         * Sets {@link ServerOptions#shutdownHook()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder shutdownHook(boolean value) {
            return put(OptionKeys.SHUTDOWN_HOOK, value);
        }

        /**
         * Sets an option by its name, as flags do; counts like a setting of the program.
         *
         * @param name its name in the catalogue
         * @param text its value
         * @param origin where it came from, for messages, such as {@code --header-timeout}
         * @return this builder
         * @throws OptionException when there is no such option (names the nearest), or the value will not do
         */
        public Builder set(String name, String text, String origin) {
            OptionKey<?> key = OptionKeys.named(name, text, origin);
            explicit.put(key.name(), key.parse(text, origin));
            return this;
        }

        /**
         * Resolves: settings of this builder, then system properties, then environment, then defaults.
         *
         * @return the options
         * @throws OptionException when a property or variable has a value that will not do
         */
        public ServerOptions build() {
            return build(System::getProperty, System::getenv);
        }

        ServerOptions build(
                Function<String, @Nullable String> properties, Function<String, @Nullable String> environment) {
            Values values = new Values(explicit, properties, environment);
            return new ServerOptions(
                    values.of(OptionKeys.HOST),
                    values.of(OptionKeys.PORT),
                    values.of(OptionKeys.ENGINE),
                    values.of(OptionKeys.TIMERS),
                    values.of(OptionKeys.SCHEDULER),
                    values.of(OptionKeys.WORKERS),
                    values.of(OptionKeys.BACKLOG),
                    values.of(OptionKeys.HEADER_TIMEOUT),
                    values.of(OptionKeys.BODY_TIMEOUT),
                    values.of(OptionKeys.BODY_GRACE),
                    values.of(OptionKeys.BODY_MIN_RATE),
                    values.of(OptionKeys.HANDLER_TIMEOUT),
                    values.of(OptionKeys.WRITE_TIMEOUT),
                    values.of(OptionKeys.WRITE_GRACE),
                    values.of(OptionKeys.WRITE_MIN_RATE),
                    values.of(OptionKeys.IDLE_TIMEOUT),
                    values.of(OptionKeys.LINGER_TIMEOUT),
                    values.of(OptionKeys.DRAIN_TIMEOUT),
                    values.of(OptionKeys.DRAIN_DELAY),
                    values.of(OptionKeys.DRAIN_GRACE),
                    values.of(OptionKeys.KEEP_ALIVE_HEADER),
                    values.of(OptionKeys.HOLD_THRESHOLD),
                    values.size(OptionKeys.MAX_REQUEST_LINE),
                    values.size(OptionKeys.MAX_HEAD),
                    values.of(OptionKeys.MAX_HEADERS),
                    values.size(OptionKeys.MAX_TRAILER),
                    values.of(OptionKeys.MAX_TRAILERS),
                    values.size(OptionKeys.MAX_CHUNK_EXTENSION),
                    values.of(OptionKeys.MAX_BODY),
                    values.size(OptionKeys.MAX_DRAIN),
                    values.size(OptionKeys.MAX_QUEUED_WRITE),
                    values.of(OptionKeys.H2),
                    values.of(OptionKeys.H2C),
                    values.of(OptionKeys.H2C_UPGRADE),
                    values.of(OptionKeys.H2_MAX_STREAMS),
                    values.of(OptionKeys.MAX_CONNECTIONS),
                    values.of(OptionKeys.MAX_CONNECTIONS_PER_PEER),
                    values.of(OptionKeys.MAX_HANDLERS),
                    values.of(OptionKeys.INTERRUPT_ON_RESET),
                    values.of(OptionKeys.EXEMPT_NETWORKS),
                    values.of(OptionKeys.MAX_MEMORY),
                    values.of(OptionKeys.HANDSHAKE_TIMEOUT),
                    values.of(OptionKeys.HTTP_PORT),
                    values.of(OptionKeys.TLS_CERT),
                    values.of(OptionKeys.TLS_KEY),
                    values.of(OptionKeys.TLS_SELF_SIGNED),
                    values.of(OptionKeys.TLS_PROTOCOLS),
                    values.of(OptionKeys.TLS_CLIENT_AUTH),
                    values.of(OptionKeys.TLS_CLIENT_CA),
                    values.of(OptionKeys.TLS_SESSION_TIMEOUT),
                    values.of(OptionKeys.TLS_WARM_UP),
                    values.of(OptionKeys.PROXY_PROTOCOL),
                    values.of(OptionKeys.PROXY_PROTOCOL_FROM),
                    values.of(OptionKeys.LOG_EXPIRED),
                    values.of(OptionKeys.SHUTDOWN_HOOK));
        }
    }

    /** The three sources of values, in their order. */
    private record Values(
            Map<String, Object> explicit,
            Function<String, @Nullable String> properties,
            Function<String, @Nullable String> environment) {
        <T> T of(OptionKey<T> key) {
            Object set = explicit.get(key.name());
            if (set != null) {
                return key.type().javaType().cast(set);
            }
            Option option = key.described();
            String property = properties.apply(option.property());
            if (property != null) {
                return key.parse(property, "property " + option.property());
            }
            String variable = environment.apply(option.variable());
            // Empty is what a deployment file sets when it has nothing to say.
            boolean unset = variable == null || variable.isBlank() || StrayNames.isAddressOfAService(variable);
            return variable == null || unset
                    ? key.standard()
                    : key.parse(variable, "environment variable " + option.variable());
        }

        int size(OptionKey<Long> key) {
            return Math.toIntExact(of(key));
        }
    }
}
