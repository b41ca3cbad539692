package ringfort.tls;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.StandardConstants;
import org.jspecify.annotations.Nullable;

/** Names of hosts as certificates and clients give them: ASCII, without case, wildcards by RFC 9525, 6.3. */
final class CertificateNames {
    private static final int SAN_DNS = 2;
    private static final int SAN_IP = 7;

    private CertificateNames() {}

    /** DNS names and addresses for which a certificate speaks (RFC 5280, 4.2.1.6); its subject is not looked at. */
    static List<String> of(X509Certificate certificate) throws TlsConfigurationException {
        Collection<List<?>> alternatives;
        try {
            alternatives = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            throw new TlsConfigurationException(
                    "malformed subjectAltName in " + certificate.getSubjectX500Principal(), e);
        }
        List<String> names = new ArrayList<>();
        if (alternatives != null) {
            for (List<?> alternative : alternatives) {
                if (alternative.get(0) instanceof Integer type
                        && (type == SAN_DNS || type == SAN_IP)
                        && alternative.get(1) instanceof String name) {
                    names.add(type == SAN_IP ? address(name) : normalised(name));
                }
            }
        }
        return List.copyOf(names);
    }

    /** The address in the one form that {@link InetAddress} writes, so that two spellings are equal. */
    private static String address(String literal) {
        try {
            return InetAddress.ofLiteral(literal).getHostAddress();
        } catch (IllegalArgumentException e) {
            return literal;
        }
    }

    /** Lower case, without the dot at the end. */
    static String normalised(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /** {@code *.} and all behind the first dot: the wildcard that stands for {@code host}; null when there is none. */
    static @Nullable String wildcard(String host) {
        int dot = host.indexOf('.');
        return dot > 0 && dot < host.length() - 1 ? "*" + host.substring(dot) : null;
    }

    /** Whether {@code names} serve {@code host}, a name or an address. */
    static boolean serve(List<String> names, String host) {
        String wanted = isAddress(host) ? address(unbracketed(host)) : normalised(host);
        String wildcard = isAddress(host) ? null : wildcard(wanted);
        return names.contains(wanted) || (wildcard != null && names.contains(wildcard));
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static boolean isAddress(String host) {
        boolean digitsAndDots = host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        return host.indexOf(':') >= 0 || (digitsAndDots && !host.isEmpty());
    }

    /** The host in a server_name extension; null when there is none. */
    static @Nullable String requested(List<SNIServerName> names) {
        for (SNIServerName name : names) {
            if (name instanceof SNIHostName host) {
                return normalised(host.getAsciiName());
            }
            if (name.getType() == StandardConstants.SNI_HOST_NAME) {
                try {
                    return normalised(new SNIHostName(name.getEncoded()).getAsciiName());
                } catch (IllegalArgumentException e) {
                    return null; // no name of a host: the default certificate serves
                }
            }
        }
        return null;
    }
}
