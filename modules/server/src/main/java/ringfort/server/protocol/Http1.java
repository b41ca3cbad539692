package ringfort.server.protocol;

import java.io.EOFException;
import java.io.IOException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.h1.H1State;
import ringfort.h1.Limits;
import ringfort.message.ByteSink;
import ringfort.message.Refusal;
import ringfort.server.exchange.Answer;
import ringfort.server.exchange.Exchange;
import ringfort.server.exchange.RequestBody;
import ringfort.server.metrics.CloseReason;
import ringfort.server.metrics.Counter;
import ringfort.server.wire.Outbox;
import ringfort.sys.OnWorker;

/**
 * HTTP/1 on one connection while a message is under way: brings the peer's bytes through {@link H1State} to the exchange in
 * progress, and its answer into what is to be sent. One worker only.
 *
 * <pre>
 *   received ─► run ─► H1State.next ─► Exchange ─► handler ─► signalled ─► run ─► Http1Responder ─► Outbox
 * </pre>
 *
 * <p>There is one exchange at a time, so answers are in order without a queue. Bytes behind the current request wait as
 * {@link Leftover}, and receiving stops while there are any. {@link #run} is the only place that makes progress; it loops until
 * nothing more is possible, so a handler that answers at once leads to the next request without recursion.
 */
@OnWorker
final class Http1 implements Protocol {
    /** Short requests of one connection that begin in one turn: the other connections of the worker come in between. */
    private static final int MOST_REQUESTS_PER_TURN = 64;

    private static final byte[] NONE = {};

    /** How a connection begins that speaks TLS (RFC 8446, 5.1). */
    private static final int TLS_HANDSHAKE = 22;

    private final Turn turn;
    private final Counter turnedAwayTls;
    private final H1State h1;
    private final Outbox out;
    private final Http1Responder responder;
    private final Http1Content content;
    private final InProgress inProgress;
    private final Leftover leftover = new Leftover();
    private ProtocolHost host = NoHost.INSTANCE;

    private boolean fresh; // nothing has come of the connection yet
    private int begun; // requests that began in this turn; one with a long head counts as several

    Http1(WorkerRoom room, Limits limits) {
        this.turn = room.turn();
        turnedAwayTls = room.counters().tlsOnPlainPort;
        h1 = new H1State(limits, room.context().timeouts(), NoHost.INSTANCE);
        out = new Outbox(room.buffers());
        responder = new Http1Responder(room, h1, out);
        content = new Http1Content(h1, room.buffers());
        inProgress = new InProgress(room);
    }

    /** Goes on with a connection of which nothing is under way. */
    void resume(ProtocolHost next, boolean first, @Nullable Phase armed, long deadlineNanos) {
        host = next;
        fresh = first;
        inProgress.on(next);
        h1.resume(next.slot(), first, armed, deadlineNanos);
    }

    @Override
    public Outbox out() {
        return out;
    }

    @Override
    public long heldBytes() {
        return leftover.heldBytes() + h1.heldBytes() + out.heldBytes() + inProgress.heldBytes() + responder.heldBytes();
    }

    @Override
    public boolean isAtRest() {
        return inProgress.isNone() && leftover.isEmpty() && out.isEmpty() && h1.isAtRest();
    }

    @Override
    public boolean waitsForRequest() {
        return h1.phase() == Phase.IDLE && inProgress.isNone() && leftover.isEmpty();
    }

    // What came.

    @Override
    public boolean takesInput() {
        return !content.isPaused() && leftover.isEmpty();
    }

    @Override
    public void received(byte[] buffer, int from, int to) {
        if (fresh && to > from) {
            fresh = false;
            if (buffer[from] == TLS_HANDSHAKE) {
                speaksTls();
                return;
            }
        }
        int at = leftover.isEmpty() ? run(buffer, from, to) : from;
        if (at < to) {
            host.peerSaidLast(false);
            if (host.isOpen()) {
                leftover.add(buffer, at, to);
            }
        }
    }

    /** A client that speaks TLS to this port reads no answer in clear. */
    private void speaksTls() {
        turnedAwayTls.add(1);
        host.closeWhenSent(CloseReason.REFUSED);
    }

    @Override
    public void advance() {
        begun = 0;
        if (leftover.isEmpty()) {
            run(NONE, 0, 0);
        } else {
            int to = leftover.to();
            int at = run(leftover.bytes(), leftover.from(), to);
            if (at < to) {
                host.peerSaidLast(false);
            }
            if (!leftover.isEmpty()) { // else it was dropped on the way
                leftover.takenUpTo(at);
            }
        }
        if (host.isInputEnded() && host.isOpen() && leftover.isEmpty()) {
            inputEnds();
        }
    }

    @Override
    public boolean canAdvance() {
        return !leftover.isEmpty() && inProgress.isNone() && host.isOpen() && responder.hasRoom();
    }

    /**
     * Goes on until nothing more is possible: takes what the handler left, and feeds {@code buffer[from, to)} to the protocol.
     *
     * @return the first byte that was not taken
     */
    private int run(byte[] buffer, int from, int to) {
        int at = from;
        boolean fed = from == to;
        while (true) {
            if (inProgress.isSignalled()) {
                takeSignal();
            }
            pump();
            if (fed || !host.isOpen()) {
                return at;
            }
            if (inProgress.isNone() && !(responder.hasRoom() && begun < MOST_REQUESTS_PER_TURN && turn.hasTime())) {
                return at;
            }
            RequestBody tunnel = responder.tunnelInput();
            if (tunnel != null) {
                content.tunnelled(tunnel, buffer, at, to, turn.now());
                return to;
            }
            fed = feed(buffer, at, to);
            at = h1.position();
        }
    }

    /** Gives bytes to the protocol up to its next event; true when it has no use for more. */
    private boolean feed(byte[] buffer, int from, int to) {
        switch (h1.next(buffer, from, to, turn.now())) {
            case HEAD -> begin();
            case BODY -> content.offer(inProgress.body(), buffer, h1.dataFrom(), h1.dataTo(), turn.now());
            case END -> inProgress.requestEnded(h1.trailers());
            case NEED_INPUT -> {
                inProgress.start(!content.isPaused() && !h1.awaitsContinue());
                return !inProgress.isSignalled(); // the handler may have answered at once
            }
            case BUSY -> {
                return !inProgress.isSignalled();
            }
            case TUNNEL -> {} // the next round gives it the bytes
            case REFUSED -> {
                refuse(h1.refusal(), CloseReason.REFUSED);
                return true;
            }
            case CLOSE -> {
                host.closeWhenSent(CloseReason.REFUSED);
                return true;
            }
        }
        return false;
    }

    private void begin() {
        begun += 1 + h1.head().byteLength() / 256;
        Exchange started = inProgress.begin(h1.head(), h1.head().byteLength());
        Refusal refusal = content.applySettings(started.mount().settings());
        if (refusal != null) {
            refuse(refusal, CloseReason.REFUSED);
        }
    }

    /** The peer has sent its FIN, and nothing is left over. Said again it changes nothing. */
    private void inputEnds() {
        RequestBody tunnel = responder.tunnelInput();
        if (tunnel != null) {
            if (host.isInputCut()) {
                tunnel.fail(new EOFException(
                        "the peer's bytes ended without the close_notify of TLS: some may be missing"));
            } else {
                tunnel.end();
            }
            h1.readOutstanding(false, turn.now());
            return;
        }
        switch (h1.inputClosed(turn.now())) {
            case IDLE_CLOSE -> host.closeWhenSent(CloseReason.PEER);
            case PARTIAL_HEAD -> host.closeWhenSent(CloseReason.PEER_MIDWAY);
            case PARTIAL_BODY -> {
                abandon(new EOFException("the peer closed before the request body was complete"));
                host.closeWhenSent(CloseReason.PEER_MIDWAY);
            }
            case AFTER_REQUEST -> {}
        }
    }

    // What handlers left.

    private void takeSignal() {
        inProgress.looked();
        Exchange current = inProgress.exchange();
        if (current == null || !host.isOpen()) {
            return;
        }
        if (!current.isAnswered()) {
            responder.interim(current);
        }
        RequestBody tunnel = responder.tunnelInput();
        RequestBody body = tunnel == null ? current.body() : tunnel;
        if (body != null) {
            content.resume(body, tunnel != null, turn.now());
        }
        Answer answer = current.answer();
        if (answer != null && !current.isAnswered()) {
            current.answered();
            host.served();
            if (responder.respond(current, answer)) {
                responseQueued();
            }
        }
        tunnel = responder.tunnelInput(); // this signal may have been for the switch, and for a read behind it
        if (tunnel != null) {
            h1.readOutstanding(tunnel.readerWaits(), turn.now());
        }
    }

    /** Takes pieces of a response that is streamed, or of a tunnel's output, as far as there is room. */
    private void pump() {
        switch (responder.pump()) {
            case NOTHING_ENDED -> {}
            case RESPONSE_ENDED -> responseQueued();
            case OUTPUT_ENDED -> host.halfClose();
            case TUNNEL_ENDED -> {
                host.halfClose();
                inProgress.endTunnel();
                host.closeWhenSent(CloseReason.FINISHED);
            }
            case HANDLER_FAILED -> host.failWhenSent(CloseReason.HANDLER);
        }
    }

    /** The response is queued whole: what follows is decided now, so that pipelined answers share a send. */
    private void responseQueued() {
        Exchange done = inProgress.exchange();
        boolean requestComplete = h1.requestComplete();
        if (done != null && !requestComplete && done.body() != null) {
            done.body().fail(new IOException("the response is complete; the rest of the request body is discarded"));
        }
        boolean saidLast = done != null && requestComplete && !h1.head().keepAlive();
        inProgress.end();
        content.released(turn.now());
        switch (h1.responseComplete(turn.now())) {
            case KEEP_ALIVE, DRAIN_BODY -> {} // as was announced, also when the server has begun to stop since
            case CLOSE -> {
                host.peerSaidLast(saidLast && leftover.isEmpty());
                host.closeWhenSent(CloseReason.FINISHED);
            }
        }
    }

    // What was sent.

    @Override
    public void sent(int bytes, long progress) {
        out.sent(bytes);
        h1.writeProgress(progress, turn.now());
        pump();
    }

    @Override
    public void sendWaits(boolean waits) {
        h1.writeOutstanding(waits, turn.now());
    }

    @Override
    public void acknowledged(long bytes) {
        h1.writeProgress(bytes, turn.now());
    }

    // Deadlines.

    @Override
    public Verdict expired(long nowNanos) {
        if (isUnread(nowNanos)) {
            return Verdict.NOT_DUE;
        }
        return switch (h1.expired(nowNanos)) {
            case NOT_DUE -> Verdict.NOT_DUE;
            case ANSWER_408, ANSWER_503 -> Verdict.ANSWER;
            case CLOSE_SILENT, LINGER_OVER -> Verdict.CLOSE;
            case ABORT -> Verdict.CUT;
        };
    }

    /** Whether what the peer is judged by still waits as leftover, until the worker has time for it. */
    private boolean isUnread(long nowNanos) {
        return !leftover.isEmpty()
                && h1.lateNanos(Phase.WRITE, nowNanos) < 0
                && (h1.lateNanos(Phase.HEADER, nowNanos) >= 0 || h1.lateNanos(Phase.IDLE, nowNanos) >= 0);
    }

    @Override
    public void answerLate() {
        Refusal refusal = h1.refusal();
        Exchange late = inProgress.exchange();
        refuse(refusal, CloseReason.DEADLINE);
        if (late != null && refusal.status() == 503) {
            late.thread().interrupt();
        }
    }

    // The end.

    @Override
    public boolean shed() {
        if (inProgress.isNone() && out.isEmpty() && !(leftover.isEmpty() && h1.holdsHead())) {
            return false;
        }
        if (h1.giveUp("the server is short of memory")) {
            refuse(h1.refusal(), CloseReason.SHED);
        } else {
            host.cut(CloseReason.SHED);
        }
        return true;
    }

    /** Answers what cannot be served, if nothing was answered yet, and closes. */
    private void refuse(Refusal refusal, CloseReason reason) {
        Exchange current = inProgress.exchange();
        boolean tooLate = responder.isStreaming();
        abandon(new IOException(refusal.reason()));
        if (tooLate) {
            host.cut(reason); // what was sent of the response must not look whole
            return;
        }
        responder.refuse(host.peer(), refusal, current == null ? null : current.head());
        host.closeWhenSent(reason);
    }

    @Override
    public void abandon(IOException cause) {
        responder.abandon();
        inProgress.abandon(cause);
    }

    @Override
    public void stopReading() {
        leftover.drop();
        content.stop(turn.now());
    }

    @Override
    public void end(@Nullable IOException cause) {
        leftover.drop();
        h1.closed();
        abandon(cause != null ? cause : InProgress.CLOSED);
    }

    /** Makes this object as good as new; the connection it belonged to is over, or lingers. */
    void renew() {
        out.clear();
        leftover.drop();
        content.reset();
        responder.abandon();
        host = NoHost.INSTANCE;
        inProgress.on(host);
        h1.reset();
    }

    // Beside a held worker.

    @Override
    public long lateNanos(Phase phase, long nowNanos) {
        return h1.lateNanos(phase, nowNanos);
    }

    @Override
    public boolean completesHead(byte[] pending, int count) {
        return h1.completesHead(pending, 0, count);
    }

    @Override
    public boolean dropsRest() {
        return true;
    }

    @Override
    public boolean awaitsHandler() {
        return !inProgress.isNone();
    }

    @Override
    public void giveUp(Predicate<? super Thread> handlers) {
        Exchange current = inProgress.exchange();
        Thread handler = current == null ? null : current.thread().thread();
        if (handler != null && handlers.test(handler)) {
            host.cut(CloseReason.HANDLER);
        }
    }

    @Override
    public void drain() {
        if (waitsForRequest()) {
            host.closeWhenSent(CloseReason.DRAINED);
        }
    }

    @Override
    public @Nullable Exchange awaitedExchange() {
        return inProgress.exchange();
    }

    @Override
    public boolean isMidway() {
        return responder.isMidway();
    }

    @Override
    public boolean lastWord(ByteSink sink) {
        Exchange late = inProgress.exchange();
        return late != null && responder.lastWord(sink, late);
    }
}
