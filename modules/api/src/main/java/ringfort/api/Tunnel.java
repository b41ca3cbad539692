package ringfort.api;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * Speaks another protocol on a connection that was HTTP until now, or on a stream of one that speaks HTTP/2; see
 * {@link Response#upgrade}. Where a connection is ended, closed or reset below, that holds for such a stream alone: the end
 * of a side is END_STREAM, a reset RST_STREAM.
 *
 * <p>Runs once, on a virtual thread, and may block. One thread may read while another writes; neither stream takes two
 * threads at a time.
 */
@FunctionalInterface
public interface Tunnel {
    /**
     * Speaks until it returns; that sends what is written, ends our side, and closes the connection.
     *
     * <p>An exception resets the connection, so that the peer can tell that not everything came, and is reported, unless
     * it was the connection that failed.
     *
     * @param in what the peer sends, from the first byte behind its request on; at its end when the peer has ended its
     *     side, which does not end ours. A read that waits longer than the idle timeout of the tunnel closes the
     *     connection and throws
     * @param out what goes to the peer, gathered into pieces until {@code flush()}; blocks while the peer is slow, and
     *     the write deadline runs. {@code close()} ends our side, and {@code in} may still be read
     * @throws Exception whatever ends it badly; an IOException of the streams is best let through
     */
    void run(InputStream in, OutputStream out) throws Exception;
}
