package ringfort.server.metrics;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/** A count any thread may read; a worker's has one writer and needs no locked instruction. */
public final class Counter {
    // Not a VarHandle: its first use takes memory at each place in the code, and failures are counted where none is
    // left.
    private static final AtomicLongFieldUpdater<Counter> VALUE =
            AtomicLongFieldUpdater.newUpdater(Counter.class, "value");

    private final boolean shared;
    private volatile long value;

    /** @param shared whether more than one thread adds */
    public Counter(boolean shared) {
        this.shared = shared;
    }

    public void add(long amount) {
        if (shared) {
            VALUE.getAndAdd(this, amount);
        } else {
            VALUE.lazySet(this, value + amount);
        }
    }

    /** Returns a recent value; any thread. */
    public long get() {
        return value;
    }
}
