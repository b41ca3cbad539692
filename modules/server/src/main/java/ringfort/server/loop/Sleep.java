package ringfort.server.loop;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.BooleanSupplier;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/**
 * Whether a worker sleeps in the kernel, so that a thread with a message for it has to wake it.
 *
 * <p>Two fields and two fences (Dekker): the worker publishes that it is about to sleep and then looks into its mailbox; the
 * other thread puts its message in and then looks whether the worker sleeps. At least one of them sees the other. A worker that
 * is woken although it is awake finds its next wait over at once, which is harmless.
 */
@OnWorker
final class Sleep {
    // An updater, not a VarHandle: the first use of a VarHandle takes memory, and a worker is woken also where none is
    // left.
    private static final AtomicIntegerFieldUpdater<Sleep> SLEEPING =
            AtomicIntegerFieldUpdater.newUpdater(Sleep.class, "sleeping");

    private volatile int sleeping; // 1 while the worker sleeps; written by the worker and by threads that wake it

    /** The worker is about to sleep; false, and it does not, when a message came meanwhile. */
    boolean begin(BooleanSupplier isMailboxEmpty) {
        SLEEPING.lazySet(this, 1);
        VarHandle.fullFence();
        if (isMailboxEmpty.getAsBoolean()) {
            return true;
        }
        end();
        return false;
    }

    /** The worker is awake. */
    void end() {
        SLEEPING.lazySet(this, 0);
    }

    /** A message was put in: whether the calling thread has to wake the worker; any thread. */
    @OffWorker
    boolean mustWake() {
        VarHandle.fullFence();
        if (sleeping == 0) {
            return false;
        }
        sleeping = 0;
        return true;
    }
}
