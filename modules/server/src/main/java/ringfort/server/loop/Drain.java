package ringfort.server.loop;

import ringfort.budget.Phase;
import ringfort.server.metrics.CloseReason;
import ringfort.server.protocol.Protocol;
import ringfort.sys.OnWorker;

/**
 * How a worker ends its connections when the server stops: those that wait for a request at once, those that never sent a byte
 * a little later, and what is left at the deadline. Its worker only.
 *
 * <p>It goes through the connections three times, a bounded number of them in each turn.
 */
@OnWorker
final class Drain {
    /** Connections that are drained between two looks at the kernel queue. */
    private static final int DRAINED_PER_TURN = 1024;

    /** Connections that never sent a byte are given this long: a request may be on its way. */
    private static final long SILENT_GRACE_NANOS = 500_000_000L;

    /** Connections closed by force are looked at again so much later, when the kernel has given back what was in flight. */
    private static final long FORCED_AGAIN_NANOS = 1_000_000_000L;

    private enum Pass {
        IDLE,
        SILENT,
        FORCED
    }

    private long deadlineNanos;
    private long silentAtNanos;
    private boolean silentDone;
    private boolean accepting = true;
    private Pass pass = Pass.IDLE;
    private int at; // the next index to look at in this pass; -1 when the pass is over

    Drain(long deadlineNanos, long nowNanos) {
        this.deadlineNanos = deadlineNanos;
        this.silentAtNanos = nowNanos + SILENT_GRACE_NANOS;
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
            silentDone = true;
            at = 0;
        } else if (!silentDone && silentAtNanos - nowNanos <= 0) {
            pass = Pass.SILENT;
            silentDone = true;
            at = 0;
        }
    }

    private void end(Connection connection) {
        switch (pass) {
            case IDLE -> endIf(connection, waitsForRequest(connection));
            case SILENT -> endIf(connection, waitsForRequest(connection) || isSilent(connection));
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

    /** Whether the server owes it nothing: a response has been sent, and no request has begun since. */
    private static boolean waitsForRequest(Connection connection) {
        Protocol protocol = connection.protocol();
        return protocol == null ? connection.isServed() : protocol.waitsForRequest();
    }

    /** Whether the peer has not asked anything yet. */
    private static boolean isSilent(Connection connection) {
        return !connection.isServed()
                && (connection.protocol() == null || connection.deadline().phase() == Phase.HEADER);
    }

    private static void endIf(Connection connection, boolean ends) {
        if (ends) {
            connection.closeWhenSent(CloseReason.DRAINED);
        }
    }

    /** How long the worker may wait until the next pass begins. */
    long waitNanos(long nowNanos) {
        if (at >= 0) {
            return 0;
        }
        long until = deadlineNanos - nowNanos;
        if (!silentDone) {
            until = Math.min(until, silentAtNanos - nowNanos);
        }
        return Math.max(0, until);
    }
}
