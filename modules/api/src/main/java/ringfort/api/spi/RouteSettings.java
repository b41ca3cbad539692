package ringfort.api.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a route sets for itself; null means as the server does.
 *
 * @param bodyTimeout longest pause of the peer within the body, zero for no limit
 * @param handlerTimeout time the handler may take until its response starts, zero for no limit
 * @param maxBody largest accepted content in bytes
 */
public record RouteSettings(
        @Nullable Duration bodyTimeout,
        @Nullable Duration handlerTimeout,
        @Nullable Long maxBody) {
    /** Everything as the server does. */
    public static final RouteSettings INHERITED = new RouteSettings(null, null, null);

    /**
     * The body timeout for the protocol.
     *
     * @return nanoseconds, 0 for no limit, -1 to inherit
     */
    public long bodyNanos() {
        return bodyTimeout == null ? -1 : bodyTimeout.toNanos();
    }

    /**
     * The handler timeout for the protocol.
     *
     * @return nanoseconds, 0 for no limit, -1 to inherit
     */
    public long handlerNanos() {
        return handlerTimeout == null ? -1 : handlerTimeout.toNanos();
    }

    /**
     * The body limit for the protocol.
     *
     * @return bytes, -1 to inherit
     */
    public long bodyBytes() {
        return maxBody == null ? -1 : maxBody;
    }
}
