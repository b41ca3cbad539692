package ringfort.server.loop;

import ringfort.sys.OnWorker;

/** Something of a worker's that is settled at the end of each turn in which it was touched. Its worker only. */
@OnWorker
abstract class Settleable {
    /** In the worker's list of what is to be settled. */
    boolean touched;

    /** What it holds of the heap, as it was settled last. */
    long heldBytes;

    /** When it was settled last. */
    long settledNanos;

    /** Does what the turn made due; false when it is to be settled again in the next turn, without waiting. */
    abstract boolean settle();

    /** Settling has failed, by a defect of ours. */
    public abstract void defect(Throwable cause);
}
