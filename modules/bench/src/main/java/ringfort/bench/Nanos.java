package ringfort.bench;

import java.util.Arrays;
import java.util.Locale;

/** Measured times in nanoseconds, for order statistics. One thread at a time. */
final class Nanos {
    private long[] values = new long[1024];
    private int size;
    private boolean sorted;

    void add(long nanos) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        values[size++] = nanos;
        sorted = false;
    }

    void addAll(Nanos other) {
        for (int i = 0; i < other.size; i++) {
            add(other.values[i]);
        }
    }

    int size() {
        return size;
    }

    /** The smallest value that is not below this share of all of them (nearest rank); 0 when there are none. */
    long quantile(double share) {
        if (size == 0) {
            return 0;
        }
        sort();
        return values[Math.clamp((int) Math.ceil(share * size) - 1, 0, size - 1)];
    }

    long max() {
        return quantile(1);
    }

    /** How many are above {@code from} and at most {@code to}. */
    int between(long from, long to) {
        int count = 0;
        for (int i = 0; i < size; i++) {
            if (values[i] > from && values[i] <= to) {
                count++;
            }
        }
        return count;
    }

    /** A quantile in milliseconds with two decimals, or a dash. */
    String millis(double share) {
        return size == 0 ? "–" : String.format(Locale.ROOT, "%.2f", quantile(share) / 1e6);
    }

    private void sort() {
        if (!sorted) {
            Arrays.sort(values, 0, size);
            sorted = true;
        }
    }
}
