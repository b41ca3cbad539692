package ringfort.h2;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Streams by their identifiers: open addressing, since each frame looks one up. One thread at a time. */
final class StreamTable {
    private @Nullable H2Stream[] slots = new @Nullable H2Stream[16]; // a power of two, at most half full
    private int size;

    int size() {
        return size;
    }

    private int home(int id) {
        return (id >>> 1) & (slots.length - 1);
    }

    @Nullable H2Stream get(int id) {
        for (int at = home(id); ; at = (at + 1) & (slots.length - 1)) {
            H2Stream stream = slots[at];
            if (stream == null || stream.id == id) {
                return stream;
            }
        }
    }

    void add(H2Stream stream) {
        if (2 * (size + 1) > slots.length) {
            @Nullable H2Stream[] old = slots;
            slots = new @Nullable H2Stream[2 * old.length];
            for (H2Stream moved : old) {
                if (moved != null) {
                    place(moved);
                }
            }
        }
        place(stream);
        size++;
    }

    private void place(H2Stream stream) {
        int at = home(stream.id);
        while (slots[at] != null) {
            at = (at + 1) & (slots.length - 1);
        }
        slots[at] = stream;
    }

    /** Removes a stream, and moves those behind it that would no longer be found. */
    void remove(H2Stream stream) {
        int at = home(stream.id);
        while (slots[at] != stream) {
            if (slots[at] == null) {
                return;
            }
            at = (at + 1) & (slots.length - 1);
        }
        size--;
        slots[at] = null;
        int hole = at;
        for (int next = (at + 1) & (slots.length - 1); ; next = (next + 1) & (slots.length - 1)) {
            H2Stream moved = slots[next];
            if (moved == null) {
                return;
            }
            int distance = (next - home(moved.id)) & (slots.length - 1);
            if (distance >= ((next - hole) & (slots.length - 1))) {
                slots[hole] = moved;
                slots[next] = null;
                hole = next;
            }
        }
    }

    /** Calls for each stream, in no order; the call must not add or remove one. */
    void each(Consumer<? super H2Stream> action) {
        for (H2Stream stream : slots) {
            if (stream != null) {
                action.accept(stream);
            }
        }
    }
}
