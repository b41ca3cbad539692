package ringfort.server.ring;

import ringfort.ring.Sqe;
import ringfort.server.linux.Listener;
import ringfort.server.loop.Connection;
import ringfort.server.loop.Entrance;
import ringfort.server.loop.Worker;
import ringfort.sys.Linux;
import ringfort.sys.OnWorker;

/** How connections of one port come to a {@link RingWorker}: by one multishot accept. Its worker only. */
@OnWorker
final class RingAccept {
    /** Connections taken from a listener that is being closed, in one turn. */
    private static final int ACCEPTS_PER_TURN = 256;

    private final Worker worker;
    private final RingQueue queue;
    private final Listener listener;
    private final Entrance entrance;
    private final Listener.Maker maker;
    private final long userData;
    private boolean accepting; // the multishot accept is in flight
    private boolean wanted = true;
    private boolean cancelled; // a cancel of that accept was submitted
    private boolean rests; // there was work enough, and the accept is not to be armed until againNanos
    private long againNanos; // when to arm the accept again, after a failure or too much work; 0 for at once

    /** @param number the place among the ports of the worker */
    RingAccept(Worker worker, RingQueue queue, Listener listener, Entrance entrance, RingRoom room, int number) {
        this.worker = worker;
        this.queue = queue;
        this.listener = listener;
        this.entrance = entrance;
        maker = (fd, peer) -> worker.add(new RingWire(room, fd, peer), entrance);
        userData = ((long) RingQueue.ACCEPT << 56) | number;
    }

    /** Arms the accept if it is to be; false when the queue had no room. */
    boolean listen() {
        if (againNanos != 0 && againNanos - worker.now() <= 0) {
            rests = rests && entrance.port().isFull();
            againNanos = rests ? worker.now() + Listener.FULL_NANOS : 0;
        }
        if (rests && accepting) {
            return cancel();
        }
        if (accepting || !wanted || againNanos != 0) {
            return true;
        }
        Sqe sqe = queue.sqe();
        if (sqe == null) {
            return false;
        }
        sqe.acceptMultishot(listener.fd(), Linux.SOCK_CLOEXEC, userData);
        accepting = true;
        cancelled = false;
        return true;
    }

    private boolean cancel() {
        if (cancelled) {
            return true;
        }
        Sqe sqe = queue.sqe();
        if (sqe == null) {
            return false;
        }
        sqe.cancel(userData, RingQueue.UNWATCHED);
        cancelled = true;
        return true;
    }

    /** A completion of the accept. */
    void accepted(int result, boolean more) {
        accepting = more;
        if (result >= 0) {
            begin(result);
        } else if (listener.failed(-result)) {
            againNanos = worker.now() + Listener.BACK_OFF_NANOS;
        }
        if (wanted && !rests && entrance.port().isFull()) {
            rests = true;
            againNanos = worker.now() + Listener.FULL_NANOS;
        }
    }

    private void begin(int fd) {
        Connection connection = listener.admit(fd, maker);
        if (connection != null) {
            connection.accepted();
        }
    }

    /** How long the worker may wait until the accept is to be armed again: {@code nanos} or less; negative for ever. */
    long waitNanos(long nanos) {
        if (againNanos == 0) {
            return nanos;
        }
        return Worker.earlier(nanos, Math.max(0, againNanos - worker.now()));
    }

    /**
     * Accepts what the kernel has queued and closes the listener; true when that is done. The accept must have ended: what it has
     * accepted may lie in the completion queue, and would be lost there.
     */
    boolean stop() {
        wanted = false;
        againNanos = 0;
        rests = false;
        if (accepting) {
            cancel();
            return false;
        }
        return listener.drain(0, ACCEPTS_PER_TURN, this::begin);
    }
}
