package ringfort.tls;

import java.util.List;

/**
 * What was read from files.
 *
 * @param certificates all that can be used, in the order of the files
 * @param warnings what should be known and keeps nothing from working, a sentence each
 */
public record LoadedCertificates(List<ServerCertificate> certificates, List<String> warnings) {
    /** Copies both lists. */
    public LoadedCertificates {
        certificates = List.copyOf(certificates);
        warnings = List.copyOf(warnings);
    }
}
