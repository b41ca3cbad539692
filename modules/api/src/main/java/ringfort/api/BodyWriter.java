package ringfort.api;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes a response body piece by piece.
 *
 * <p>Called once, on the handler's thread, after the response head was decided. Not called for HEAD.
 */
@FunctionalInterface
public interface BodyWriter {
    /**
     * Writes the body. The stream blocks while the peer is slow (and the write deadline runs); {@code flush()} sends
     * what was written so far. Closing it is allowed and not needed.
     *
     * @param out where the body goes
     * @throws IOException when the peer is gone or its deadline passed; let it through, the connection is closed
     */
    void writeTo(OutputStream out) throws IOException;
}
