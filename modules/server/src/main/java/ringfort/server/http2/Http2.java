package ringfort.server.http2;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import ringfort.api.spi.RouteSettings;
import ringfort.budget.Phase;
import ringfort.h2.ErrorCode;
import ringfort.h2.Excess;
import ringfort.h2.H2Limits;
import ringfort.h2.H2State;
import ringfort.h2.H2Stream;
import ringfort.h2.H2Timeouts;
import ringfort.message.ByteSink;
import ringfort.message.Refusal;
import ringfort.server.exchange.Exchange;
import ringfort.server.exchange.RequestBody;
import ringfort.server.metrics.CloseReason;
import ringfort.server.protocol.Leftover;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.ProtocolHost;
import ringfort.server.protocol.Turn;
import ringfort.server.protocol.WorkerRoom;
import ringfort.server.wire.BufferPool;
import ringfort.server.wire.Outbox;
import ringfort.sys.OnWorker;

/**
 * HTTP/2 on one connection: brings the peer's bytes through {@link H2State} to the exchanges of its streams, and their answers,
 * round by round, into what is to be sent. One worker only.
 *
 * <pre>
 *   received ─► feed ─► H2State.next ─► Http2Stream, Exchange ─► handler ─► signalled ─┐
 *                                                                                     ▼
 *   Outbox ◄── fill ◄── H2State.write ◄── Http2Responder ◄──────────────────────── advance
 * </pre>
 *
 * <p>A round is written when all that was written before is with the kernel, and is one buffer at most: what is urgent waits
 * behind no more than that. Bytes for which the turn has no time wait as {@link Leftover}, and receiving stops while there are
 * any; otherwise the windows of HTTP/2 alone say how much a peer may send.
 */
@OnWorker
final class Http2 implements Protocol {
    /** Requests of one connection that begin in one turn: the other connections of the worker come in between. */
    private static final int MOST_REQUESTS_PER_TURN = 64;

    /** What is given to the kernel at once, at most: a large buffer. */
    private static final int ROUND_BYTES = BufferPool.LARGE_BYTES;

    /** With less room than this left, a round ends: the next one makes better frames. */
    private static final int LEAST_ROOM_BYTES = 1024;

    private static final byte[] NONE = {};
    private static final byte[] SWITCHING =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private final WorkerRoom room;
    private final Turn turn;
    private final ProtocolHost host;
    private final H2Limits limits;
    private final H2State h2;
    private final Outbox out;
    private final Http2Responder responder;
    private final Leftover leftover = new Leftover();
    private final ArrayDeque<Http2Stream> signalled = new ArrayDeque<>();
    private final List<Http2Stream> streams = new ArrayList<>(); // open, or with a handler that has not returned
    private final List<Http2Stream> unstarted =
            new ArrayList<>(); // their handlers wait for content, or for the end of feed
    private final List<H2Stream> late = new ArrayList<>(0); // to be answered by answerLate

    private int begun; // requests that began in this turn; one with a long head counts as several
    private long opened; // streams, in all
    private boolean inputEnded; // the state machine knows that the peer has sent its FIN
    private boolean deadlinePassed; // and ends the connection
    private boolean over;

    /** @param beganNanos from when on the peer's preface is due */
    @OnWorker
    Http2(WorkerRoom room, Http2Heads heads, ProtocolHost host, H2Limits limits, H2Timeouts timeouts, long beganNanos) {
        this.room = room;
        this.turn = room.turn();
        this.host = host;
        this.limits = limits;
        h2 = new H2State(limits, timeouts, host.slot());
        out = new Outbox(room.buffers());
        responder = new Http2Responder(room, h2, heads);
        h2.accepted(beganNanos);
    }

    /** A request of HTTP/1.1 has asked for HTTP/2: it is answered 101, and is stream 1. To be called before all else. */
    void upgraded(H2cUpgrade upgrade) {
        out.append(SWITCHING, 0, SWITCHING.length);
        H2State.Event event = h2.upgraded(upgrade.settings(), upgrade.fields(), turn.now());
        if (event != null) {
            act(event, h2.stream(), NONE);
        }
        feed(NONE, 0, 0);
        host.touch();
    }

    @Override
    public Outbox out() {
        return out;
    }

    @Override
    public long heldBytes() {
        long held = leftover.heldBytes() + out.heldBytes() + h2.unread() + h2.lent();
        for (int i = 0; i < streams.size(); i++) {
            held += streams.get(i).heldBytes();
        }
        return held;
    }

    /** Never: the tables of compressed fields last as long as the connection. */
    @Override
    public boolean isAtRest() {
        return false;
    }

    @Override
    public boolean waitsForRequest() {
        return h2.streams() == 0 && leftover.isEmpty();
    }

    // What came.

    @Override
    public boolean takesInput() {
        return leftover.isEmpty();
    }

    @Override
    public void received(byte[] buffer, int from, int to) {
        int at = leftover.isEmpty() ? feed(buffer, from, to) : from;
        if (at < to && host.isOpen()) {
            leftover.add(buffer, at, to);
        }
    }

    @Override
    public void advance() {
        begun = 0;
        if (!leftover.isEmpty() && host.isOpen()) {
            int at = feed(leftover.bytes(), leftover.from(), leftover.to());
            if (!leftover.isEmpty()) { // else it was dropped on the way
                leftover.takenUpTo(at);
            }
        }
        if (host.isInputEnded() && !inputEnded && leftover.isEmpty() && host.isOpen()) {
            inputEnds();
        }
        takeSignals();
        fill();
    }

    @Override
    public boolean canAdvance() {
        return !leftover.isEmpty() && host.isOpen();
    }

    /**
     * Gives bytes to the state machine, and acts on what it finds, as long as the turn has time for requests.
     *
     * @return the first byte that was not taken
     */
    private int feed(byte[] buffer, int from, int to) {
        int at = from;
        while (host.isOpen()) {
            boolean enough = begun >= MOST_REQUESTS_PER_TURN || (begun > 0 && !turn.hasTime());
            if (at < to && enough) {
                break;
            }
            H2State.Event event = h2.next(buffer, at, to, turn.now());
            at = h2.position();
            if (event == H2State.Event.NEED_INPUT) {
                break;
            } else if (event == H2State.Event.CLOSE) {
                ends();
            } else {
                act(event, h2.stream(), buffer);
            }
        }
        startWaiting();
        return at;
    }

    private void act(H2State.Event event, H2Stream stream, byte[] buffer) {
        switch (event) {
            case REQUEST -> begin(stream);
            case DATA -> content(stream, buffer, h2.dataFrom(), h2.dataTo());
            case END -> {
                if (stream.attachment() instanceof Http2Stream known && !known.isAbandoned()) {
                    known.exchange().bodyEnded(stream.trailers());
                    known.exchange().start(false);
                    if (stream.isClosed()) { // a tunnel of which our side had been ended
                        settle();
                    }
                }
            }
            case REFUSED -> refuse(stream);
            case RESET -> settle();
            case NEED_INPUT, CLOSE -> throw new IllegalStateException("no event of a stream");
        }
    }

    private void begin(H2Stream stream) {
        begun += 1 + stream.head().byteLength() / 256;
        room.counters().requests.add(1);
        room.counters().h2Streams.add(1);
        opened++;
        var known = new Http2Stream(room, host, stream, signalled);
        stream.attach(known);
        streams.add(known);
        unstarted.add(known);
        RouteSettings settings = known.exchange().mount().settings();
        if (!settings.equals(RouteSettings.INHERITED)) {
            h2.overrideTimeouts(stream, settings.bodyNanos(), settings.handlerNanos());
            if (settings.bodyBytes() >= 0 && h2.limitBody(stream, settings.bodyBytes()) != null) {
                refuse(stream);
            }
        }
    }

    private void content(H2Stream stream, byte[] buffer, int from, int to) {
        Http2Stream known = known(stream);
        RequestBody body = known == null ? null : known.exchange().body();
        if (known != null && body != null) {
            body.offer(buffer, from, to, RequestBody.HIGH_BYTES); // the window is the bound
            consume(known);
        } else {
            h2.consumed(stream, to - from, turn.now());
        }
    }

    private static @Nullable Http2Stream known(H2Stream stream) {
        return stream.attachment() instanceof Http2Stream known ? known : null;
    }

    /** What was read makes room in the windows. */
    private void consume(Http2Stream known) {
        long octets = known.takeConsumed();
        if (octets > 0) {
            h2.consumed(known.h2(), octets, turn.now());
        }
    }

    /** Starts the handlers of requests that came, but for inline ones whose content still comes. */
    private void startWaiting() {
        for (int i = unstarted.size() - 1; i >= 0; i--) {
            Http2Stream known = unstarted.get(i);
            if (!known.exchange().isStarted()
                    && !known.isAbandoned()
                    && !known.h2().isClosed()) {
                known.exchange().start(contentComes(known.h2()));
            }
            if (known.exchange().isStarted()
                    || known.isAbandoned()
                    || known.h2().isClosed()) {
                unstarted.remove(i);
            }
        }
    }

    /** Whether content comes although nobody reads it: not when half of a window is held by what was not read. */
    private boolean contentComes(H2Stream stream) {
        return !stream.awaitsContinue()
                && stream.unread() < limits.streamWindow() / 2
                && h2.unread() < limits.connectionWindow() / 2;
    }

    private void refuse(H2Stream stream) {
        Refusal refusal = stream.refusal();
        Http2Stream known = known(stream);
        if (refusal != null) {
            responder.refuse(host.peer(), stream, known, refusal);
            host.served();
        }
        if (known == null) {
            h2.handlerReturned(stream, turn.now()); // there is none
        } else {
            settle(known);
        }
    }

    /** The peer has sent its FIN, and nothing is left over. */
    private void inputEnds() {
        inputEnded = true;
        boolean goesOn = h2.inputClosed(turn.now());
        settle();
        if (!goesOn) {
            abandon(new EOFException("the peer closed the connection"));
            host.closeWhenSent(CloseReason.PEER);
        }
    }

    // What handlers left.

    private void takeSignals() {
        boolean anyIsOver = false;
        for (Http2Stream next = signalled.poll(); next != null; next = signalled.poll()) {
            next.looked();
            if (!next.h2().isClosed()) {
                consume(next);
                if (responder.progress(next)) {
                    host.served();
                }
                RequestBody tunnel = next.tunnelInput();
                if (tunnel != null) {
                    h2.tunnelWaits(next.h2(), tunnel.readerWaits(), turn.now());
                }
            }
            if (next.returnsNow()) {
                h2.handlerReturned(next.h2(), turn.now());
                anyIsOver |= next.h2().isClosed();
            }
        }
        if (anyIsOver) {
            settle();
        }
        if (!unstarted.isEmpty()) {
            startWaiting(); // reading elsewhere has made room in the window
        }
    }

    // What is sent.

    /** Writes rounds into what is to be sent, when nothing is left there. */
    private void fill() {
        if (!out.isEmpty() || over) {
            return;
        }
        ByteSink sink = room.sink();
        sink.reset();
        int before = -1;
        while (h2.hasOutput() && ROUND_BYTES - sink.length() >= LEAST_ROOM_BYTES && sink.length() > before) {
            before = sink.length();
            h2.write(sink, ROUND_BYTES - before, turn.now());
            for (H2Stream taken = h2.nextTaken(); taken != null; taken = h2.nextTaken()) {
                if (taken.attachment() instanceof Http2Stream known && !known.isRefused()) {
                    responder.pump(known);
                }
            }
        }
        if (sink.length() > 0) {
            out.append(sink.array(), 0, sink.length());
            settle();
        }
        if (inputEnded && out.isEmpty() && host.isOpen()) {
            resetStalled();
        }
        if (h2.isClosing() && host.isOpen()) {
            ends();
            if (out.isEmpty()) {
                fill();
            }
        }
    }

    /** The peer has sent its FIN and will give no more room: what has none, when all else is written, never gets any. */
    private void resetStalled() {
        for (int i = 0; i < streams.size(); i++) {
            H2Stream stream = streams.get(i).h2();
            if (!stream.isClosed() && stream.lent() > 0) {
                h2.reset(stream, ErrorCode.CANCEL, turn.now());
            }
        }
        settle();
    }

    @Override
    public void sent(int bytes, long progress) {
        out.sent(bytes);
        h2.writeProgress(progress, turn.now());
        fill();
        if (out.isEmpty()) {
            h2.writeOutstanding(false, turn.now());
        }
    }

    @Override
    public void sendWaits(boolean waits) {
        h2.writeOutstanding(waits, turn.now());
    }

    @Override
    public void acknowledged(long bytes) {
        h2.writeProgress(bytes, turn.now());
    }

    // How streams end.

    /** Draws the conclusions for each stream: it may have been closed, and its handler may have returned. */
    private void settle() {
        for (int i = streams.size() - 1; i >= 0; i--) {
            if (settle(streams.get(i))) {
                Http2Stream last = streams.removeLast();
                if (i < streams.size()) {
                    streams.set(i, last);
                }
                room.counters().h2StreamsOver.add(1);
            }
        }
    }

    /** Whether the stream is over, and is to be forgotten. */
    private boolean settle(Http2Stream known) {
        H2Stream stream = known.h2();
        if (!stream.isClosed()) {
            return false;
        }
        known.releaseContent();
        if (stream.resetBy() == ErrorCode.NO_ERROR && stream.responseStarted()) {
            RequestBody body = known.exchange().body();
            if (body != null) {
                body.fail(new IOException("the response is complete; the rest of the request body is discarded"));
            }
        } else if (stream.resetBy() != null && !known.isAbandoned()) {
            room.counters().h2StreamsReset.add(1);
            known.abandon(new IOException("the stream was reset: " + stream.resetBy()));
        }
        if (known.returnsNow()) {
            h2.handlerReturned(stream, turn.now());
        }
        return known.isReturned();
    }

    /** The state machine has ended the connection: what it says last is written, and the peer may no longer ask. */
    private void ends() {
        Excess excess = h2.excess();
        if (excess != null) {
            room.counters().h2Excess(excess).add(1);
            room.context().notices().ended(host.peer(), excess, opened);
        }
        abandon(new IOException("the connection ends: " + h2.error() + " " + h2.errorReason()));
        host.closeWhenSent(reason());
    }

    private CloseReason reason() {
        if (deadlinePassed) {
            return CloseReason.DEADLINE;
        } else if (h2.error() != ErrorCode.NO_ERROR) {
            return CloseReason.REFUSED;
        }
        return turn.isDraining() ? CloseReason.DRAINED : CloseReason.PEER;
    }

    // Deadlines.

    @Override
    public Verdict expired(long nowNanos) {
        if (isUnread(nowNanos)) {
            return Verdict.NOT_DUE;
        }
        boolean found = false;
        while (true) {
            H2State.Expiry expiry = h2.expired(nowNanos);
            switch (expiry) {
                case NOT_DUE -> {
                    return found ? Verdict.ANSWER : Verdict.NOT_DUE;
                }
                case ANSWER -> late.add(h2.stream());
                case RESET -> settle();
                case CLOSE -> {
                    deadlinePassed = true;
                    return Verdict.ANSWER;
                }
                case ABORT -> {
                    return out.isEmpty() ? Verdict.CLOSE : Verdict.CUT;
                }
            }
            found = true;
        }
    }

    /** Whether what the peer is judged by still waits as leftover, until the worker has time for it. */
    private boolean isUnread(long nowNanos) {
        return !leftover.isEmpty()
                && h2.lateNanos(Phase.WRITE, nowNanos) < 0
                && h2.lateNanos(Phase.HANDLER, nowNanos) < 0;
    }

    @Override
    public void answerLate() {
        for (H2Stream stream : late) {
            Refusal refusal = stream.refusal();
            refuse(stream);
            if (refusal != null && refusal.status() == 503 && stream.attachment() instanceof Http2Stream known) {
                known.exchange().thread().interrupt();
            }
        }
        late.clear();
        if (h2.isClosing() && host.isOpen()) {
            ends();
        }
    }

    // The end.

    @Override
    public boolean dropsRest() {
        return false;
    }

    @Override
    public void drain() {
        h2.drain(turn.now());
        host.touch();
    }

    @Override
    public boolean shed() {
        h2.fail(
                h2.streams() == 0 ? ErrorCode.NO_ERROR : ErrorCode.ENHANCE_YOUR_CALM,
                "the server is short of memory",
                turn.now());
        abandon(new IOException("the server is short of memory"));
        host.closeWhenSent(CloseReason.SHED);
        return true;
    }

    @Override
    public void giveUp(Predicate<? super Thread> handlers) {
        for (Http2Stream known : streams) {
            Thread handler = known.exchange().thread().thread();
            if (handler != null && handlers.test(handler)) {
                known.exchange().givenUp();
                h2.reset(known.h2(), ErrorCode.INTERNAL_ERROR, turn.now());
                if (known.returnsNever()) {
                    h2.handlerReturned(known.h2(), turn.now());
                }
            }
        }
        host.touch();
    }

    @Override
    public void abandon(IOException cause) {
        for (int i = 0; i < streams.size(); i++) {
            streams.get(i).abandon(cause);
        }
    }

    @Override
    public void stopReading() {
        leftover.drop();
        h2.fail(ErrorCode.NO_ERROR, "", turn.now());
    }

    @Override
    public void end(@Nullable IOException cause) {
        leftover.drop();
        abandon(cause != null ? cause : Ends.CLOSED);
        for (int i = 0; i < streams.size(); i++) {
            streams.get(i).releaseContent();
        }
        h2.closed();
        if (!over) {
            over = true;
            room.counters().h2StreamsOver.add(streams.size());
        }
    }

    /** The connection is over, or lingers, and no send is in flight: gives back what it has of the worker's. */
    void release() {
        out.clear();
    }

    // Beside a held worker.

    @Override
    public boolean awaitsHandler() {
        return h2.streams() > 0;
    }

    @Override
    public @Nullable Exchange awaitedExchange() {
        H2Stream stream = h2.lateStream(Phase.HANDLER, room.context().ticker().nanos());
        return stream != null && stream.attachment() instanceof Http2Stream known ? known.exchange() : null;
    }

    @Override
    public long lateNanos(Phase phase, long nowNanos) {
        return h2.lateNanos(phase, nowNanos);
    }

    /** Whether anything waits: what it means cannot be told before the worker is back. */
    @Override
    public boolean completesHead(byte[] pending, int count) {
        return count > 0;
    }

    @Override
    public boolean isMidway() {
        return !out.isEmpty();
    }

    /** Never: a response has to be compressed by the worker, and other streams go on. */
    @Override
    public boolean lastWord(ByteSink sink) {
        return false;
    }
}
