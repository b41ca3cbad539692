package ringfort.tls;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Arrays that {@link TlsState} works in while one of its methods runs. One object serves all connections of one thread,
 * so that a connection at rest owns none. One thread at a time.
 *
 * <p>All are heap arrays: AES-GCM of the JDK is faster on them than on direct buffers (see {@code docs/TLS.md}).
 */
public final class TlsBuffers {
    /** Records that fit behind each other: what a handshake or a response needs leaves in one piece. */
    private static final int CIPHERTEXT_RECORDS = 4;

    private static final int MOST_BYTES = 1 << 20; // far above what an engine asks for; a bound on its mistakes

    private @Nullable ByteBuffer plaintext;
    private ByteBuffer ciphertext = ByteBuffer.allocate(0);
    private byte @Nullable [] spare;

    /** No array yet: each is made when it is needed first. */
    public TlsBuffers() {}

    /** For the plaintext of one record; the content of the last call is lost. */
    ByteBuffer plaintext(int leastBytes) {
        ByteBuffer buffer = plaintext;
        if (buffer == null || buffer.capacity() < leastBytes) {
            buffer = ByteBuffer.allocate(bounded(leastBytes));
            plaintext = buffer;
        }
        return buffer.clear();
    }

    /** For records to be sent, behind those that are in it. Nothing is in it between two calls of a state. */
    ByteBuffer ciphertext() {
        return ciphertext;
    }

    /** Makes room for one more record; the buffer must be empty, or must have that room. */
    void roomForRecord(int recordBytes) {
        if (ciphertext.capacity() < recordBytes) {
            ciphertext = ByteBuffer.allocate(CIPHERTEXT_RECORDS * bounded(recordBytes));
        }
    }

    private static int bounded(int bytes) {
        if (bytes > MOST_BYTES) {
            throw new IllegalStateException("the engine asks for a buffer of " + bytes + " bytes");
        }
        return bytes;
    }

    /** An array for a record of which a part has come; the connection owns it until {@link #give}. */
    byte[] take(int leastBytes) {
        byte[] array = spare;
        if (array != null && array.length >= leastBytes) {
            spare = null;
            return array;
        }
        return new byte[leastBytes];
    }

    /** Takes an array back. One is kept, the largest: a connection that receives much then makes no garbage. */
    void give(byte[] array) {
        if (spare == null || spare.length < array.length) {
            spare = array;
        }
    }
}
