package ringfort.ring;

import java.io.IOException;
import java.io.Serial;
import ringfort.sys.Errno;

/**
 * The kernel does not give this process a ring, or a feature of a ring. The message says what was asked for, the error,
 * its likely cause and the remedy. The most frequent cause is a container that forbids io_uring.
 */
public final class RingUnavailableException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    private final int errno;
    private final String remedy;

    RingUnavailableException(String what, int errno, String remedy) {
        super(what + ": " + Errno.describe(errno) + (remedy.isEmpty() ? "" : "; " + remedy));
        this.errno = errno;
        this.remedy = remedy;
    }

    /** Returns the (positive) error number. */
    public int errno() {
        return errno;
    }

    /** Returns the likely cause and what to do about it; empty when there is nothing to say. */
    public String remedy() {
        return remedy;
    }
}
