package ringfort.server.tls;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.message.ByteSink;
import ringfort.server.exchange.Exchange;
import ringfort.server.metrics.CloseReason;
import ringfort.server.metrics.TlsCounters.Outcome;
import ringfort.server.protocol.Layer;
import ringfort.server.protocol.Leftover;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.ProtocolHost;
import ringfort.server.protocol.Protocols;
import ringfort.server.wire.Outbox;
import ringfort.sys.OnWorker;
import ringfort.tls.TlsFailure;
import ringfort.tls.TlsLimits;
import ringfort.tls.TlsSession;
import ringfort.tls.TlsState;
import ringfort.tls.TlsTask;

/**
 * TLS on one connection, from its first byte to its end. To the connection it is the protocol; to the protocol within, which sees
 * plaintext only, its {@link TlsHost} is the connection. One worker only.
 *
 * <pre>
 *   received ─► read ─► TlsState.next ─┬─ PLAINTEXT ─► protocol within ─► its outbox ─► RecordOutput ─► out
 *                ▲                     └─ NEED_TASK ─► HandshakePool ┐
 *                └────────────────────── taskDone ◄──────────────────┘
 * </pre>
 *
 * <p>Records that cannot be read now, because a task is under way or the protocol within takes no input, wait as they came.
 */
@OnWorker
final class TlsProtocol implements Protocol {
    /** While a task is under way so much is received all the same: that sees a peer that vanishes, and is rarely any bytes. */
    private static final int MOST_AHEAD_BYTES = 16 * 1024;

    private static final String SPEAKS_HTTPS = "This port speaks HTTPS, and not plain HTTP.\n";

    private static final byte[] PLAIN_ANSWER = ("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
                    + "Content-Length: " + SPEAKS_HTTPS.length() + "\r\nConnection: close\r\n\r\n" + SPEAKS_HTTPS)
            .getBytes(StandardCharsets.US_ASCII);

    private final TlsRoom room;
    private final TlsProtocols owner;
    private final ProtocolHost outer;
    private final TlsSlot slot;
    private final TlsHost host;
    private final RecordOutput output;
    private final TlsState tls;
    private final Leftover pending = new Leftover(); // bytes of records
    private @Nullable Handshake handshake; // until it has finished or failed
    private @Nullable Protocols protocols; // lends the protocol within; once the handshake has finished
    private @Nullable Protocol within; // while something is under way
    private boolean again; // the engine goes on although no bytes came
    private boolean inputDone; // the peer's close_notify or FIN
    private boolean silently; // the deadline is to close without an answer
    private long headLateNanos; // as the watchdog asked last

    /** @param armed what the slot of {@code outer} holds */
    TlsProtocol(
            TlsRoom room, TlsProtocols owner, ProtocolHost outer, @Nullable Phase armed, long deadlineNanos) {
        this.room = room;
        this.owner = owner;
        this.outer = outer;
        slot = new TlsSlot(outer.slot(), armed, deadlineNanos);
        host = new TlsHost(outer, slot, this);
        output = new RecordOutput(room);
        tls = new TlsState(room.service().newEngine(), TlsLimits.DEFAULT, room.buffers(), output);
        handshake = new Handshake(room, this);
    }

    @Override
    public Outbox out() {
        return output.out();
    }

    // What came.

    @Override
    public boolean takesInput() {
        Handshake current = handshake;
        if (inputDone) {
            return false;
        } else if (current != null && current.waits()) {
            return pending.heldBytes() < MOST_AHEAD_BYTES;
        }
        return pending.isEmpty() && (within == null || within.takesInput());
    }

    /** Whether the next record can be dealt with. */
    private boolean mayRead() {
        Handshake current = handshake;
        return outer.isOpen()
                && !inputDone
                && (current == null || !current.waits())
                && (within == null || within.takesInput());
    }

    @Override
    public void received(byte[] buffer, int from, int to) {
        int at = pending.isEmpty() ? read(buffer, from, to) : from;
        if (at < to && outer.isOpen() && !inputDone) {
            pending.add(buffer, at, to);
        }
        fill();
    }

    /** Reads as far as it may and the turn has time, one record at least; returns the first byte that was not taken. */
    private int read(byte[] buffer, int from, int to) {
        int at = from;
        boolean goesOn = mayRead();
        while (goesOn) {
            TlsState.Event event = tls.next(buffer, at, to, room.worker().turn().now());
            at = tls.position();
            switch (event) {
                case NEED_INPUT -> {
                    return at;
                }
                case PLAINTEXT -> within().received(tls.data(), tls.dataFrom(), tls.dataTo());
                case NEED_TASK -> offload();
                case FINISHED -> finished();
                case CLOSE_NOTIFY -> closeNotify();
                case FAILED -> failed(tls.failure());
            }
            goesOn = mayRead() && room.worker().turn().hasTime();
        }
        again = at == to && mayRead(); // without bytes the engine may have something to say, too
        return at;
    }

    private void readPending() {
        again = false;
        int to = pending.to();
        int at = read(pending.bytes(), pending.from(), to);
        if (!pending.isEmpty()) { // else it was dropped on the way
            pending.takenUpTo(at);
        }
    }

    private Protocol within() {
        Protocol current = within;
        if (current == null) {
            Protocols lender = protocols;
            if (lender == null) {
                throw new IllegalStateException("plaintext before the handshake has finished");
            }
            current = lender.take(host, !host.isServed(), slot.phase(), slot.dueNanos());
            within = current;
        }
        return current;
    }

    // The handshake.

    private void offload() {
        Handshake current = handshake;
        if (current != null) {
            current.offload(tls.task());
        }
    }

    /** Who is at the other end. */
    InetSocketAddress peer() {
        return outer.peer();
    }

    /** A task has run; the connection may have ended meanwhile. */
    void taskDone(TlsTask done) {
        if (tls.taskDone(done)) {
            again = true;
            outer.touch();
        }
    }

    private void finished() {
        TlsSession session = tls.session();
        host.agreed(session);
        String name = session.applicationProtocol();
        protocols = room.within(name == null ? Layer.HTTP_1 : name);
        Handshake done = handshake;
        if (done != null) {
            done.finished(session.resumed(), session.protocol(), session.cipherSuite());
            handshakeOver();
        }
        long nanos = room.worker().context().openingNanos(protocols.opening());
        slot.armFor(protocols.opening(), nanos, room.worker().turn().now());
    }

    private void handshakeOver() {
        handshake = null;
        owner.handshakeOver();
    }

    /** The handshake will not finish; says so once. */
    private void handshakeEnds(Outcome outcome) {
        Handshake current = handshake;
        if (current != null) {
            current.ended(outcome);
        }
    }

    private void failed(TlsFailure failure) {
        boolean inHandshake = protocols == null;
        if (inHandshake) {
            handshakeEnds(Handshake.outcome(failure.kind()));
        } else {
            room.service().counters().failedLater.add(1);
        }
        if (failure.kind() == TlsFailure.Kind.PLAIN_HTTP) {
            output.inClear(PLAIN_ANSWER);
            room.worker().context().application().refused(outer.peer(), "", 400);
        }
        inputDone = true;
        Protocol current = within;
        if (current != null) {
            current.abandon(new IOException("the TLS connection failed: " + failure.message()));
        }
        outer.closeWhenSent(failure.kind() == TlsFailure.Kind.PEER_ALERT ? CloseReason.PEER_MIDWAY : CloseReason.REFUSED);
    }

    // The end of the peer's bytes.

    private void closeNotify() {
        inputDone = true;
        pending.drop();
        host.inputEnded(false);
        outer.peerSaidLast(true);
        Protocol current = within;
        if (current == null) {
            outer.closeWhenSent(CloseReason.PEER);
        } else if (tls.canSend() || output.isEnding()) {
            outer.touch(); // it learns of it when it advances
        } else {
            current.abandon(new IOException("the peer has ended the connection (RFC 5246, 7.2.1)"));
            outer.closeWhenSent(CloseReason.PEER_MIDWAY);
        }
    }

    /** FIN, without close_notify before it. */
    private void inputEnds() {
        inputDone = true;
        Protocol current = within;
        switch (tls.inputClosed()) {
            case BEFORE_HANDSHAKE, IN_HANDSHAKE -> {
                handshakeEnds(Outcome.VANISHED);
                outer.closeWhenSent(CloseReason.PEER);
            }
            case CLEAN, WITHOUT_CLOSE_NOTIFY, IN_RECORD -> {
                host.inputEnded(true);
                if (current == null) {
                    outer.closeWhenSent(CloseReason.PEER);
                } else {
                    room.service().counters().truncated.add(1);
                    current.advance();
                }
            }
        }
    }

    // The turn.

    @Override
    public void advance() {
        if (again || !pending.isEmpty()) {
            readPending();
        }
        Protocol current = within;
        if (current != null) {
            current.advance();
        }
        fill();
        Handshake under = handshake;
        boolean allRead = pending.isEmpty() || (under != null && under.waits());
        if (outer.isInputEnded() && !inputDone && outer.isOpen() && allRead) {
            inputEnds();
            fill();
        }
    }

    private void fill() {
        output.fill(tls, within);
        if (output.isBroken() && outer.isOpen()) {
            failed(tls.failure());
        }
    }

    @Override
    public boolean canAdvance() {
        return ((again || !pending.isEmpty()) && mayRead()) || (within != null && within.canAdvance());
    }

    @Override
    public boolean isAtRest() {
        return protocols != null
                && (within == null || within.isAtRest())
                && pending.isEmpty()
                && output.out().isEmpty();
    }

    /** The keys stay; the protocol within is given back. */
    @Override
    public boolean rest() {
        if (!inputDone && isAtRest()) {
            giveBack();
        }
        return false;
    }

    private void giveBack() {
        Protocol current = within;
        Protocols lender = protocols;
        within = null;
        if (current != null && lender != null) {
            lender.give(current);
        }
    }

    @Override
    public boolean waitsForRequest() {
        return protocols != null
                && pending.isEmpty()
                && (within == null ? host.isServed() : within.waitsForRequest());
    }

    @Override
    public long heldBytes() {
        return pending.heldBytes()
                + tls.partialRecordBytes()
                + output.out().heldBytes()
                + (within == null ? 0 : within.heldBytes());
    }

    @Override
    public @Nullable Exchange awaitedExchange() {
        return within == null ? null : within.awaitedExchange();
    }

    // What was sent. A byte of a record counts as one of plaintext: the peer has read it.

    @Override
    public void sent(int bytes, long progress) {
        output.out().sent(bytes);
        if (within != null) {
            within.acknowledged(progress);
        }
        fill();
    }

    @Override
    public void acknowledged(long bytes) {
        if (within != null) {
            within.acknowledged(bytes);
        }
    }

    @Override
    public void sendWaits(boolean waits) {
        if (within != null) {
            within.sendWaits(waits);
        } else if (protocols != null && waits && !outer.isOpen()) { // an alert: what was due before is over
            slot.armFor(Phase.WRITE, room.worker().context().timeouts().writeGraceNanos(), room.worker().turn().now());
        } else if (slot.phase() == Phase.WRITE) {
            slot.clear();
        }
    }

    // Deadlines.

    @Override
    public Verdict expired(long nowNanos) {
        Phase phase = slot.phase();
        Protocol current = within;
        if (protocols == null) {
            handshakeEnds(Outcome.LATE);
            return Verdict.CLOSE;
        } else if ((phase == Phase.HEADER || phase == Phase.IDLE) && !pending.isEmpty() && mayRead()) {
            return Verdict.NOT_DUE; // it is the worker that is late
        } else if (current == null) {
            return phase == Phase.WRITE ? Verdict.CUT : closesSilently();
        }
        Verdict verdict = current.expired(nowNanos);
        return verdict == Verdict.CLOSE && phase != Phase.LINGER ? closesSilently() : verdict;
    }

    /** The connection closes without an answer, but with close_notify. */
    private Verdict closesSilently() {
        silently = outer.isOpen();
        return silently ? Verdict.ANSWER : Verdict.CLOSE;
    }

    @Override
    public void answerLate() {
        Protocol current = within;
        if (silently || current == null) {
            slot.clear();
            outer.closeWhenSent(CloseReason.DEADLINE);
        } else {
            current.answerLate();
        }
        fill();
    }

    // The end.

    @Override
    public void farewell(ByteSink sink) {
        output.farewell(tls, sink);
    }

    @Override
    public boolean shed() {
        Protocol current = within;
        if (protocols == null) {
            handshakeEnds(Outcome.ENDED);
            outer.cut(CloseReason.SHED);
            return true;
        }
        return current != null && current.shed();
    }

    /** A tunnel has ended its output. */
    void outputEnds() {
        output.end();
        fill();
    }

    /** What is queued is the last: close_notify follows it, unless it is to be seen that it is not whole. */
    @Override
    public void stopReading() {
        pending.drop();
        if (within != null) {
            within.stopReading();
        }
        if (!host.isFailing()) {
            output.end();
        }
        fill();
    }

    @Override
    public void abandon(IOException cause) {
        if (within != null) {
            within.abandon(cause);
        }
    }

    @Override
    public void end(@Nullable IOException cause) {
        handshakeEnds(cause == null ? Outcome.ENDED : Outcome.VANISHED);
        inputDone = true;
        pending.drop();
        tls.abandon();
        if (within != null) {
            within.end(cause);
        }
    }

    /** The connection is over, or lingers: gives back what was lent to it. */
    void release() {
        output.out().clear();
        giveBack();
        if (handshake != null) {
            handshakeOver();
        }
    }

    // Beside a held worker.

    @Override
    public long lateNanos(Phase phase, long nowNanos) {
        long late = within == null ? slot.lateNanos(phase, nowNanos) : within.lateNanos(phase, nowNanos);
        if (phase == Phase.HEADER) {
            headLateNanos = late;
        }
        return late;
    }

    /**
     * Nobody can look into records without taking them. A head may be complete when a whole record waits, for as long again as
     * a head may take; a handshake that waits for its peer's last record may, too.
     */
    @Override
    public boolean completesHead(byte[] waiting, int count) {
        return headLateNanos <= room.worker().context().timeouts().headerNanos() && completesRecord(waiting, count);
    }

    private boolean completesRecord(byte[] waiting, int count) {
        return !pending.isEmpty() || tls.completesRecord(waiting, 0, count);
    }

    @Override
    public boolean isMidway() {
        return protocols != null && ((within != null && within.isMidway()) || !output.out().isEmpty());
    }

    @Override
    public boolean lastWord(ByteSink sink) {
        return within != null && output.lastWord(tls, within, sink);
    }
}
