package ringfort.server.protocol;

import ringfort.sys.OnWorker;

/** The turn of the loop in which something happens. The worker only. */
@OnWorker
public interface Turn {
    /** The clock, read in this turn. */
    long now();

    /** Whether this turn has time for another request; what is left then comes in the next turn. */
    boolean hasTime();

    /** Whether the server is stopping, so that no response promises another. */
    boolean isDraining();
}
