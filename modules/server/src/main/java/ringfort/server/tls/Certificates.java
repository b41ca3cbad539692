package ringfort.server.tls;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringfort.api.ServerStartException;
import ringfort.api.Tls;
import ringfort.server.metrics.Notices;
import ringfort.server.protocol.Layer;
import ringfort.tls.CertificateFiles;
import ringfort.tls.CertificateReload;
import ringfort.tls.CertificateSet;
import ringfort.tls.ClientAuth;
import ringfort.tls.ClientTrust;
import ringfort.tls.SelfSigned;
import ringfort.tls.ServerCertificate;
import ringfort.tls.TlsConfigurationException;
import ringfort.tls.TlsContext;
import ringfort.tls.TlsOptions;

/**
 * What a description of TLS means: certificates that are read or made, and what is asked of clients. On the thread that starts the
 * server.
 *
 * @param context for the connections
 * @param reload reads the files again; null for a certificate that is in no file
 */
record Certificates(TlsContext context, @Nullable CertificateReload reload) {
    private static final int SESSIONS_IN_MEMORY = 20 * 1024;

    /**
     * Reads, or makes, what is described; what should be known is told.
     *
     * @param http2 whether HTTP/2 is offered to clients
     */
    static Certificates of(Tls tls, boolean http2, Notices notices) throws TlsConfigurationException {
        CertificateReload reload = reload(tls);
        CertificateSet certificates = reload == null ? selfSigned(notices) : told(notices, reload);
        return new Certificates(new TlsContext(options(tls, http2), certificates, trust(tls)), reload);
    }

    private static TlsOptions options(Tls tls, boolean http2) {
        return new TlsOptions(
                tls.protocols(),
                http2 ? List.of(Layer.HTTP_2, Layer.HTTP_1) : List.of(Layer.HTTP_1),
                switch (tls.clientCertificates()) {
                    case NONE -> ClientAuth.NONE;
                    case WANT -> ClientAuth.WANT;
                    case NEED -> ClientAuth.NEED;
                },
                (int) tls.sessionTimeout().toSeconds(),
                SESSIONS_IN_MEMORY);
    }

    private static @Nullable ClientTrust trust(Tls tls) throws TlsConfigurationException {
        return tls.clientAuthorities() == null
                ? null
                : ClientTrust.of(CertificateFiles.trusted(tls.clientAuthorities()));
    }

    /** Null for a certificate that is in no file. */
    private static @Nullable CertificateReload reload(Tls tls) throws TlsConfigurationException {
        List<CertificateFiles> files = new ArrayList<>();
        for (Tls.Source source : tls.sources()) {
            switch (source) {
                case Tls.Pem pem -> {
                    char[] password = pem.password();
                    files.add(
                            password == null
                                    ? CertificateFiles.pem(pem.certificates(), pem.key())
                                    : CertificateFiles.pem(pem.certificates(), pem.key(), password));
                }
                case Tls.KeyStoreFile store -> files.add(CertificateFiles.keyStore(store.file(), store.password()));
                case Tls.SelfSigned _ -> {} // alone, or refused below
            }
        }
        if (!files.isEmpty() && files.size() < tls.sources().size()) {
            throw new ServerStartException(
                    "TLS cannot be spoken: a self-signed certificate stands beside one from a file;"
                            + " use files, or the self-signed one alone");
        }
        return files.isEmpty() ? null : new CertificateReload(files, InstantSource.system());
    }

    private static CertificateSet told(Notices notices, CertificateReload reload) {
        reload.initial().warnings().forEach(notices::warning);
        return new CertificateSet(reload.initial().certificates());
    }

    private static CertificateSet selfSigned(Notices notices) {
        ServerCertificate made = SelfSigned.forLocalhost(InstantSource.system().instant());
        notices.note("self-signed certificate for " + String.join(", ", made.names()) + " until " + made.notAfter()
                + ", SHA-256 fingerprint " + made.fingerprint());
        return new CertificateSet(List.of(made));
    }
}
