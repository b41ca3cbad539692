package ringfort.server.loop;

import org.jspecify.annotations.Nullable;
import ringfort.sys.OnWorker;

/** Something of a worker's that is settled at the end of each turn in which it was touched. Its worker only. */
@OnWorker
abstract class Settleable {
    /** To be settled: in the worker's list, or being settled at this moment. */
    boolean touched;

    /** In the list of {@link Touched}, which is the only one to write it. */
    boolean listed;

    /** The next in that list: touching needs no memory, so that it cannot fail where there is none. */
    @Nullable Settleable behind;

    /** What it holds of the heap, as it was settled last. */
    long heldBytes;

    /** When it was settled last. */
    long settledNanos;

    /** Does what the turn made due; false when it is to be settled again in the next turn, without waiting. */
    abstract boolean settle();

    /** Settling has failed, by a defect of ours; never fails itself. */
    public abstract void defect(Throwable cause);
}
