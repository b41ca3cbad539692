package ringfort.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The earliest of many deadlines is in the slot, as a naive search finds it. */
final class EarliestTest {
    private static final class Slot implements DeadlineSlot {
        @Nullable Phase phase;

        long atNanos;
        int changes;

        @Override
        public void arm(Phase armed, long deadlineNanos) {
            phase = armed;
            atNanos = deadlineNanos;
            changes++;
        }

        @Override
        public void clear() {
            phase = null;
            changes++;
        }
    }

    private final Slot slot = new Slot();
    private final Earliest earliest = new Earliest(slot);

    @Test
    void anyOrderOfCallsIsAsASearchFindsIt() {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed * 0x9E3779B97F4A7C15L);
            long start = random.nextLong(); // the clock may wrap
            slot.phase = null;
            var all = new Earliest(slot);
            var nodes = new Earliest.Node[random.nextInt(40) + 1];
            for (int i = 0; i < nodes.length; i++) {
                nodes[i] = all.node(i);
            }
            for (int turn = 0; turn < 500; turn++) {
                Earliest.Node node = nodes[random.nextInt(nodes.length)];
                if (random.nextInt(3) == 0) {
                    node.clear();
                } else {
                    node.arm(Phase.BODY, start + turn + random.nextInt(300));
                }
                all.publish();
                compare(nodes, all, "seed " + seed + ", turn " + turn);
            }
        }
    }

    private void compare(Earliest.Node[] nodes, Earliest all, String where) {
        Earliest.Node first = null;
        int armed = 0;
        for (Earliest.Node node : nodes) {
            if (node.phase() != null) {
                armed++;
                first = first == null || node.atNanos() - first.atNanos() < 0 ? node : first;
            }
        }
        assertEquals(armed, all.size(), where);
        if (first == null) {
            assertNull(slot.phase, where);
        } else {
            assertEquals(first.atNanos(), slot.atNanos, where);
            assertNull(all.due(first.atNanos() - 1), where);
            Earliest.Node due = all.due(first.atNanos());
            assertEquals(first.atNanos(), due == null ? 0 : due.atNanos(), where);
        }
    }

    @Test
    void theSlotIsToldOnlyOfChanges() {
        Earliest.Node node = earliest.node("a");
        Earliest.Node other = earliest.node("b");
        earliest.publish();
        assertEquals(0, slot.changes);
        node.arm(Phase.IDLE, 10);
        other.arm(Phase.BODY, 20);
        earliest.publish();
        earliest.publish();
        assertEquals(1, slot.changes);
        other.arm(Phase.BODY, 15);
        earliest.publish();
        assertEquals(1, slot.changes);
        node.clear();
        node.clear();
        earliest.publish();
        assertEquals(2, slot.changes);
        assertSame(Phase.BODY, slot.phase);
        assertEquals("b", other.owner());
    }

    @Test
    void aSlotThatHasFiredIsToldAgain() {
        Earliest.Node node = earliest.node(null);
        node.arm(Phase.IDLE, 10);
        earliest.publish();
        earliest.fired();
        earliest.publish();
        assertEquals(2, slot.changes);
        earliest.fired();
        node.clear();
        earliest.publish();
        assertNull(slot.phase);
        assertEquals(3, slot.changes);
    }
}
