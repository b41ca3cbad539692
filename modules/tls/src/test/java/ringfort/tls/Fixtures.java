package ringfort.tls;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Certificates and contexts for tests. */
final class Fixtures {
    /** A moment at which every certificate of the test resources is valid. */
    static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");

    private static final char[] NO_PASSWORD = {};

    private Fixtures() {}

    static CertificateSet selfSigned() {
        return new CertificateSet(List.of(SelfSigned.forLocalhost(Instant.now())));
    }

    /** A client that trusts these, and has a certificate of its own or none. */
    static SSLContext client(@Nullable ServerCertificate own, X509Certificate... trusted) {
        try {
            KeyStore trust = KeyStore.getInstance("PKCS12");
            trust.load(null, null);
            for (int i = 0; i < trusted.length; i++) {
                trust.setCertificateEntry("t" + i, trusted[i]);
            }
            TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
            trustManagers.init(trust);
            KeyManager[] keyManagers = null;
            if (own != null) {
                KeyStore keys = KeyStore.getInstance("PKCS12");
                keys.load(null, null);
                keys.setKeyEntry("own", own.key(), NO_PASSWORD, own.chain().toArray(X509Certificate[]::new));
                KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
                factory.init(keys, NO_PASSWORD);
                keyManagers = factory.getKeyManagers();
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers, trustManagers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A client that trusts the certificates of a server. */
    static SSLContext clientOf(CertificateSet set) {
        return client(null, set.all().stream().map(c -> c.chain().getLast()).toArray(X509Certificate[]::new));
    }
}
