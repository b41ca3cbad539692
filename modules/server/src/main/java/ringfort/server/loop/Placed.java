package ringfort.server.loop;

import ringfort.sys.OnWorker;

/** What has a place in the worker's {@link ConnectionTable}, and a number that no other of this process has. Its worker only. */
@OnWorker
abstract class Placed extends Settleable {
    private final int index;
    private final int generation;

    /** @param generation no other connection of this process has the same */
    Placed(int index, int generation) {
        this.index = index;
        this.generation = generation;
    }

    /** What a kernel queue calls it: {@code index << 32 | generation}. */
    public final long id() {
        return ((long) index << 32) | (generation & 0xFFFF_FFFFL);
    }

    /** Its place in the table. */
    public final int index() {
        return index;
    }
}
