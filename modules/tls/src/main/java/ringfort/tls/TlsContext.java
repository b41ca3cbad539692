package ringfort.tls;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.StandardConstants;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one listener share: options, certificates, and the keys with which sessions are resumed. For any
 * thread.
 *
 * <p>{@link #replace} exchanges the certificates of connections to come. The sessions stay, and so do the connections that
 * are there: a new context would end both.
 */
public final class TlsContext {
    /**
     * Authenticated encryption with forward secrecy, nothing else: no suite of RFC 9113, appendix A, and the one that its
     * section 9.2.2 wants. The client's order decides.
     */
    private static final String[] SUITES = {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
    };

    private static final String[] GROUPS = {"x25519", "secp256r1", "secp384r1"};

    /**
     * Recognises every name. Without one that does, the JDK resumes a session under any name, whatever RFC 6066, 3, says,
     * and gives the name of the old connection for that of the new one.
     */
    private static final SNIMatcher ANY_NAME = new SNIMatcher(StandardConstants.SNI_HOST_NAME) {
        @Override
        public boolean matches(SNIServerName name) {
            return true;
        }
    };

    private final TlsOptions options;
    private final SSLContext context;
    private final ServerKeyManager keys;

    /** A context that asks clients for no certificate. */
    public TlsContext(TlsOptions options, CertificateSet certificates) {
        this(options, certificates, null);
    }

    /**
     * A context.
     *
     * @param trust whose certificates are believed; null only with {@link ClientAuth#NONE}
     * @throws IllegalArgumentException when client certificates are asked for and nothing is trusted, or the other way round
     * @throws IllegalStateException when the JDK has no TLS
     */
    public TlsContext(TlsOptions options, CertificateSet certificates, @Nullable ClientTrust trust) {
        if ((options.clientAuth() == ClientAuth.NONE) != (trust == null)) {
            throw new IllegalArgumentException(
                    "clientAuth is " + options.clientAuth() + (trust == null ? " without" : " with") + " trust");
        }
        this.options = options;
        keys = new ServerKeyManager(certificates);
        try {
            context = SSLContext.getInstance("TLS");
            context.init(
                    new KeyManager[] {keys}, trust == null ? ClientTrust.none() : trust.managers(), new SecureRandom());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no TLS: " + e.getMessage(), e);
        }
        SSLSessionContext sessions = context.getServerSessionContext();
        sessions.setSessionTimeout(options.sessionTimeoutSeconds());
        sessions.setSessionCacheSize(options.sessionCacheEntries());
    }

    /** The options given. */
    public TlsOptions options() {
        return options;
    }

    /** The certificates that the next handshake chooses from. */
    public CertificateSet certificates() {
        return keys.current();
    }

    /** Exchanges the certificates for handshakes that begin from now on. */
    public void replace(CertificateSet certificates) {
        keys.replace(certificates);
    }

    /** An engine for one connection, ready for {@link TlsState}. */
    public SSLEngine newEngine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(options.protocols().toArray(String[]::new));
        parameters.setCipherSuites(SUITES.clone());
        parameters.setNamedGroups(GROUPS.clone());
        parameters.setUseCipherSuitesOrder(false);
        parameters.setSNIMatchers(List.of(ANY_NAME));
        parameters.setApplicationProtocols(options.applicationProtocols().toArray(String[]::new));
        switch (options.clientAuth()) {
            case NONE -> parameters.setNeedClientAuth(false);
            case WANT -> parameters.setWantClientAuth(true);
            case NEED -> parameters.setNeedClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }
}
