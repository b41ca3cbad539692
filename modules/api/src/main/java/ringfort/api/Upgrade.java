package ringfort.api;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code 101 Switching Protocols} response switches to (RFC 9110, section 7.8). Immutable; any thread.
 *
 * @param protocol value of the {@code Upgrade} field: a token, perhaps with {@code /} and a version
 * @param tunnel speaks that protocol
 * @param idleTimeout how long a read may wait while no byte goes either way; zero for ever, null for the server's
 *     {@code idle-timeout}
 */
public record Upgrade(
        String protocol, Tunnel tunnel, @Nullable Duration idleTimeout) {
    public Upgrade {
        UpgradeField.requireProtocol(protocol);
        Objects.requireNonNull(tunnel, "tunnel");
        if (idleTimeout != null && idleTimeout.isNegative()) {
            throw new IllegalArgumentException("idle timeout " + idleTimeout + " is negative; zero switches it off");
        }
    }
}
