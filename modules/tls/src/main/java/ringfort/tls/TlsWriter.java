package ringfort.tls;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What an engine makes on its way to the peer. Records gather in a buffer of the thread until {@link #flush}, so that the
 * messages of a handshake leave in one piece.
 */
final class TlsWriter {
    private static final ByteBuffer[] NO_PLAINTEXT = {ByteBuffer.allocate(0)};
    private static final int MOST_ALERTS = 4;

    private final SSLEngine engine;
    private final TlsBuffers buffers;
    private final TlsOutput output;
    private @Nullable ServerFlight flight = new ServerFlight(); // until the handshake has finished

    TlsWriter(SSLEngine engine, TlsBuffers buffers, TlsOutput output) {
        this.engine = engine;
        this.buffers = buffers;
        this.output = output;
    }

    /**
     * A method of a connection begins. A buffer that is not empty has records of another connection of this thread, whose
     * method ended by an error of the virtual machine: they must never go to this one's peer.
     */
    void begin() {
        buffers.ciphertext().clear();
    }

    /** One call of the engine, for what it has to say itself: handshake messages, alerts. */
    SSLEngineResult wrap() throws SSLException {
        return wrap(NO_PLAINTEXT);
    }

    /** One call of the engine, which makes at most one record. */
    SSLEngineResult wrap(ByteBuffer[] plaintext) throws SSLException {
        int recordBytes = engine.getSession().getPacketBufferSize();
        if (buffers.ciphertext().remaining() < recordBytes) {
            flush();
            buffers.roomForRecord(recordBytes);
        }
        ByteBuffer into = buffers.ciphertext();
        int start = into.position();
        SSLEngineResult result = engine.wrap(plaintext, into);
        ServerFlight ofHandshake = flight;
        if (ofHandshake != null && result.bytesProduced() > 0) {
            int offset = into.arrayOffset();
            ofHandshake.record(into.array(), offset + start, offset + into.position());
        }
        return result;
    }

    void flush() {
        ByteBuffer made = buffers.ciphertext();
        if (made.position() > 0) {
            int length = made.position();
            made.clear();
            output.send(made.array(), made.arrayOffset(), made.arrayOffset() + length);
        }
    }

    /** Bytes that are no work of the engine, behind those that are. */
    void send(byte[] bytes) {
        flush();
        output.send(bytes, 0, bytes.length);
    }

    /** Takes the alert out of an engine that has failed. That it fails again adds nothing to what is known. */
    void alert() {
        try {
            for (int i = 0; i < MOST_ALERTS && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP; i++) {
                wrap();
            }
        } catch (SSLException | RuntimeException e) {
            // the connection ends without an alert
        }
        flush();
    }

    /** The handshake has finished: nothing is looked at any more. Whether a session was resumed. */
    boolean finished() {
        ServerFlight ofHandshake = flight;
        flight = null;
        return ofHandshake != null && ofHandshake.resumed();
    }
}
