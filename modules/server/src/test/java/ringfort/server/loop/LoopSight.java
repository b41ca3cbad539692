package ringfort.server.loop;

import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.server.exchange.ServerContext;

/** What a test outside this package may see of a worker and its connections; on the worker's thread. */
public final class LoopSight {
    private LoopSight() {}

    /** The phase whose deadline the connection has; null for none. */
    public static @Nullable Phase phase(Connection connection) {
        return connection.deadline().phase();
    }

    /** The phase that is counted as armed; it follows {@link #phase} when the connection is settled. */
    public static @Nullable Phase settledPhase(Connection connection) {
        return connection.deadline().settled();
    }

    /** Whether the worker settles the connection in its next turn, which it then begins without waiting. */
    public static boolean isTouched(Connection connection) {
        return connection.touched;
    }

    /** Whether the deadline is reached, and what had come by then is still to be read. */
    public static boolean isLookedAt(Connection connection) {
        return connection.deadline().isLookedAt();
    }

    /** When that deadline is due. */
    public static long dueNanos(Connection connection) {
        return connection.deadline().dueNanos();
    }

    /** One look of the watchdog, on the calling thread. */
    public static void look(ServerContext context, Worker worker) {
        new Watchdog(context, java.util.List.of(worker), (_, _) -> {}).look(worker);
    }

    /** Whether the worker is inside a handler. */
    public static boolean isHeld(Worker worker) {
        return !worker.guard().isFree();
    }
}
