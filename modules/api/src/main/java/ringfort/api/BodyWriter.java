package ringfort.api;

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
     * @throws Exception anything; then the content ends here, and the connection is closed. The stream throws an
     *     {@link java.io.IOException} when the peer is gone or its deadline passed: let it through
     */
    void writeTo(OutputStream out) throws Exception;
}
