package ringfort.server;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringfort.api.Placement;
import ringfort.api.Response;
import ringfort.budget.Phase;
import ringfort.h1.H1State;
import ringfort.message.Refusal;
import ringfort.sys.OnWorker;

/**
 * What a connection needs while a message is under way: it brings the peer's bytes through the protocol to the exchange in
 * progress, and the response into what is to be sent. One worker only.
 *
 * <pre>
 *   received ─► H1State.next ─► Exchange ─► handler ─► signalled ─► Responder ─► Outbox
 * </pre>
 *
 * <p>While none is under way it is with the worker ({@link ConversationPool}), and the connection holds no more than a
 * descriptor, a deadline and an address.
 */
@OnWorker
final class Conversation {
    private static final byte[] NONE = {};

    final H1State h1;
    final Outbox out;
    final Worker worker;
    private final Responder responder;
    private Connection connection;

    private @Nullable Exchange exchange;
    private byte[] leftover = NONE; // from leftoverAt on, bytes behind the current request
    private int leftoverAt;
    private boolean driving;
    private boolean bodyPaused;

    Conversation(Connection connection) {
        this.connection = connection;
        worker = connection.worker;
        h1 = new H1State(worker.context.limits, worker.context.timeouts, connection.slot);
        out = new Outbox(worker.buffers);
        responder = new Responder(this);
    }

    /** Goes on with a connection of which nothing is under way. */
    void resume(Connection next) {
        Slot slot = next.slot;
        connection = next;
        h1.resume(slot, !next.isServed(), slot.phase(), slot.dueNanos());
    }

    /** Whether nothing is under way. */
    boolean isAtRest() {
        return exchange == null && !hasLeftover() && out.isEmpty() && h1.isAtRest();
    }

    /** Whether nothing is under way but what our side has still to send. */
    boolean waitsForRequest() {
        return h1.phase() == Phase.IDLE && exchange == null && !hasLeftover();
    }

    Connection connection() {
        return connection;
    }

    /** What is in progress and was not answered whole. */
    @Nullable Exchange exchange() {
        return exchange;
    }

    // From bytes to exchanges.

    /** Whether bytes would be of use now; those behind the current request wait, and then no more are read. */
    boolean takesInput() {
        return !bodyPaused && !hasLeftover();
    }

    private boolean hasLeftover() {
        return leftoverAt < leftover.length;
    }

    private void leave(byte[] bytes, int at) {
        if (at < bytes.length) {
            connection.peerSentMore();
        }
        leftover = at < bytes.length && connection.isOpen() ? bytes : NONE;
        leftoverAt = leftover.length == 0 ? 0 : at;
    }

    /** Bytes arrived; {@code buffer} is the worker's and is not kept. */
    void received(byte[] buffer, int from, int to) {
        if (hasLeftover()) {
            int left = leftover.length - leftoverAt;
            byte[] joined = new byte[left + to - from];
            System.arraycopy(leftover, leftoverAt, joined, 0, left);
            System.arraycopy(buffer, from, joined, left, to - from);
            leave(joined, 0);
            return;
        }
        int at = drive(buffer, from, to);
        if (at < to) {
            leave(Arrays.copyOfRange(buffer, at, to), 0);
        }
    }

    /** The peer has sent its FIN: where nothing is left over, that is what comes next. */
    void inputEnds() {
        if (hasLeftover()) {
            return;
        }
        RequestBody tunnel = tunnelInput();
        if (tunnel != null) {
            tunnel.end();
            h1.readOutstanding(false, worker.now());
            return;
        }
        switch (h1.inputClosed(worker.now())) {
            case IDLE_CLOSE -> connection.closeWhenSent(CloseReason.PEER);
            case PARTIAL_HEAD -> connection.closeWhenSent(CloseReason.PEER_MIDWAY);
            case PARTIAL_BODY -> {
                abandon(new EOFException("the peer closed before the request body was complete"));
                connection.closeWhenSent(CloseReason.PEER_MIDWAY);
            }
            case AFTER_REQUEST -> {}
        }
    }

    /** Goes on with what came behind the current request, as far as that is possible now. */
    void driveLeftover() {
        if (driving || !hasLeftover() || !connection.isOpen()) {
            return;
        }
        byte[] bytes = leftover;
        leave(bytes, drive(bytes, leftoverAt, bytes.length));
        if (connection.isPeerClosed() && !connection.isClosing()) {
            inputEnds();
        }
    }

    /** Feeds the protocol until it has no use for more; returns the first byte it left. */
    private int drive(byte[] buffer, int from, int to) {
        driving = true;
        try {
            return driveWhilePossible(buffer, from, to);
        } finally {
            driving = false;
        }
    }

    private int driveWhilePossible(byte[] buffer, int from, int to) {
        int at = from;
        if (tunnelInput() != null) {
            tunnelled(buffer, from, to);
            return to;
        }
        while (connection.isOpen() && out.queuedBytes() < worker.context.options.maxQueuedWrite()) {
            H1State.Event event = h1.next(buffer, at, to, worker.now());
            at = h1.position();
            switch (event) {
                case HEAD -> begin();
                case BODY -> body(buffer, h1.dataFrom(), h1.dataTo());
                case END -> {
                    if (exchange != null) {
                        exchange.bodyEnded(h1.trailers());
                    }
                    dispatch();
                }
                case NEED_INPUT -> {
                    dispatch();
                    return to;
                }
                case BUSY -> {
                    return at;
                }
                case TUNNEL -> {
                    tunnelled(buffer, at, to);
                    return to;
                }
                case REFUSED -> {
                    refuse(h1.refusal(), CloseReason.REFUSED);
                    return to;
                }
                case CLOSE -> {
                    connection.closeWhenSent(CloseReason.REFUSED);
                    return to;
                }
            }
        }
        return at;
    }

    private void begin() {
        var begun = new Exchange(connection, h1.head());
        exchange = begun;
        worker.counters.requests.add(1);
        Refusal refusal = worker.context.applySettings(h1, begun.mount());
        if (refusal != null) {
            refuse(refusal, CloseReason.REFUSED);
        }
    }

    private void body(byte[] buffer, int from, int to) {
        if (exchange != null && exchange.body != null) {
            offer(exchange.body, Arrays.copyOfRange(buffer, from, to));
        }
    }

    private void offer(RequestBody to, byte[] bytes) {
        if (!to.offer(bytes) && !bodyPaused && to.pause()) {
            bodyPaused = true;
            h1.readOutstanding(false, worker.now());
        }
    }

    /** Bytes of another protocol: the handler that speaks it gets them all. */
    private void tunnelled(byte[] buffer, int from, int to) {
        RequestBody tunnel = tunnelInput();
        if (tunnel != null && from < to) {
            h1.readOutstanding(false, worker.now());
            offer(tunnel, Arrays.copyOfRange(buffer, from, to));
        }
    }

    /** What takes the peer's bytes once the connection has left HTTP; null before that. */
    private @Nullable RequestBody tunnelInput() {
        Exchange current = exchange;
        return current == null || !current.answered ? null : current.tunnelInput();
    }

    /** Starts the handler, unless it runs already or must wait: an inline handler runs when its body is there whole. */
    private void dispatch() {
        Exchange current = exchange;
        if (current == null || current.dispatched) {
            return;
        }
        Placement placement = current.mount().placement();
        boolean bodyIsHere = current.body == null || current.body.isEnded();
        if (placement == Placement.INLINE && !bodyIsHere && !bodyPaused && !h1.awaitsContinue()) {
            return;
        }
        current.dispatched = true;
        if (placement == Placement.INLINE && bodyIsHere) {
            worker.runInline(current);
        } else {
            current.start(placement != Placement.OFFLOADED);
        }
    }

    /** The exchange has something for us: a response, more of one, room for more of its body. */
    void signalled(Exchange from) {
        if (from != exchange || connection.isDestroyed()) {
            return;
        }
        connection.touch();
        if (!from.answered) {
            responder.interim(from);
        }
        RequestBody tunnel = tunnelInput();
        RequestBody body = tunnel == null ? from.body : tunnel;
        if (body != null && bodyPaused && body.wantsMore()) {
            bodyPaused = false;
            body.resumed();
            h1.readOutstanding(tunnel == null, worker.now());
            driveLeftover();
        }
        Response response = from.response();
        if (response != null && !from.answered) {
            from.answered = true;
            connection.served();
            responder.respond(from, response);
        } else {
            responder.pump();
        }
        tunnel = tunnelInput(); // again: this signal may have been for the switch and for a read behind it
        if (tunnel != null) {
            h1.readOutstanding(tunnel.readerWaits(), worker.now());
        }
    }

    // From responses to bytes.

    /** Takes pieces of a response that is streamed, as far as there is room. */
    void pump() {
        responder.pump();
    }

    /** The head that switches protocols is queued: whatever comes behind the request is the handler's. */
    void detached() {
        driveLeftover();
        if (connection.isPeerClosed()) {
            inputEnds();
        }
    }

    /** The response is queued whole: what follows is decided now, so that pipelined answers share a send. */
    void responseQueued() {
        if (exchange != null && !h1.requestComplete() && exchange.body != null) {
            exchange.body.fail(new IOException("the response is complete; the rest of the request body is discarded"));
        }
        boolean last = exchange != null && !exchange.head.keepAlive() && h1.requestComplete();
        exchange = null;
        if (bodyPaused) {
            bodyPaused = false;
            h1.readOutstanding(true, worker.now());
        }
        switch (h1.responseComplete(worker.now())) {
            case KEEP_ALIVE, DRAIN_BODY -> {
                driveLeftover();
                if (connection.isPeerClosed() && !driving && !connection.isClosing()) {
                    inputEnds();
                }
                if (worker.isDraining()) {
                    connection.drain(false);
                }
            }
            case CLOSE -> connection.finished(last && !hasLeftover());
        }
    }

    // The end.

    /** Answers what cannot be served, if nothing was answered yet, and closes. */
    void refuse(Refusal refusal, CloseReason reason) {
        Exchange current = exchange;
        boolean tooLate = responder.isStreaming();
        abandon(new IOException(refusal.reason()));
        if (tooLate) {
            connection.destroy(reason, null);
            return;
        }
        boolean isHead = current != null && current.head.isHead();
        worker.encodeRefusal(refusal, isHead);
        out.append(worker.sink.array(), 0, worker.sink.length());
        h1.responseHead(false, worker.now());
        connection.closeWhenSent(reason);
    }

    /** Nobody waits for the exchange any more: whoever still works on it is told. */
    void abandon(@Nullable IOException cause) {
        Exchange current = exchange;
        exchange = null;
        responder.abandon();
        if (current != null) {
            current.abandon(cause != null ? cause : new IOException("the connection is closed"));
        }
    }

    /** Nothing more is read. */
    void stopReading() {
        leftover = NONE;
        bodyPaused = false;
        h1.readOutstanding(false, worker.now());
    }

    /** The connection is gone. */
    void end(@Nullable IOException cause) {
        leftover = NONE;
        h1.closed();
        abandon(cause);
    }
}
