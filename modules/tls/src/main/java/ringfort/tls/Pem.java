package ringfort.tls;

import java.io.ByteArrayInputStream;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and keys out of PEM text (RFC 7468). A block of another kind is skipped, and so is all text between blocks.
 */
public final class Pem {
    private Pem() {}

    /**
     * All certificates in a file, in its order.
     *
     * @param name of the file, for messages
     * @throws TlsConfigurationException when there is none, or one is malformed
     */
    public static List<X509Certificate> certificates(String name, byte[] pem) throws TlsConfigurationException {
        return certificates(name, PemReader.read(name, pem));
    }

    static List<X509Certificate> certificates(String name, List<PemBlock> blocks) throws TlsConfigurationException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (PemBlock block : blocks) {
            if (block.isCertificate()) {
                certificates.add(certificate(name, block));
            }
        }
        if (certificates.isEmpty()) {
            String others =
                    String.join(", ", blocks.stream().map(PemBlock::label).toList());
            throw new TlsConfigurationException(name + " has no certificate, but: " + others
                    + "; name the file of the certificate, whose block is CERTIFICATE");
        }
        return certificates;
    }

    private static X509Certificate certificate(String name, PemBlock block) throws TlsConfigurationException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.content()));
        } catch (CertificateException e) {
            throw new TlsConfigurationException(
                    name + ":" + block.line() + ": the certificate is damaged: " + e.getMessage(), e);
        }
    }

    /**
     * The one private key in a file: PKCS#8, in clear or encrypted by PBES2, PKCS#1, or SEC1.
     *
     * @param name of the file, for messages
     * @param password of an encrypted key; not looked at for others
     * @throws TlsConfigurationException when there is none, or more than one, or it cannot be read
     */
    public static PrivateKey privateKey(String name, byte[] pem, char @Nullable [] password)
            throws TlsConfigurationException {
        return PemKeys.only(name, PemReader.read(name, pem), password);
    }
}
