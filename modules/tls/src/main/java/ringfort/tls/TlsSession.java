package ringfort.tls;

import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a handshake has agreed on.
 *
 * @param protocol {@code TLSv1.3} or {@code TLSv1.2}
 * @param cipherSuite its name in the registry of RFC 8446, for example {@code TLS_AES_128_GCM_SHA256}
 * @param applicationProtocol what ALPN chose (RFC 7301); null when the peer did not ask
 * @param serverName the host that the peer asked for (RFC 6066, 3), in lower case; null when it named none
 * @param peerCertificates the peer's certificate and its chain, verified; empty when it sent none
 * @param resumed whether an earlier session was resumed, so that no certificate was sent
 */
public record TlsSession(
        String protocol,
        String cipherSuite,
        @Nullable String applicationProtocol,
        @Nullable String serverName,
        List<X509Certificate> peerCertificates,
        boolean resumed) {

    /** Copies the list. */
    public TlsSession {
        peerCertificates = List.copyOf(peerCertificates);
    }
}
