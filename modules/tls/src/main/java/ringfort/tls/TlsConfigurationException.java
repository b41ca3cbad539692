package ringfort.tls;

import org.jspecify.annotations.Nullable;

/**
 * A certificate, key or key store that cannot be used. The message names the file, the line where there is one, what is
 * wrong, and what to do about it.
 */
public final class TlsConfigurationException extends Exception {
    private static final long serialVersionUID = 1L;

    TlsConfigurationException(String message) {
        this(message, null);
    }

    TlsConfigurationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
