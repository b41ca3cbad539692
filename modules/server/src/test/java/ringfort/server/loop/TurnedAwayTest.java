package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A socket is closed when its time is over, when too many are kept, or when the worker ends; once, and in order. */
class TurnedAwayTest {
    private final TurnedAway turnedAway = new TurnedAway();
    private final List<Integer> closed = new ArrayList<>();

    private void keep(int socket, long nowNanos) {
        turnedAway.keep(() -> closed.add(socket), nowNanos);
    }

    @Test
    void aSocketIsClosedWhenItsTimeIsOver() {
        assertEquals(Long.MAX_VALUE, turnedAway.waitNanos(0));
        keep(1, 100);
        keep(2, 300);
        assertEquals(TurnedAway.KEPT_NANOS - 50, turnedAway.waitNanos(150));
        turnedAway.turn(TurnedAway.KEPT_NANOS + 99);
        assertEquals(List.of(), closed);
        turnedAway.turn(TurnedAway.KEPT_NANOS + 100);
        assertEquals(List.of(1), closed);
        assertEquals(0, turnedAway.waitNanos(TurnedAway.KEPT_NANOS + 500));
        turnedAway.turn(TurnedAway.KEPT_NANOS + 500);
        assertEquals(List.of(1, 2), closed);
        assertEquals(Long.MAX_VALUE, turnedAway.waitNanos(0));
    }

    @Test
    void theOldestIsClosedWhenTooManyAreKept() {
        for (int i = 0; i < TurnedAway.MOST + 2; i++) {
            keep(i, 0);
        }
        assertEquals(List.of(0, 1), closed);
    }

    @Test
    void allAreClosedWhenTheWorkerEnds() {
        keep(1, 0);
        keep(2, 0);
        turnedAway.end();
        turnedAway.end();
        assertEquals(List.of(1, 2), closed);
    }
}
