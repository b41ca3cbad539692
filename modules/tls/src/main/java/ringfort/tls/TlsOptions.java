package ringfort.tls;

import java.util.List;
import java.util.Set;

/**
 * What a server offers.
 *
 * @param protocols of {@code TLSv1.3} and {@code TLSv1.2}; older ones are not offered (RFC 8996)
 * @param applicationProtocols for ALPN (RFC 7301), those preferred first, such as {@code h2} and {@code http/1.1}. A client
 *     that offers only others is refused; one that offers none is served. Empty: ALPN is not spoken
 * @param clientAuth whether clients must show a certificate
 * @param sessionTimeoutSeconds for how long a session may be resumed after its handshake
 * @param sessionCacheEntries how many sessions are kept in memory, for TLS 1.2 clients without tickets; the others are kept
 *     by the client, encrypted
 */
public record TlsOptions(
        List<String> protocols,
        List<String> applicationProtocols,
        ClientAuth clientAuth,
        int sessionTimeoutSeconds,
        int sessionCacheEntries) {

    private static final Set<String> PROTOCOLS = Set.of("TLSv1.3", "TLSv1.2");
    private static final int TWO_HOURS = 2 * 60 * 60;
    private static final int LONGEST_SESSION = 7 * 24 * 60 * 60; // RFC 8446, 4.6.1

    /** Both protocols, {@code http/1.1}, no client certificates, sessions of two hours, 20,480 of them in memory. */
    public static final TlsOptions DEFAULT =
            new TlsOptions(List.of("TLSv1.3", "TLSv1.2"), List.of("http/1.1"), ClientAuth.NONE, TWO_HOURS, 20 * 1024);

    /** Refuses what is no protocol, names too long for ALPN, and numbers out of range. */
    public TlsOptions {
        protocols = List.copyOf(protocols);
        applicationProtocols = List.copyOf(applicationProtocols);
        if (protocols.isEmpty() || !PROTOCOLS.containsAll(protocols)) {
            throw new IllegalArgumentException("protocols are " + protocols + "; they must be of " + PROTOCOLS);
        }
        for (String name : applicationProtocols) {
            if (name.isEmpty() || name.length() > 255) {
                throw new IllegalArgumentException("\"" + name + "\" is no name for ALPN: 1 to 255 bytes");
            }
        }
        TlsLimits.within("sessionTimeoutSeconds", sessionTimeoutSeconds, 1, LONGEST_SESSION);
        TlsLimits.within("sessionCacheEntries", sessionCacheEntries, 1, Integer.MAX_VALUE);
    }

    /** These options with other {@link #protocols}. */
    public TlsOptions withProtocols(String... names) {
        return new TlsOptions(
                List.of(names), applicationProtocols, clientAuth, sessionTimeoutSeconds, sessionCacheEntries);
    }

    /** These options with other {@link #applicationProtocols}. */
    public TlsOptions withApplicationProtocols(String... names) {
        return new TlsOptions(protocols, List.of(names), clientAuth, sessionTimeoutSeconds, sessionCacheEntries);
    }

    /** These options with another {@link #clientAuth}. */
    public TlsOptions withClientAuth(ClientAuth auth) {
        return new TlsOptions(protocols, applicationProtocols, auth, sessionTimeoutSeconds, sessionCacheEntries);
    }

    /** These options with other {@link #sessionTimeoutSeconds} and {@link #sessionCacheEntries}. */
    public TlsOptions withSessions(int timeoutSeconds, int cacheEntries) {
        return new TlsOptions(protocols, applicationProtocols, clientAuth, timeoutSeconds, cacheEntries);
    }
}
