package ringfort.server.loop;

import ringfort.budget.Phase;
import ringfort.sys.OnWorker;

/**
 * What a worker lets go when the JVM has run out of memory: connections in the middle of a head, which have been answered
 * nothing yet. Each allocation that fails has had the collector go through the whole heap, and the worker has waited for that. So one
 * failure makes room for many: what comes next finds memory. Its worker only.
 *
 * <p>Takes no memory itself.
 */
@OnWorker
final class Emergency {
    /** Connections that are cut for one failure. */
    private static final int MOST_CUT = 256;

    private int at; // the index to go on with
    private boolean shedding;

    /** Cuts connections in the middle of a head. */
    void shed(ConnectionTable connections) {
        if (shedding) {
            return; // cutting one has failed
        }
        shedding = true;
        int places = connections.places();
        for (int i = 0, cut = 0; i < places && cut < MOST_CUT; i++) {
            at = at + 1 < places ? at + 1 : 0;
            Connection connection = connections.at(at);
            if (connection != null && isMidway(connection)) {
                connection.cutForMemory();
                cut++;
            }
        }
        shedding = false;
    }

    private static boolean isMidway(Connection connection) {
        return connection.isOpen()
                && connection.protocol() != null
                && !connection.hasOutput()
                && (connection.deadline().phase() == Phase.HEADER
                        || connection.deadline().phase() == Phase.HANDSHAKE);
    }
}
