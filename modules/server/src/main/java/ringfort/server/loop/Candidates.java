package ringfort.server.loop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.sys.OnWorker;

/**
 * Which connections of a worker are to be given up first. It looks at a bounded number of them at a time, and goes on there the
 * next time, so that a worker of many connections has no long turn; of those it looked at it knows the order exactly. Its
 * worker only.
 */
@OnWorker
final class Candidates {
    /** Connections that are looked at in one turn while memory is short. */
    static final int PLACES_PER_LOOK = 1024;

    /** Connections that are looked at for one that is idle. */
    static final int PLACES_PER_SEARCH = 4096;

    /** A connection that has been idle for less than this is left alone: its next request may be on its way. */
    static final long IDLE_FLOOR_NANOS = 1_000_000_000L;

    /** A head that is smaller than this is left alone while it is young: its rest may be on its way. */
    static final int LARGE_HEAD_BYTES = 4 * 1024;

    /** Content that waits for a handler counts as unread when it takes this much. */
    static final int UNREAD_BYTES = 16 * 1024;

    /** What no exchange by itself holds: others of the connection hold it, whatever the deadline of one of them says. */
    static final int MANY_STREAMS_BYTES = 512 * 1024;

    /** After a search in vain idle connections are searched for again so much later at the earliest. */
    private static final long SEARCH_NANOS = 10_000_000L;

    private final ConnectionTable connections;
    private final List<Connection> idle = new ArrayList<>();
    private final List<Connection> slow = new ArrayList<>();
    private final List<Connection> heads = new ArrayList<>();
    private final List<Connection> unread = new ArrayList<>();
    private int at; // the next index to look at

    private final List<Connection> oldest = new ArrayList<>(); // idle ones that were found, the oldest last
    private long searchedNanos;
    private boolean searched; // in vain, at searchedNanos

    Candidates(ConnectionTable connections) {
        this.connections = connections;
    }

    /** Those that are idle, the oldest first. */
    List<Connection> idle() {
        return idle;
    }

    /** Those whose peers are nearly too slow, the slowest first. */
    List<Connection> slow() {
        return slow;
    }

    /** Those with an unfinished head, the largest first, and of those of a size the oldest. */
    List<Connection> heads() {
        return heads;
    }

    /** Those whose handlers do not read the content that waits, the largest first. */
    List<Connection> unread() {
        return unread;
    }

    /** Looks at the next connections. */
    void look(long nowNanos, Timeouts timeouts) {
        idle.clear();
        slow.clear();
        heads.clear();
        unread.clear();
        for (int left = Math.min(PLACES_PER_LOOK, connections.places()); left > 0; left--) {
            Connection connection = next();
            if (connection != null && connection.isOpen()) {
                sort(connection, nowNanos, timeouts);
            }
        }
        idle.sort(Comparator.comparingLong(connection -> connection.settledNanos - nowNanos));
        slow.sort(Comparator.comparingLong(connection -> connection.deadline().dueNanos() - nowNanos));
        heads.sort(Comparator.<Connection>comparingInt(connection -> Long.numberOfLeadingZeros(connection.heldBytes))
                .thenComparingLong(connection -> connection.deadline().dueNanos() - nowNanos));
        unread.sort(Comparator.comparingLong(connection -> -connection.heldBytes));
    }

    private @Nullable Connection next() {
        if (at >= connections.places()) {
            at = 0;
        }
        return connections.at(at++);
    }

    private void sort(Connection connection, long nowNanos, Timeouts timeouts) {
        Phase phase = connection.deadline().phase();
        long leftNanos = connection.deadline().dueNanos() - nowNanos;
        if (connection.isResting()) {
            if (isIdle(connection, nowNanos)) {
                idle.add(connection);
            }
        } else if (phase == Phase.WRITE || phase == Phase.BODY) {
            long grace = phase == Phase.WRITE ? timeouts.writeGraceNanos() : timeouts.bodyGraceNanos();
            if (leftNanos <= grace / 2) {
                slow.add(connection);
            } else if (connection.heldBytes >= MANY_STREAMS_BYTES) {
                unread.add(connection);
            }
        } else if (phase == Phase.HEADER || phase == Phase.HANDSHAKE) {
            if (connection.heldBytes >= LARGE_HEAD_BYTES || leftNanos <= timeouts.headerNanos() - IDLE_FLOOR_NANOS) {
                heads.add(connection);
            }
        } else if (connection.heldBytes >= UNREAD_BYTES) {
            unread.add(connection);
        }
    }

    /** Whether nothing has been under way for a while: an answer was taken, or nothing was ever asked. */
    private static boolean isIdle(Connection connection, long nowNanos) {
        return connection.isOpen()
                && connection.isResting()
                && !connection.touched
                && nowNanos - connection.settledNanos >= IDLE_FLOOR_NANOS;
    }

    /** The connection that has been idle for the longest time, of those that were looked at; null when there is none. */
    @Nullable Connection oldestIdle(long nowNanos) {
        Connection found = takeOldest(nowNanos);
        if (found == null && (!searched || nowNanos - searchedNanos >= SEARCH_NANOS)) {
            search(nowNanos);
            found = takeOldest(nowNanos);
        }
        return found;
    }

    private @Nullable Connection takeOldest(long nowNanos) {
        while (!oldest.isEmpty()) {
            Connection next = oldest.removeLast();
            if (isIdle(next, nowNanos)) { // it may have had a request since, or be gone
                return next;
            }
        }
        return null;
    }

    private void search(long nowNanos) {
        for (int left = Math.min(PLACES_PER_SEARCH, connections.places()); left > 0; left--) {
            Connection connection = next();
            if (connection != null && isIdle(connection, nowNanos)) {
                oldest.add(connection);
            }
        }
        searched = oldest.isEmpty();
        searchedNanos = nowNanos;
        oldest.sort(
                Collections.reverseOrder(Comparator.comparingLong(connection -> connection.settledNanos - nowNanos)));
    }
}
