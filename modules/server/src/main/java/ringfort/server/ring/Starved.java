package ringfort.server.ring;

import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import ringfort.server.wire.WireUser;
import ringfort.sys.OnWorker;

/**
 * Connections whose receive ended because no provided buffer was left, in the order in which that happened. Peers that send much
 * take the buffers again as soon as they are back, so a receive that is only submitted anew may find none, again and again. The
 * worker reads these connections by a system call instead, the one that has waited longest first, and then they receive as
 * before. Its worker only.
 */
@OnWorker
final class Starved {
    /** Connections that are read in one turn however little time it has. */
    private static final int LEAST_PER_TURN = 16;

    private final ArrayDeque<WireUser> waiting = new ArrayDeque<>();

    void add(WireUser user) {
        waiting.add(user);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Hands over as many as there is time for, each once; the others come first in the next turn. */
    void serve(@OnWorker BooleanSupplier hasTime, @OnWorker Consumer<WireUser> receive) {
        int most = waiting.size();
        for (int i = 0; i < most && (i < LEAST_PER_TURN || hasTime.getAsBoolean()); i++) {
            receive.accept(waiting.remove());
        }
    }
}
