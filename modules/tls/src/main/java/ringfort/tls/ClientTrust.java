package ringfort.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Which client certificates are believed: those that lead to one of these authorities. The authorities of the JDK and of
 * the machine count for nothing here. Revocation is not looked up: it would block, and stop the server when a stranger's
 * does not answer. Immutable, for any thread.
 */
public final class ClientTrust {
    private static final int MOST_INTERMEDIATES = 8;

    private final TrustManager[] managers;

    private ClientTrust(TrustManager[] managers) {
        this.managers = managers;
    }

    /**
     * Trust in {@code authorities}, and in what they have issued.
     *
     * @throws TlsConfigurationException when there are none, or the JDK does not take them
     */
    public static ClientTrust of(List<X509Certificate> authorities) throws TlsConfigurationException {
        if (authorities.isEmpty()) {
            throw new TlsConfigurationException("there is no certificate to trust");
        }
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("authority-" + i, authorities.get(i));
            }
            var parameters = new PKIXBuilderParameters(store, new X509CertSelector());
            parameters.setRevocationEnabled(false);
            parameters.setMaxPathLength(MOST_INTERMEDIATES);
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(parameters));
            return new ClientTrust(factory.getTrustManagers());
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsConfigurationException("the certificates to trust cannot be used: " + e.getMessage(), e);
        }
    }

    TrustManager[] managers() {
        return managers.clone();
    }

    /** For a server that asks for no certificates: with no manager at all the JDK would take the authorities of the machine. */
    static TrustManager[] none() {
        return new TrustManager[] {new TrustNothing()};
    }

    private static final class TrustNothing extends X509ExtendedTrustManager {
        private static CertificateException refusal() {
            return new CertificateException("no certificate is trusted here");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw refusal();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
                throws CertificateException {
            throw refusal();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
                throws CertificateException {
            throw refusal();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw refusal();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
                throws CertificateException {
            throw refusal();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
                throws CertificateException {
            throw refusal();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
