package ringfort.server.loop;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.message.ByteSink;
import ringfort.server.exchange.Endpoints;
import ringfort.server.metrics.CloseReason;
import ringfort.server.protocol.OpeningHost;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.Protocols;
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
public final class Connection extends Placed implements WireUser, OpeningHost, ConnectionDeadline.Owner {
    /** When the end of a connection has failed so often, its protocol state is not given back. */
    private static final int MOST_ENDS = 100;

    private static final int FAREWELL_BYTES = 64;

    private final ConnectionDeadline deadline;
    private Protocols protocols; // lends the protocol
    private @Nullable Protocol protocol; // while a message is under way
    private Ending ending = Ending.NONE;
    private boolean served; // a response has begun
    private boolean over; // the worker has counted it out; whatever touches it still is late
    private int ends; // how often the end was begun; 0 while there is none, and when all of it is done
    private @Nullable Lingering lingering; // since the kernel has all that is to be sent
    private long acceptedNanos;

    /**
     * A connection that is not {@linkplain #accepted accepted} yet.
     *
     * @param generation no other connection of this process has the same
     */
    Connection(Loop loop, Wire wire, Entrance entrance, int index, int generation) {
        super(loop, wire, entrance, index, generation);
        this.deadline = new ConnectionDeadline(this);
        this.protocols = entrance.protocols();
    }

    /** The connection is there: its first head, or its handshake, is due from now on, whether or not a byte comes. */
    public void accepted() {
        touch();
        try {
            acceptedNanos = loop.now();
            Phase opening = protocols.opening();
            deadline.armFor(opening, loop.context().openingNanos(opening));
        } catch (Throwable e) {
            defect(e);
        }
    }

    // Protocol state.

    private Protocol engage() {
        if (protocol == null) {
            protocol = protocols.take(this, !served, deadline.phase(), deadline.dueNanos());
        }
        return protocol;
    }

    /** As {@link #engage()}; where the port speaks several protocols the bytes that have come choose one. */
    private Protocol engage(byte[] buffer, int from, int to) {
        if (protocol == null) {
            protocol = protocols.take(this, !served, deadline.phase(), deadline.dueNanos(), buffer, from, to);
        }
        return protocol;
    }

    /** Gives the protocol state back when nothing of a message is under way; the end of the input is still its to judge. */
    private void rest() {
        if (protocol != null && ending.isOpen() && !ending.isInputEnded() && protocol.rest()) {
            giveBack();
        }
    }

    /** No send is in flight. */
    private void giveBack() {
        if (protocol != null) {
            protocols.give(protocol);
            protocol = null;
        }
    }

    @Override
    boolean settle() {
        if (over) {
            return true; // its place may be another's by now
        }
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
            if (ends > 0) {
                ended(null);
            }
            if (wire.isClosed(this)) {
                giveBack();
                loop.left(this, index, wire.address(), ending.reason());
                over = true;
            }
            return settled;
        }
        rest();
        loop.settled(this, protocol == null ? 0 : protocol.heldBytes());
        return settled && !(protocol != null && protocol.canAdvance());
    }

    /** The one place that decides how the connection goes on towards its end. */
    private void conclude() {
        Ending.Next next = ending.next(hasOutput());
        if (next == Ending.Next.CLOSE) {
            destroy(ending.reason(), null);
        } else if ((ending.isLingering() || next == Ending.Next.RESET) && (lingering == null || lingering.isDrain())) {
            linger();
        }
    }

    /** The kernel has all that is to be sent: what the peer still sends is dropped, until it has taken that. */
    private void linger() {
        if (protocol != null) {
            protocol.end(null);
            giveBack();
        }
        lingering = Lingering.begin(
                loop, wire, deadline, ending.isFailing() ? Lingering.Before.RESET : Lingering.Before.FIN);
        if (lingering == null) {
            destroy(ending.reason(), null);
        }
    }

    @Override
    public void defect(Throwable cause) {
        touch(); // also one that was gone already: what failed may have been the last step of its end
        Throwable second = null;
        try {
            cut(CloseReason.DEFECT); // what was sent of a response may look whole if a FIN follows it
        } catch (Throwable again) {
            second = again;
            if (!ending.isGone()) {
                ending = ending.gone(CloseReason.DEFECT);
                ends = 1;
            }
        }
        loop.defect("a connection failed and is closed", cause); // last: there may be no memory to tell it
        if (second != null) {
            loop.defect("a connection that failed could not be cut at once", second);
        }
    }

    /** The JVM has no memory left, and this connection gives some back. Never fails. */
    void cutForMemory() {
        try {
            cut(CloseReason.DEFECT);
        } catch (Throwable e) {
            defect(e);
        }
    }

    // What the wire asks.

    @Override
    public boolean wantsRead() {
        if (ending.isInputEnded() || ending.isGone()) {
            return false;
        }
        return protocol == null || !ending.isOpen() || protocol.takesInput();
    }

    @Override
    public boolean awaitsHandler() {
        return protocol != null && ending.isOpen() && protocol.awaitsHandler();
    }

    @Override
    public boolean hasOutput() {
        return protocol != null && !protocol.out().isEmpty();
    }

    @Override
    public Outbox out() {
        return Objects.requireNonNull(protocol, "no message is under way").out();
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
        deadline.received(to - from);
        loop.counters().receivedBytes.add(to - from);
        if (ending.isOpen()) {
            engage(buffer, from, to).received(buffer, from, to);
            loop.handled(to - from);
            return;
        }
        ending = ending.saidLast(false);
        if (lingering != null && !ending.isGone()) {
            lingering.dropped(to - from);
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
        lingering = null; // of an answer before this one
        engage().sent(bytes, deadline.sent(bytes));
        if (!hasOutput()) {
            deadline.allSent();
            sendWaits(false);
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

    /** The deadline of this connection, for the watchdog. */
    ConnectionDeadline deadline() {
        return deadline;
    }

    @Override
    public void deadlinePassed() {
        touch();
        try {
            if (lingersOn()) {
                return;
            }
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

    /** Whether the deadline is one of lingering, and there is something to wait for all the same. */
    private boolean lingersOn() {
        if (deadline.phase() != Phase.LINGER || !deadline.isReached(loop.now())) {
            return false;
        } else if (lingering != null) {
            return lingering.goesOn();
        }
        boolean drops = ending.isOpen() && (protocol == null || protocol.dropsRest());
        lingering = drops ? Lingering.begin(loop, wire, deadline, Lingering.Before.DRAIN) : null;
        return lingering != null;
    }

    /** What is waited for at the end of the connection; null before that. */
    @Nullable Lingering lingering() {
        return lingering;
    }

    /**
     * Closes in order. What the peer has not acknowledged is the kernel's, and the peer may pause as long as it may while the
     * worker sends.
     */
    void closeIdle(CloseReason reason) {
        wire.boundUnsent(loop.context().timeouts().writeNanos());
        try {
            sayFarewell();
        } finally {
            destroy(reason, null);
        }
    }

    private void sayFarewell() {
        if (protocol != null && ending.isOpen()) {
            ByteSink last = new ByteSink(FAREWELL_BYTES);
            protocol.farewell(last);
            if (last.length() > 0 && wire.sendNow(last.array(), last.length())) {
                loop.counters().sentBytes.add(last.length());
            }
        }
    }

    void cutUnread() {
        wire.resetOnClose();
        ending = ending.cut(CloseReason.DEADLINE); // it may have been closing in order: that did not come about
        ended(new IOException("the peer did not read the response in time"));
    }

    @Override
    public void expired(Phase phase, long lateNanos) {
        long ageNanos = loop.now() - acceptedNanos;
        loop.context().expired(loop.counters(), phase, wire.peer(), ageNanos, lateNanos, deadline.receivedBytes());
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
    public void become(Protocols next, Endpoints named, byte[] buffer, int from, int to) {
        giveBack();
        protocols = next;
        standsFor(named);
        Phase opening = next.opening();
        if (deadline.phase() != opening) { // else what is opened has one deadline, from the accept
            deadline.armFor(opening, loop.context().openingNanos(opening));
        }
        if (from < to) {
            engage(buffer, from, to).received(buffer, from, to);
        }
    }

    /** What lends the connection its protocol. */
    Protocols protocols() {
        return protocols;
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
    public void failWhenSent(CloseReason reason) {
        if (!ending.isOpen()) {
            return;
        }
        ending = ending.failing(reason);
        wire.resetOnClose(); // however it ends from now on
        if (protocol != null) {
            protocol.abandon(new IOException("the handler has failed"));
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

    /** Where memory is short this may fail anywhere: then it is done again in the next turn. */
    private void ended(@Nullable IOException cause) {
        touch();
        if (++ends > MOST_ENDS) {
            protocol = null; // its buffer is lost, and the descriptor is not
        }
        if (protocol != null) {
            protocol.end(cause);
        }
        deadline.end();
        ends = 0;
    }

    @Override
    public void cut(CloseReason reason) {
        wire.resetOnClose();
        destroy(reason, null);
    }

    /** Whether nothing is under way, also where its protocol remembers something until the end. */
    boolean isResting() {
        return protocol == null || protocol.isAtRest() || (!hasOutput() && protocol.waitsForRequest());
    }

    /** Whether a response has begun. */
    boolean isServed() {
        return served;
    }
}
