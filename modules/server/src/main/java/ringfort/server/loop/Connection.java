package ringfort.server.loop;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.ProtocolHost;
import ringfort.server.wire.Outbox;
import ringfort.server.wire.Wire;
import ringfort.server.wire.WireUser;
import ringfort.sys.OnWorker;

/**
 * One connection: it stands between a {@link Wire}, which moves its bytes, and a {@link Protocol}, which knows what they mean,
 * and has the one deadline, and the way it ends. Its worker only.
 *
 * <pre>
 *    Protocol   received, sent, expired …  ▲ │ touch, closeWhenSent, cut …    (ProtocolHost)
 *                                          │ ▼
 *                                       Connection ── ConnectionDeadline, Ending
 *                                          ▲ │
 *    Wire       received, sent, failed …   │ ▼ wantsRead, out, wantsFin …     (WireUser)
 * </pre>
 *
 * <p>Events change fields and {@link #touch}; {@link #settle}, once at the end of the turn, draws the conclusions. A connection
 * on which nothing is under way has no protocol state: it is lent by the worker with the first byte of a message, and goes
 * back with the last of the answer. Such a connection idles, expires, drains and ends without taking any.
 */
@OnWorker
public final class Connection extends Attached implements WireUser, ProtocolHost, ConnectionDeadline.Owner {
    /** A lingering connection drops this much before it stops waiting for the peer's FIN. */
    private static final int LINGER_BYTES = 256 * 1024;

    private final int index;
    private final int generation;
    private final ConnectionDeadline deadline;
    private @Nullable Protocol protocol; // while a message is under way
    private Ending ending = Ending.NONE;
    private boolean served; // a response has begun
    private int lingered; // bytes dropped since our FIN
    private long acceptedNanos;
    private long receivedBytes;

    /**
     * A connection that is not {@linkplain #accepted accepted} yet.
     *
     * @param generation no other connection of this process has the same
     */
    Connection(Loop loop, Wire wire, int index, int generation) {
        super(loop, wire);
        this.index = index;
        this.generation = generation;
        this.deadline = new ConnectionDeadline(this);
    }

    /** The connection is there: its first head is due from now on, whether or not a byte comes. */
    public void accepted() {
        acceptedNanos = loop.now();
        deadline.armFor(Phase.HEADER, loop.context().timeouts().headerNanos());
        touch();
    }

    // Protocol state.

    private Protocol engage() {
        if (protocol == null) {
            protocol = loop.protocols().take(this, !served, deadline.phase(), deadline.dueNanos());
        }
        return protocol;
    }

    /** Gives the protocol state back when nothing of a message is under way; the end of the input is still its to judge. */
    private void rest() {
        if (protocol != null && ending.isOpen() && !ending.isInputEnded() && protocol.isAtRest()) {
            giveBack();
        }
    }

    /** No send is in flight. */
    private void giveBack() {
        Protocol current = protocol;
        if (current != null) {
            protocol = null;
            loop.protocols().give(current);
        }
    }

    // The turn.

    @Override
    boolean settle() {
        touched = true; // already: what the protocol and the flush bring about is settled below
        if (!ending.isGone() && protocol != null) {
            protocol.advance();
        }
        conclude();
        wire.flush(this);
        conclude();
        deadline.settle();
        touched = false;
        boolean settled = wire.settle(this);
        if (ending.isGone()) {
            if (wire.isClosed(this)) {
                giveBack();
                loop.left(this, index, wire.address(), ending.reason());
            }
            return settled;
        }
        rest();
        loop.settled(this, protocol == null ? 0 : protocol.heldBytes());
        return settled && !(protocol != null && protocol.canAdvance());
    }

    /** The one place that decides how the connection goes on towards its end. */
    private void conclude() {
        if (ending.next(hasOutput()) == Ending.Next.CLOSE) {
            destroy(ending.reason(), null);
        } else if (ending.isLingering() && deadline.phase() != Phase.LINGER) {
            linger();
        }
    }

    /** Our FIN is out: what the peer still sends is dropped, so that closing does not reset what it has yet to read. */
    private void linger() {
        if (protocol != null) {
            protocol.end(null);
            giveBack();
        }
        long nanos = loop.context().timeouts().lingerNanos();
        if (nanos == 0) {
            destroy(ending.reason(), null);
        } else {
            deadline.armFor(Phase.LINGER, nanos);
        }
    }

    @Override
    public void touch() {
        if (!touched) {
            touched = true;
            loop.touch(this);
        }
    }

    @Override
    public void defect(Throwable cause) {
        loop.defect(cause);
        cut(CloseReason.DEFECT); // what was sent of a response may look whole if a FIN follows it
        touch(); // also one that was gone already: what failed may have been the last step of its end
    }

    // What the wire asks.

    @Override
    public long id() {
        return ((long) index << 32) | (generation & 0xFFFF_FFFFL);
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public Wire wire() {
        return wire;
    }

    @Override
    public boolean wantsRead() {
        if (ending.isInputEnded() || ending.isGone()) {
            return false;
        }
        return protocol == null || !ending.isOpen() || protocol.takesInput();
    }

    @Override
    public boolean hasOutput() {
        return protocol != null && !protocol.out().isEmpty();
    }

    @Override
    public Outbox out() {
        Protocol current = protocol;
        if (current == null) {
            throw new IllegalStateException("nothing is to be sent: no message is under way");
        }
        return current.out();
    }

    @Override
    public boolean wantsFin() {
        return ending.next(hasOutput()) == Ending.Next.SEND_FIN;
    }

    @Override
    public boolean isGone() {
        return ending.isGone();
    }

    // What the wire reports.

    @Override
    public void received(byte[] buffer, int from, int to) {
        touch();
        receivedBytes += to - from;
        loop.counters().receivedBytes.add(to - from);
        if (ending.isOpen()) {
            engage().received(buffer, from, to);
            loop.handled(to - from);
            return;
        }
        ending = ending.saidLast(false);
        // Until our FIN is out there is an answer that a close with bytes unread would destroy.
        lingered += ending.isLingering() ? to - from : 0;
        if (lingered > LINGER_BYTES) {
            destroy(ending.reason(), null);
        }
    }

    @Override
    public void inputEnded() {
        touch();
        ending = ending.inputEnded();
        if (protocol == null) {
            closeWhenSent(CloseReason.PEER); // else the protocol says what it means, when it advances
        }
    }

    @Override
    public void sendWaits(boolean waits) {
        if (protocol != null) {
            protocol.sendWaits(waits);
        }
    }

    @Override
    public void sent(int bytes) {
        touch();
        loop.counters().sentBytes.add(bytes);
        engage().sent(bytes, deadline.sent(bytes));
        if (!hasOutput()) {
            deadline.allSent();
        }
    }

    @Override
    public void finSent() {
        touch();
        ending = ending.finSent();
    }

    @Override
    public void failed(IOException cause) {
        destroy(CloseReason.RESET, cause);
    }

    // Deadlines.

    @Override
    public Loop loop() {
        return loop;
    }

    /** The deadline of this connection, for the watchdog. */
    ConnectionDeadline deadline() {
        return deadline;
    }

    @Override
    public void deadlinePassed() {
        touch();
        try {
            switch (deadline.judge()) {
                case NOT_DUE -> {}
                case ANSWER -> engage().answerLate();
                case CLOSE -> closeIdle(CloseReason.DEADLINE);
                case CUT -> cutUnread();
            }
        } catch (Throwable e) {
            defect(e);
        }
    }

    /** Closes in order; what the peer has not acknowledged is the kernel's, for a bounded time. */
    void closeIdle(CloseReason reason) {
        wire.boundUnsent(loop.context().timeouts().writeGraceNanos());
        destroy(reason, null);
    }

    void cutUnread() {
        wire.resetOnClose();
        ending = ending.cut(CloseReason.DEADLINE); // it may have been closing in order: that did not come about
        ended(new IOException("the peer did not read the response in time"));
    }

    @Override
    public void expired(Phase phase, long lateNanos) {
        loop.context()
                .expired(loop.counters(), phase, wire.peer(), loop.now() - acceptedNanos, lateNanos, receivedBytes);
    }

    @Override
    public @Nullable Protocol protocol() {
        return protocol;
    }

    // What the protocol asks.

    @Override
    public DeadlineSlot slot() {
        return deadline;
    }

    @Override
    public boolean isOpen() {
        return ending.isOpen();
    }

    @Override
    public boolean isInputEnded() {
        return ending.isInputEnded();
    }

    @Override
    public void served() {
        served = true;
    }

    @Override
    public void peerSaidLast(boolean last) {
        ending = ending.saidLast(last);
    }

    @Override
    public void closeWhenSent(CloseReason reason) {
        if (!ending.isOpen()) {
            return;
        }
        ending = ending.closing(reason);
        if (protocol != null) {
            protocol.stopReading();
        }
        touch();
    }

    @Override
    public void halfClose() {
        ending = ending.halfClosing();
        touch();
    }

    @Override
    public void destroy(CloseReason reason, @Nullable IOException cause) {
        if (!ending.isGone()) {
            ending = ending.gone(reason);
            ended(cause);
        }
    }

    private void ended(@Nullable IOException cause) {
        if (protocol != null) {
            protocol.end(cause);
        }
        deadline.end();
        touch();
    }

    @Override
    public void cut(CloseReason reason) {
        wire.resetOnClose();
        destroy(reason, null);
    }

    /** Whether a response has begun. */
    boolean isServed() {
        return served;
    }
}
