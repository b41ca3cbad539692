package ringfort.ring;

import ringfort.sys.Errno;
import ringfort.sys.OnWorker;

/** One request that does nothing, from the submission to its completion. The owner of a ring with nothing in flight. */
@OnWorker
final class Tryout {
    private static final long USER_DATA = 0x7279;
    private static final long WAIT_NANOS = 1_000_000_000;

    /** The kernel may be short of memory for a moment, and a signal may end the wait. */
    private static final int TRIES = 5;

    private final Ring ring;
    private final CompletionBatch batch = new CompletionBatch(1);

    Tryout(Ring ring) {
        this.ring = ring;
    }

    void run() throws RingUnavailableException {
        Sqe sqe = ring.sqe();
        if (sqe == null) {
            throw new IllegalStateException("the submission queue is full");
        }
        sqe.nop(USER_DATA);
        int result = 0;
        for (int i = 0; i < TRIES; i++) {
            result = ring.submitAndWait(1, WAIT_NANOS);
            if (ring.reap(batch) == 1 && batch.userData(0) == USER_DATA) {
                return;
            }
            if (result < 0 && result != -Errno.EAGAIN && result != -Errno.EBUSY) {
                break;
            }
        }
        throw Diagnosis.ofThisProcess().explain("entering an io_uring", result < 0 ? -result : Errno.ETIME);
    }
}
