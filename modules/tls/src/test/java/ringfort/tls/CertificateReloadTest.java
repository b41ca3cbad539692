package ringfort.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ringfort.tls.CertificateReload.Outcome;

/** Every way in which certificates are renewed on a disk. */
final class CertificateReloadTest implements CertificateReload.Listener {
    @TempDir
    Path folder = Path.of("");

    private final List<String> reports = new ArrayList<>();

    @Override
    public void reloaded(CertificateSet certificates, List<String> warnings) {
        reports.add("reloaded " + certificates.all().getFirst().names().getFirst());
    }

    @Override
    public void kept(String reason) {
        reports.add("kept: " + reason);
    }

    private Path certificate() {
        return folder.resolve("tls.crt");
    }

    private Path key() {
        return folder.resolve("tls.key");
    }

    @BeforeEach
    void writePair() throws IOException {
        Resources.copy("ec.crt", folder, "tls.crt");
        Resources.copy("ec.key", folder, "tls.key");
    }

    private CertificateReload reload(CertificateFiles... files) throws TlsConfigurationException {
        return new CertificateReload(List.of(files), InstantSource.fixed(Fixtures.NOW));
    }

    private static TlsContext context(CertificateReload reload) {
        return new TlsContext(
                TlsOptions.DEFAULT, new CertificateSet(reload.initial().certificates()));
    }

    private static String inUse(TlsContext context) {
        return context.certificates().all().getFirst().names().getFirst();
    }

    @Test
    void filesThatStayAreLeftAlone() throws IOException, TlsConfigurationException {
        CertificateReload reload = reload(CertificateFiles.pem(certificate(), key()));
        TlsContext context = context(reload);
        CertificateSet before = context.certificates();
        assertEquals(Outcome.UNCHANGED, reload.check(context, this));
        Files.setLastModifiedTime(certificate(), FileTime.from(Fixtures.NOW));
        Resources.copy("ec.crt", folder, "tls.crt"); // written anew, and no different
        assertEquals(Outcome.UNCHANGED, reload.check(context, this));
        assertEquals(before, context.certificates());
        assertEquals(List.of(), reports);
    }

    /** Neither size, nor time, nor inode: a copy into the same file with its old time stamp. */
    @Test
    void aChangeThatOnlyTheContentShows() throws IOException, TlsConfigurationException {
        String next = Resources.text("ec.crt");
        String before = Resources.text("sni-exact.crt");
        Files.writeString(certificate(), before + "\n".repeat(next.length() - before.length()));
        FileTime time = Files.getLastModifiedTime(certificate());
        CertificateReload reload = reload(CertificateFiles.pem(certificate(), key()));
        TlsContext context = context(reload);
        assertEquals("a.example.org", inUse(context));
        Files.writeString(certificate(), next);
        Files.setLastModifiedTime(certificate(), time);
        assertEquals(Outcome.RELOADED, reload.check(context, this));
        assertEquals("ec.test", inUse(context));
    }

    @Test
    void aRenameOverBothFiles() throws IOException, TlsConfigurationException {
        CertificateReload reload = reload(CertificateFiles.pem(certificate(), key()));
        TlsContext context = context(reload);
        Files.move(Resources.copy("rsa.crt", folder, "n1"), certificate(), StandardCopyOption.ATOMIC_MOVE);
        assertEquals(Outcome.WAITING, reload.check(context, this));
        assertEquals("ec.test", inUse(context));
        Files.move(Resources.copy("rsa.key", folder, "n2"), key(), StandardCopyOption.ATOMIC_MOVE);
        assertEquals(Outcome.RELOADED, reload.check(context, this));
        assertEquals("rsa.test", inUse(context));
        assertEquals(Outcome.UNCHANGED, reload.check(context, this));
        assertEquals(List.of("reloaded rsa.test"), reports);
    }

    /** As an orchestrator mounts secrets: tls.crt -> ..data/tls.crt, and ..data -> a folder with a date, swapped at once. */
    @Test
    void aSymbolicLinkAboveTheFiles() throws IOException, TlsConfigurationException {
        Path first = Files.createDirectory(folder.resolve("..2026_11_25"));
        Resources.copy("ec.crt", first, "tls.crt");
        Resources.copy("ec.key", first, "tls.key");
        Path second = Files.createDirectory(folder.resolve("..2026_11_26"));
        Resources.copy("rsa.crt", second, "tls.crt");
        Resources.copy("rsa.key", second, "tls.key");
        Path data = Files.createSymbolicLink(folder.resolve("..data"), first.getFileName());
        Files.delete(certificate());
        Files.delete(key());
        Files.createSymbolicLink(certificate(), Path.of("..data", "tls.crt"));
        Files.createSymbolicLink(key(), Path.of("..data", "tls.key"));
        CertificateReload reload = reload(CertificateFiles.pem(certificate(), key()));
        TlsContext context = context(reload);
        assertEquals("ec.test", inUse(context));
        Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), second.getFileName());
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        assertEquals(Outcome.RELOADED, reload.check(context, this));
        assertEquals("rsa.test", inUse(context));
    }

    @Test
    void aBadPairKeepsTheOldOneAndIsReportedOnce() throws IOException, TlsConfigurationException {
        CertificateReload reload = reload(CertificateFiles.pem(certificate(), key()));
        TlsContext context = context(reload);
        Resources.copy("rsa.key", folder, "tls.key");
        assertEquals(Outcome.WAITING, reload.check(context, this));
        assertEquals(Outcome.KEPT, reload.check(context, this));
        for (int i = 0; i < 5; i++) {
            assertEquals(Outcome.UNCHANGED, reload.check(context, this));
        }
        assertEquals("ec.test", inUse(context));
        assertEquals(1, reports.size());
        assertTrue(
                reports.getFirst().contains(certificate() + " with " + key() + ": the private key does not belong"),
                reports::toString);

        Files.writeString(key(), "rubbish"); // another mistake is another report
        assertEquals(Outcome.WAITING, reload.check(context, this));
        assertEquals(Outcome.KEPT, reload.check(context, this));
        assertTrue(reports.getLast().contains(key() + " has no \"-----BEGIN\" line"), reports::toString);

        Files.delete(key());
        assertEquals(Outcome.WAITING, reload.check(context, this));
        assertEquals(Outcome.KEPT, reload.check(context, this));
        assertEquals(Outcome.UNCHANGED, reload.check(context, this));
        assertTrue(reports.getLast().contains(key() + " does not exist"), reports::toString);

        Resources.copy("ec.key", folder, "tls.key"); // back to what is in use
        assertEquals(Outcome.UNCHANGED, reload.check(context, this));
        Resources.copy("rsa.key", folder, "tls.key"); // and the first mistake anew
        assertEquals(Outcome.WAITING, reload.check(context, this));
        assertEquals(Outcome.KEPT, reload.check(context, this));
        assertEquals(4, reports.size());
    }

    @Test
    void oneBadPairOfSeveralKeepsAll() throws IOException, TlsConfigurationException {
        Path otherCertificate = Resources.copy("sni-default.crt", folder, "other.crt");
        Path otherKey = Resources.copy("rsa.key", folder, "other.key");
        CertificateReload reload =
                reload(CertificateFiles.pem(certificate(), key()), CertificateFiles.pem(otherCertificate, otherKey));
        TlsContext context = context(reload);
        assertEquals(2, context.certificates().all().size());
        Resources.copy("sni-exact.crt", folder, "tls.crt");
        Resources.copy("ec.crt", folder, "other.crt");
        reload.check(context, this);
        assertEquals(Outcome.KEPT, reload.check(context, this));
        assertEquals("ec.test", inUse(context));
        Resources.copy("rsa.crt", folder, "other.crt");
        assertEquals(Outcome.RELOADED, reload.check(context, this));
        assertEquals("a.example.org", inUse(context));
        assertEquals("rsa.test", context.certificates().all().getLast().names().getFirst());
    }

    @Test
    void aBadPairAtTheStartIsRefused() throws IOException {
        Resources.copy("rsa.key", folder, "tls.key");
        assertThrows(TlsConfigurationException.class, () -> reload(CertificateFiles.pem(certificate(), key())));
    }
}
