package ringfort.server.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ringfort.server.wire.Wire;
import ringfort.sys.OnWorker;

/**
 * A worker's open connections by index, each with a generation that no other connection of the process has.
 *
 * <p>Index and generation travel through the kernel as user data. A completion whose generation is not that of the
 * connection at its index is stale and touches no connection.
 */
@OnWorker
final class ConnectionTable {
    /** Process-wide and 32 bits wide: shorter or per-worker generations are known to collide. */
    private static final AtomicInteger GENERATIONS = new AtomicInteger();

    private final Loop loop;
    private final ArrayList<@Nullable Connection> places = new ArrayList<>();
    private int[] free = new int[64];
    private int freeCount;
    private int size;

    ConnectionTable(Loop loop) {
        this.loop = loop;
    }

    /** A new connection at the next free index, by the first port. */
    Connection add(Wire wire) {
        return add(wire, loop.entrance());
    }

    /** A new connection at the next free index. */
    Connection add(Wire wire, Entrance entrance) {
        int index = freeCount > 0 ? free[freeCount - 1] : places.size();
        Connection connection = new Connection(loop, wire, entrance, index, GENERATIONS.incrementAndGet());
        if (free.length <= places.size()) {
            free = Arrays.copyOf(free, 2 * free.length); // here, where a failure loses nothing: remove needs no memory
        }
        if (freeCount > 0) {
            freeCount--;
            places.set(index, connection);
        } else {
            places.add(connection);
        }
        size++;
        return connection;
    }

    /** The connection at {@code index} if it is the one of that generation. */
    @Nullable Connection get(int index, int generation) {
        if (index >= places.size()) {
            return null;
        }
        Connection connection = places.get(index);
        return connection != null && (int) connection.id() == generation ? connection : null;
    }

    /** The connection at {@code index} is over. */
    void remove(int index) {
        assert places.get(index) != null : "connection " + index + " is removed twice";
        places.set(index, null);
        free[freeCount++] = index;
        size--;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** Indices that were ever in use; some of them are free. */
    int places() {
        return places.size();
    }

    /** The connection at {@code index}; null when the index is free. */
    @Nullable Connection at(int index) {
        return places.get(index);
    }

    void forEach(Consumer<? super Connection> action) {
        for (int i = 0; i < places.size(); i++) {
            Connection connection = places.get(i);
            if (connection != null) {
                action.accept(connection);
            }
        }
    }
}
