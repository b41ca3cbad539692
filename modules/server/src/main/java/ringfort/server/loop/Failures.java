package ringfort.server.loop;

import org.jspecify.annotations.Nullable;
import ringfort.server.exchange.ServerContext;
import ringfort.server.metrics.Counters;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/**
 * What becomes of what is thrown in a worker's turn. It is counted, then told if there is memory to tell it, and the worker
 * goes on: nothing here fails itself. Its worker only, but for the reason of its end.
 *
 * <p>The look at the kernel is the step without which a worker is of no use. While that fails the worker pauses, twice as
 * long each time; after {@link #MOST_LOOKS} in a row without one success between, it gives up. A shortage of memory of the
 * JVM passes, so that by itself it never makes a worker give up.
 */
@OnWorker
final class Failures {
    /** Looks at the kernel that may fail in a row: about four seconds, with the pauses between them. */
    static final int MOST_LOOKS = 16;

    private static final long FIRST_PAUSE_NANOS = 1_000_000;
    private static final long LONGEST_PAUSE_NANOS = 500_000_000;

    private final ServerContext context;
    private final Counters counters;
    private int looksInRow;
    private volatile @Nullable Throwable end; // why the worker ends although nobody asked it to

    Failures(ServerContext context, Counters counters) {
        this.context = context;
        this.counters = counters;
    }

    /** Something failed that concerns one connection, one message or one step; any thread. */
    @OffWorker
    void defect(String what, Throwable cause) {
        counters.defects.add(1);
        try {
            context.notices().defect(what, cause);
        } catch (Throwable _) {
            counters.defects.add(1); // no memory, or no stack, to say more
        }
    }

    /** The look at the kernel failed; returns for how long the worker is to pause. */
    long lookFailed(Throwable cause) {
        return failed("a worker cannot look at the kernel; it tries again", cause);
    }

    /** A turn failed where nothing should; returns for how long the worker is to pause. */
    long turnFailed(Throwable cause) {
        return failed("a worker's turn failed; it goes on", cause);
    }

    private long failed(String what, Throwable cause) {
        if (looksInRow == 0) {
            defect(what, cause);
        } else {
            counters.defects.add(1); // told once: a lasting failure would fill the log
        }
        boolean lasts = !(cause instanceof VirtualMachineError);
        long pause = Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(looksInRow, 20));
        looksInRow = Math.min(looksInRow + 1, lasts ? MOST_LOOKS : MOST_LOOKS - 1);
        if (looksInRow == MOST_LOOKS) {
            end = cause;
        }
        return pause;
    }

    /** The kernel was looked at. */
    void looked() {
        looksInRow = 0;
    }

    /** The worker's loop itself has ended by this. */
    void died(Throwable cause) {
        end = cause;
    }

    /** Why the worker ends, or has ended, without having been asked to; null when it does not. Any thread. */
    @OffWorker
    @Nullable Throwable end() {
        return end;
    }
}
