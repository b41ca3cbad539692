package ringfort.tls;

/** What stands between BEGIN and END of a PEM file (RFC 7468). */
final class PemBlock {
    private final String label;
    private final int line;
    private final byte[] content;
    private final boolean encryptedInPlace;

    PemBlock(String label, int line, byte[] content, boolean encryptedInPlace) {
        this.label = label;
        this.line = line;
        this.content = content;
        this.encryptedInPlace = encryptedInPlace;
    }

    /** What it is, as {@code CERTIFICATE}. */
    String label() {
        return label;
    }

    /** Where it begins, from 1. */
    int line() {
        return line;
    }

    byte[] content() {
        return content;
    }

    /** Whether a header says that the content is encrypted, as OpenSSL did it before PKCS#8 (RFC 1421, 4.6.1.1). */
    boolean encryptedInPlace() {
        return encryptedInPlace;
    }

    boolean isCertificate() {
        return label.equals("CERTIFICATE") || label.equals("X509 CERTIFICATE") || label.equals("TRUSTED CERTIFICATE");
    }

    boolean isKey() {
        return label.endsWith("PRIVATE KEY");
    }
}
