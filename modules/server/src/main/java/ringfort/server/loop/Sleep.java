package ringfort.server.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
    private static final VarHandle SLEEPING;

    static {
        try {
            SLEEPING = MethodHandles.lookup().findVarHandle(Sleep.class, "sleeping", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // written by the worker, read and written by threads that wake it
    private volatile boolean sleeping;

    /** The worker is about to sleep; false, and it does not, when a message came meanwhile. */
    boolean begin(BooleanSupplier isMailboxEmpty) {
        SLEEPING.setOpaque(this, true);
        VarHandle.fullFence();
        if (isMailboxEmpty.getAsBoolean()) {
            return true;
        }
        end();
        return false;
    }

    /** The worker is awake. */
    void end() {
        SLEEPING.setOpaque(this, false);
    }

    /** A message was put in: whether the calling thread has to wake the worker; any thread. */
    @OffWorker
    boolean mustWake() {
        VarHandle.fullFence();
        if (!sleeping) {
            return false;
        }
        sleeping = false;
        return true;
    }
}
