package ringfort.tls;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/** A certificate of a server: the chain that is sent, the private key, the names it serves. Immutable. */
public final class ServerCertificate {
    private static final int MOST_CERTIFICATES = 10;
    private static final byte[] PROBE = {'p', 'r', 'o', 'b', 'e'};

    private final List<X509Certificate> chain;
    private final PrivateKey key;
    private final List<String> names;

    private ServerCertificate(List<X509Certificate> chain, PrivateKey key, List<String> names) {
        this.chain = chain;
        this.key = key;
        this.names = names;
    }

    /**
     * A chain and its key, checked: the key belongs to the first certificate, each certificate is issued by the next one,
     * and none has expired or is not valid yet.
     *
     * @param chain the server's certificate first, its issuer next; the root may be left out
     * @param now the wall clock
     * @throws TlsConfigurationException with the first thing that is wrong
     */
    public static ServerCertificate of(List<X509Certificate> chain, PrivateKey key, Instant now)
            throws TlsConfigurationException {
        if (chain.isEmpty()) {
            throw new TlsConfigurationException("there is no certificate");
        }
        if (chain.size() > MOST_CERTIFICATES) {
            throw new TlsConfigurationException(
                    "the chain has " + chain.size() + " certificates; clients take up to " + MOST_CERTIFICATES);
        }
        checkKey(chain, key);
        for (int i = 0; i < chain.size(); i++) {
            checkValidity(chain.get(i), now);
            if (i + 1 < chain.size()) {
                checkIssuer(chain, i);
            }
        }
        return new ServerCertificate(List.copyOf(chain), key, CertificateNames.of(chain.getFirst()));
    }

    private static void checkKey(List<X509Certificate> chain, PrivateKey key) throws TlsConfigurationException {
        if (matches(chain.getFirst().getPublicKey(), key)) {
            return;
        }
        for (int i = 1; i < chain.size(); i++) {
            if (matches(chain.get(i).getPublicKey(), key)) {
                throw new TlsConfigurationException("the private key belongs to certificate " + (i + 1)
                        + " of the chain; put that one first, its issuer next");
            }
        }
        throw new TlsConfigurationException("the private key does not belong to the certificate of "
                + subject(chain.getFirst()) + "; use the key with which the certificate was requested");
    }

    /** Signs with one and verifies with the other: the only proof that holds for every kind of key. */
    private static boolean matches(PublicKey certified, PrivateKey key) throws TlsConfigurationException {
        if (!certified.getAlgorithm().equals(key.getAlgorithm())) {
            return false;
        }
        try {
            Signature signature = signature(key.getAlgorithm());
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
            throw new TlsConfigurationException(
                    "keys of the algorithm " + key.getAlgorithm()
                            + " are not supported; use EC (P-256), RSA or Ed25519",
                    e);
        } catch (GeneralSecurityException e) {
            return false; // the verification says so for signatures of another length
        }
    }

    private static Signature signature(String algorithm)
            throws NoSuchAlgorithmException, InvalidAlgorithmParameterException {
        return switch (algorithm) {
            case "RSA" -> Signature.getInstance("SHA256withRSA");
            case "EC" -> Signature.getInstance("SHA256withECDSA");
            case "EdDSA" -> Signature.getInstance("EdDSA");
            case "RSASSA-PSS" -> {
                Signature signature = Signature.getInstance("RSASSA-PSS");
                signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
                yield signature;
            }
            default -> throw new NoSuchAlgorithmException(algorithm);
        };
    }

    private static void checkValidity(X509Certificate certificate, Instant now) throws TlsConfigurationException {
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        if (now.isAfter(until)) {
            throw new TlsConfigurationException(
                    "the certificate of " + subject(certificate) + " has expired at " + until + "; renew it");
        }
        if (now.isBefore(from)) {
            throw new TlsConfigurationException("the certificate of " + subject(certificate) + " is valid from " + from
                    + " on; set the clock of this machine, or wait");
        }
    }

    private static void checkIssuer(List<X509Certificate> chain, int index) throws TlsConfigurationException {
        X509Certificate certificate = chain.get(index);
        X509Certificate issuer = chain.get(index + 1);
        boolean issued = certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal());
        if (issued) {
            try {
                certificate.verify(issuer.getPublicKey());
            } catch (GeneralSecurityException e) {
                issued = false;
            }
        }
        if (!issued) {
            throw new TlsConfigurationException("certificate " + (index + 2) + " of the chain, of " + subject(issuer)
                    + ", has not issued the one before, which names " + certificate.getIssuerX500Principal()
                    + "; put the server's certificate first and behind each one its issuer");
        }
    }

    private static String subject(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().toString();
    }

    /** What is sent to clients, the server's certificate first. */
    public List<X509Certificate> chain() {
        return chain;
    }

    /** DNS names, lower case, wildcards among them, and addresses, from subjectAltName. */
    public List<String> names() {
        return names;
    }

    /** Whether a client that wants {@code host}, a name or an address, accepts this certificate by its names. */
    public boolean serves(String host) {
        return CertificateNames.serve(names, host);
    }

    /** When the first certificate of the chain to do so expires. */
    public Instant notAfter() {
        return chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /** SHA-256 of the certificate, as {@code openssl x509 -fingerprint -sha256} prints it. */
    public String fingerprint() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(chain.getFirst().getEncoded());
            return HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest);
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("no SHA-256 of a certificate", e);
        }
    }

    PrivateKey key() {
        return key;
    }

    /** As {@link javax.net.ssl.X509ExtendedKeyManager} names kinds of keys. */
    boolean hasKeyType(String keyType) {
        return key.getAlgorithm().equalsIgnoreCase(keyType);
    }

    /** Names and expiry; nothing of the key. */
    @Override
    public String toString() {
        return key.getAlgorithm() + " certificate for " + names + " until " + notAfter();
    }
}
