package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ringfort.budget.Phase;

/** A deadline that has passed has one winner. */
@Timeout(30)
class SharedSlotTest {
    private final Counters counters = new Counters(true);
    private final SharedSlot slot = new SharedSlot(counters);

    private SharedSlot.Armed armed() {
        return Objects.requireNonNull(slot.armed());
    }

    @Test
    void movingADeadlineWithinItsPhaseCountsOnce() {
        slot.arm(Phase.BODY, 1);
        slot.arm(Phase.BODY, 2);
        slot.clear();
        slot.clear();
        assertEquals(1, counters.phase(Phase.BODY).armed.get());
        assertEquals(1, counters.phase(Phase.BODY).cleared.get());
    }

    @Test
    void whatMovedOnCanNoLongerBeTaken() {
        slot.arm(Phase.HANDLER, 1);
        SharedSlot.Armed seen = armed();
        slot.arm(Phase.HANDLER, 1);
        assertFalse(slot.takeAnswer(seen), "armed anew, even for the same time");
        slot.clear();
        assertFalse(slot.take(seen));
        assertFalse(slot.isTaken());
    }

    @Test
    void whatWasTakenStaysTakenAndCountsNothingMore() {
        slot.arm(Phase.HANDLER, 1);
        assertTrue(slot.takeAnswer(armed()));
        slot.arm(Phase.WRITE, 2);
        slot.clear();
        assertNull(slot.armed());
        assertTrue(slot.isAnswered());
        assertEquals(0, counters.phase(Phase.WRITE).armed.get());
        assertEquals(0, counters.phase(Phase.HANDLER).cleared.get());
    }

    /** The handler answers just when its deadline passes: exactly one of the two has the response, each time. */
    @Test
    void aResponseHasOneAuthor() throws Exception {
        var outside = new AtomicInteger();
        int inside = 0;
        int rounds = 20_000;
        for (int i = 0; i < rounds; i++) {
            var contested = new SharedSlot(counters);
            contested.arm(Phase.HANDLER, i);
            SharedSlot.Armed due = Objects.requireNonNull(contested.armed());
            Thread sweep = Thread.startVirtualThread(() -> {
                if (contested.takeAnswer(due)) {
                    outside.incrementAndGet();
                }
            });
            contested.clear();
            if (!contested.isTaken()) {
                inside++;
            }
            assertTrue(sweep.join(Duration.ofSeconds(5)));
        }
        assertEquals(rounds, inside + outside.get());
        assertEquals(inside, counters.phase(Phase.HANDLER).cleared.get());
    }
}
