package ringfort.server.simulation;

import java.util.Random;

/** The one source of chance of a simulation: its seed decides every number, as long as it is asked in the same order. */
final class Dice {
    private final Random random;

    Dice(long seed) {
        // Neighbouring seeds of Random begin alike; this spreads them.
        random = new Random(seed * 0x9E37_79B9_7F4A_7C15L);
        random.nextInt();
    }

    /** True once in {@code n} times. */
    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    /** From 0 to {@code bound - 1}. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** From {@code first} to {@code last}, both possible. */
    int between(int first, int last) {
        return first + random.nextInt(last - first + 1);
    }

    /** A time from 0 to {@code most} milliseconds, in nanoseconds. */
    long millis(int most) {
        return (long) (random.nextDouble() * most * 1_000_000L);
    }

    /** Any number. */
    long any() {
        return random.nextLong();
    }

    /** One of the values. */
    @SafeVarargs
    final <T> T pick(T... values) {
        return values[random.nextInt(values.length)];
    }
}
