package ringfort.tls;

import java.nio.ByteBuffer;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * An engine whose handshake is over after one record, and which then treats records as a test wants it: the client of the
 * JDK cannot be made to send some of them, and no engine should behave like others.
 */
final class FakeEngine extends SSLEngine {
    private final SSLSession session;
    private Function<ByteBuffer, SSLEngineResult> unwrapped = FakeEngine::drop;
    private Function<ByteBuffer, SSLEngineResult> wrapped =
            into -> new SSLEngineResult(Status.OK, HandshakeStatus.NOT_HANDSHAKING, 0, 0);
    private boolean handshakeOver;
    private int calls;

    FakeEngine(SSLSession session) {
        this.session = session;
    }

    /** What becomes of each record after the handshake. */
    void unwrapped(Function<ByteBuffer, SSLEngineResult> how) {
        unwrapped = how;
    }

    /** What it writes, and says of it. */
    void wrapped(Function<ByteBuffer, SSLEngineResult> how) {
        wrapped = how;
    }

    int calls() {
        return calls;
    }

    /** Takes the record; it held nothing. */
    static SSLEngineResult drop(ByteBuffer record) {
        int taken = record.remaining();
        record.position(record.limit());
        return new SSLEngineResult(Status.OK, HandshakeStatus.NOT_HANDSHAKING, taken, 0);
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer src, ByteBuffer[] dsts, int offset, int length) throws SSLException {
        calls++;
        if (src.remaining() > 2 && src.getShort(src.limit() - 2) == -1) {
            throw new SSLException("impossible");
        }
        if (handshakeOver) {
            return unwrapped.apply(src);
        }
        handshakeOver = true;
        SSLEngineResult dropped = drop(src);
        return new SSLEngineResult(Status.OK, HandshakeStatus.FINISHED, dropped.bytesConsumed(), 0);
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] srcs, int offset, int length, ByteBuffer dst) {
        calls++;
        return wrapped.apply(dst);
    }

    @Override
    public HandshakeStatus getHandshakeStatus() {
        return handshakeOver ? HandshakeStatus.NOT_HANDSHAKING : HandshakeStatus.NEED_UNWRAP;
    }

    @Override
    public SSLSession getSession() {
        return session;
    }

    @Override
    public @Nullable Runnable getDelegatedTask() {
        return null;
    }

    @Override
    public void closeInbound() {
        throw new AssertionError("ends the session for later connections");
    }

    @Override
    public boolean isInboundDone() {
        return false;
    }

    @Override
    public void closeOutbound() {}

    @Override
    public boolean isOutboundDone() {
        return false;
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return new String[0];
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return new String[0];
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {}

    @Override
    public String[] getSupportedProtocols() {
        return new String[0];
    }

    @Override
    public String[] getEnabledProtocols() {
        return new String[0];
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {}

    @Override
    public void beginHandshake() {}

    @Override
    public void setUseClientMode(boolean mode) {}

    @Override
    public boolean getUseClientMode() {
        return false;
    }

    @Override
    public void setNeedClientAuth(boolean need) {}

    @Override
    public boolean getNeedClientAuth() {
        return false;
    }

    @Override
    public void setWantClientAuth(boolean want) {}

    @Override
    public boolean getWantClientAuth() {
        return false;
    }

    @Override
    public void setEnableSessionCreation(boolean flag) {}

    @Override
    public boolean getEnableSessionCreation() {
        return true;
    }
}
