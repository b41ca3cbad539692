package ringfort.server.wire;

import java.net.InetSocketAddress;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;
import ringfort.sys.PeerAddress;

/**
 * A transport of one connection: it moves bytes between a socket and a {@link WireUser}. It knows sockets, rings and readiness;
 * it knows nothing of what the bytes mean. Its worker only, but for what the watchdog may ask.
 *
 * <p>What the user wants is state, which the wire asks for and makes true in the kernel. A wish for which the kernel's queue
 * has no room is thus still there in the next turn, and no operation can be lost. Each turn calls, in this order,
 * {@link #flush} and {@link #settle}; between the two the connection carries its deadline over. A deadline for a send is
 * therefore armed only when the send is still under way in the next turn.
 */
@OnWorker
public interface Wire {
    /** Does at once what needs no place in a queue: on some transports sending, on all the FIN once everything is sent. */
    void flush(WireUser user);

    /**
     * Makes the kernel's state what the user wants: send, receive, close.
     *
     * @return false when there was no room, or more can be read at once: it is to be called again in the next turn
     */
    boolean settle(WireUser user);

    /** Whether the descriptor is closed and nothing in the kernel refers to this wire any more; after the user is gone. */
    boolean isClosed(WireUser user);

    /** Makes the coming close discard what is unsent and send a reset. */
    void resetOnClose();

    /** How many sent bytes the peer has not acknowledged; -1 where the transport cannot tell. */
    int unacknowledged();

    /**
     * A close follows: what the peer has not acknowledged is kept by the kernel no longer than so many nanoseconds in which the
     * peer acknowledges nothing more; 0 is for ever. Changes nothing where all is acknowledged, or the transport cannot tell.
     */
    void boundUnsent(long nanos);

    /** The address at the other end, by which connections are counted; any thread. */
    @OffWorker
    PeerAddress address();

    /** Who is at the other end; any thread. */
    @OffWorker
    InetSocketAddress peer();

    // What the worker does when a deadline is reached, and the watchdog while a handler holds the worker. None of these
    // waits.

    /**
     * Copies to {@code target} what has come from the peer and was not handed to the user yet; the bytes stay to be handed over.
     *
     * @return how many bytes, at most {@code target.length}
     */
    int peek(WireUser user, byte[] target);

    /** Sends {@code bytes[0, length)} if the kernel takes them at once; false when it did not take all of them. */
    boolean sendNow(byte[] bytes, int length);

    /** Sends our FIN; what the peer sends still comes. */
    void finish();

    /** Ends both directions. */
    void shutdown();

    /**
     * Ends both directions with a reset, and discards what is unsent. A transport that can reset only by closing does as
     * {@link #shutdown} and leaves the reset to the worker, which closes when it is back: the deadline comes first.
     */
    void reset();
}
