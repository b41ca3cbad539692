package ringfort.api;

import java.security.cert.X509Certificate;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * What a connection's TLS handshake has agreed on. Immutable; any thread.
 *
 * @param protocol {@code TLSv1.3} or {@code TLSv1.2}
 * @param cipherSuite its registered name, for example {@code TLS_AES_128_GCM_SHA256}
 * @param applicationProtocol what ALPN chose (RFC 7301); null when the client did not ask
 * @param serverName the host that the client asked for (RFC 6066, 3), in lower case; null when it named none
 * @param certificates the client's certificate and its chain, verified; empty when it sent none
 * @param resumed whether an earlier session was resumed, so that no certificate was sent this time
 */
public record TlsPeer(
        String protocol,
        String cipherSuite,
        @Nullable String applicationProtocol,
        @Nullable String serverName,
        List<X509Certificate> certificates,
        boolean resumed) {

    /** Copies the list. */
    public TlsPeer {
        certificates = List.copyOf(certificates);
    }

    /**
     * Whom the client's certificate names.
     *
     * @return the subject of the certificate; null when the client sent none
     */
    public @Nullable X500Principal principal() {
        return certificates.isEmpty() ? null : certificates.getFirst().getSubjectX500Principal();
    }
}
