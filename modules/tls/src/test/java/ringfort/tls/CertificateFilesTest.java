package ringfort.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates as they lie in files. */
final class CertificateFilesTest {
    @TempDir
    Path folder = Path.of("");

    private static String refused(CertificateFiles files) {
        TlsConfigurationException e = assertThrows(TlsConfigurationException.class, () -> files.load(Fixtures.NOW));
        return String.valueOf(e.getMessage());
    }

    private void permissions(Path file, String mode) throws IOException {
        assumeTrue(
                Files.getFileAttributeView(file, PosixFileAttributeView.class) != null,
                "this file system has no permissions");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @Test
    void twoFiles() throws IOException, TlsConfigurationException {
        Path certificate = Resources.copy("leaf.chain.crt", folder, "tls.crt");
        Path key = Resources.copy("leaf.key", folder, "tls.key");
        permissions(key, "rw-------");
        CertificateFiles files = CertificateFiles.pem(certificate, key);
        assertEquals(List.of(certificate, key), files.paths());
        LoadedCertificates loaded = files.load(Fixtures.NOW);
        assertEquals(
                List.of("leaf.test", "localhost"),
                loaded.certificates().getFirst().names());
        assertEquals(List.of(), loaded.warnings());
    }

    @Test
    void oneFileWithBoth() throws IOException, TlsConfigurationException {
        Path both = folder.resolve("both.pem");
        Files.writeString(both, Resources.text("ec.pbes2-aes256.key") + Resources.text("ec.crt"));
        CertificateFiles files = CertificateFiles.pem(both, both, Resources.PASSWORD);
        assertEquals(List.of(both), files.paths());
        assertEquals(1, files.load(Fixtures.NOW).certificates().size());
        assertFalse(files.toString().contains("secret"));
    }

    @Test
    void aKeyThatEverybodyCanReadIsWarnedOf() throws IOException, TlsConfigurationException {
        Path certificate = Resources.copy("ec.crt", folder, "tls.crt");
        Path key = Resources.copy("ec.key", folder, "tls.key");
        permissions(key, "rw-r--r--");
        List<String> warnings =
                CertificateFiles.pem(certificate, key).load(Fixtures.NOW).warnings();
        assertEquals(1, warnings.size());
        assertTrue(warnings.getFirst().startsWith(key + ": everybody"), warnings::toString);
        assertTrue(warnings.getFirst().contains("chmod o-r"), warnings::toString);
        permissions(key, "rw-r-----");
        assertEquals(
                List.of(),
                CertificateFiles.pem(certificate, key).load(Fixtures.NOW).warnings());
    }

    @Test
    void aCertificateWithoutNamesIsWarnedOf() throws IOException, TlsConfigurationException {
        Path certificate = Resources.copy("nameless.crt", folder, "tls.crt");
        Path key = Resources.copy("ec.key", folder, "tls.key");
        permissions(key, "rw-------");
        List<String> warnings =
                CertificateFiles.pem(certificate, key).load(Fixtures.NOW).warnings();
        assertEquals(1, warnings.size());
        assertTrue(warnings.getFirst().contains("subjectAltName"), warnings::toString);
    }

    @Test
    void filesThatCannotBeRead() throws IOException {
        Path certificate = Resources.copy("ec.crt", folder, "tls.crt");
        assertEquals(
                folder.resolve("none") + " does not exist",
                refused(CertificateFiles.pem(certificate, folder.resolve("none"))));
        assertTrue(refused(CertificateFiles.pem(certificate, folder)).contains(" cannot be read: "));
        Path huge = folder.resolve("huge");
        Files.write(huge, new byte[(1 << 20) + 1]);
        assertTrue(refused(CertificateFiles.pem(certificate, huge)).contains("1048576 bytes"));
        Path key = Resources.copy("leaf.key", folder, "tls.key");
        assertTrue(refused(CertificateFiles.pem(certificate, key))
                .startsWith(certificate + " with " + key + ": the private key does not belong"));
        assertTrue(refused(CertificateFiles.pem(key, certificate)).startsWith(key + " has no certificate"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void keyStores(String type) throws GeneralSecurityException, IOException, TlsConfigurationException {
        KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        for (String name : List.of("ec", "rsa")) {
            store.setKeyEntry(
                    name,
                    Resources.key(name + ".key"),
                    Resources.PASSWORD,
                    Resources.chain(name + ".crt").toArray(X509Certificate[]::new));
        }
        store.setCertificateEntry("root", Resources.chain("root.crt").getFirst());
        Path file = folder.resolve("store");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, Resources.PASSWORD);
        }
        assertEquals(
                2,
                CertificateFiles.keyStore(file, Resources.PASSWORD)
                        .load(Fixtures.NOW)
                        .certificates()
                        .size());
        String wrong = refused(CertificateFiles.keyStore(file, "other".toCharArray()));
        assertTrue(wrong.contains("the password is wrong"), wrong);
    }

    @Test
    void whatIsNoKeyStore() throws IOException, GeneralSecurityException {
        Path pem = Resources.copy("ec.crt", folder, "tls.crt");
        String message = refused(CertificateFiles.keyStore(pem, Resources.PASSWORD));
        assertTrue(message.contains("it must be PKCS#12 or JKS"), message);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        Path empty = folder.resolve("empty");
        try (OutputStream out = Files.newOutputStream(empty)) {
            store.store(out, Resources.PASSWORD);
        }
        assertTrue(refused(CertificateFiles.keyStore(empty, Resources.PASSWORD))
                .endsWith("has no private key with a certificate"));
    }

    @Test
    void trust() throws IOException, TlsConfigurationException {
        Path authorities = folder.resolve("ca.pem");
        Files.writeString(authorities, Resources.text("root.crt") + Resources.text("stranger.crt"));
        assertEquals(2, CertificateFiles.trusted(authorities).size());
        Path none = Resources.copy("ec.key", folder, "tls.key");
        assertThrows(TlsConfigurationException.class, () -> CertificateFiles.trusted(none));
        assertThrows(TlsConfigurationException.class, () -> ClientTrust.of(List.of()));
    }
}
