package ringfort.tls;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Notices that the files of a server's certificates have changed, and exchanges the certificates when the new ones are
 * good. One thread at a time; the owner's, which calls {@link #check} every few seconds. It reads files, so that thread
 * serves no connections.
 *
 * <p>Content is compared, not time stamps. A few kilobytes are quickly read, and every way of changing a file is seen:
 * written in place, replaced by a rename, a symbolic link that points elsewhere, however high above the file it stands.
 *
 * <p>Certificate and key are two files, and a check may come between the writing of one and of the other. So files that do
 * not fit are looked at again by the next check before anything is said. Then they are reported once; the certificates
 * before them stay in use until the files change again.
 */
public final class CertificateReload {
    /** Told what came of a change. Called from within {@link CertificateReload#check}. */
    public interface Listener {
        /** New certificates are in use; warnings as in {@link LoadedCertificates}. */
        void reloaded(CertificateSet certificates, List<String> warnings);

        /** The files have changed, and cannot be used: the old certificates stay. Said once for each change. */
        void kept(String reason);
    }

    /** What a check has found. */
    public enum Outcome {
        /** Nothing new. */
        UNCHANGED,
        /** New certificates are in use. */
        RELOADED,
        /** The files do not fit yet; the next check decides. */
        WAITING,
        /** The files cannot be used, which was reported now. */
        KEPT
    }

    private final List<CertificateFiles> files;
    private final InstantSource clock;
    private final LoadedCertificates initial;
    private byte[] inUse;
    private byte @Nullable [] doubtful; // content that was bad at the last check, and has not been reported
    private byte @Nullable [] reported; // content that was reported as bad

    /**
     * Reads the files for the first time.
     *
     * @param files of all certificates, the default one first
     * @param clock the wall clock
     * @throws TlsConfigurationException when one cannot be used
     */
    public CertificateReload(List<CertificateFiles> files, InstantSource clock) throws TlsConfigurationException {
        this.files = List.copyOf(files);
        this.clock = clock;
        List<List<byte[]>> contents = contents();
        initial = parse(contents);
        inUse = digest(contents);
    }

    /** What was read at first: for the {@link TlsContext}, and warnings for a log. */
    public LoadedCertificates initial() {
        return initial;
    }

    /** Looks at the files. When they have changed and are good, {@code context} gets the new certificates. */
    public Outcome check(TlsContext context, Listener listener) {
        byte[] now;
        LoadedCertificates loaded;
        try {
            List<List<byte[]>> contents = contents();
            now = digest(contents);
            if (Arrays.equals(now, inUse)) {
                doubtful = null;
                reported = null;
                return Outcome.UNCHANGED;
            }
            if (Arrays.equals(now, reported)) {
                return Outcome.UNCHANGED;
            }
            try {
                loaded = parse(contents);
            } catch (TlsConfigurationException e) {
                return bad(now, e, listener);
            }
        } catch (TlsConfigurationException e) { // a file is missing, or cannot be read
            byte[] message = String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8);
            return Arrays.equals(message, reported) ? Outcome.UNCHANGED : bad(message, e, listener);
        }
        CertificateSet certificates = new CertificateSet(loaded.certificates());
        context.replace(certificates);
        inUse = now;
        doubtful = null;
        reported = null;
        listener.reloaded(certificates, loaded.warnings());
        return Outcome.RELOADED;
    }

    private Outcome bad(byte[] now, TlsConfigurationException why, Listener listener) {
        if (!Arrays.equals(now, doubtful)) {
            doubtful = now;
            return Outcome.WAITING;
        }
        doubtful = null;
        reported = now;
        listener.kept(String.valueOf(why.getMessage()));
        return Outcome.KEPT;
    }

    /** All files are read before any is parsed, so that what is compared is what is used. */
    private List<List<byte[]>> contents() throws TlsConfigurationException {
        List<List<byte[]>> contents = new ArrayList<>();
        for (CertificateFiles one : files) {
            List<byte[]> ofOne = new ArrayList<>();
            for (var path : one.paths()) {
                ofOne.add(CertificateFiles.content(path));
            }
            contents.add(ofOne);
        }
        return contents;
    }

    private LoadedCertificates parse(List<List<byte[]>> contents) throws TlsConfigurationException {
        List<ServerCertificate> certificates = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            LoadedCertificates loaded = files.get(i).parse(contents.get(i), clock.instant());
            certificates.addAll(loaded.certificates());
            warnings.addAll(loaded.warnings());
        }
        return new LoadedCertificates(certificates, warnings);
    }

    /** Only a digest is kept from one check to the next: the files hold keys. */
    private static byte[] digest(List<List<byte[]>> contents) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (List<byte[]> ofOne : contents) {
                for (byte[] content : ofOne) {
                    digest.update(Integer.toString(content.length).getBytes(StandardCharsets.US_ASCII));
                    digest.update((byte) ':');
                    digest.update(content);
                }
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
