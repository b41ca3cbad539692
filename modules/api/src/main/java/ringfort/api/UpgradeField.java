package ringfort.api;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ringfort.api.syntax.Fields;

/** The Upgrade field: a list of protocols, each a token with an optional version (RFC 9110, 7.8). Stateless. */
final class UpgradeField {
    private UpgradeField() {}

    static String requireProtocol(String protocol) {
        int slash = protocol.indexOf('/');
        String name = slash < 0 ? protocol : protocol.substring(0, slash);
        if (!Fields.isToken(name) || (slash >= 0 && !Fields.isToken(protocol.substring(slash + 1)))) {
            throw new IllegalArgumentException(
                    "protocol " + Fields.quote(protocol) + " is not a token with an optional /version");
        }
        return protocol;
    }

    /** Whether a field names a protocol; names are compared without regard to case. */
    static boolean names(@Nullable String field, String protocol) {
        return field != null && listHas(field, protocol);
    }

    /** What a request asks for, in HTTP/1.1, where Connection names the field, and without content; null otherwise. */
    static @Nullable String asked(String method, int minorVersion, Headers headers, long contentLength) {
        List<String> connection = headers.all("Connection");
        boolean named = connection.stream().anyMatch(line -> listHas(line, "upgrade"));
        boolean able = minorVersion > 0 && contentLength == 0 && !method.equals("HEAD");
        return named && able && headers.contains("Upgrade") ? String.join(",", headers.all("Upgrade")) : null;
    }

    private static boolean listHas(String list, String wanted) {
        for (String element : list.split(",", -1)) {
            if (element.strip().equalsIgnoreCase(wanted)) {
                return true;
            }
        }
        return false;
    }
}
