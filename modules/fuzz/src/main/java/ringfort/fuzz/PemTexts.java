package ringfort.fuzz;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import ringfort.tls.Pem;
import ringfort.tls.TlsConfigurationException;

/**
 * Text with certificates and keys. Whatever it is, it is read or refused with a message of one line that names the file; and line
 * ends, a byte order mark and text in front of the blocks do not matter.
 *
 * <p>The input is the file. No password is given: a key may want to be hashed for hours, which its owner has decided.
 */
public final class PemTexts {
    private static final String NAME = "fuzz.pem";

    private PemTexts() {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        String text = Check.text(data);
        String certificates = certificates(data);
        String key = key(data);
        if (text.indexOf('\r') < 0) {
            byte[] other = Check.bytes(text.replace("\n", "\r\n"));
            Check.same("certificates with CR LF", certificates, certificates(other));
            Check.same("a key with CR LF", key, key(other));
        }
        // A refusal may tell what the file seems to be by its first bytes: DER, or text with a mark of its own.
        if (!text.isEmpty() && text.charAt(0) < 0x80 && text.charAt(0) != '0') {
            byte[] marked = Check.bytes("\u00EF\u00BB\u00BF" + text);
            Check.same("certificates behind a mark", certificates, certificates(marked));
            Check.same("a key behind a mark", key, key(marked));
        }
    }

    private static String certificates(byte[] file) {
        try {
            List<X509Certificate> found = Pem.certificates(NAME, file);
            Check.that(!found.isEmpty(), "no certificate, and no message");
            return String.valueOf(found);
        } catch (TlsConfigurationException e) {
            return refused(e);
        }
    }

    private static String key(byte[] file) {
        try {
            PrivateKey found = Pem.privateKey(NAME, file, null);
            return found.getAlgorithm();
        } catch (TlsConfigurationException e) {
            return refused(e);
        }
    }

    private static String refused(TlsConfigurationException refusal) {
        String message = String.valueOf(refusal.getMessage());
        Check.that(message.startsWith(NAME), "a message that does not name the file: " + message);
        return message;
    }
}
