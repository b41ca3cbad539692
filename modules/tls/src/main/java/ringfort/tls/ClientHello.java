package ringfort.tls;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the first message of a client says in clear (RFC 8446, 4.1.2), before an engine has read it; see {@link HelloPeek}.
 *
 * @param serverName the host asked for (RFC 6066, 3), in lower case; null when none is named
 * @param applicationProtocols what ALPN offers (RFC 7301), in the client's order; empty when it is not spoken
 */
public record ClientHello(@Nullable String serverName, List<String> applicationProtocols) implements HelloPeek {
    /** Copies the list. */
    public ClientHello {
        applicationProtocols = List.copyOf(applicationProtocols);
    }
}
