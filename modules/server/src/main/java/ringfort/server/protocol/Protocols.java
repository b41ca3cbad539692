package ringfort.server.protocol;

import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.sys.OnWorker;

/** Lends protocol state to the connections of one worker while something is under way on them. Its worker only. */
@OnWorker
public interface Protocols {
    /**
     * Protocol state for a connection that has none.
     *
     * @param first whether the connection has not had a response yet
     * @param armed what its deadline slot holds; null for nothing
     * @param deadlineNanos for when
     */
    Protocol take(ProtocolHost host, boolean first, @Nullable Phase armed, long deadlineNanos);

    /** What a new connection is waited for, before its first byte. */
    default Phase opening() {
        return Phase.HEADER;
    }

    /**
     * As the method above, for a connection of which {@code buffer[from, to)} has come, and will be given to what this returns:
     * where several protocols are spoken, these bytes choose.
     */
    default Protocol take(
            ProtocolHost host,
            boolean first,
            @Nullable Phase armed,
            long deadlineNanos,
            byte[] buffer,
            int from,
            int to) {
        return take(host, first, armed, deadlineNanos);
    }

    /** Takes back state that {@linkplain Protocol#isAtRest is at rest} or whose connection is over. */
    void give(Protocol protocol);

    /** What the objects that are lent take of the heap, without what they hold. */
    long lentBytes();

    /** As {@link #lentBytes}, without what {@code counted} lends, which is counted apart. */
    default long lentBytes(Protocols counted) {
        return equals(counted) ? 0 : lentBytes();
    }

    /** Whether {@code pending[0, count)} hold a whole head, for a connection that has no state; for the watchdog. */
    boolean completesHead(byte[] pending, int count);
}
