package ringfort.h1;

import org.jspecify.annotations.Nullable;
import ringfort.budget.Budget;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.message.Fields;
import ringfort.message.Refusal;

/**
 * The protocol and the deadline policy of one connection: what its bytes mean, which side has to act next, and how long
 * that may take. One thread at a time; it knows no socket, no thread and no clock.
 *
 * <pre>
 *  accepted ──► READING_HEAD ──head──► EXCHANGE ──flushed──► READING_HEAD …      (requests one after the other)
 *               │                      │   │
 *               │                      │   └─flushed, body unread──► DRAINING ──body read──► READING_HEAD
 *               │ refused              │ refused, expired             │ too much, malformed
 *               ▼                      ▼                              ▼
 *            REFUSED ──────flushed────────────────────────────────► CLOSING ──closed──► CLOSED
 *
 *  any but CLOSED ──closing──► CLOSING         EXCHANGE ──detach──► TUNNEL
 *
 *  state          deadlines                                                when it passes
 *  READING_HEAD   HEADER from accept, or from the first byte; absolute     408; silent close before any byte of a line
 *                 IDLE   from the end of the last exchange; until a byte   silent close
 *  EXCHANGE       BODY   while we wait for content: a rate, with pauses    408; abort once the response has started
 *                 HANDLER from the head until the response starts          503
 *                 WRITE  while we wait for the peer to take it: the same   abort
 *  DRAINING       LINGER from the flush of the response: in all, a rate    close
 *  REFUSED        WRITE  as above                                          abort
 *  CLOSING        LINGER from closing: in all, and a rate                  close
 *  TUNNEL         IDLE   while we wait for bytes of the peer               silent close
 *                 WRITE  as above                                          abort
 * </pre>
 *
 * <p>BODY, HANDLER and WRITE can be set at one time; then the slot has the earliest of them. Arming is idempotent: no
 * call and no byte moves a deadline that is not a rate.
 *
 * <p>Calls in an order that no connection has, such as a response without a request, are mistakes of the caller. They fail
 * when assertions are on ({@code -ea}), and otherwise change as little as they can. No bytes of a peer make a call fail.
 *
 * <p>Use: feed what was received to {@link #next} again and again, from {@link #position()} on, until it returns
 * {@link Event#NEED_INPUT} or {@link Event#BUSY}.
 */
public final class H1State {
    /** What {@link #next} found. */
    public enum Event {
        /** All bytes were taken, and they hold nothing more to report. */
        NEED_INPUT,
        /** A request: {@link H1State#head()}. Its content follows, as {@link #BODY} and {@link #END}. */
        HEAD,
        /** Content: {@code buffer[dataFrom(), dataTo())}. */
        BODY,
        /** The request is complete: {@link H1State#trailers()}. Comes once, also for a request without content. */
        END,
        /** The exchange is not finished. The caller keeps the bytes from {@link H1State#position()} on until it is. */
        BUSY,
        /** If no response has started, answer {@link H1State#refusal()}; then close the connection. */
        REFUSED,
        /**
         * The unread rest of a request that was already answered is malformed: close without an answer.
         */
        CLOSE,
        /** The connection was detached; the bytes are not HTTP. */
        TUNNEL
    }

    /** What follows a response. */
    public enum After {
        /** The next request: {@link H1State#next} may be called at once with bytes that were left over. */
        KEEP_ALIVE,
        /**
         * The rest of this request's content: call {@link H1State#next} as before; it drops that and reads the next
         * request.
         */
        DRAIN_BODY,
        /** The end: send FIN, call {@link H1State#closing}, drop the bytes that still come, close. */
        CLOSE
    }

    /** What was unfinished when the peer ended its side. */
    public enum InputEnd {
        /** Nothing was unfinished: close. */
        IDLE_CLOSE,
        /** Part of a head: close. */
        PARTIAL_HEAD,
        /** Part of a body: let reads of the body fail, and close. The request must not be taken for complete. */
        PARTIAL_BODY,
        /** A complete request that is still to be answered (RFC 9112, 9.6). */
        AFTER_REQUEST
    }

    /** What is to be done about a deadline. */
    public enum Expiry {
        /**
         * Nothing: the deadline was cleared or moved in the meantime. If another one is set, the slot is armed with it.
         */
        NOT_DUE,
        /** Answer {@link H1State#refusal()}, 408, and close: part of a request has come. */
        ANSWER_408,
        /** Close without an answer: there is no request. */
        CLOSE_SILENT,
        /** Answer {@link H1State#refusal()}, 503, and close: the handler is late. */
        ANSWER_503,
        /** Close at once: the response cannot be finished. */
        ABORT,
        /** Close at once: the peer had its time to read the response. */
        LINGER_OVER
    }

    private enum State {
        READING_HEAD,
        EXCHANGE,
        DRAINING,
        REFUSED,
        CLOSING,
        CLOSED,
        TUNNEL
    }

    private final Limits limits;
    private final Budget deadlines;
    private final RequestParser parser;

    private @Nullable BodyReader body; // of a request that has content

    private State state = State.READING_HEAD;
    private @Nullable RequestHead head;
    private @Nullable Refusal refusal;
    private boolean firstRequest = true; // no head of this connection was complete yet
    private boolean endReported; // next() has returned END for the current request
    private boolean bodyRefused; // the announced content is too long; it is not handed out
    private boolean awaitsContinue; // the peer waits for 100 Continue, as far as is known
    private boolean responseStarted; // the head of the final response was queued
    private boolean mustClose; // no further request will be read
    private boolean lingering; // the FIN was sent
    private int position; // index of the first byte that next() did not take

    /**
     * The state of a connection that was not yet accepted.
     *
     * @param slot is called on every change of the earliest deadline
     */
    public H1State(Limits limits, Timeouts timeouts, DeadlineSlot slot) {
        this.limits = limits;
        parser = new RequestParser(limits);
        deadlines = new Budget(timeouts, slot);
    }

    /**
     * Whether no message is under way: no byte of a request has come, and the peer has taken the last response. Then
     * the deadline in the slot is everything that has to be known of the connection. The object may serve another
     * connection, and any object at rest may later continue with this connection ({@link #resume}). Most of many
     * connections are at rest, so a few objects are enough for all of them.
     */
    public boolean isAtRest() {
        return state == State.READING_HEAD && !parser.started() && !mustClose && deadlines.isAtRest();
    }

    /**
     * Continues with a connection that is at rest, or that was not yet accepted. To be called while this object itself
     * {@linkplain #isAtRest() is at rest}.
     *
     * @param slot the slot of that connection
     * @param first whether the connection has not sent a request yet
     * @param armed the phase in its slot, {@link Phase#HEADER} or {@link Phase#IDLE}; null when none is armed
     * @param deadlineNanos the deadline in its slot
     */
    public void resume(DeadlineSlot slot, boolean first, @Nullable Phase armed, long deadlineNanos) {
        firstRequest = first;
        deadlines.resume(slot, armed, deadlineNanos);
    }

    /**
     * Forgets the connection, which is over, and is at rest: this object may serve another one ({@link #resume}). The slot of
     * the old connection is not told.
     */
    public void reset() {
        parser.reset();
        state = State.READING_HEAD;
        head = null;
        body = null;
        refusal = null;
        firstRequest = true;
        endReported = false;
        bodyRefused = false;
        awaitsContinue = false;
        responseStarted = false;
        mustClose = false;
        lingering = false;
        deadlines.reset();
        assert isAtRest() : "reset, and not at rest";
    }

    /**
     * The connection was accepted: its first head is due in {@link Timeouts#headerNanos}, whether or not a byte comes.
     */
    public void accepted(long nowNanos) {
        if (state == State.READING_HEAD) {
            deadlines.headExpected(nowNanos);
            deadlines.publish();
        }
    }

    /**
     * Continues to read, in {@code buffer[from, to)}, up to the next event. The buffer is not kept.
     *
     * @param nowNanos the clock, read when the bytes came
     * @return what was found; {@link #position()} is the first byte not yet taken
     */
    public Event next(byte[] buffer, int from, int to, long nowNanos) {
        Event event = switch (state) {
            case READING_HEAD -> readHead(buffer, from, to, nowNanos);
            case EXCHANGE -> readBody(buffer, from, to, nowNanos);
            case DRAINING -> drain(buffer, from, to, nowNanos);
            case REFUSED -> taken(to, Event.REFUSED);
            case CLOSING, CLOSED -> taken(to, Event.NEED_INPUT);
            case TUNNEL -> taken(from, Event.TUNNEL);
        };
        deadlines.publish();
        return event;
    }

    private Event taken(int upTo, Event event) {
        position = upTo;
        return event;
    }

    private Event readHead(byte[] buffer, int from, int to, long nowNanos) {
        RequestParser.Result result = parser.parse(buffer, from, to);
        position = parser.position();
        return switch (result) {
            case NEED_INPUT -> {
                if (parser.started()) {
                    deadlines.headExpected(nowNanos);
                }
                yield Event.NEED_INPUT;
            }
            case HEAD -> {
                beginExchange(parser.takeHead(), nowNanos);
                yield Event.HEAD;
            }
            case REFUSED -> refuse(parser.refusal());
        };
    }

    private boolean bodyComplete() {
        BodyReader content = body;
        return content == null || content.complete();
    }

    private void beginExchange(RequestHead request, long nowNanos) {
        head = request;
        state = State.EXCHANGE;
        firstRequest = false;
        deadlines.headComplete(request.hasBody(), nowNanos);
        if (request.hasBody()) {
            body = new BodyReader(limits, request);
            awaitsContinue = request.expectsContinue();
            deadlines.waitForBody(!awaitsContinue, nowNanos);
        }
    }

    private Event readBody(byte[] buffer, int from, int to, long nowNanos) {
        if (endReported || bodyRefused) {
            return taken(from, Event.BUSY);
        }
        BodyReader content = body;
        if (content == null || content.complete()) {
            endReported = true;
            return taken(from, Event.END);
        }
        BodyReader.Found found = content.read(buffer, from, to);
        position = content.position();
        return switch (found) {
            case MORE -> Event.NEED_INPUT;
            case DATA -> {
                if (awaitsContinue) { // the peer did not wait for 100 (RFC 9110, 10.1.1): it is waited for from now on
                    awaitsContinue = false;
                    deadlines.waitForBody(true, nowNanos);
                }
                deadlines.received(content.dataTo() - content.dataFrom(), nowNanos);
                if (content.complete()) {
                    deadlines.waitForBody(false, nowNanos);
                }
                yield Event.BODY;
            }
            case END -> {
                endReported = true;
                deadlines.waitForBody(false, nowNanos);
                yield Event.END;
            }
            case REFUSED -> refuse(content.refusal());
        };
    }

    /** Drops the content of a request that has been answered, and reads the next request behind it. */
    private Event drain(byte[] buffer, int from, int to, long nowNanos) {
        BodyReader content = content();
        int at = from;
        while (true) {
            BodyReader.Found found = content.read(buffer, at, to);
            deadlines.dropped(content.position() - at, nowNanos);
            at = content.position();
            if (found == BodyReader.Found.REFUSED) {
                state = State.CLOSING;
                deadlines.allOff();
                return taken(to, Event.CLOSE);
            } else if (content.complete()) {
                awaitRequest(nowNanos);
                return readHead(buffer, at, to, nowNanos);
            } else if (found == BodyReader.Found.MORE) {
                return taken(at, Event.NEED_INPUT);
            }
        }
    }

    private Event refuse(@Nullable Refusal why) {
        refusal = why;
        mustClose = true;
        awaitsContinue = false;
        state = State.REFUSED;
        deadlines.readingDone();
        return Event.REFUSED;
    }

    /** What the bytes of an unfinished head, or of an unfinished trailer section, take of the heap. */
    public int heldBytes() {
        BodyReader content = body;
        return parser.heldBytes() + (content == null ? 0 : content.heldBytes());
    }

    /** Index of the first byte that the last {@link #next} did not take, in the buffer of that call. */
    public int position() {
        return position;
    }

    /** After {@link Event#BODY}: where the content starts in the buffer. */
    public int dataFrom() {
        return content().dataFrom();
    }

    /** After {@link Event#BODY}: where the content ends in the buffer. */
    public int dataTo() {
        return content().dataTo();
    }

    private BodyReader content() {
        BodyReader content = body;
        if (content == null) {
            throw new IllegalStateException("no content");
        }
        return content;
    }

    /**
     * The current request.
     *
     * @throws IllegalStateException outside an exchange
     */
    public RequestHead head() {
        RequestHead current = head;
        if (current == null) {
            throw new IllegalStateException("no request");
        }
        return current;
    }

    /** The trailers of the current request; empty until {@link Event#END}. */
    public Fields trailers() {
        BodyReader content = body;
        return content == null ? Fields.EMPTY : content.trailers();
    }

    /**
     * What to answer after {@link Event#REFUSED}, {@link Expiry#ANSWER_408} and {@link Expiry#ANSWER_503}.
     *
     * @throws IllegalStateException when nothing was refused
     */
    public Refusal refusal() {
        Refusal why = refusal;
        if (why == null) {
            throw new IllegalStateException("nothing was refused");
        }
        return why;
    }

    /** Whether all of the current request has been read; true at once for a request without content. */
    public boolean requestComplete() {
        return state == State.EXCHANGE && bodyComplete();
    }

    /** The peer has ended its side. The result says what was unfinished, and so what to do. */
    public InputEnd inputClosed(long nowNanos) {
        InputEnd end = switch (state) {
            case READING_HEAD -> parser.inHead() ? InputEnd.PARTIAL_HEAD : InputEnd.IDLE_CLOSE;
            case EXCHANGE -> bodyComplete() ? InputEnd.AFTER_REQUEST : InputEnd.PARTIAL_BODY;
            case REFUSED -> InputEnd.AFTER_REQUEST;
            case DRAINING, CLOSING, CLOSED, TUNNEL -> InputEnd.IDLE_CLOSE;
        };
        if (end == InputEnd.PARTIAL_BODY) {
            deadlines.waitForBody(false, nowNanos);
            awaitsContinue = false;
            mustClose = true;
        } else if (end != InputEnd.AFTER_REQUEST) {
            deadlines.readingDone();
        }
        deadlines.publish();
        return end;
    }

    /**
     * Replaces timeouts for the current request. To be called after {@link Event#HEAD} and before the next event.
     *
     * @param bodyTimeoutNanos instead of {@link Timeouts#bodyNanos}; 0 is off, -1 changes nothing
     * @param handlerTimeoutNanos instead of {@link Timeouts#handlerNanos}; 0 is off, -1 changes nothing
     */
    public void overrideTimeouts(long bodyTimeoutNanos, long handlerTimeoutNanos) {
        if (handlerTimeoutNanos >= 0 && state == State.EXCHANGE && !responseStarted) {
            deadlines.overrideHandler(handlerTimeoutNanos);
        }
        if (bodyTimeoutNanos >= 0 && state == State.EXCHANGE) {
            deadlines.overrideBody(bodyTimeoutNanos);
        }
        deadlines.publish();
    }

    /**
     * Sets how long the content of the current request may be, in place of {@link Limits#bodyBytes}. To be called after
     * {@link Event#HEAD} and before the next event.
     *
     * @return 413 when the announced length is above the limit: answer it and do not call the handler. The content is
     *     then not handed out; {@link #responseComplete} decides whether it is drained. Chunked content announces no
     *     length: when it gets too long, {@link #next} returns {@link Event#REFUSED}. Null when the announced length is
     *     allowed
     */
    public @Nullable Refusal limitBody(long bodyBytes) {
        BodyReader content = body;
        Refusal tooLarge = content == null ? null : content.limit(bodyBytes);
        if (tooLarge != null) {
            bodyRefused = true;
            deadlines.readingDone();
            deadlines.publish();
        }
        return tooLarge;
    }

    /**
     * Says whether the server waits for the peer to send content. While the server does not read, it does not wait, and
     * the peer's time stands still. True at the beginning of an exchange, unless the peer awaits {@code 100 Continue}.
     * Idempotent.
     *
     * <p>After {@link #detach}: whether the code that speaks the other protocol waits for bytes. False at the
     * beginning. To be called with false when bytes have come, because the next wait has its full time.
     */
    public void readOutstanding(boolean waiting, long nowNanos) {
        if (state == State.TUNNEL) {
            deadlines.waitForTunnel(waiting, nowNanos);
            deadlines.publish();
        } else if (state == State.EXCHANGE && !bodyRefused) {
            deadlines.waitForBody(waiting && !bodyComplete(), nowNanos);
            deadlines.publish();
        }
    }

    /**
     * Whether the peer may be waiting for {@code 100 Continue}. The caller sends it when the handler starts to read.
     */
    public boolean awaitsContinue() {
        return awaitsContinue;
    }

    /** {@code 100 Continue} was sent: from now on the server waits for the content. */
    public void continueSent(long nowNanos) {
        assert state == State.EXCHANGE : "100 Continue in " + state;
        awaitsContinue = false;
        readOutstanding(true, nowNanos);
    }

    /**
     * The head of the final response is about to be sent.
     *
     * @param keepAlive what the head announces; false closes the connection behind the response, whatever
     *     {@link #keepAlive()} said
     */
    public void responseHead(boolean keepAlive, long nowNanos) {
        assert isAnswerable() && !responseStarted : "a response head in " + state + (responseStarted ? ", again" : "");
        responseStarted = true;
        // Without a 100 Continue the peer may or may not send the content: the start of the next request is not known.
        mustClose |= !keepAlive || awaitsContinue;
        awaitsContinue = false;
        deadlines.handlerDone();
        deadlines.publish();
    }

    /** Whether a response may be sent: a request is in progress, or was refused. */
    private boolean isAnswerable() {
        return state == State.EXCHANGE || state == State.REFUSED;
    }

    /**
     * Says whether the server waits for the peer to take bytes of the response. To be called with false when the peer
     * has taken all bytes there are, even if that took no time. Idempotent.
     */
    public void writeOutstanding(boolean waiting, long nowNanos) {
        if (!lingering && state != State.CLOSED) {
            deadlines.waitForWrite(waiting, nowNanos);
            deadlines.publish();
        }
    }

    /** The peer has taken bytes of the response. */
    public void writeProgress(long bytes, long nowNanos) {
        if (!lingering && state != State.CLOSED) {
            deadlines.sent(bytes, nowNanos);
            if (state == State.TUNNEL) {
                deadlines.tunnelMoved(nowNanos);
            }
            deadlines.publish();
        }
    }

    /**
     * The response is complete: the caller has queued all of it. The peer may not have taken it yet, so the write
     * deadline stays armed. The next request may be read meanwhile. Returns what follows.
     */
    public After responseComplete(long nowNanos) {
        assert isAnswerable() && responseStarted
                : "a response is complete in " + state + ", started: " + responseStarted;
        if (state == State.CLOSED) {
            return After.CLOSE; // closed is final
        }
        boolean reusable = keepAlive();
        deadlines.responseDone();
        After after;
        if (!reusable) {
            state = State.CLOSING;
            after = After.CLOSE;
        } else if (bodyComplete()) {
            awaitRequest(nowNanos);
            after = After.KEEP_ALIVE;
        } else {
            state = State.DRAINING;
            content().unlimited();
            deadlines.drain(nowNanos);
            after = After.DRAIN_BODY;
        }
        deadlines.publish();
        return after;
    }

    private void awaitRequest(long nowNanos) {
        state = State.READING_HEAD;
        head = null;
        body = null;
        endReported = false;
        bodyRefused = false;
        awaitsContinue = false;
        responseStarted = false;
        deadlines.idle(nowNanos);
    }

    /** The FIN was sent. For {@link Timeouts#lingerNanos} at most, bytes that the peer still sends are dropped. Idempotent. */
    public void closing(long nowNanos) {
        if (!lingering && state != State.CLOSED) {
            lingering = true;
            mustClose = true;
            state = State.CLOSING;
            deadlines.allOff();
            deadlines.linger(nowNanos);
            deadlines.publish();
        }
    }

    /** The connection is gone: no deadline is armed from now on. */
    public void closed() {
        state = State.CLOSED;
        mustClose = true;
        awaitsContinue = false;
        parser.forget();
        deadlines.allOff();
        deadlines.publish();
    }

    /**
     * The connection speaks another protocol, from {@link #position()} on. It has left the phases of HTTP for good. Two
     * deadlines remain: that of writing, as before, and that of idling, which runs while {@link #readOutstanding} says
     * that the server waits for the peer.
     *
     * @param idleNanos how long such a wait may take, in place of {@link Timeouts#idleNanos}; 0 is off
     */
    public void detach(long idleNanos) {
        assert state == State.EXCHANGE && responseStarted : "detached in " + state + ", started: " + responseStarted;
        if (state != State.CLOSED && state != State.CLOSING) {
            state = State.TUNNEL;
            mustClose = true;
            awaitsContinue = false;
            deadlines.detached(idleNanos);
            deadlines.publish();
        }
    }

    /** What the connection is doing. */
    public Phase phase() {
        return switch (state) {
            case READING_HEAD -> firstRequest || parser.started() ? Phase.HEADER : Phase.IDLE;
            case EXCHANGE -> {
                if (responseStarted) {
                    yield Phase.WRITE;
                }
                yield deadlines.waitsForBody() && !bodyRefused ? Phase.BODY : Phase.HANDLER;
            }
            case REFUSED -> Phase.WRITE;
            case DRAINING, CLOSING, CLOSED -> Phase.LINGER;
            case TUNNEL -> Phase.HANDLER;
        };
    }

    /**
     * Whether the connection can serve another request after this one; the response has to announce it. False when the
     * peer asked to close, when the request was refused, or when too much content would be left unread. How much a chunked
     * request has left is not known. It is read to its end, which only time bounds: what was announced must hold.
     */
    public boolean keepAlive() {
        RequestHead current = head;
        if (mustClose || state != State.EXCHANGE || current == null || !current.keepAlive()) {
            return false;
        }
        BodyReader content = body;
        return content == null || content.complete() || (!awaitsContinue && canDrain(content));
    }

    private boolean canDrain(BodyReader content) {
        return content.isChunked()
                ? limits.drainBytes() > 0 && deadlines.boundsLinger()
                : content.remaining() <= limits.drainBytes();
    }

    /** The deadline in the slot has passed. Checks whether it is still in force, and says what to do. */
    public Expiry expired(long nowNanos) {
        Phase due = deadlines.fired(nowNanos);
        Expiry expiry = due == null ? Expiry.NOT_DUE : outcome(due);
        deadlines.publish();
        return expiry;
    }

    /** Whether a part of a head has come, and not all of it. */
    public boolean holdsHead() {
        return state == State.READING_HEAD && parser.inHead();
    }

    /**
     * The server cannot keep what it holds of the current message. True when {@link #refusal()} is to be answered, 503, and the
     * connection closed; false when a response has begun or no request has, so that the connection can only be cut.
     */
    public boolean giveUp(String reason) {
        boolean answers = holdsHead() || (state == State.EXCHANGE && !responseStarted);
        if (answers) {
            late(503, reason, Expiry.ANSWER_503);
            deadlines.publish();
        }
        return answers;
    }

    /**
     * How many nanoseconds ago the deadline of {@code phase} passed; -1 when it has not, or none is set. Changes
     * nothing.
     */
    public long lateNanos(Phase phase, long nowNanos) {
        return deadlines.lateNanos(phase, nowNanos);
    }

    /**
     * Whether {@code buffer[from, to)}, given to {@link #next}, would complete the head that is being read, well-formed
     * or not. Takes no byte and changes nothing: a watchdog asks this beside a worker that is busy, to see whether the
     * head has come in time.
     */
    public boolean completesHead(byte[] buffer, int from, int to) {
        return state == State.READING_HEAD && parser.endsWithin(buffer, from, to);
    }

    private Expiry outcome(Phase due) {
        return switch (due) {
            case HEADER -> parser.inHead() ? late(408, "request head too late", Expiry.ANSWER_408) : silent();
            case BODY -> responseStarted ? aborted() : late(408, "request content too late", Expiry.ANSWER_408);
            case HANDLER -> late(503, "handler too late", Expiry.ANSWER_503);
            case WRITE -> aborted();
            case IDLE, HANDSHAKE -> silent(); // HTTP itself has no handshake
            case LINGER -> Expiry.LINGER_OVER;
        };
    }

    private Expiry late(int status, String reason, Expiry expiry) {
        refuse(new Refusal(status, reason));
        deadlines.handlerDone();
        return expiry;
    }

    private Expiry silent() {
        mustClose = true;
        state = State.CLOSING;
        return Expiry.CLOSE_SILENT;
    }

    private Expiry aborted() {
        mustClose = true;
        state = State.CLOSING;
        deadlines.allOff();
        return Expiry.ABORT;
    }
}
