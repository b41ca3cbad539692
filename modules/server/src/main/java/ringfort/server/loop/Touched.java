package ringfort.server.loop;

import java.util.ArrayList;
import java.util.Collections;
import ringfort.sys.OnWorker;

/** What a worker has to settle at the end of the turn. Its worker only. */
@OnWorker
final class Touched {
    private final Time time;
    private ArrayList<Settleable> next = new ArrayList<>();
    private ArrayList<Settleable> settling = new ArrayList<>();

    /** Whether the turn has time left; when it has none, what comes behind gets less than what came before. */
    @OnWorker
    interface Time {
        boolean isLeft();
    }

    Touched(Time time) {
        this.time = time;
    }

    void add(Settleable settleable) {
        next.add(settleable);
    }

    boolean isEmpty() {
        return next.isEmpty();
    }

    /** Settles what was touched, each once; false when some of it is to be settled again without waiting. */
    boolean settle() {
        ArrayList<Settleable> list = next;
        next = settling;
        settling = list;
        boolean all = true;
        int favoured = -1; // of those that come again, how many were settled while there was time
        for (int i = 0; i < list.size(); i++) {
            Settleable settleable = list.get(i);
            settleable.touched = false;
            if (favoured < 0 && !time.isLeft()) {
                favoured = next.size();
            }
            try {
                if (!settleable.settle()) {
                    all = false;
                    again(settleable);
                }
            } catch (Throwable e) {
                settleable.touched =
                        next.contains(settleable); // whatever it was in the middle of, it is in a list once
                settleable.defect(e);
            }
        }
        list.clear();
        if (favoured > 0 && favoured < next.size()) {
            Collections.rotate(next, -favoured); // the others come first in the next turn
        }
        return all && next.isEmpty();
    }

    private void again(Settleable settleable) {
        if (!settleable.touched) {
            settleable.touched = true;
            next.add(settleable);
        }
    }
}
