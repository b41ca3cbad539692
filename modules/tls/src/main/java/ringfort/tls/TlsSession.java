package ringfort.tls;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
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

    /** What an engine says after its handshake. */
    static TlsSession of(SSLEngine engine, boolean resumed) {
        SSLSession session = engine.getSession();
        String protocol = engine.getApplicationProtocol();
        return new TlsSession(
                session.getProtocol(),
                session.getCipherSuite(),
                protocol == null || protocol.isEmpty() ? null : protocol,
                serverName(session),
                peerCertificates(session),
                resumed);
    }

    private static @Nullable String serverName(SSLSession session) {
        return session instanceof ExtendedSSLSession extended
                ? CertificateNames.requested(extended.getRequestedServerNames())
                : null;
    }

    private static List<X509Certificate> peerCertificates(SSLSession session) {
        try {
            List<X509Certificate> chain = new ArrayList<>();
            for (var certificate : session.getPeerCertificates()) {
                chain.add((X509Certificate) certificate);
            }
            return chain;
        } catch (SSLPeerUnverifiedException e) {
            return List.of(); // it was not asked for one, or sent none
        }
    }
}
