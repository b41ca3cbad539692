package ringfort.tls;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a server, found by the name a client asks for. Immutable, for any thread.
 *
 * <p>A client gets those that have the name itself, else those with {@code *.} in place of its first label (RFC 9525, 6.3),
 * else the default: the first certificate, and others for the same names. Among several, as with one for EC and one for
 * RSA keys, the client's signature algorithms decide, in the client's order.
 */
public final class CertificateSet {
    private final List<ServerCertificate> all;
    private final List<ServerCertificate> byDefault;
    private final Map<String, List<ServerCertificate>> byName = new HashMap<>();

    /**
     * A set of at least one certificate.
     *
     * @param certificates the first is the default; a name in several belongs to all of them, earlier ones first
     */
    public CertificateSet(List<ServerCertificate> certificates) {
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("a server needs a certificate");
        }
        all = List.copyOf(certificates);
        List<String> names = all.getFirst().names();
        byDefault = all.stream()
                .filter(certificate -> certificate.names().equals(names))
                .toList();
        for (ServerCertificate certificate : all) {
            for (String name : certificate.names()) {
                byName.computeIfAbsent(name, none -> new ArrayList<>(1)).add(certificate);
            }
        }
    }

    /** All certificates, in the order given. */
    public List<ServerCertificate> all() {
        return all;
    }

    /**
     * Those for a client that asks for {@code host}; never empty.
     *
     * @param host as the client wrote it; null when it named none
     */
    public List<ServerCertificate> select(@Nullable String host) {
        if (host == null) {
            return byDefault;
        }
        String name = CertificateNames.normalised(host);
        List<ServerCertificate> exact = byName.get(name);
        if (exact != null) {
            return List.copyOf(exact);
        }
        String wildcard = CertificateNames.wildcard(name);
        List<ServerCertificate> byWildcard = wildcard == null ? null : byName.get(wildcard);
        return byWildcard == null ? byDefault : List.copyOf(byWildcard);
    }
}
