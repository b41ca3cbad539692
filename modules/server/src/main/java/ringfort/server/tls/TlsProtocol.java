package ringfort.server.tls;

import java.io.IOException;
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

    private static final byte[] PLAIN_ANSWER =
            ("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n" + "Content-Length: "
                            + SPEAKS_HTTPS.length() + "\r\nConnection: close\r\n\r\n" + SPEAKS_HTTPS)
                    .getBytes(StandardCharsets.US_ASCII);

    private final TlsRoom room;
    private final Runnable handshakeOver; // told once
    private final ProtocolHost outer;
    private final TlsSlot slot;
    private final TlsHost host;
    private final RecordOutput output;
    private final TlsState tls;
    private final Leftover pending = new Leftover(); // bytes of records
    private @Nullable Handshake handshake; // until it has finished or failed
    private final Within within;
    private boolean again; // the engine goes on although no bytes came
    private boolean inputDone; // the peer's close_notify or FIN
    private long headLateNanos; // as the watchdog asked last

    /**
     * The state of a connection of which nothing has been read.
     *
     * @param handshakeOver told when it is in its handshake no longer, once
     * @param armed what the slot of {@code outer} holds
     */
    @OnWorker
    TlsProtocol(
            TlsRoom room,
            @OnWorker Runnable handshakeOver,
            ProtocolHost outer,
            @Nullable Phase armed,
            long deadlineNanos) {
        this.room = room;
        this.handshakeOver = handshakeOver;
        this.outer = outer;
        slot = new TlsSlot(outer.slot(), armed, deadlineNanos);
        host = new TlsHost(outer, slot, this::outputEnds);
        within = new Within(host, slot);
        output = new RecordOutput(room);
        tls = new TlsState(room.context().newEngine(), TlsLimits.DEFAULT, room.buffers(), output);
        handshake = new Handshake(room, outer, this::taskDone);
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
        } else if ((current != null && current.waits()) || ticketsWait()) {
            return pending.heldBytes() < MOST_AHEAD_BYTES;
        }
        return pending.isEmpty() && within.takesInput();
    }

    /**
     * Whether what the engine says by itself, session tickets as a rule, is still to be sent. No request is read meanwhile: its
     * handler might hold the worker, and what the watchdog has to say must not come behind other bytes.
     */
    private boolean ticketsWait() {
        return within.isAgreed() && within.current() == null && !output.out().isEmpty();
    }

    /** Whether the next record can be dealt with. */
    private boolean mayRead() {
        Handshake current = handshake;
        return outer.isOpen()
                && !inputDone
                && (current == null || !current.waits())
                && !ticketsWait()
                && within.takesInput();
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
                case PLAINTEXT -> within.engage().received(tls.data(), tls.dataFrom(), tls.dataTo());
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

    // The handshake.

    private void offload() {
        Handshake current = handshake;
        if (current != null) {
            current.offload(tls.task());
        }
    }

    /** A task has run; the connection may have ended meanwhile. */
    private void taskDone(TlsTask done) {
        if (tls.taskDone(done)) {
            again = true;
            outer.touch();
        }
    }

    private void finished() {
        TlsSession session = tls.session();
        host.agreed(session);
        String name = session.applicationProtocol();
        Protocols protocols = room.within(name == null ? Layer.HTTP_1 : name);
        within.agreed(protocols);
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
        handshakeOver.run();
    }

    /** The handshake will not finish; says so once. */
    private void handshakeEnds(Outcome outcome) {
        Handshake current = handshake;
        if (current != null) {
            current.ended(outcome);
        }
    }

    private void failed(TlsFailure failure) {
        if (!within.isAgreed()) {
            handshakeEnds(Handshake.outcome(failure.kind()));
        } else {
            room.counters().failedLater.add(1);
        }
        if (failure.kind() == TlsFailure.Kind.PLAIN_HTTP) {
            output.inClear(PLAIN_ANSWER);
            room.worker().context().application().refused(outer.peer(), "", 400);
        }
        inputDone = true;
        within.abandon(new IOException("the TLS connection failed: " + failure.message()));
        outer.closeWhenSent(
                failure.kind() == TlsFailure.Kind.PEER_ALERT ? CloseReason.PEER_MIDWAY : CloseReason.REFUSED);
    }

    // The end of the peer's bytes.

    private void closeNotify() {
        inputDone = true;
        pending.drop();
        host.inputEnded(false);
        outer.peerSaidLast(true);
        if (within.current() == null) {
            outer.closeWhenSent(CloseReason.PEER);
        } else if (tls.canSend() || output.isEnding()) {
            outer.touch(); // it learns of it when it advances
        } else {
            within.abandon(new IOException("the peer has ended the connection (RFC 5246, 7.2.1)"));
            outer.closeWhenSent(CloseReason.PEER_MIDWAY);
        }
    }

    /** FIN, without close_notify before it. */
    private void inputEnds() {
        inputDone = true;
        switch (tls.inputClosed()) {
            case BEFORE_HANDSHAKE, IN_HANDSHAKE -> {
                handshakeEnds(Outcome.VANISHED);
                outer.closeWhenSent(CloseReason.PEER);
            }
            case CLEAN, WITHOUT_CLOSE_NOTIFY, IN_RECORD -> {
                host.inputEnded(true);
                if (within.current() == null) {
                    outer.closeWhenSent(CloseReason.PEER);
                } else {
                    room.counters().truncated.add(1);
                    within.advance();
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
        within.advance();
        fill();
        Handshake under = handshake;
        boolean allRead = pending.isEmpty() || (under != null && under.waits());
        if (outer.isInputEnded() && !inputDone && outer.isOpen() && allRead) {
            inputEnds();
            fill();
        }
    }

    private void fill() {
        output.fill(tls, within.current());
        if (output.isBroken() && outer.isOpen()) {
            failed(tls.failure());
        }
    }

    @Override
    public boolean canAdvance() {
        return ((again || !pending.isEmpty()) && mayRead()) || within.canAdvance();
    }

    @Override
    public boolean isAtRest() {
        return within.isAtRest() && pending.isEmpty() && output.out().isEmpty();
    }

    /** The keys stay; the protocol within is given back. */
    @Override
    public boolean rest() {
        if (!inputDone && isAtRest()) {
            within.giveBack();
        }
        return false;
    }

    @Override
    public boolean waitsForRequest() {
        return pending.isEmpty() && within.waitsForRequest();
    }

    @Override
    public long heldBytes() {
        return pending.heldBytes() + tls.partialRecordBytes() + output.out().heldBytes() + within.heldBytes();
    }

    @Override
    public @Nullable Exchange awaitedExchange() {
        return within.awaitedExchange();
    }

    // What was sent. A byte of a record counts as one of plaintext: the peer has read it.

    @Override
    public void sent(int bytes, long progress) {
        output.out().sent(bytes);
        within.acknowledged(progress);
        fill();
    }

    @Override
    public void acknowledged(long bytes) {
        within.acknowledged(bytes);
    }

    @Override
    public void sendWaits(boolean waits) {
        Protocol current = within.current();
        if (current != null) {
            current.sendWaits(waits);
        } else if (within.isAgreed() && waits && !outer.isOpen()) { // an alert: what was due before is over
            slot.armFor(
                    Phase.WRITE,
                    room.worker().context().timeouts().writeGraceNanos(),
                    room.worker().turn().now());
        } else if (slot.phase() == Phase.WRITE) {
            slot.clear();
        }
    }

    // Deadlines.

    @Override
    public Verdict expired(long nowNanos) {
        Phase phase = slot.phase();
        Protocol current = within.current();
        if (!within.isAgreed()) {
            handshakeEnds(Outcome.LATE);
            return Verdict.CLOSE;
        } else if ((phase == Phase.HEADER || phase == Phase.IDLE) && !pending.isEmpty() && mayRead()) {
            return Verdict.NOT_DUE; // it is the worker that is late
        } else if (current == null) {
            return phase == Phase.WRITE ? Verdict.CUT : Verdict.CLOSE;
        }
        return current.expired(nowNanos);
    }

    @Override
    public void answerLate() {
        within.engage().answerLate(); // it is there: only it answers
        fill();
    }

    // The end.

    @Override
    public void farewell(ByteSink sink) {
        Protocol current = within.current();
        boolean allSent =
                output.out().isEmpty() && (current == null || current.out().isEmpty());
        if (within.isAgreed() && allSent) {
            output.farewell(tls, sink);
        }
    }

    @Override
    public boolean shed() {
        if (within.isAgreed()) {
            return within.shed();
        }
        handshakeEnds(Outcome.ENDED);
        outer.cut(CloseReason.SHED);
        return true;
    }

    /** A tunnel has ended its output. */
    private void outputEnds() {
        output.end();
        fill();
    }

    /** What is queued is the last: close_notify follows it, unless it is to be seen that it is not whole. */
    @Override
    public void stopReading() {
        pending.drop();
        within.stopReading();
        if (!host.isFailing()) {
            output.end();
        }
        fill();
    }

    @Override
    public void abandon(IOException cause) {
        within.abandon(cause);
    }

    @Override
    public void end(@Nullable IOException cause) {
        handshakeEnds(cause == null ? Outcome.ENDED : Outcome.VANISHED);
        inputDone = true;
        pending.drop();
        tls.abandon();
        within.end(cause);
    }

    /** The connection is over, or lingers: gives back what was lent to it. */
    void release() {
        output.out().clear();
        within.giveBack();
        if (handshake != null) {
            handshakeOver();
        }
    }

    // Beside a held worker.

    @Override
    public long lateNanos(Phase phase, long nowNanos) {
        long late = within.lateNanos(phase, nowNanos);
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
        return within.isAgreed() && (within.isMidway() || !output.out().isEmpty());
    }

    @Override
    public boolean lastWord(ByteSink sink) {
        Protocol current = within.current();
        return current != null && output.lastWord(tls, current, sink);
    }
}
