package ringfort.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** A client of the JDK in memory: what it has to send, and what it has received, are arrays. */
final class Peer {
    private final SSLEngine engine;
    private final ByteArrayOutputStream toServer = new ByteArrayOutputStream();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private byte[] undecrypted = {};
    private @Nullable SSLException failure;

    private Peer(SSLEngine engine) {
        this.engine = engine;
    }

    /** A client for localhost; {@code setUp} may change its parameters. */
    static Peer of(SSLContext context, Consumer<SSLParameters> setUp) {
        SSLEngine engine = context.createSSLEngine("localhost", 443);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("localhost")));
        setUp.accept(parameters);
        engine.setSSLParameters(parameters);
        return new Peer(engine);
    }

    SSLEngine engine() {
        return engine;
    }

    /** What the client wants to send by now: handshake messages, alerts. */
    byte[] pull() {
        step();
        byte[] bytes = toServer.toByteArray();
        toServer.reset();
        return bytes;
    }

    /** Gives the client bytes of the server. */
    void push(byte[] bytes) {
        byte[] all = Arrays.copyOf(undecrypted, undecrypted.length + bytes.length);
        System.arraycopy(bytes, 0, all, undecrypted.length, bytes.length);
        undecrypted = all;
        step();
    }

    void write(byte[] plaintext) {
        ByteBuffer source = ByteBuffer.wrap(plaintext);
        do {
            wrap(source);
        } while (source.hasRemaining());
    }

    void write(String plaintext) {
        write(plaintext.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** An application record without content. */
    void writeEmptyRecord() {
        wrap(ByteBuffer.allocate(0));
    }

    /** In TLS 1.3 a key update. In TLS 1.2 a renegotiation, which begins with a hello. */
    void handshakeAgain() {
        try {
            engine.beginHandshake();
        } catch (SSLException e) {
            failure = e;
        }
        step();
    }

    void closeNotify() {
        engine.closeOutbound();
        step();
    }

    String received() {
        return received.toString(StandardCharsets.ISO_8859_1);
    }

    byte[] receivedBytes() {
        return received.toByteArray();
    }

    boolean sawCloseNotify() {
        return engine.isInboundDone();
    }

    @Nullable SSLException failure() {
        return failure;
    }

    private SSLEngineResult.@Nullable Status wrap(ByteBuffer source) {
        ByteBuffer into = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        try {
            SSLEngineResult result = engine.wrap(source, into);
            toServer.write(into.array(), 0, into.position());
            return result.getStatus();
        } catch (SSLException e) {
            failure = failure == null ? e : failure;
            return null;
        }
    }

    private void step() {
        for (int i = 0; i < 10_000; i++) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    task.run();
                }
            } else if (status == HandshakeStatus.NEED_WRAP) {
                if (wrap(ByteBuffer.allocate(0)) != SSLEngineResult.Status.OK) {
                    return;
                }
            } else if (!unwrap()) {
                if (engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP
                        && engine.getHandshakeStatus() != HandshakeStatus.NEED_TASK) {
                    return;
                }
            }
        }
        throw new AssertionError("the client makes no progress: " + engine.getHandshakeStatus());
    }

    /** Whether a record was taken. */
    private boolean unwrap() {
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP && undecrypted.length == 0 && !started()) {
            return false;
        }
        ByteBuffer source = ByteBuffer.wrap(undecrypted);
        ByteBuffer into = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        try {
            SSLEngineResult result = engine.unwrap(source, into);
            received.write(into.array(), 0, into.position());
            undecrypted = Arrays.copyOfRange(undecrypted, source.position(), undecrypted.length);
            return result.bytesConsumed() > 0;
        } catch (SSLException e) {
            failure = failure == null ? e : failure;
            undecrypted = new byte[0];
            return false;
        }
    }

    private boolean started() {
        return engine.getHandshakeSession() != null;
    }

    /** Cuts bytes into TLS records. */
    static List<byte[]> records(byte[] bytes) {
        List<byte[]> records = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int end = at + 5 + ((bytes[at + 3] & 0xFF) << 8 | (bytes[at + 4] & 0xFF));
            records.add(Arrays.copyOfRange(bytes, at, end));
            at = end;
        }
        return records;
    }
}
