package ringfort.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.h1.H1State;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;
import ringfort.sys.PeerAddress;
import ringfort.sys.Sockets;

/**
 * One connection on an engine with workers: what its transport is to do, when it is due, and how it ends. What its bytes
 * mean is a matter of the {@link Conversation} it has while a message is under way. Its worker only.
 *
 * <p>A transport (ring or epoll) calls {@link #received}, {@link #peerClosed}, {@link #transportFailed} and
 * {@link #sent}; what the connection wants of it is state ({@link #wantsRead}, {@link #out}, {@link #wantsShutdown},
 * {@link #isDestroyed}), and {@link #settle} makes it so at the end of each turn. A wish the kernel had no room for is
 * thus still there in the next turn, and nothing needs a queue of operations to retry.
 */
@OnWorker
abstract class Connection implements HeadSource.Ends {
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
        if (current != null && isOpen() && current.isAtRest()) {
            conversation = null;
            worker.conversations.give(current);
        }
    }

    // What the transport is to do.

    /** Makes the transport's state what the connection wants; false when there was no room and it must be tried again. */
    abstract boolean settle();

    final boolean wantsRead() {
        return !peerClosed && !destroyed && (closing || conversation == null || conversation.takesInput());
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

    /** Whether it goes on: it is neither gone nor about to be. */
    final boolean isOpen() {
        return !closing && !destroyed;
    }

    final boolean isPeerClosed() {
        return peerClosed;
    }

    /** Whether no further request is read. */
    final boolean isClosing() {
        return closing;
    }

    /** What is in progress and was not answered whole. */
    final @Nullable Exchange exchange() {
        return conversation == null ? null : conversation.exchange();
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
            case ANSWER_408 -> conversation().refuse(h1().refusal(), CloseReason.DEADLINE);
            case ANSWER_503 -> {
                Exchange late = exchange();
                conversation().refuse(h1().refusal(), CloseReason.DEADLINE);
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
            conversation().abandon(new IOException("the handler was too late"));
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
        if (!isOpen()) {
            peerDone = false;
            // Until our FIN is out there is an answer that a close with bytes unread would destroy.
            lingered += shutdown ? to - from : 0;
            if (lingered > LINGER_BYTES) {
                destroy(closeReason, null);
            }
            return;
        }
        conversation().received(buffer, from, to);
    }

    /** The peer sent its FIN. */
    final void peerClosed() {
        touch();
        peerClosed = true;
        endIfPeerEnded();
        if (!closing) {
            conversation().inputEnds();
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
        current.pump();
        if (current.out.isEmpty()) {
            progress = null;
            current.h1.writeOutstanding(false, worker.now());
            endIfPeerEnded();
        }
        current.driveLeftover();
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

    // What the conversation reports.

    /** A response has begun. */
    final void served() {
        served = true;
    }

    /** Something came behind what the peer had called its last request. */
    final void peerSentMore() {
        peerDone = false;
    }

    /**
     * A response behind which nothing comes is queued whole.
     *
     * @param last whether the peer had said that it would ask no more, and has not
     */
    final void finished(boolean last) {
        peerDone = last;
        closeWhenSent(CloseReason.FINISHED);
    }

    /** The exchange has something for us. */
    final void signalled(Exchange from) {
        if (conversation != null) {
            conversation.signalled(from);
        }
    }

    /** A tunnel's handler has ended our side. */
    final void halfClose() {
        halfClosed = true;
        touch();
    }

    /** A tunnel's handler is done: what the peer still sends is of no use to anybody. */
    final void tunnelEnded() {
        conversation().abandon(new IOException("the tunnel has ended"));
        closeWhenSent(CloseReason.FINISHED);
        if (shutdown && !destroyed) {
            lingerForPeer();
        }
    }

    /** The handler failed midway: the peer must be able to tell, so the connection is cut and not ended. */
    final void cut() {
        Sockets.abortOnClose(fd);
        destroy(CloseReason.HANDLER, null);
    }

    // The end.

    /** No further request is read; the connection ends in order once everything is sent. */
    final void closeWhenSent(CloseReason reason) {
        if (!isOpen()) {
            return;
        }
        closeReason = reason;
        closing = true;
        conversation().stopReading();
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
        conversation().end(cause);
        slot.end();
        touch();
    }

    /**
     * The server is stopping: a connection that waits for nothing of ours ends.
     *
     * @param silentToo also one that has not asked anything yet; its first request may be on its way
     */
    final void drain(boolean silentToo) {
        boolean silent = silentToo && slot.phase() == Phase.HEADER && !served;
        if (isOpen() && (silent || conversation().waitsForRequest())) {
            closeWhenSent(CloseReason.DRAINED);
        }
    }

    // What others ask for; peer and local also handlers, on their own threads.

    @Override
    @OffWorker
    public final InetSocketAddress peer() {
        return peerAddress.toInetSocketAddress();
    }

    final long acceptedNanos() {
        return acceptedNanos;
    }

    final long receivedBytes() {
        return receivedBytes;
    }

    @Override
    @OffWorker
    public final InetSocketAddress local() {
        return worker.localAddress();
    }
}
