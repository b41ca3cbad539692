package ringfort.server.wire;

import java.io.IOException;
import ringfort.sys.OnWorker;

/**
 * A connection as its {@link Wire} sees it: what it wants of the transport, and what the transport reports. Its worker only.
 */
@OnWorker
public interface WireUser {
    // What the wire asks.

    /** What a kernel queue calls this connection: {@code index << 32 | generation}, the generation unique in the process. */
    long id();

    /** Whether bytes of the peer are wanted now. */
    boolean wantsRead();

    /** Whether a handler works for the peer, so that a reset is worth knowing of although nothing is read. */
    boolean awaitsHandler();

    /** Whether there is something to send. */
    boolean hasOutput();

    /** What is to be sent; only to be asked for while {@link #hasOutput}, or while a send is under way. */
    Outbox out();

    /** Whether everything is sent and our FIN is to follow. */
    boolean wantsFin();

    /** Whether the connection has ended: what is in flight is to be cancelled and the descriptor closed. */
    boolean isGone();

    // What the wire reports.

    /** Something happened: the wire is to be settled in this turn. */
    void touch();

    /** Bytes came; {@code buffer} is the wire's own and is not kept. */
    void received(byte[] buffer, int from, int to);

    /** The peer sent its FIN. */
    void inputEnded();

    /** Whether the kernel has not taken all that is to be sent. */
    void sendWaits(boolean waits);

    /** The kernel took so many bytes of {@link #out}. */
    void sent(int bytes);

    /** Our FIN is out. */
    void finSent();

    /** The socket failed, by a reset as a rule. */
    void failed(IOException cause);
}
