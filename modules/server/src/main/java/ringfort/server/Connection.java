package ringfort.server;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ringfort.api.Placement;
import ringfort.api.Response;
import ringfort.h1.H1State;
import ringfort.h1.Phase;
import ringfort.h1.Refusal;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;
import ringfort.sys.PeerAddress;
import ringfort.sys.Sockets;

/**
 * One connection on an engine with workers: it carries bytes between its transport, the protocol in {@link H1State} and
 * the exchange in progress. Its worker only.
 *
 * <p>A transport (ring or epoll) calls {@link #received}, {@link #peerClosed}, {@link #transportFailed} and
 * {@link #sent}; what the connection wants of it is state ({@link #wantsRead}, {@link #out}, {@link #wantsShutdown},
 * {@link #isDestroyed}), and {@link #settle} makes it so at the end of each turn. A wish the kernel had no room for is
 * thus still there in the next turn, and nothing needs a queue of operations to retry.
 *
 * <pre>
 *   received ─► H1State.next ─► Exchange ─► handler ─► signalled ─► respond ─► out ─► settle ─► kernel
 * </pre>
 */
@OnWorker
abstract class Connection {
    private static final byte[] NONE = {};

    /** A closing connection discards this much before it stops waiting for the peer's FIN. */
    private static final int LINGER_BYTES = 256 * 1024;

    final Worker worker;
    final int fd;
    final int index;
    final int generation;
    final PeerAddress peerAddress;
    final Slot slot;
    private @Nullable PeerProgress progress; // while the peer is waited for to take more
    private @Nullable Conversation conversation; // while a message is under way

    /** In the worker's list of connections to settle. */
    boolean touched;

    private @Nullable Exchange exchange;
    private byte[] leftover = NONE; // from leftoverAt on, bytes behind the current request
    private int leftoverAt;
    private boolean driving;
    private boolean bodyPaused;
    private boolean peerClosed;
    private boolean peerDone; // it said that this is its last request, and nothing came behind it
    private boolean closing; // nothing more is read; close once everything is sent
    private boolean shutdown; // our FIN is out
    private boolean halfClosed; // a tunnel's handler has ended our side
    private boolean destroyed;
    private boolean served;
    private int lingered;
    private CloseReason closeReason = CloseReason.PEER;

    private long acceptedNanos;
    private long receivedBytes;

    Connection(Worker worker, int fd, PeerAddress peerAddress, int index, int generation) {
        this.worker = worker;
        this.fd = fd;
        this.peerAddress = peerAddress;
        this.index = index;
        this.generation = generation;
        this.slot = new Slot(this);
    }

    final void accepted() {
        acceptedNanos = worker.now();
        h1().accepted(acceptedNanos);
        touch();
    }

    /** Takes one, where it has none. */
    private Conversation conversation() {
        Conversation current = conversation;
        if (current == null) {
            current = worker.conversations.take(this);
            conversation = current;
        }
        return current;
    }

    final H1State h1() {
        return conversation().h1;
    }

    final Outbox out() {
        return conversation().out;
    }

    /** Whether something waits to be sent. */
    final boolean hasOutput() {
        return conversation != null && !conversation.out.isEmpty();
    }

    /** Gives back what only a message under way needs; the transport, when it has settled. */
    final void rest() {
        Conversation current = conversation;
        if (current != null && exchange == null && !closing && !destroyed && !hasLeftover() && current.isAtRest()) {
            conversation = null;
            worker.conversations.give(current);
        }
    }

    // What the transport is to do.

    /** Makes the transport's state what the connection wants; false when there was no room and it must be tried again. */
    abstract boolean settle();

    final boolean wantsRead() {
        return !peerClosed && !destroyed && (closing || (!bodyPaused && !hasLeftover()));
    }

    private boolean hasLeftover() {
        return leftoverAt < leftover.length;
    }

    private void leave(byte[] bytes, int at) {
        peerDone &= at == bytes.length;
        leftover = at < bytes.length && !closing && !destroyed ? bytes : NONE;
        leftoverAt = leftover.length == 0 ? 0 : at;
    }

    /** Everything is sent and our side ends, the peer's being open: it gets our FIN and may answer it. */
    final boolean wantsShutdown() {
        return (closing || halfClosed) && !shutdown && !destroyed && !hasOutput();
    }

    final boolean isDestroyed() {
        return destroyed;
    }

    /** Whether it has had a response. */
    final boolean isServed() {
        return served;
    }

    /** Whether no further request is read. */
    final boolean isClosing() {
        return closing;
    }

    /** What is in progress and was not answered whole. */
    final @Nullable Exchange exchange() {
        return exchange;
    }

    final CloseReason closeReason() {
        return closeReason;
    }

    final void touch() {
        worker.touch(this);
    }

    // Deadlines.

    /** The slot came due. */
    final void deadline() {
        Phase phase = slot.phase();
        long due = slot.dueNanos();
        touch();
        if (phase == Phase.WRITE) {
            slot.creditAcknowledged(worker.now());
        }
        H1State.Expiry expiry = h1().expired(worker.now());
        if (expiry == H1State.Expiry.NOT_DUE) {
            slot.putBack();
            return;
        }
        slot.expired(phase, due);
        switch (expiry) {
            case ANSWER_408 -> answerAndClose(h1().refusal(), CloseReason.DEADLINE);
            case ANSWER_503 -> {
                Exchange late = exchange;
                answerAndClose(h1().refusal(), CloseReason.DEADLINE);
                if (late != null) {
                    late.interrupt();
                }
            }
            case CLOSE_SILENT, LINGER_OVER -> destroy(CloseReason.DEADLINE, null);
            case ABORT -> cutUnread();
            case NOT_DUE -> {}
        }
    }

    private void cutUnread() {
        closeReason = CloseReason.DEADLINE; // also when it was to close in order: that did not come about
        Sockets.abortOnClose(fd);
        destroy(CloseReason.DEADLINE, new IOException("the peer did not read the response in time"));
    }

    /** Meets what the watchdog did while a handler held the worker, before anything else happens to this connection. */
    final void endEnforced() {
        touch();
        Phase passed = slot.countEnforced();
        if (slot.isEnforcedWithAnswer()) {
            abandonExchange(new IOException("the handler was too late"));
            closeWhenSent(CloseReason.DEADLINE);
            shutdownDone();
        } else if (passed == Phase.WRITE) {
            cutUnread();
        } else {
            destroy(CloseReason.DEADLINE, null);
        }
    }

    /** How much the peer takes; asked for when that begins to matter. */
    final PeerProgress progress() {
        PeerProgress current = progress;
        if (current == null) {
            current = new PeerProgress();
            progress = current;
        }
        return current;
    }

    // What the transport reports.

    /** Bytes arrived; {@code buffer} is the worker's and is not kept. */
    final void received(byte[] buffer, int from, int to) {
        touch();
        receivedBytes += to - from;
        worker.counters.receivedBytes.add(to - from);
        if (closing || destroyed) {
            peerDone = false;
            // Until our FIN is out there is an answer that a close with bytes unread would destroy.
            lingered += shutdown ? to - from : 0;
            if (lingered > LINGER_BYTES) {
                destroy(closeReason, null);
            }
            return;
        }
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

    /** The peer sent its FIN. */
    final void peerClosed() {
        touch();
        peerClosed = true;
        endIfPeerEnded();
        if (!closing && !hasLeftover()) {
            inputEnds();
        }
    }

    private void inputEnds() {
        RequestBody tunnel = tunnelInput();
        if (tunnel != null) {
            tunnel.end();
            h1().readOutstanding(false, worker.now());
            return;
        }
        switch (h1().inputClosed(worker.now())) {
            case IDLE_CLOSE -> closeWhenSent(CloseReason.PEER);
            case PARTIAL_HEAD -> closeWhenSent(CloseReason.PEER_MIDWAY);
            case PARTIAL_BODY -> {
                abandonExchange(new EOFException("the peer closed before the request body was complete"));
                closeWhenSent(CloseReason.PEER_MIDWAY);
            }
            case AFTER_REQUEST -> {}
        }
    }

    /** The socket failed, by a reset as a rule. */
    final void transportFailed(IOException cause) {
        destroy(CloseReason.RESET, cause);
    }

    /** The kernel took {@code count} bytes of {@link #out}. */
    final void sent(int count) {
        touch();
        Conversation current = conversation();
        current.out.sent(count);
        current.h1.writeProgress(progress == null ? count : progress.given(count), worker.now());
        current.responder.pump();
        if (current.out.isEmpty()) {
            progress = null;
            current.h1.writeOutstanding(false, worker.now());
            endIfPeerEnded();
        }
        driveLeftover();
    }

    /**
     * When the peer has ended its side, or said that it would, and everything is sent, closing is all that is left: it
     * sends our FIN.
     */
    private void endIfPeerEnded() {
        if (closing && (peerClosed || peerDone) && !hasOutput()) {
            destroy(closeReason, null);
        }
    }

    /** Our FIN is out. */
    final void shutdownDone() {
        shutdown = true;
        touch();
        if (closing) {
            lingerForPeer();
        }
    }

    private void lingerForPeer() {
        if (peerClosed || worker.context.timeouts.lingerNanos() == 0) {
            destroy(closeReason, null);
        } else {
            h1().closing(worker.now());
        }
    }

    // From bytes to exchanges.

    private void driveLeftover() {
        if (driving || !hasLeftover() || closing || destroyed) {
            return;
        }
        byte[] bytes = leftover;
        leave(bytes, drive(bytes, leftoverAt, bytes.length));
        if (peerClosed && !hasLeftover() && !closing) {
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
        Conversation current = conversation();
        H1State h1 = current.h1;
        while (!closing && !destroyed && current.out.queuedBytes() < worker.context.options.maxQueuedWrite()) {
            H1State.Event event = h1.next(buffer, at, to, worker.now());
            at = h1.position();
            switch (event) {
                case HEAD -> begin(h1);
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
                    answerAndClose(h1.refusal(), CloseReason.REFUSED);
                    return to;
                }
                case CLOSE -> {
                    closeWhenSent(CloseReason.REFUSED);
                    return to;
                }
            }
        }
        return at;
    }

    private void begin(H1State h1) {
        var begun = new Exchange(this, h1.head());
        exchange = begun;
        worker.counters.requests.add(1);
        Refusal refusal = worker.context.applySettings(h1, begun.mount());
        if (refusal != null) {
            answerAndClose(refusal, CloseReason.REFUSED);
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
            h1().readOutstanding(false, worker.now());
        }
    }

    /** Bytes of another protocol: the handler that speaks it gets them all. */
    private void tunnelled(byte[] buffer, int from, int to) {
        RequestBody tunnel = tunnelInput();
        if (tunnel != null && from < to) {
            h1().readOutstanding(false, worker.now());
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
        if (placement == Placement.INLINE && !bodyIsHere && !bodyPaused && !h1().awaitsContinue()) {
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
    final void signalled(Exchange from) {
        if (from != exchange || destroyed) {
            return;
        }
        touch();
        Conversation current = conversation();
        if (!from.answered) {
            current.responder.interim(from);
        }
        RequestBody tunnel = tunnelInput();
        RequestBody body = tunnel == null ? from.body : tunnel;
        if (body != null && bodyPaused && body.wantsMore()) {
            bodyPaused = false;
            body.resumed();
            current.h1.readOutstanding(tunnel == null, worker.now());
            driveLeftover();
        }
        Response response = from.response();
        if (response != null && !from.answered) {
            from.answered = true;
            served = true;
            current.responder.respond(from, response);
        } else {
            current.responder.pump();
        }
        tunnel = tunnelInput(); // again: this signal may have been for the switch and for a read behind it
        if (tunnel != null) {
            current.h1.readOutstanding(tunnel.readerWaits(), worker.now());
        }
    }

    // From responses to bytes.

    /** The head that switches protocols is queued: whatever comes behind the request is the handler's. */
    final void detached() {
        driveLeftover();
        if (peerClosed && !hasLeftover()) {
            inputEnds();
        }
    }

    /** A tunnel's handler has ended our side. */
    final void halfClose() {
        halfClosed = true;
        touch();
    }

    /** A tunnel's handler is done: what the peer still sends is of no use to anybody. */
    final void tunnelEnded() {
        abandonExchange(new IOException("the tunnel has ended"));
        closeWhenSent(CloseReason.FINISHED);
        if (shutdown && !destroyed) {
            lingerForPeer();
        }
    }

    /** The response is queued whole: what follows is decided now, so that pipelined answers share a send. */
    final void responseQueued() {
        H1State h1 = h1();
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
                if (peerClosed && !hasLeftover() && !driving && !closing) {
                    inputEnds();
                }
                if (worker.isDraining()) {
                    drain(false);
                }
            }
            case CLOSE -> {
                peerDone = last && !hasLeftover();
                closeWhenSent(CloseReason.FINISHED);
            }
        }
    }

    /** The handler failed midway: the peer must be able to tell, so the connection is cut and not ended. */
    final void cut() {
        Sockets.abortOnClose(fd);
        destroy(CloseReason.HANDLER, null);
    }

    // The end.

    /** Answers what cannot be served, if nothing was answered yet, and closes. */
    private void answerAndClose(Refusal refusal, CloseReason reason) {
        Exchange current = exchange;
        boolean tooLate = conversation().responder.isStreaming();
        abandonExchange(new IOException(refusal.reason()));
        if (tooLate) {
            destroy(reason, null);
            return;
        }
        boolean isHead = current != null && current.head.isHead();
        worker.encodeRefusal(refusal, isHead);
        out().append(worker.sink.array(), 0, worker.sink.length());
        h1().responseHead(false, worker.now());
        closeWhenSent(reason);
    }

    private void abandonExchange(@Nullable IOException cause) {
        Exchange current = exchange;
        exchange = null;
        if (conversation != null) {
            conversation.responder.abandon();
        }
        if (current != null) {
            current.abandon(cause != null ? cause : new IOException("the connection is closed"));
        }
    }

    /** No further request is read; the connection ends in order once everything is sent. */
    private void closeWhenSent(CloseReason reason) {
        if (closing || destroyed) {
            return;
        }
        closeReason = reason;
        closing = true;
        leftover = NONE;
        bodyPaused = false;
        h1().readOutstanding(false, worker.now());
        touch();
        endIfPeerEnded();
    }

    /** Ends now: the transport cancels what is in flight and closes the descriptor. */
    final void destroy(CloseReason reason, @Nullable IOException cause) {
        if (destroyed) {
            return;
        }
        if (!closing) {
            closeReason = reason;
        }
        destroyed = true;
        leftover = NONE;
        h1().closed();
        slot.end();
        abandonExchange(cause);
        touch();
    }

    /**
     * The server is stopping: a connection that waits for nothing of ours ends.
     *
     * @param silentToo also one that has not asked anything yet; its first request may be on its way
     */
    final void drain(boolean silentToo) {
        boolean between = h1().phase() == Phase.IDLE || (silentToo && slot.phase() == Phase.HEADER && !served);
        if (between && exchange == null && !closing && !destroyed && !hasLeftover()) {
            closeWhenSent(CloseReason.DRAINED);
        }
    }

    // What others ask for; peer and local also handlers, on their own threads.

    @OffWorker
    final InetSocketAddress peer() {
        return peerAddress.toInetSocketAddress();
    }

    final long acceptedNanos() {
        return acceptedNanos;
    }

    final long receivedBytes() {
        return receivedBytes;
    }

    @OffWorker
    final InetSocketAddress local() {
        return worker.localAddress();
    }
}
