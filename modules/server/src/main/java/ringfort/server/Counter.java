package ringfort.server;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A count any thread may read; a worker's has one writer and needs no locked instruction. */
final class Counter {
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
    Counter(boolean shared) {
        this.shared = shared;
    }

    void add(long amount) {
        if (shared) {
            VALUE.getAndAdd(this, amount);
        } else {
            VALUE.setOpaque(this, value + amount);
        }
    }

    /** Returns a recent value; any thread. */
    long get() {
        return (long) VALUE.getOpaque(this);
    }
}
