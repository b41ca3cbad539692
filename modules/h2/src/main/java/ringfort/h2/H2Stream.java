package ringfort.h2;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import ringfort.budget.Budget;
import ringfort.budget.Earliest;
import ringfort.message.Fields;
import ringfort.message.Refusal;

/**
 * One request and its response on a connection. All methods belong to the thread of its {@link H2State}.
 *
 * <pre>
 *               HEADERS                           HEADERS with END_STREAM
 *  (idle) ────────┬────────► OPEN                  (idle) ───────► HALF CLOSED (remote)
 *                 │           │                                        │
 *                 │           ├─ END_STREAM comes ──► HALF CLOSED (remote) ─ END_STREAM written ──► CLOSED
 *                 │           │
 *                 │           └─ END_STREAM written: RST_STREAM(NO_ERROR) behind it ──────────────► CLOSED
 *                 │
 *                 └─ refused, malformed, reset by either side, expired ───────────────────────────► CLOSED
 *
 *  A stream that has become a tunnel is ended by each side for itself, and in all when its handler has returned:
 *
 *  OPEN ─ END_STREAM written ─► HALF CLOSED (local) ─ END_STREAM comes ──────────────────────────────► CLOSED
 *                                                   └ the handler has returned: RST_STREAM(NO_ERROR) ─► CLOSED
 *
 *  A closed stream keeps its place among the streams that a peer may have, until its handler has returned as well.
 * </pre>
 */
public final class H2Stream {
    /** Content that a handler has lent, from an index of an array to another. */
    static final class Loan {
        final byte[] octets;
        final int to;
        int from;

        Loan(byte[] octets, int from, int to) {
            this.octets = octets;
            this.from = from;
            this.to = to;
        }
    }

    final int id;
    final ReceiveWindow inbound;
    private final H2Limits limits;
    private final Outbox outbox;

    // Written by Inbound and Connection.
    @Nullable H2RequestHead head;

    Fields trailers = Fields.EMPTY;

    @Nullable Refusal refusal;

    @Nullable ErrorCode resetBy; // by either side

    boolean reported; // the caller knows the stream, and says when its handler has returned
    boolean returned;
    boolean remoteOpen; // the peer may still send
    boolean localOpen = true; // END_STREAM was not written
    boolean closed;
    boolean asksForTunnel; // by extended CONNECT: what comes is another protocol's, and has neither a length nor a rate
    boolean tunnel; // it was answered with that protocol, whose handler has not returned
    boolean dropsContent; // it was refused: what still comes is of no use
    long received;
    long bodyLimit;
    long unread; // octets that were handed out and not consumed
    long overhead; // what small pieces of content cost, until they are consumed
    ErrorCode afterEnd = ErrorCode.NO_ERROR; // of the RST_STREAM behind a response whose request is not complete

    // Written by Outbox.
    long window;
    int priority = Priority.DEFAULT;
    final ArrayDeque<ResponseHead> heads = new ArrayDeque<>(2);
    final ArrayDeque<Loan> loans = new ArrayDeque<>(2);
    int lent; // octets in loans

    @Nullable ResponseHead lastFields; // trailers of the response

    boolean ending; // nothing will be added
    boolean responseStarted;

    @Nullable StreamList row;

    @Nullable H2Stream previous;

    @Nullable H2Stream next;

    boolean awaitsTaking; // it has lent content, and its owner has not been told that all was taken

    // Written by Clock.
    final Earliest.Node deadline;

    @Nullable Budget budget;

    long headAtNanos;
    long idleSinceNanos; // content was consumed last
    boolean awaitsContinue;

    private @Nullable Object attachment;

    H2Stream(int id, H2Limits limits, int peerWindow, ReceiveWindow inbound, Outbox outbox, Earliest deadlines) {
        this.id = id;
        this.limits = limits;
        this.inbound = inbound;
        this.outbox = outbox;
        window = peerWindow;
        bodyLimit = limits.bodyBytes();
        deadline = deadlines.node(this);
    }

    /** The identifier: odd, and higher than those of all streams that were opened before. */
    public int id() {
        return id;
    }

    /**
     * The request.
     *
     * @throws IllegalStateException when there is none: the stream was refused because its head is too large
     */
    public H2RequestHead head() {
        H2RequestHead request = head;
        if (request == null) {
            throw new IllegalStateException("the head of stream " + id + " was not kept");
        }
        return request;
    }

    /** Whether {@link #head()} is there. */
    public boolean hasHead() {
        return head != null;
    }

    /** The trailers of the request; empty until {@link H2State.Event#END}. */
    public Fields trailers() {
        return trailers;
    }

    /** What to answer after {@link H2State.Event#REFUSED} and {@link H2State.Expiry#ANSWER}; else null. */
    public @Nullable Refusal refusal() {
        return refusal;
    }

    /** Whether all of the request has come. */
    public boolean requestComplete() {
        return !remoteOpen;
    }

    /** Whether the final head of the response was given to {@link H2State#respond}. */
    public boolean responseStarted() {
        return responseStarted;
    }

    /** Whether nothing can be sent or received any more: both sides have ended it, or it was reset. */
    public boolean isClosed() {
        return closed;
    }

    /** Why the stream was reset, by either side; null when it was not. */
    public @Nullable ErrorCode resetBy() {
        return resetBy;
    }

    /** Whether the peer may be waiting for {@code 100 Continue}: to be given to {@link H2State#respond} when a handler reads. */
    public boolean awaitsContinue() {
        return awaitsContinue;
    }

    /** Octets of content that were handed out and not said to be {@linkplain H2State#consumed consumed}. */
    public long unread() {
        return unread;
    }

    /** Octets of content that were lent and not yet written. */
    public int lent() {
        return lent;
    }

    /**
     * Whether a handler should lend more content now: less than the limits of a stream and of a connection is waiting. A
     * bound on what is waiting, not a condition of {@link H2State#send}.
     */
    public boolean mayLend() {
        return !closed && lent < limits.streamSendBytes() && outbox.lent() < limits.sendBytes();
    }

    /** How much content the peer takes at the moment; negative after it has made its window smaller. */
    public long sendWindow() {
        return window;
    }

    /** How urgent the response is (RFC 9218, 4.1), by the head or by the latest PRIORITY_UPDATE. */
    public int urgency() {
        return Priority.urgency(priority);
    }

    /** Whether a part of the response is of use by itself (RFC 9218, 4.2). */
    public boolean incremental() {
        return Priority.incremental(priority);
    }

    /** What the caller has attached, or null. */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** Attaches what belongs to this stream, such as its exchange. */
    public void attach(@Nullable Object object) {
        attachment = object;
    }

    @Override
    public String toString() {
        if (tunnel) {
            return "tunnel " + id;
        }
        return "stream " + id + (closed ? " closed" : (remoteOpen ? " open" : " half-closed"));
    }
}
