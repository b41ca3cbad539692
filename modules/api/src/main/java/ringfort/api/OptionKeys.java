package ringfort.api;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import ringfort.api.spi.Network;
import ringfort.api.syntax.Fields;

/** The table of server options: names, ranges, defaults and help, once for builder, flags, properties and environment. */
final class OptionKeys {
    static final OptionKey<String> HOST = new OptionKey<>(
            "host",
            OptionType.TEXT,
            "127.0.0.1",
            host -> !host.isBlank(),
            "a host name or address",
            "Name or address to listen on; 0.0.0.0 for every IPv4 address, :: for every address");
    static final OptionKey<Integer> PORT =
            OptionKey.between("port", OptionType.COUNT, 0, 65_535, 8080, "Port to listen on; 0 takes a free one");
    static final OptionKey<String> ENGINE = new OptionKey<>(
            "engine",
            OptionType.WORD,
            "auto",
            Fields::isToken,
            "auto or the name of an engine: ring, poll, nio",
            "Engine to run on; auto takes the best one this machine can run");
    static final OptionKey<String> TIMERS = new OptionKey<>(
            "timers",
            OptionType.WORD,
            "wheel",
            Set.of("wheel", "kernel")::contains,
            "wheel or kernel",
            "Where the ring engine keeps deadlines: a wheel per worker, or a timer operation per connection in the kernel");
    static final OptionKey<String> SCHEDULER = new OptionKey<>(
            "scheduler",
            OptionType.WORD,
            "worker",
            Set.of("worker", "jdk")::contains,
            "worker or jdk",
            "What runs handlers' virtual threads: the worker that read the request, where java.lang is opened to"
                    + " ringfort.server, or the JDK's scheduler");
    static final OptionKey<Integer> WORKERS =
            OptionKey.between("workers", OptionType.COUNT, 0, 1_024, 0, "Worker threads; 0 for one per processor");
    static final OptionKey<Integer> BACKLOG = OptionKey.between(
            "backlog",
            OptionType.COUNT,
            1,
            65_535,
            4_096,
            "Connections the kernel holds until they are accepted; net.core.somaxconn bounds it");
    static final OptionKey<Duration> HEADER_TIMEOUT = duration(
            "header-timeout",
            Duration.ofSeconds(10),
            "Time a peer may take for a request head, from accept or from its first byte; 0 for no limit");
    static final OptionKey<Duration> BODY_TIMEOUT = duration(
            "body-timeout",
            Duration.ofSeconds(60),
            "Longest pause within a request body, once what came has earned it by body-min-rate; 0 for all that was earned."
                    + " Without a rate: time a peer may let the server wait in all; 0 for no limit");
    static final OptionKey<Duration> BODY_GRACE = duration(
            "body-grace",
            Duration.ofSeconds(10),
            "Time a peer may be slower than body-min-rate before it has earned any; 0 to ask for no rate");
    static final OptionKey<Long> BODY_MIN_RATE = OptionKey.between(
            "body-min-rate",
            OptionType.RATE,
            0L,
            1L << 40,
            240L,
            "Slowest accepted request body, in bytes per second; 0 for any");
    static final OptionKey<Duration> HANDLER_TIMEOUT = duration(
            "handler-timeout", Duration.ZERO, "Time a handler may take until its response starts; 0 for no limit");
    static final OptionKey<Duration> WRITE_TIMEOUT = duration(
            "write-timeout",
            Duration.ofSeconds(60),
            "Longest pause of a peer that reads a response, once what it took has earned it by write-min-rate; 0 for all"
                    + " that was earned");
    static final OptionKey<Duration> WRITE_GRACE = duration(
            "write-grace",
            Duration.ofSeconds(10),
            "Time a peer may be slower than write-min-rate before it has earned any; 0 to ask for no rate");
    static final OptionKey<Long> WRITE_MIN_RATE = OptionKey.between(
            "write-min-rate",
            OptionType.RATE,
            0L,
            1L << 40,
            240L,
            "Slowest accepted reading of a response, in bytes per second; 0 for any");
    static final OptionKey<Duration> IDLE_TIMEOUT = duration(
            "idle-timeout", Duration.ofSeconds(75), "Time a connection may stay open between requests; 0 for no limit");
    static final OptionKey<Duration> LINGER_TIMEOUT = duration(
            "linger-timeout",
            Duration.ofSeconds(30),
            "Time a peer may go on sending after the answer, in all; a silent one has 5 s at most; 0 to close at once");
    static final OptionKey<Duration> DRAIN_TIMEOUT = duration(
            "drain-timeout",
            Duration.ofSeconds(10),
            "Time requests in progress may take when the server stops; 0 to end them at once");
    static final OptionKey<Duration> DRAIN_DELAY = duration(
            "drain-delay",
            Duration.ZERO,
            "Time the server goes on listening when it stops, and says that it is not ready; 0 for none");
    static final OptionKey<Duration> DRAIN_GRACE = duration(
            "drain-grace",
            Duration.ofSeconds(1),
            "Time connections between two requests may still send one when the server stops; 0 to close them at once");
    static final OptionKey<Boolean> KEEP_ALIVE_HEADER = new OptionKey<>(
            "keep-alive-header",
            OptionType.SWITCH,
            false,
            _ -> true,
            "on or off",
            "Whether responses say Keep-Alive: timeout=N, the idle timeout in seconds, less one");
    static final OptionKey<Duration> HOLD_THRESHOLD = duration(
            "hold-threshold",
            Duration.ofMillis(5),
            "Time a handler may hold its worker before its route is offloaded; 0 to never offload");
    static final OptionKey<Long> MAX_REQUEST_LINE = OptionKey.between(
            "max-request-line", OptionType.SIZE, 256L, 60L << 10, 8L << 10, "Largest request line; above it 414");
    static final OptionKey<Long> MAX_HEAD = OptionKey.between(
            "max-head", OptionType.SIZE, 256L, 1000L << 10, 32L << 10, "Largest header section; above it 431");
    static final OptionKey<Integer> MAX_HEADERS =
            OptionKey.between("max-headers", OptionType.COUNT, 1, 10_000, 100, "Most header fields; above it 431");
    static final OptionKey<Long> MAX_TRAILER = OptionKey.between(
            "max-trailer", OptionType.SIZE, 2L, 60L << 10, 8L << 10, "Largest trailer section; above it 431");
    static final OptionKey<Integer> MAX_TRAILERS =
            OptionKey.between("max-trailers", OptionType.COUNT, 0, 10_000, 32, "Most trailer fields; above it 431");
    static final OptionKey<Long> MAX_CHUNK_EXTENSION = OptionKey.between(
            "max-chunk-extension",
            OptionType.SIZE,
            0L,
            1L << 20,
            16L << 10,
            "Most bytes of chunk extensions in one request; above it 400");
    static final OptionKey<Long> MAX_BODY = OptionKey.between(
            "max-body",
            OptionType.SIZE,
            0L,
            Long.MAX_VALUE,
            10L << 20,
            "Largest request body; above it 413; 0 for none at all");
    static final OptionKey<Long> MAX_DRAIN = OptionKey.between(
            "max-drain",
            OptionType.SIZE,
            0L,
            1L << 30,
            256L << 10,
            "Most bytes of an unread request body that are discarded to keep a connection");
    static final OptionKey<Long> MAX_QUEUED_WRITE = OptionKey.between(
            "max-queued-write",
            OptionType.SIZE,
            4L << 10,
            1L << 30,
            256L << 10,
            "Most response bytes queued for a connection before its handler has to wait");
    static final OptionKey<Boolean> H2 = new OptionKey<>(
            "h2",
            OptionType.SWITCH,
            true,
            _ -> true,
            "on or off",
            "Whether HTTP/2 is offered to clients that speak TLS (ALPN), before HTTP/1.1");
    static final OptionKey<Boolean> H2C = new OptionKey<>(
            "h2c",
            OptionType.SWITCH,
            true,
            _ -> true,
            "on or off",
            "Whether a connection without TLS speaks HTTP/2 when it begins with the preface of HTTP/2 (prior knowledge)");
    static final OptionKey<Boolean> H2C_UPGRADE = new OptionKey<>(
            "h2c-upgrade",
            OptionType.SWITCH,
            false,
            _ -> true,
            "on or off",
            "Whether the first request of a connection without TLS may ask for HTTP/2 (Upgrade: h2c); deprecated, and not for"
                    + " servers behind a proxy");
    static final OptionKey<Integer> H2_MAX_STREAMS = OptionKey.between(
            "h2-max-streams",
            OptionType.COUNT,
            1,
            10_000,
            100,
            "Most streams of an HTTP/2 connection at a time, each counted until its handler has returned; above it they are"
                    + " refused");
    static final OptionKey<Integer> MAX_CONNECTIONS = OptionKey.between(
            "max-connections", OptionType.COUNT, 0, 10_000_000, 65_536, "Most open connections; 0 for no limit");
    static final OptionKey<Integer> MAX_CONNECTIONS_PER_PEER = OptionKey.between(
            "max-connections-per-peer",
            OptionType.COUNT_OR_AUTO,
            ServerOptions.AUTO,
            10_000_000,
            ServerOptions.AUTO,
            "Most open connections of one IPv4 address or one IPv6 network of 64 bits; auto for a quarter of"
                    + " max-connections, 64 at least; 0 for no limit");
    static final OptionKey<Integer> MAX_HANDLERS = OptionKey.between(
            "max-handlers",
            OptionType.COUNT,
            0,
            10_000_000,
            10_000,
            "Most handlers that run at once, streams and tunnels included; above it 503; 0 for no limit");
    static final OptionKey<Boolean> INTERRUPT_ON_RESET = new OptionKey<>(
            "interrupt-on-reset",
            OptionType.SWITCH,
            true,
            _ -> true,
            "on or off",
            "Whether a handler that has not begun to answer is interrupted when its peer is gone");
    static final OptionKey<String> EXEMPT_NETWORKS = new OptionKey<>(
            "exempt-networks",
            OptionType.TEXT,
            "127.0.0.0/8,::1/128",
            OptionKeys::areNetworks,
            "networks separated by commas, such as 10.0.0.0/8,fd00::/8, or nothing",
            "Networks for which max-connections-per-peer does not count: those of balancers in front");
    static final OptionKey<Long> MAX_MEMORY = OptionKey.between(
            "max-memory",
            OptionType.SIZE_OR_AUTO,
            (long) ServerOptions.AUTO,
            1L << 50,
            (long) ServerOptions.AUTO,
            "Most heap held for peers in all: heads, content and responses under way; auto for half of the heap;"
                    + " send buffers may have half as much again; 0 for no limit");
    static final OptionKey<Duration> HANDSHAKE_TIMEOUT = duration(
            "handshake-timeout",
            Duration.ofSeconds(10),
            "Time a TLS handshake may take, from accept on, waiting for a thread included; 0 for no limit");
    static final OptionKey<Integer> HTTP_PORT = OptionKey.between(
            "http-port",
            OptionType.COUNT_OR_OFF,
            ServerOptions.AUTO,
            65_535,
            ServerOptions.AUTO,
            "Port of a second listener, for plain HTTP; 0 takes a free one; off for none");
    static final OptionKey<String> TLS_CERT = text(
            "tls-cert",
            "PEM file with the certificate, and behind each one its issuer: the server speaks TLS; empty for none");
    static final OptionKey<String> TLS_KEY =
            text("tls-key", "PEM file with the private key; empty when it is in the file of the certificate");
    static final OptionKey<Boolean> TLS_SELF_SIGNED = new OptionKey<>(
            "tls-self-signed",
            OptionType.SWITCH,
            false,
            _ -> true,
            "on or off",
            "Whether to speak TLS with a certificate for localhost that is made at the start; its fingerprint is logged");
    static final OptionKey<String> TLS_PROTOCOLS = new OptionKey<>(
            "tls-protocols",
            OptionType.TEXT,
            "TLSv1.3,TLSv1.2",
            text -> Set.of("TLSv1.3", "TLSv1.2").containsAll(List.of(text.split(","))),
            "TLSv1.3, TLSv1.2 or both, separated by a comma",
            "Versions of TLS to speak");
    static final OptionKey<String> TLS_CLIENT_AUTH = new OptionKey<>(
            "tls-client-auth",
            OptionType.WORD,
            "none",
            Set.of("none", "want", "need")::contains,
            "none, want or need",
            "Whether clients must show a certificate");
    static final OptionKey<String> TLS_CLIENT_CA = text(
            "tls-client-ca", "PEM file with the authorities whose certificates of clients are trusted; empty for none");
    static final OptionKey<Duration> TLS_SESSION_TIMEOUT = OptionKey.between(
            "tls-session-timeout",
            OptionType.DURATION,
            Duration.ofSeconds(1),
            Duration.ofDays(7),
            Duration.ofHours(2),
            "Time in which a TLS session may be resumed");
    static final OptionKey<Duration> TLS_WARM_UP = duration(
            "tls-warm-up",
            Duration.ofSeconds(1),
            "Time a start may spend on handshakes in memory, so that the first clients find them compiled; 0 for none");
    static final OptionKey<Boolean> PROXY_PROTOCOL = new OptionKey<>(
            "proxy-protocol",
            OptionType.SWITCH,
            false,
            _ -> true,
            "on or off",
            "Whether each connection begins with a header of the PROXY protocol, which names the client");
    static final OptionKey<String> PROXY_PROTOCOL_FROM = new OptionKey<>(
            "proxy-protocol-from",
            OptionType.TEXT,
            "127.0.0.0/8,::1/128",
            OptionKeys::areNetworks,
            "networks separated by commas, such as 10.0.0.0/8,fd00::/8",
            "Networks whose headers of the PROXY protocol are believed; other peers are turned away there");
    static final OptionKey<Boolean> LOG_EXPIRED = new OptionKey<>(
            "log-expired",
            OptionType.SWITCH,
            false,
            _ -> true,
            "on or off",
            "Whether each connection that outstays a deadline gets a line in the log, 50 a second at most");
    static final OptionKey<Boolean> SHUTDOWN_HOOK = new OptionKey<>(
            "shutdown-hook",
            OptionType.SWITCH,
            true,
            _ -> true,
            "on or off",
            "Whether SIGTERM and SIGINT drain the server before the process ends");

    /** All of them, in the order of {@link ServerOptions}. */
    static final List<OptionKey<?>> ALL = List.of(
            HOST,
            PORT,
            ENGINE,
            TIMERS,
            SCHEDULER,
            WORKERS,
            BACKLOG,
            HEADER_TIMEOUT,
            BODY_TIMEOUT,
            BODY_GRACE,
            BODY_MIN_RATE,
            HANDLER_TIMEOUT,
            WRITE_TIMEOUT,
            WRITE_GRACE,
            WRITE_MIN_RATE,
            IDLE_TIMEOUT,
            LINGER_TIMEOUT,
            DRAIN_TIMEOUT,
            DRAIN_DELAY,
            DRAIN_GRACE,
            KEEP_ALIVE_HEADER,
            HOLD_THRESHOLD,
            MAX_REQUEST_LINE,
            MAX_HEAD,
            MAX_HEADERS,
            MAX_TRAILER,
            MAX_TRAILERS,
            MAX_CHUNK_EXTENSION,
            MAX_BODY,
            MAX_DRAIN,
            MAX_QUEUED_WRITE,
            H2,
            H2C,
            H2C_UPGRADE,
            H2_MAX_STREAMS,
            MAX_CONNECTIONS,
            MAX_CONNECTIONS_PER_PEER,
            MAX_HANDLERS,
            INTERRUPT_ON_RESET,
            EXEMPT_NETWORKS,
            MAX_MEMORY,
            HANDSHAKE_TIMEOUT,
            HTTP_PORT,
            TLS_CERT,
            TLS_KEY,
            TLS_SELF_SIGNED,
            TLS_PROTOCOLS,
            TLS_CLIENT_AUTH,
            TLS_CLIENT_CA,
            TLS_SESSION_TIMEOUT,
            TLS_WARM_UP,
            PROXY_PROTOCOL,
            PROXY_PROTOCOL_FROM,
            LOG_EXPIRED,
            SHUTDOWN_HOOK);

    private OptionKeys() {}

    private static boolean areNetworks(String text) {
        try {
            Network.parse(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static OptionKey<String> text(String name, String help) {
        return new OptionKey<>(name, OptionType.TEXT, "", _ -> true, "a path, or nothing", help);
    }

    private static OptionKey<Duration> duration(String name, Duration standard, String help) {
        return OptionKey.between(name, OptionType.DURATION, Duration.ZERO, OptionType.LONGEST, standard, help);
    }

    /** The option of that name; a wrong name is answered with the nearest. */
    static OptionKey<?> named(String name, String text, String origin) {
        for (OptionKey<?> key : ALL) {
            if (key.name().equals(name)) {
                return key;
            }
        }
        Optional<String> nearest =
                nearest(name, ALL.stream().map(OptionKey::name).toList());
        throw new OptionException(
                name,
                text,
                origin,
                "there is no such option"
                        + nearest.map(near -> "; did you mean " + near + "?").orElse(""));
    }

    /** The known name that was probably meant: case does not count, and a third of the letters may be wrong. */
    static Optional<String> nearest(String name, Collection<String> known) {
        String nearest = "";
        int least = Integer.MAX_VALUE;
        for (String candidate : known.stream().sorted().toList()) {
            int distance = distance(candidate.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        // What all of them begin with says nothing about which was meant.
        int shared = name.startsWith("ringfort.") || name.startsWith("RINGFORT_") ? "ringfort.".length() : 0;
        boolean alike = least < Math.max(name.length(), nearest.length()); // they share a letter
        return alike && least <= Math.max(2, (name.length() - shared) / 3) ? Optional.of(nearest) : Optional.empty();
    }

    /** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each of them one. */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(cost, a, b, i, j);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int cheapest(int[][] cost, String a, String b, int i, int j) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int least = Math.min(cost[i - 1][j - 1] + (same ? 0 : 1), Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
    }
}
