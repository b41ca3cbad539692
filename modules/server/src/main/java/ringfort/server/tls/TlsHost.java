package ringfort.server.tls;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import ringfort.api.TlsPeer;
import ringfort.budget.DeadlineSlot;
import ringfort.server.metrics.CloseReason;
import ringfort.server.protocol.ProtocolHost;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;
import ringfort.tls.TlsSession;

/**
 * An encrypted connection as the protocol within sees it: the connection itself, but that the peer's bytes end with its
 * close_notify, and ours with ours. Its worker only, but for what requests ask.
 */
@OnWorker
final class TlsHost implements ProtocolHost {
    private final ProtocolHost outer;
    private final TlsSlot slot;
    private final Runnable outputEnds;
    private @Nullable TlsPeer peer; // set before the first exchange begins, which publishes it
    private boolean served;
    private boolean inputEnded;
    private boolean inputCut;
    private boolean failing; // a reset follows, so that there must be no close_notify

    /** @param outputEnds has close_notify follow what is to be sent */
    TlsHost(ProtocolHost outer, TlsSlot slot, @OnWorker Runnable outputEnds) {
        this.outer = outer;
        this.slot = slot;
        this.outputEnds = outputEnds;
    }

    /** The handshake has finished. */
    void agreed(TlsSession session) {
        peer = new TlsPeer(
                session.protocol(),
                session.cipherSuite(),
                session.applicationProtocol(),
                session.serverName(),
                session.peerCertificates(),
                session.resumed());
    }

    /** The peer sends nothing more; {@code cut} when it did not say so itself. */
    void inputEnded(boolean cut) {
        inputEnded = true;
        inputCut = cut;
    }

    /** Whether a response has begun. */
    boolean isServed() {
        return served;
    }

    /** Whether what is queued is not a whole response, and a reset follows it. */
    boolean isFailing() {
        return failing;
    }

    @Override
    public DeadlineSlot slot() {
        return slot;
    }

    @Override
    public void touch() {
        outer.touch();
    }

    @Override
    public boolean isOpen() {
        return outer.isOpen();
    }

    @Override
    public boolean isInputEnded() {
        return inputEnded;
    }

    @Override
    public boolean isInputCut() {
        return inputCut;
    }

    @Override
    public void served() {
        served = true;
        outer.served();
    }

    /** Its close_notify is still to come, or has come already: the protocol within does not know. */
    @Override
    public void peerSaidLast(boolean last) {}

    @Override
    public void closeWhenSent(CloseReason reason) {
        outer.closeWhenSent(reason); // which stops reading, and that has close_notify sent
    }

    @Override
    public void failWhenSent(CloseReason reason) {
        failing = outer.isOpen();
        outer.failWhenSent(reason);
    }

    @Override
    public void halfClose() {
        outputEnds.run();
        outer.halfClose();
    }

    @Override
    public void destroy(CloseReason reason, @Nullable IOException cause) {
        outer.destroy(reason, cause);
    }

    @Override
    public void cut(CloseReason reason) {
        outer.cut(reason);
    }

    @Override
    @OffWorker
    public InetSocketAddress peer() {
        return outer.peer();
    }

    @Override
    @OffWorker
    public InetSocketAddress local() {
        return outer.local();
    }

    @Override
    @OffWorker
    public boolean secure() {
        return true;
    }

    @Override
    @OffWorker
    public @Nullable TlsPeer tls() {
        return peer;
    }
}
