package ringfort.h2;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Earliest;
import ringfort.budget.Phase;
import ringfort.message.ByteSink;
import ringfort.message.Refusal;

/**
 * The protocol and the deadline policy of one HTTP/2 connection: what its bytes mean, what is sent and in which order, and
 * how long all of that may take. One thread at a time; it knows no socket, no thread and no clock.
 *
 * <pre>
 *  accepted ──► PREFACE ──24 octets, SETTINGS──► OPEN ──────────────────────────────┐
 *                  │                              │ ▲                               │
 *                  │                              │ └── streams open and close       │ drain: GOAWAY(2^31-1), PING
 *                  │                              │     (their states: H2Stream)     ▼
 *                  │ wrong, late                  │ error, late,            ANNOUNCED ──answered, 1 s──► LAST GOAWAY
 *                  │                              │ idle, peer leaves           │ error                    │ no stream
 *                  ▼                              ▼                             ▼                          ▼
 *                CLOSING: GOAWAY is what is left to be written ◄───────────────────────────────────────────┘
 *                  │ closing (FIN), then what still comes is dropped
 *                  ▼
 *                CLOSED
 *
 *  what is due                              in the slot as    when it passes
 *  preface and SETTINGS                     HEADER            close
 *  acknowledgement of our SETTINGS          HEADER            GOAWAY(SETTINGS_TIMEOUT)
 *  a head, first octet to last              HEADER            GOAWAY(PROTOCOL_ERROR): the table is lost
 *  content of a request, and its rate       BODY              408, or RST_STREAM(CANCEL) once the response has started
 *  a handler                                HANDLER           503
 *  octets either way in a tunnel, while its IDLE              RST_STREAM(CANCEL)
 *  handler waits for the peer
 *  room in the peer's window, per stream    WRITE             RST_STREAM(CANCEL)
 *  that the peer takes what we write        WRITE             close
 *  that a handler reads, when its unread    BODY              RST_STREAM(CANCEL) of the longest unread
 *  content stops the others
 *  a stream, when there is none             IDLE              GOAWAY(NO_ERROR)
 *  the end of a drain                       LINGER            close
 * </pre>
 *
 * <p>Use: feed what was received to {@link #next} again and again, from {@link #position()} on, until it returns
 * {@link Event#NEED_INPUT} or {@link Event#CLOSE}. Answer with {@link #respond}, {@link #send} and {@link #end}. Whenever
 * the transport takes octets, {@link #write} a round. When {@link #isClosing()} and nothing {@linkplain #hasOutput() is
 * left}, end the transport.
 */
public final class H2State {
    /** What {@link #next} found. */
    public enum Event {
        /** Nothing more in these bytes, all of which were taken. */
        NEED_INPUT,
        /** A request: {@link H2State#stream()} and its head. Its content follows, as {@link #DATA} and {@link #END}. */
        REQUEST,
        /** Content of {@link H2State#stream()}: {@code buffer[dataFrom(), dataTo())}. To be {@linkplain H2State#consumed consumed}. */
        DATA,
        /** The request of {@link H2State#stream()} is complete. Comes once, also for a request without content. */
        END,
        /**
         * {@link H2Stream#refusal()} is to be answered on {@link H2State#stream()}, if no response has started. The stream
         * may be one that no {@link #REQUEST} was returned for.
         */
        REFUSED,
        /** {@link H2State#stream()} was reset, by the peer or by its fault: nothing can be read or sent on it. */
        RESET,
        /** The connection ends, {@link H2State#error()} says why: all streams are closed. Write what is left, send FIN. */
        CLOSE
    }

    /** What is to be done about a deadline. */
    public enum Expiry {
        /** Nothing more: the slot is armed anew if need be. */
        NOT_DUE,
        /** Answer {@link H2Stream#refusal()}, 408 or 503, on {@link H2State#stream()}. */
        ANSWER,
        /** {@link H2State#stream()} was reset. */
        RESET,
        /** As {@link Event#CLOSE}. */
        CLOSE,
        /** Close at once. */
        ABORT
    }

    private final Connection connection;
    private final Inbound in;
    private boolean lingering;

    /**
     * The state of a connection that was not yet accepted.
     *
     * @param slot told on every change of the earliest deadline
     */
    public H2State(H2Limits limits, H2Timeouts timeouts, DeadlineSlot slot) {
        connection = new Connection(limits, timeouts, slot);
        in = new Inbound(connection);
    }

    /** Ends every call that may have moved a deadline. */
    private void publish() {
        connection.clock.earliest().publish();
    }

    /** The connection is there: our SETTINGS can be written, and the peer's are due. */
    public void accepted(long nowNanos) {
        connection.at(nowNanos);
        connection.greet();
        connection.clock.opening(nowNanos);
        publish();
    }

    /**
     * A request that HTTP/1.1 brought with {@code Upgrade: h2c} was answered 101 and is stream 1 (RFC 7540, 3.2); its content is
     * empty. The 101 acknowledges these SETTINGS. The peer's preface and its own SETTINGS are still due. To be called behind
     * {@link #accepted}, before {@link #next}, which then finds the end of the request.
     *
     * @param settings the payload of a SETTINGS frame, which {@code HTTP2-Settings} carried
     * @param namesAndValues the fields of the request in turn, control data first, without those of a connection
     * @return {@link Event#REQUEST} or {@link Event#REFUSED}; null when the stream was reset or the connection ends
     * @throws IllegalArgumentException when {@code settings} are not whole, or more than a frame may have
     */
    public @Nullable Event upgraded(byte[] settings, String[] namesAndValues, long nowNanos) {
        connection.at(nowNanos);
        Event event = in.upgraded(settings, namesAndValues);
        connection.refreshWriting();
        publish();
        return event;
    }

    /**
     * Reads on in {@code buffer[from, to)}, up to the next event. The buffer is not kept.
     *
     * @param nowNanos the clock, read when the bytes came
     * @return what was found; {@link #position()} is the first byte not yet taken
     */
    public Event next(byte[] buffer, int from, int to, long nowNanos) {
        connection.at(nowNanos);
        Event event = in.next(buffer, from, to);
        if (event == Event.NEED_INPUT || event == Event.CLOSE) {
            connection.refreshWriting();
            publish();
        }
        return event;
    }

    /** Index of the first byte that the last {@link #next} did not take, in the buffer given to it. */
    public int position() {
        return in.position();
    }

    /**
     * The stream of the last event, or of the last {@link #expired}.
     *
     * @throws IllegalStateException before the first, and when the stream is closed and its handler has returned
     */
    public H2Stream stream() {
        H2Stream stream = connection.shown;
        if (stream == null) {
            throw new IllegalStateException("no stream");
        }
        return stream;
    }

    /** After {@link Event#DATA}: where the content starts in the buffer. */
    public int dataFrom() {
        return in.dataFrom();
    }

    /** After {@link Event#DATA}: where the content ends in the buffer. */
    public int dataTo() {
        return in.dataTo();
    }

    /**
     * A handler has read content: the peer may send as much again. Until then it counts for the windows of its stream and
     * of the connection. What is left unread when a stream closes counts no more, and need not be said.
     */
    public void consumed(H2Stream stream, long octets, long nowNanos) {
        connection.at(nowNanos);
        connection.consumed(stream, octets);
        publish();
    }

    /**
     * Sets how long the content of a request may get, in place of {@link H2Limits#bodyBytes}. To be called after
     * {@link Event#REQUEST}, before more.
     *
     * @return 413 when it is announced to be longer: to be answered instead of calling the handler. Content is then not
     *     handed out. More than was announced is {@link Event#REFUSED} when it comes. Null for an extended CONNECT, which has
     *     no content
     */
    public @Nullable Refusal limitBody(H2Stream stream, long bodyBytes) {
        if (stream.asksForTunnel) {
            return null; // what comes is no content
        }
        stream.bodyLimit = bodyBytes;
        if (stream.hasHead() && stream.head().contentLength() > bodyBytes) {
            stream.dropsContent = true;
            stream.refusal = new Refusal(413, "content too large");
            connection.refreshBody(stream);
            publish();
            return stream.refusal;
        }
        return null;
    }

    /**
     * Replaces timeouts for a request. To be called after {@link Event#REQUEST}, before more.
     *
     * @param bodyTimeoutNanos for the content; 0 is off, -1 leaves it
     * @param handlerTimeoutNanos for the handler; 0 is off, -1 leaves it
     */
    public void overrideTimeouts(H2Stream stream, long bodyTimeoutNanos, long handlerTimeoutNanos) {
        if (!stream.closed) {
            connection.clock.override(stream, bodyTimeoutNanos, handlerTimeoutNanos);
            publish();
        }
    }

    /**
     * Gives the head of a response, or an interim one (1xx), of which there may be several before. Without effect on a
     * closed stream.
     *
     * @param ends whether nothing follows; only for a final response
     * @throws IllegalStateException when the final head was given before, or an interim response would end the stream
     * @throws IllegalArgumentException for trailers
     */
    public void respond(H2Stream stream, ResponseHead head, boolean ends, long nowNanos) {
        if (head.status() == 0) {
            throw new IllegalArgumentException("trailers are no response: give them to end");
        } else if (stream.responseStarted || (ends && head.isInterim())) {
            throw new IllegalStateException("a head behind the final one, or an interim response that ends");
        } else if (stream.closed) {
            return;
        }
        connection.at(nowNanos);
        stream.heads.add(head);
        if (head.isInterim()) {
            if (head.status() == 100 && stream.awaitsContinue) {
                stream.awaitsContinue = false;
                connection.refreshBody(stream);
            }
        } else {
            stream.responseStarted = true;
            stream.ending = ends;
            connection.clock.responded(stream);
        }
        place(stream);
    }

    /** In the row of heads a stream stays where it is. */
    private void place(H2Stream stream) {
        if (stream.row == null || stream.heads.size() == 1) {
            connection.outbox.place(stream);
        }
        connection.refreshWriting();
        publish();
    }

    /**
     * Makes a tunnel of the stream of an extended CONNECT (RFC 8441, 5), whose final head was just given to {@link #respond}.
     * {@link #end} then ends our side alone; the stream is over when both sides have ended, or when {@link #handlerReturned}
     * is said behind our end. Of the deadlines that of the peer's window remains, and one of idling, which runs while
     * {@link #tunnelWaits} says that the handler waits. Without effect on a closed stream.
     *
     * @param idleNanos how long the handler may wait while no octet goes either way; 0 is off
     * @throws IllegalStateException for a stream of another request, and before the head
     */
    public void tunnel(H2Stream stream, long idleNanos, long nowNanos) {
        if (stream.closed) {
            return;
        } else if (!stream.asksForTunnel || !stream.responseStarted || stream.ending) {
            throw new IllegalStateException("a tunnel that was not asked for, or without a head, or behind the end");
        }
        connection.at(nowNanos);
        stream.tunnel = true;
        connection.ledger.smallDataConsumed(stream.overhead); // small pieces are honest from here on
        stream.overhead = 0;
        connection.clock.tunnelled(stream, idleNanos);
        publish();
    }

    /** Whether the handler of a tunnel waits for octets of the peer. Saying it again changes nothing. */
    public void tunnelWaits(H2Stream stream, boolean waiting, long nowNanos) {
        if (!stream.closed && stream.tunnel) {
            connection.at(nowNanos);
            connection.clock.tunnelWaits(stream, waiting, nowNanos);
            publish();
        }
    }

    /**
     * Lends content of a response, which is written when its turn comes. {@code octets[from, to)} must not change until
     * {@link #nextTaken} returns the stream, or it is closed. Without effect on a closed stream.
     *
     * <p>Any amount is taken; {@link H2Stream#mayLend()} says when a handler should wait.
     *
     * @throws IllegalStateException before the final head, or behind the end
     */
    public void send(H2Stream stream, byte[] octets, int from, int to, long nowNanos) {
        if (stream.closed) {
            return;
        } else if (!stream.responseStarted || stream.ending) {
            throw new IllegalStateException("content before the head, or behind the end");
        }
        connection.at(nowNanos);
        if (from < to) {
            connection.outbox.lend(stream, octets, from, to);
            connection.refreshWriting();
            publish();
        }
    }

    /**
     * Ends a response behind what was lent. Without effect on a closed stream.
     *
     * @param trailers of the response, or null
     * @throws IllegalStateException before the final head, or behind the end
     */
    public void end(H2Stream stream, @Nullable ResponseHead trailers, long nowNanos) {
        if (stream.closed) {
            return;
        } else if (!stream.responseStarted || stream.ending) {
            throw new IllegalStateException("the end before the head, or a second one");
        } else if (trailers != null && trailers.status() != 0) {
            throw new IllegalArgumentException("a head in place of trailers");
        }
        connection.at(nowNanos);
        stream.ending = true;
        stream.lastFields = trailers;
        if (stream.row == null) {
            connection.outbox.place(stream);
        }
        connection.refreshWriting();
        publish();
    }

    /** Resets a stream: its handler has failed, or needs it no more. Without effect on a closed stream. */
    public void reset(H2Stream stream, ErrorCode code, long nowNanos) {
        connection.at(nowNanos);
        connection.reset(stream, code);
        publish();
    }

    /**
     * The handler of a stream has returned. Said once for each stream that {@link #next} or {@link #expired} has shown, also
     * when it was refused or reset: until then it counts among the streams that the peer may have.
     */
    public void handlerReturned(H2Stream stream, long nowNanos) {
        connection.at(nowNanos);
        connection.handlerReturned(stream);
        publish();
    }

    /** Whether {@link #write} would write something now. */
    public boolean hasOutput() {
        return connection.outbox.hasOutput();
    }

    /**
     * Writes a round: control frames, heads, content by urgency.
     *
     * @param room how many octets are welcome. The last head or the last end of a stream may exceed it; nothing else does
     * @param nowNanos the clock
     */
    public void write(ByteSink out, int room, long nowNanos) {
        connection.at(nowNanos);
        connection.outbox.write(out, room);
        connection.refreshWriting();
        publish();
    }

    /** A stream all of whose lent content was written since this was asked last, so that its arrays are free; or null. */
    public @Nullable H2Stream nextTaken() {
        return connection.outbox.nextTaken();
    }

    /**
     * Whether the transport holds octets that the peer does not take; false when it has taken all there are. Saying it again
     * changes nothing.
     */
    public void writeOutstanding(boolean waiting, long nowNanos) {
        connection.at(nowNanos);
        connection.socketBlocked(waiting);
        publish();
    }

    /** The peer has taken octets. */
    public void writeProgress(long octets, long nowNanos) {
        connection.at(nowNanos);
        connection.clock.written(octets, nowNanos);
        publish();
    }

    /** The slot has fired. To be called until it returns {@link Expiry#NOT_DUE}, which ends with a slot that is armed anew. */
    public Expiry expired(long nowNanos) {
        connection.at(nowNanos);
        connection.clock.earliest().fired();
        Expiry expiry;
        do {
            Object due = connection.clock.due(nowNanos);
            if (due == null) {
                publish();
                return Expiry.NOT_DUE;
            }
            expiry = due instanceof H2Stream stream ? expired(stream) : expired((Clock.Due) due);
        } while (expiry == Expiry.NOT_DUE);
        publish();
        return expiry;
    }

    /** How long ago the deadline of a phase was reached, of the connection or of a stream; -1 when none was. Changes nothing. */
    public long lateNanos(Phase phase, long nowNanos) {
        Earliest.Node node = connection.clock.earliest().earliest(phase);
        return node == null ? -1 : Math.max(-1, nowNanos - node.atNanos());
    }

    /** The stream whose deadline of a phase was reached first; null when the deadline of none was. Changes nothing. */
    public @Nullable H2Stream lateStream(Phase phase, long nowNanos) {
        Earliest.Node node = connection.clock.earliest().earliest(phase);
        return node != null && nowNanos - node.atNanos() >= 0 && node.owner() instanceof H2Stream stream
                ? stream
                : null;
    }

    private Expiry expired(H2Stream stream) {
        Phase phase = connection.clock.fired(stream, connection.now());
        if (phase == null) {
            return Expiry.NOT_DUE;
        }
        connection.shown = stream;
        if (phase == Phase.WRITE || stream.responseStarted) {
            connection.reset(stream, ErrorCode.CANCEL);
            return Expiry.RESET;
        }
        stream.dropsContent = true;
        stream.refusal = Clock.refusal(phase);
        stream.afterEnd = ErrorCode.CANCEL;
        connection.clock.responded(stream);
        connection.refreshBody(stream);
        return Expiry.ANSWER;
    }

    private Expiry expired(Clock.Due due) {
        switch (due) {
            case OPENING, WRITE, DRAIN, LINGER -> {
                connection.gone();
                return Expiry.ABORT;
            }
            case SETTINGS -> connection.fail(ErrorCode.SETTINGS_TIMEOUT, "SETTINGS not acknowledged");
            case BLOCK -> connection.fail(ErrorCode.PROTOCOL_ERROR, "request head too late");
            case IDLE -> connection.fail(ErrorCode.NO_ERROR, "");
            case STARVED -> {
                H2Stream starver = connection.resetStarver();
                if (starver == null) {
                    return Expiry.NOT_DUE;
                }
                connection.shown = starver;
                return Expiry.RESET;
            }
            case ROUND_TRIP -> {
                connection.lastGoAway();
                return connection.failed() ? Expiry.CLOSE : Expiry.NOT_DUE;
            }
        }
        return Expiry.CLOSE;
    }

    /**
     * Begins a drain: tells the peer to open no more streams, serves those that are on their way, and closes when they are
     * done ({@link #isClosing()}). Again changes nothing.
     */
    public void drain(long nowNanos) {
        connection.at(nowNanos);
        connection.announceEnd();
        publish();
    }

    /** Ends the connection by our own fault: all streams are closed. Again changes nothing. */
    public void fail(ErrorCode code, String reason, long nowNanos) {
        connection.at(nowNanos);
        connection.fail(code, reason);
        publish();
    }

    /**
     * The peer has ended its side. Requests that are complete will be answered; others are reset, which
     * {@link H2Stream#isClosed()} says.
     *
     * @return whether a stream is left to be answered; false to just close
     */
    public boolean inputClosed(long nowNanos) {
        connection.at(nowNanos);
        connection.peerLeaves = true;
        var open = new Open();
        connection.streams.each(open::look);
        for (H2Stream stream : open.incomplete) {
            connection.resetByPeer(stream, ErrorCode.CANCEL);
        }
        if (open.complete == 0) {
            connection.quiet();
        }
        publish();
        return open.complete > 0;
    }

    private static final class Open {
        final List<H2Stream> incomplete = new ArrayList<>();
        int complete;

        void look(H2Stream stream) {
            if (!stream.closed && stream.remoteOpen) {
                incomplete.add(stream);
            } else if (!stream.closed) {
                complete++;
            }
        }
    }

    /** Octets of content that were handed out on all streams and not {@linkplain #consumed consumed}. */
    public long unread() {
        return connection.inbound.capacity() - connection.inbound.left() - connection.inbound.credit();
    }

    /** Octets of content that were lent on all streams and not yet written. */
    public int lent() {
        return connection.outbox.lent();
    }

    /** Calls for each stream that is open, or whose handler has not returned. The call must not open or end one. */
    public void eachStream(Consumer<? super H2Stream> action) {
        connection.streams.each(action);
    }

    /** How many streams are open, or have a handler that has not returned. */
    public int streams() {
        return connection.streams.size();
    }

    /** Whether the connection ends: when nothing {@linkplain #hasOutput() is left to be written}, send FIN. */
    public boolean isClosing() {
        return connection.failed();
    }

    /** Why the connection ends; null while it does not. */
    public @Nullable ErrorCode error() {
        return connection.error();
    }

    /** What was wrong, in short ASCII, free of the peer's own bytes; empty when nothing was. */
    public String errorReason() {
        return connection.errorReason();
    }

    /** What the peer did too much of; null when it did not. */
    public @Nullable Excess excess() {
        return connection.ledger.overdrawn();
    }

    /** FIN was sent; what the peer still sends is dropped for {@code lingerNanos}. Again changes nothing. */
    public void closing(long nowNanos) {
        if (!lingering) {
            lingering = true;
            connection.at(nowNanos);
            connection.fail(ErrorCode.NO_ERROR, "");
            connection.clock.everythingOff();
            connection.clock.linger(nowNanos);
            publish();
        }
    }

    /** The connection is gone: no deadline is armed from now on. */
    public void closed() {
        connection.gone();
        publish();
    }

    Connection connection() {
        return connection;
    }

    HpackDecoder decoder() {
        return in.decoder();
    }

    boolean betweenFrames() {
        return in.betweenFrames();
    }
}
