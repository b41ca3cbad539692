package ringfort.server.loop;

import ringfort.api.spi.JvmExit;
import ringfort.budget.Phase;
import ringfort.server.exchange.ServerContext;
import ringfort.server.metrics.CloseReason;
import ringfort.server.protocol.Protocol;
import ringfort.sys.OnWorker;

/**
 * How a worker ends its connections when the server stops. A connection at rest is given a grace: a request of it may be on its
 * way, and is answered once more, with {@code Connection: close}. Closing at once would lose that request, and its peer could
 * not tell whether it was handled. Its worker only.
 *
 * <pre>
 *  pass     when                                        what ends
 *  IDLE     at the end of the grace, and again each     those that wait for a request, in order
 *           such time: others have come to rest since
 *  SILENT   as IDLE, but half a second or more after    also those that never sent a byte
 *           the stop
 *  FORCED   at the deadline, and again each second      what is left, by force
 * </pre>
 *
 * <p>A pass goes through a bounded number of connections in each turn.
 */
@OnWorker
final class Drain {
    /** Connections that are drained between two looks at the kernel queue. */
    private static final int DRAINED_PER_TURN = 1024;

    /** Connections that never sent a byte are given at least this long: a request may be on its way. */
    private static final long SILENT_GRACE_NANOS = 500_000_000L;

    /** Without a grace, connections that have come to rest are looked for this often. */
    private static final long LEAST_ROUND_NANOS = 100_000_000L;

    /** Connections closed by force are looked at again so much later, when the kernel has given back what was in flight. */
    private static final long FORCED_AGAIN_NANOS = 1_000_000_000L;

    private enum Pass {
        IDLE,
        SILENT,
        FORCED
    }

    private final long roundNanos;
    private final long silentAtNanos;
    private long deadlineNanos;
    private long idleAtNanos;
    private boolean accepting = true;
    private Pass pass = Pass.IDLE;
    private int at = -1; // the next index to look at in this pass; -1 when the pass is over

    Drain(long deadlineNanos, ServerContext context) {
        long graceNanos = context.drainGraceNanos();
        long nowNanos = context.ticker().nanos();
        this.deadlineNanos = deadlineNanos;
        roundNanos = Math.max(graceNanos, LEAST_ROUND_NANOS);
        idleAtNanos = nowNanos + graceNanos;
        silentAtNanos = nowNanos + Math.max(graceNanos, SILENT_GRACE_NANOS);
    }

    boolean hasStoppedAccepting() {
        return !accepting;
    }

    void stoppedAccepting() {
        accepting = false;
    }

    /** Looks at {@link #DRAINED_PER_TURN} indices at most; true when there is nothing more to look at now. */
    boolean advance(ConnectionTable connections, long nowNanos) {
        if (at < 0) {
            next(nowNanos);
        }
        for (int left = DRAINED_PER_TURN; at >= 0 && left > 0; left--) {
            if (at >= connections.places()) {
                at = -1;
                next(nowNanos);
                continue;
            }
            Connection connection = connections.at(at++);
            if (connection != null) {
                end(connection);
            }
        }
        return at < 0;
    }

    /** Begins the next pass when its time has come. */
    private void next(long nowNanos) {
        if (deadlineNanos - nowNanos <= 0) {
            pass = Pass.FORCED;
            deadlineNanos = nowNanos + FORCED_AGAIN_NANOS;
            at = 0;
        } else if (pass != Pass.FORCED && idleAtNanos - nowNanos <= 0) {
            pass = silentAtNanos - nowNanos <= 0 ? Pass.SILENT : Pass.IDLE;
            idleAtNanos = nowNanos + roundNanos;
            at = 0;
        }
    }

    private void end(Connection connection) {
        switch (pass) {
            case IDLE -> drain(connection);
            case SILENT -> {
                if (isSilent(connection)) {
                    connection.closeWhenSent(CloseReason.DRAINED);
                } else {
                    drain(connection);
                }
            }
            case FORCED -> force(connection);
        }
    }

    /** A response in the middle is cut, so that it does not look whole; one that the kernel has whole is its to deliver. */
    private static void force(Connection connection) {
        if (connection.isOpen() || connection.hasOutput()) {
            connection.cut(CloseReason.FORCED);
        } else {
            connection.destroy(CloseReason.FORCED, null);
        }
    }

    /** Gives up what was asked of handlers that have called System.exit. */
    static void cutExiting(Connection connection) {
        Protocol protocol = connection.protocol();
        if (protocol != null) {
            protocol.giveUp(JvmExit::isCalledBy);
        }
    }

    /** Ends it if the server owes it nothing: a response has been sent, and no request has begun since. */
    private static void drain(Connection connection) {
        Protocol protocol = connection.protocol();
        if (protocol != null) {
            protocol.drain();
        } else if (connection.isServed()) {
            connection.closeWhenSent(CloseReason.DRAINED);
        }
    }

    /** Whether the peer has not asked anything yet. */
    private static boolean isSilent(Connection connection) {
        return !connection.isServed()
                && (connection.protocol() == null
                        || connection.deadline().phase() == Phase.HEADER
                        || connection.deadline().phase() == Phase.HANDSHAKE);
    }

    /** How long the worker may wait until the next pass begins. */
    long waitNanos(long nowNanos) {
        if (at >= 0) {
            return 0;
        }
        long until = deadlineNanos - nowNanos;
        if (pass != Pass.FORCED) {
            until = Math.min(until, idleAtNanos - nowNanos);
        }
        return Math.max(0, until);
    }
}
