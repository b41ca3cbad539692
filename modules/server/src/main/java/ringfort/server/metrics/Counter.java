package ringfort.server.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A count any thread may read; a worker's has one writer and needs no locked instruction. */
public final class Counter {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final boolean shared;
    private long value;

    /** @param shared whether more than one thread adds */
    public Counter(boolean shared) {
        this.shared = shared;
    }

    public void add(long amount) {
        if (shared) {
            VALUE.getAndAdd(this, amount);
        } else {
            VALUE.setOpaque(this, value + amount);
        }
    }

    /** Returns a recent value; any thread. */
    public long get() {
        return (long) VALUE.getOpaque(this);
    }
}
