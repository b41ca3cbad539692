package ringfort.server;

import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ringfort.sys.OnWorker;

/**
 * A worker's open connections by index, each with a generation that no other connection of the process has.
 *
 * <p>Index and generation travel through the kernel as user data. A completion whose generation is not that of the
 * connection at its index is stale and touches nobody.
 */
@OnWorker
final class ConnectionTable<C extends Connection> {
    /** Process-wide and 32 bits wide: shorter or per-worker generations are known to collide. */
    private static final AtomicInteger GENERATIONS = new AtomicInteger();

    private final ArrayList<@Nullable C> slots = new ArrayList<>();
    private int[] free = new int[64];
    private int freeCount;
    private int size;

    /** Makes a connection for the next free index. */
    interface Maker<C> {
        C make(int index, int generation);
    }

    C add(Maker<C> maker) {
        int index = freeCount > 0 ? free[freeCount - 1] : slots.size();
        C connection = maker.make(index, GENERATIONS.incrementAndGet());
        if (freeCount > 0) {
            freeCount--;
            slots.set(index, connection);
        } else {
            slots.add(connection);
        }
        size++;
        return connection;
    }

    /** The connection at {@code index} if it is the one of that generation. */
    @Nullable C get(int index, int generation) {
        if (index >= slots.size()) {
            return null;
        }
        C connection = slots.get(index);
        return connection != null && connection.generation == generation ? connection : null;
    }

    void remove(C connection) {
        slots.set(connection.index, null);
        if (freeCount == free.length) {
            free = java.util.Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = connection.index;
        size--;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void forEach(Consumer<? super C> action) {
        for (int i = 0; i < slots.size(); i++) {
            C connection = slots.get(i);
            if (connection != null) {
                action.accept(connection);
            }
        }
    }
}
