package ringfort.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import ringfort.budget.Earliest;

/** Streams are found by their identifiers, and ends remembered, as by a map. */
final class StreamTableTest {
    private static final Outbox.Listener NO_LISTENER = new Outbox.Listener() {
        @Override
        public void ended(H2Stream stream) {}

        @Override
        public void wrote(H2Stream stream) {}

        @Override
        public void moved(H2Stream stream) {}
    };

    private final Outbox outbox = new Outbox(NO_LISTENER, new Ledger(1000));
    private final Earliest deadlines = new Earliest(new FakeSlot());

    private H2Stream stream(int id) {
        return new H2Stream(id, H2Limits.DEFAULT, 0, new ReceiveWindow(1, 1), outbox, deadlines);
    }

    @Test
    void anyOrderOfCallsIsAsAMapHasIt() {
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed * 0x9E3779B97F4A7C15L);
            var table = new StreamTable();
            Map<Integer, H2Stream> expected = new HashMap<>();
            int spread = random.nextBoolean() ? 64 : 2; // a power of two lets homes collide
            for (int turn = 0; turn < 400; turn++) {
                int id = 1 + spread * random.nextInt(60);
                H2Stream known = expected.get(id);
                assertSame(known, table.get(id), "seed " + seed);
                if (known == null) {
                    H2Stream added = stream(id);
                    expected.put(id, added);
                    table.add(added);
                } else if (random.nextInt(3) > 0) {
                    expected.remove(id);
                    table.remove(known);
                    table.remove(known); // again changes nothing
                }
                assertEquals(expected.size(), table.size(), "seed " + seed);
            }
            var found = new HashMap<Integer, H2Stream>();
            table.each(each -> assertNull(found.put(each.id(), each)));
            assertEquals(expected, found);
        }
    }

    @Test
    void theEndsOfTheLatestStreamsAreKnown() {
        var ends = new ClosedStreams();
        assertEquals(ClosedStreams.End.UNKNOWN, ends.end(1));
        for (int id = 1; id < 2001; id += 2) {
            ends.add(id, id % 3 == 0 ? ClosedStreams.End.ENDED : ClosedStreams.End.RESET_BY_US);
            for (int back = 0; back < 256 && id - 2 * back > 0; back++) {
                int known = id - 2 * back;
                ClosedStreams.End expected = known % 3 == 0 ? ClosedStreams.End.ENDED : ClosedStreams.End.RESET_BY_US;
                assertEquals(expected, ends.end(known), "of " + known + " at " + id);
            }
            assertEquals(ClosedStreams.End.UNKNOWN, ends.end(id + 2));
        }
        assertEquals(ClosedStreams.End.UNKNOWN, ends.end(1));
    }
}
