package ringfort.server.loop;

import org.jspecify.annotations.Nullable;
import ringfort.sys.OnWorker;

/**
 * What a worker has to settle at the end of the turn. Its worker only.
 *
 * <p>A list whose links are in its elements: nothing here takes memory, so that a connection that was touched is settled also
 * where there is none left.
 */
@OnWorker
final class Touched {
    private final Time time;
    private @Nullable Settleable first; // touched, to be settled in the next turn
    private @Nullable Settleable last;

    /** Whether the turn has time left; when it has none, what comes behind gets less than what came before. */
    @OnWorker
    interface Time {
        boolean isLeft();
    }

    Touched(Time time) {
        this.time = time;
    }

    void add(Settleable settleable) {
        if (settleable.listed) {
            return;
        }
        settleable.listed = true;
        if (last == null) {
            first = settleable;
        } else {
            last.behind = settleable;
        }
        last = settleable;
    }

    boolean isEmpty() {
        return first == null;
    }

    /** Settles what was touched, each once; false when some of it is to be settled again without waiting. */
    boolean settle() {
        Settleable next = first;
        first = null;
        last = null;
        boolean all = true;
        boolean timeIsOver = false;
        Settleable favoured = null; // of those that come again, the last that was settled while there was time
        while (next != null) {
            Settleable settleable = next;
            next = settleable.behind;
            settleable.behind = null;
            settleable.listed = false;
            settleable.touched = false;
            if (!timeIsOver && !time.isLeft()) {
                timeIsOver = true;
                favoured = last;
            }
            try {
                if (!settleable.settle()) {
                    all = false;
                    again(settleable);
                }
            } catch (Throwable e) {
                settleable.touched = settleable.listed; // whatever it was in the middle of
                failed(settleable, e);
            }
        }
        if (favoured != null) {
            putBehind(favoured);
        }
        return all && first == null;
    }

    /** Whatever this meets, the others are settled: what is behind in the list is known to nobody else. */
    private void failed(Settleable settleable, Throwable cause) {
        try {
            settleable.defect(cause);
        } catch (Throwable _) {
            again(settleable); // there was no memory to say more
        }
    }

    private void again(Settleable settleable) {
        settleable.touched = true;
        add(settleable);
    }

    /** What is in the list up to here gets its turn behind the others. */
    private void putBehind(Settleable favoured) {
        Settleable others = favoured.behind;
        if (others != null && last != null) {
            last.behind = first;
            first = others;
            favoured.behind = null;
            last = favoured;
        }
    }
}
