package ringfort.timers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The wheel against a model that is obviously right: a sorted map from the time since the start to the entries. Random
 * operations, many seeds; a failure names its seed.
 */
class DeadlineWheelPropertyTest {
    private static final int SEEDS = 400;
    private static final int STEPS = 1_500;
    private static final int ENTRIES = 60;

    private static final class Numbered extends DeadlineWheel.Entry {
        final int number;

        Numbered(int number) {
            this.number = number;
        }
    }

    /** What a callback throws on purpose. */
    private static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Deadlines as nanoseconds since the start, so that the model needs no care for the wrap. */
    private static final class Model {
        final NavigableMap<Long, NavigableSet<Integer>> byDeadline = new TreeMap<>();
        final Map<Integer, Long> byEntry = new HashMap<>();

        void arm(int entry, long deadline) {
            clear(entry);
            byEntry.put(entry, deadline);
            byDeadline.computeIfAbsent(deadline, key -> new TreeSet<>()).add(entry);
        }

        void clear(int entry) {
            Long deadline = byEntry.remove(entry);
            if (deadline != null) {
                byDeadline.computeIfPresent(deadline, (key, entries) -> {
                    entries.remove(entry);
                    return entries.isEmpty() ? null : entries;
                });
            }
        }

        boolean isDue(int entry, long now) {
            Long deadline = byEntry.get(entry);
            return deadline != null && deadline <= now;
        }

        int due(long now) {
            return byDeadline.headMap(now, true).values().stream()
                    .mapToInt(NavigableSet::size)
                    .sum();
        }
    }

    private static final class Run {
        final Random random;
        final long start;
        final DeadlineWheel<Numbered> wheel;
        final Model model = new Model();
        final List<Numbered> entries = new ArrayList<>();
        long now;

        Run(long seed, long start) {
            this.random = new Random(seed);
            this.start = start;
            this.wheel = new DeadlineWheel<>(start);
            for (int i = 0; i < ENTRIES; i++) {
                entries.add(new Numbered(i));
            }
        }

        void go() {
            for (int step = 0; step < STEPS; step++) {
                int choice = random.nextInt(10);
                if (choice < 7) {
                    change(now + budget());
                } else {
                    expire();
                }
                check();
            }
        }

        /** From the past over the running tick to years, evenly over the orders of magnitude. */
        long budget() {
            long budget = random.nextLong() >>> (4 + random.nextInt(60));
            return random.nextInt(20) == 0 ? -(budget >>> 20) : budget;
        }

        void change(long deadline) {
            Numbered entry = entries.get(random.nextInt(ENTRIES));
            switch (random.nextInt(4)) {
                case 0 -> {
                    wheel.disarm(entry);
                    model.clear(entry.number);
                }
                case 1 -> {
                    wheel.clear(entry);
                    model.clear(entry.number);
                }
                default -> {
                    wheel.arm(entry, start + deadline);
                    model.arm(entry.number, deadline);
                }
            }
        }

        void expire() {
            long step = random.nextLong() >>> (8 + random.nextInt(56));
            if (random.nextInt(3) == 0 && !model.byDeadline.isEmpty()) {
                step = Math.max(0, model.byDeadline.firstKey() - now - random.nextInt(2));
            }
            now += Math.min(step, 1L << 54);
            int[] fired = {0};
            try {
                int count = wheel.expire(start + now, entry -> {
                    fired[0]++;
                    assertTrue(model.isDue(entry.number, now), () -> entry.number + " fired early or twice");
                    assertTrue(!entry.isArmed());
                    model.clear(entry.number);
                    while (random.nextInt(3) == 0) {
                        // This entry is not due any more, or never was. The entries that are still due must fire.
                        change(now + 1 + (budget() & Long.MAX_VALUE >>> 4));
                    }
                    if (random.nextInt(20) == 0) {
                        throw new Broken();
                    }
                });
                assertEquals(fired[0], count);
                assertEquals(0, model.due(now), "due and not fired");
            } catch (Broken expected) {
                check();
            }
        }

        void check() {
            assertEquals(model.byEntry.size(), wheel.size());
            for (Numbered entry : entries) {
                assertEquals(model.byEntry.containsKey(entry.number), entry.isArmed());
            }
            if (model.byDeadline.isEmpty()) {
                assertEquals(4711, wheel.nextExpireNanos(4711));
                assertEquals(4711, wheel.earliestDeadlineNanos(4711));
                return;
            }
            long earliest = start + model.byDeadline.firstKey();
            if (random.nextInt(4) != 0) {
                long next = wheel.nextExpireNanos(4711);
                boolean due = model.byDeadline.firstKey() <= now;
                assertTrue(due ? next - (start + now) <= 0 : next - earliest <= 0, "too late");
                assertTrue(due || next - (start + now) > 0, "a loop would spin");
            }
            if (random.nextInt(4) == 0) {
                assertEquals(earliest, wheel.earliestDeadlineNanos(4711));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                -1,
                123_456_789_012_345L,
                Long.MAX_VALUE,
                Long.MAX_VALUE - 40_000_000_000L,
                Long.MIN_VALUE,
                -7_000_000_000L
            })
    void agrees_with_a_sorted_map(long start) {
        for (long seed = 0; seed < SEEDS / 8; seed++) {
            Run run = new Run(seed, start);
            try {
                run.go();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ", start " + start, e);
            }
        }
    }

    @Test
    void agrees_with_a_sorted_map_from_random_starts() {
        for (long seed = 1_000; seed < 1_000 + SEEDS; seed++) {
            Run run = new Run(seed, new Random(~seed).nextLong());
            try {
                run.go();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }
}
