package ringfort.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a server's certificate and key are: two PEM files, or one key store. Reading them blocks: not for a thread that has
 * connections to serve. For any thread.
 */
public final class CertificateFiles {
    private static final int MOST_FILE_BYTES = 1 << 20;

    private final Path certificates;
    private final @Nullable Path key; // null: the first one is a key store
    private final char @Nullable [] password;

    private CertificateFiles(Path certificates, @Nullable Path key, char @Nullable [] password) {
        this.certificates = certificates;
        this.key = key;
        this.password = password == null ? null : password.clone();
    }

    /** PEM: the certificate with its chain, and its key. Both may be in one file, which is then named twice. */
    public static CertificateFiles pem(Path certificates, Path key) {
        return new CertificateFiles(certificates, key, null);
    }

    /** PEM, with the password of an encrypted key. */
    public static CertificateFiles pem(Path certificates, Path key, char[] password) {
        return new CertificateFiles(certificates, key, password);
    }

    /** A key store in any format of the JDK (PKCS#12, JKS). Each of its private keys becomes a certificate. */
    public static CertificateFiles keyStore(Path store, char[] password) {
        return new CertificateFiles(store, null, password);
    }

    /**
     * Certificates to trust, out of a PEM file; for {@link ClientTrust#of}.
     *
     * @throws TlsConfigurationException when the file cannot be read or has none
     */
    public static List<X509Certificate> trusted(Path pem) throws TlsConfigurationException {
        return Pem.certificates(pem.toString(), content(pem));
    }

    /** The files themselves. */
    public List<Path> paths() {
        Path second = key;
        return second == null || second.equals(certificates) ? List.of(certificates) : List.of(certificates, second);
    }

    /**
     * Reads, and checks as {@link ServerCertificate#of} does.
     *
     * @param now the wall clock
     * @throws TlsConfigurationException with file, line, reason and remedy
     */
    public LoadedCertificates load(Instant now) throws TlsConfigurationException {
        List<byte[]> contents = new ArrayList<>();
        for (Path path : paths()) {
            contents.add(content(path));
        }
        return parse(contents, now);
    }

    /** The contents of {@link #paths}, as they were read. */
    LoadedCertificates parse(List<byte[]> contents, Instant now) throws TlsConfigurationException {
        List<String> warnings = new ArrayList<>();
        Path second = key;
        List<ServerCertificate> loaded = second == null
                ? fromKeyStore(contents.getFirst(), now)
                : List.of(fromPem(second, contents.getFirst(), contents.getLast(), now));
        warnAboutReaders(second == null ? certificates : second, warnings);
        for (ServerCertificate certificate : loaded) {
            if (certificate.names().isEmpty()) {
                warnings.add(certificates + ": the certificate of "
                        + certificate.chain().getFirst().getSubjectX500Principal()
                        + " has no subjectAltName; clients will not accept it for any host");
            }
        }
        return new LoadedCertificates(loaded, warnings);
    }

    private ServerCertificate fromPem(Path keyFile, byte[] chain, byte[] keyPem, Instant now)
            throws TlsConfigurationException {
        List<X509Certificate> read = Pem.certificates(certificates.toString(), chain);
        PrivateKey privateKey = Pem.privateKey(keyFile.toString(), keyPem, password);
        return checked(read, privateKey, certificates + " with " + keyFile, now);
    }

    private static ServerCertificate checked(List<X509Certificate> chain, PrivateKey key, String where, Instant now)
            throws TlsConfigurationException {
        try {
            return ServerCertificate.of(chain, key, now);
        } catch (TlsConfigurationException e) {
            throw new TlsConfigurationException(where + ": " + e.getMessage(), e);
        }
    }

    private List<ServerCertificate> fromKeyStore(byte[] content, Instant now) throws TlsConfigurationException {
        List<ServerCertificate> found = new ArrayList<>();
        try {
            KeyStore store = opened(content);
            for (String alias : Collections.list(store.aliases())) {
                Key entry = store.isKeyEntry(alias) ? store.getKey(alias, password) : null;
                Certificate[] chain = store.getCertificateChain(alias);
                if (entry instanceof PrivateKey privateKey && chain != null) {
                    List<X509Certificate> typed = Arrays.stream(chain)
                            .map(X509Certificate.class::cast)
                            .toList();
                    found.add(checked(typed, privateKey, certificates + ", entry " + alias, now));
                }
            }
        } catch (GeneralSecurityException e) {
            throw new TlsConfigurationException(
                    certificates + ": the key cannot be read: " + e.getMessage() + "; key and store need one password",
                    e);
        }
        if (found.isEmpty()) {
            throw new TlsConfigurationException(certificates + " has no private key with a certificate");
        }
        return found;
    }

    /** The JDK finds the format of a stream by {@code PKCS12}, which reads JKS as well ({@code keystore.type.compat}). */
    private KeyStore opened(byte[] content) throws TlsConfigurationException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(new ByteArrayInputStream(content), password);
            return store;
        } catch (IOException e) {
            String remedy = e.getCause() instanceof GeneralSecurityException
                    ? "; the password is wrong"
                    : "; it must be PKCS#12 or JKS. Files in PEM are named with CertificateFiles.pem";
            throw new TlsConfigurationException(
                    certificates + ": the key store cannot be opened: " + e.getMessage() + remedy, e);
        }
    }

    private static void warnAboutReaders(Path secret, List<String> warnings) {
        PosixFileAttributeView view = Files.getFileAttributeView(secret, PosixFileAttributeView.class);
        if (view == null) {
            return; // a file system without such permissions
        }
        try {
            if (view.readAttributes().permissions().contains(PosixFilePermission.OTHERS_READ)) {
                warnings.add(secret + ": everybody on this machine can read the private key; run \"chmod o-r " + secret
                        + "\"");
            }
        } catch (IOException e) {
            warnings.add(secret + ": it is not known who can read the private key: " + e);
        }
    }

    static byte[] content(Path path) throws TlsConfigurationException {
        try (var in = Files.newInputStream(path)) {
            byte[] content = in.readNBytes(MOST_FILE_BYTES + 1);
            if (content.length > MOST_FILE_BYTES) {
                throw new TlsConfigurationException(
                        path + " has more than " + MOST_FILE_BYTES + " bytes: not a certificate");
            }
            return content;
        } catch (NoSuchFileException e) {
            throw new TlsConfigurationException(path + " does not exist", e);
        } catch (AccessDeniedException e) {
            throw new TlsConfigurationException(
                    path + " may not be read by the user of this process; change its owner or its mode", e);
        } catch (IOException e) {
            throw new TlsConfigurationException(path + " cannot be read: " + e, e);
        }
    }

    /** The paths; nothing of the password. */
    @Override
    public String toString() {
        return key == null ? "key store " + certificates : certificates + " with " + key;
    }
}
