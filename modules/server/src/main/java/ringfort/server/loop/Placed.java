package ringfort.server.loop;

import java.net.InetSocketAddress;
import ringfort.server.wire.Wire;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/** A socket with a place in the worker's {@link ConnectionTable}, and a number that no other of this process has. Its worker only. */
@OnWorker
abstract class Placed extends Settleable {
    /** How its bytes move. */
    final Wire wire;

    private final int index;
    private final int generation;

    /** @param generation no other connection of this process has the same */
    Placed(Wire wire, int index, int generation) {
        this.wire = wire;
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

    /** How its bytes move. */
    public final Wire wire() {
        return wire;
    }

    /** Who is at the other end; any thread. */
    @OffWorker
    public final InetSocketAddress peer() {
        return wire.peer();
    }
}
