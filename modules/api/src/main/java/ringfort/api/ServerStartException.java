package ringfort.api;

import org.jspecify.annotations.Nullable;

/** The server did not start. The message is one line that says why and what would help; it has no stack trace. */
public final class ServerStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message why, and what would help
     */
    public ServerStartException(String message) {
        this(message, null);
    }

    /**
     * Makes an exception.
     *
     * @param message why, and what would help
     * @param cause what led to it
     */
    public ServerStartException(String message, @Nullable Throwable cause) {
        super(message, cause, true, false);
    }
}
