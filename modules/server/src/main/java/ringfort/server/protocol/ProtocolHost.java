package ringfort.server.protocol;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.server.exchange.Endpoints;
import ringfort.server.metrics.CloseReason;
import ringfort.sys.OnWorker;

/** A connection as its protocol sees it: its deadline, what is known of the peer, and the ways to end. Its worker only. */
@OnWorker
public interface ProtocolHost extends Endpoints {
    /** The one deadline of the connection. */
    DeadlineSlot slot();

    /** Something happened: {@link Protocol#advance} is to be called in this turn. */
    void touch();

    /** Whether the connection goes on: it is neither gone nor about to end. */
    boolean isOpen();

    /** Whether the peer has sent its FIN. */
    boolean isInputEnded();

    /** Whether the end of the peer's bytes may be the work of somebody else: what ends with the connection is not whole then. */
    default boolean isInputCut() {
        return false;
    }

    /** A response has begun. */
    void served();

    /** Whether the peer has said that it sends nothing more; false also when something came all the same. */
    void peerSaidLast(boolean last);

    /** No further request is read; the connection ends in order once everything is sent. */
    void closeWhenSent(CloseReason reason);

    /** As {@link #closeWhenSent}, but a reset ends it: what is queued is not a whole response, and the peer must see that. */
    void failWhenSent(CloseReason reason);

    /** Our FIN follows what is queued, and receiving goes on. */
    void halfClose();

    /** Ends now, and in order as far as the kernel has everything. */
    void destroy(CloseReason reason, @Nullable IOException cause);

    /** Ends now with a reset, so that the peer can tell that a response is not whole. */
    void cut(CloseReason reason);
}
