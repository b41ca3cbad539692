package ringfort.h1;

import org.jspecify.annotations.Nullable;
import ringfort.budget.Budget;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.message.Fields;
import ringfort.message.Refusal;

/**
 * The protocol and the deadline policy of one connection: what its bytes mean, whose turn it is, and how long that may
 * take. One thread at a time; it knows no socket, no thread and no clock.
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
 *  EXCHANGE       BODY   while we wait for content: in all, and a rate     408; abort once the response has started
 *                 HANDLER from the head until the response starts          503
 *                 WRITE  while we wait for the peer to take it: a rate     abort
 *  DRAINING       LINGER from the flush of the response; absolute          close
 *  REFUSED        WRITE  as above                                          abort
 *  CLOSING        LINGER from closing; absolute                            close
 *  TUNNEL         IDLE   while we wait for bytes of the peer               silent close
 *                 WRITE  as above                                          abort
 * </pre>
 *
 * <p>Deadlines that are set at once (BODY, HANDLER and WRITE can be) compete, and the earliest is in the slot. Arming is
 * idempotent: no call and no byte moves a deadline that is not a rate.
 *
 * <p>Use: feed what was received to {@link #next} again and again, from {@link #position()} on, until it returns
 * {@link Event#NEED_INPUT} or {@link Event#BUSY}.
 */
public final class H1State {
    /** What {@link #next} found. */
    public enum Event {
        /** Nothing more in these bytes, all of which were taken. */
        NEED_INPUT,
        /** A request: {@link H1State#head()}. Its content follows, as {@link #BODY} and {@link #END}. */
        HEAD,
        /** Content: {@code buffer[dataFrom(), dataTo())}. */
        BODY,
        /** The request is complete: {@link H1State#trailers()}. Comes once, also for a request without content. */
        END,
        /** The exchange is not finished: what follows {@link H1State#position()} stays with the caller until it is. */
        BUSY,
        /** {@link H1State#refusal()} is to be answered, if no response has started, and the connection closed. */
        REFUSED,
        /** What was left unread of a request already answered is too much, or malformed: close, there is no one to answer. */
        CLOSE,
        /** The connection was detached; the bytes are not HTTP. */
        TUNNEL
    }

    /** What follows a response. */
    public enum After {
        /** The next request: {@link H1State#next} may be called at once with bytes that were left over. */
        KEEP_ALIVE,
        /** The rest of this request's content: keep calling {@link H1State#next}, which drops it and goes on to the next request. */
        DRAIN_BODY,
        /** The end: send FIN, call {@link H1State#closing}, drop what still comes, close. */
        CLOSE
    }

    /** What the peer left behind when it ended its side. */
    public enum InputEnd {
        /** Nothing: just close. */
        IDLE_CLOSE,
        /** Part of a head: close. */
        PARTIAL_HEAD,
        /** Part of a body: fail its reader, and close. The request must not be taken for complete. */
        PARTIAL_BODY,
        /** A complete request that is still to be answered (RFC 9112, 9.6). */
        AFTER_REQUEST
    }

    /** What is to be done about a deadline. */
    public enum Expiry {
        /** Nothing: it was cleared or moved in the meantime, and the slot is armed anew if need be. */
        NOT_DUE,
        /** Answer {@link H1State#refusal()}, 408, and close: part of a request has come. */
        ANSWER_408,
        /** Close without a word: there is no request. */
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
    private boolean firstRequest = true;
    private boolean endReported;
    private boolean bodyRefused;
    private boolean awaitsContinue;
    private boolean responseStarted;
    private boolean mustClose;
    private boolean lingering;
    private long drained;
    private int position;

    /**
     * The state of a connection that was not yet accepted.
     *
     * @param slot told on every change of the earliest deadline
     */
    public H1State(Limits limits, Timeouts timeouts, DeadlineSlot slot) {
        this.limits = limits;
        parser = new RequestParser(limits);
        deadlines = new Budget(timeouts, slot);
    }

    /**
     * Whether nothing of a message is here, neither to be read nor to be taken by the peer: of all this object knows, the
     * deadline in the slot is all that matters. Then the object may serve another connection, and another object, or this
     * one later, go on with this connection ({@link #resume}). Of many connections most are at rest, so that a few objects do
     * for them all.
     */
    public boolean isAtRest() {
        return state == State.READING_HEAD && !parser.started() && !mustClose && deadlines.isAtRest();
    }

    /**
     * Goes on with a connection that is at rest, or was not yet accepted; to be called while this object {@linkplain
     * #isAtRest() is at rest} itself.
     *
     * @param slot that connection's
     * @param first whether it has not sent a request yet
     * @param armed what its slot holds, {@link Phase#HEADER} or {@link Phase#IDLE}; null for nothing
     * @param deadlineNanos for when
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
        drained = 0;
        deadlines.reset();
        assert isAtRest() : "reset, and not at rest";
    }

    /** The connection is there: its first head is due in {@link Timeouts#headerNanos}, whether or not a byte comes. */
    public void accepted(long nowNanos) {
        if (state == State.READING_HEAD) {
            deadlines.headExpected(nowNanos);
            deadlines.publish();
        }
    }

    /**
     * Reads on in {@code buffer[from, to)}, up to the next event. The buffer is not kept.
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
                if (awaitsContinue) { // RFC 9110, 10.1.1: it did not wait, so that it is waited for from now on
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

    /** Drops content of a request that has been answered; goes on to the next request behind it. */
    private Event drain(byte[] buffer, int from, int to, long nowNanos) {
        BodyReader content = content();
        int at = from;
        while (true) {
            BodyReader.Found found = content.read(buffer, at, to);
            drained += content.position() - at;
            at = content.position();
            if (found == BodyReader.Found.REFUSED || drained > limits.drainBytes()) {
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

    /** Index of the first byte that the last {@link #next} did not take, in the buffer given to it. */
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

    /** The peer has ended its side. What it left behind says what to do. */
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
     * Replaces timeouts for the current request. To be called after {@link Event#HEAD}, before more.
     *
     * @param bodyTimeoutNanos instead of {@link Timeouts#bodyNanos}; 0 is off, -1 leaves it
     * @param handlerTimeoutNanos instead of {@link Timeouts#handlerNanos}; 0 is off, -1 leaves it
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
     * Sets how long the content of the current request may get, in place of {@link Limits#bodyBytes}. To be called after
     * {@link Event#HEAD}, before more.
     *
     * @return 413 when it is announced to be longer: to be answered instead of calling the handler. The content is then
     *     not handed out; {@link #responseComplete} decides whether it is drained. Longer chunked content is
     *     {@link Event#REFUSED} when it comes
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
     * Whether we are waiting for the peer to send content: false while it is we who do not read. True from the start,
     * unless the peer awaits {@code 100 Continue}. Saying it again changes nothing.
     *
     * <p>Once detached, whether whoever speaks the other protocol waits for bytes: false from the start, and to be said
     * when bytes have come, since the next wait has its full time.
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

    /** Whether the peer may be waiting for {@code 100 Continue} now: to be sent when the handler starts to read. */
    public boolean awaitsContinue() {
        return awaitsContinue;
    }

    /** {@code 100 Continue} was sent: from now on we wait for the content. */
    public void continueSent(long nowNanos) {
        awaitsContinue = false;
        readOutstanding(true, nowNanos);
    }

    /**
     * The head of the final response is about to be sent.
     *
     * @param keepAlive what it announces; false closes the connection behind it, whatever {@link #keepAlive()} said
     */
    public void responseHead(boolean keepAlive, long nowNanos) {
        responseStarted = true;
        // A peer that was not told to continue may or may not send the content: the connection cannot go on.
        mustClose |= !keepAlive || awaitsContinue;
        awaitsContinue = false;
        deadlines.handlerDone();
        deadlines.publish();
    }

    /**
     * Whether we are waiting for the peer to take bytes of the response; false when it has taken all there are, even if that
     * took no time. Saying it again changes nothing.
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
     * The response is complete: all of it is with the caller, who may still be waiting for the peer to take it. The
     * write deadline stays armed for that, and the next request may be read meanwhile. Says what follows.
     */
    public After responseComplete(long nowNanos) {
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
            drained = 0;
            content().unlimited();
            deadlines.linger(nowNanos);
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

    /** FIN was sent; what the peer still sends is dropped for {@link Timeouts#lingerNanos}. Again changes nothing. */
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
        deadlines.allOff();
        deadlines.publish();
    }

    /**
     * The connection now speaks another protocol, from {@link #position()} on. It has left the phases of HTTP for good:
     * what is still due is writing, as before, and idling while {@link #readOutstanding} says that we wait for the peer.
     *
     * @param idleNanos how long such a wait may take, in place of {@link Timeouts#idleNanos}; 0 is off
     */
    public void detach(long idleNanos) {
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
     * Whether the connection could serve another request after this one: to be announced in the response. False when
     * the peer asked to close, when it was refused, or when too much content would be left unread.
     */
    public boolean keepAlive() {
        RequestHead current = head;
        if (mustClose || state != State.EXCHANGE || current == null || !current.keepAlive()) {
            return false;
        }
        BodyReader content = body;
        return content == null || content.complete() || (!awaitsContinue && content.remaining() <= limits.drainBytes());
    }

    /** The slot has fired. Checks it against what has happened since, and says what to do. */
    public Expiry expired(long nowNanos) {
        Phase due = deadlines.fired(nowNanos);
        Expiry expiry = due == null ? Expiry.NOT_DUE : outcome(due);
        deadlines.publish();
        return expiry;
    }

    /** How long ago the deadline of {@code phase} was reached; -1 when it was not, or none is set. Changes nothing. */
    public long lateNanos(Phase phase, long nowNanos) {
        return deadlines.lateNanos(phase, nowNanos);
    }

    /**
     * Whether {@code buffer[from, to)}, given to {@link #next}, would complete the head that is being read, well-formed or
     * not. For whoever can only look at what was received, beside a thread that is busy; takes and changes nothing.
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
            case IDLE -> silent();
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
