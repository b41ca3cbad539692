package ringfort.server.loop;

import org.jspecify.annotations.Nullable;
import ringfort.budget.LingerBudget;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;
import ringfort.server.wire.Wire;
import ringfort.sys.OnWorker;

/**
 * An answer was given to the kernel, and the peer has not taken all of it, or still sends. Closing now could destroy the answer.
 * A close with bytes unread sends a reset, and a reset throws away what is on its way. Its worker only.
 *
 * <pre>
 *  FIN     our FIN is out. What the peer sends is dropped, as long as it keeps to {@link LingerBudget}; that begins anew when
 *          the peer has taken the answer to its end
 *  RESET   a reset is to follow. Nothing is waited for but that the peer takes what was sent
 *  DRAIN   the connection is kept, and the rest of the request is dropped. The time of the protocol for that is over, and
 *          goes on only while the peer still takes the answer
 * </pre>
 *
 * The kernel does not tell when a peer has taken everything, so it is asked, each time a deadline of LINGER is reached. A peer
 * that takes too little for too long does not read, and its connection is cut. A transport that cannot tell what was taken
 * ({@code nio}) ends the first wait.
 */
@OnWorker
final class Lingering {
    /** Before a reset the kernel is asked so often whether the peer has taken everything. */
    private static final long LOOK_NANOS = 10_000_000L;

    /** Before a reset, where the transport cannot tell what the peer has taken. */
    private static final long BLIND_NANOS = 500_000_000L;

    /** What is waited for. */
    enum Before {
        FIN,
        RESET,
        DRAIN
    }

    private enum Next {
        GO_ON,
        CLOSE,
        CUT
    }

    private final Loop loop;
    private final Wire wire;
    private final ConnectionDeadline deadline;
    private final Timeouts timeouts;
    private final Before before;
    private final LingerBudget budget;
    private int unacknowledged; // when the peer was last seen to read; -1 when that cannot be told
    private long readNanos; // when that was
    private long lookNanos; // before a reset: when to ask again

    @OnWorker
    private Lingering(Loop loop, Wire wire, ConnectionDeadline deadline, Before before) {
        this.loop = loop;
        this.wire = wire;
        this.deadline = deadline;
        this.before = before;
        timeouts = loop.context().timeouts();
        long now = loop.now();
        budget = new LingerBudget(timeouts, now);
        unacknowledged = wire.unacknowledged();
        readNanos = now;
        lookNanos = now + (unacknowledged < 0 ? BLIND_NANOS : LOOK_NANOS);
    }

    /** Begins, when the kernel has everything that is to be sent; null when there is nothing to wait for. */
    static @Nullable Lingering begin(Loop loop, Wire wire, ConnectionDeadline deadline, Before before) {
        var begun = new Lingering(loop, wire, deadline, before);
        boolean ends = switch (before) {
            case FIN -> begun.timeouts.lingerNanos() == 0;
            case RESET -> begun.unacknowledged == 0;
            case DRAIN -> begun.unacknowledged <= 0;
        };
        if (ends) {
            return null;
        }
        begun.arm();
        return begun;
    }

    private void arm() {
        deadline.arm(Phase.LINGER, before == Before.RESET ? lookNanos : budget.deadlineNanos());
    }

    /** Whether the connection is kept behind it. */
    boolean isDrain() {
        return before == Before.DRAIN;
    }

    /** Whether a reset follows. */
    boolean isBeforeReset() {
        return before == Before.RESET;
    }

    /** Whether nothing is to be waited for any more when the deadline has been reached; asked by the watchdog, changes nothing. */
    boolean isOver(long nowNanos) {
        int left = wire.unacknowledged();
        return left <= 0
                ? isBeforeReset() || unacknowledged <= 0
                : left >= unacknowledged && nowNanos - readNanos >= mostNanos();
    }

    /** So long may a peer take nothing. */
    private long mostNanos() {
        return Math.max(timeouts.lingerNanos(), timeouts.writeGraceNanos());
    }

    /** So many bytes came and were dropped. */
    void dropped(int bytes) {
        budget.dropped(bytes, loop.now());
        arm();
    }

    /** The deadline is reached: whether there is something to wait for all the same. */
    boolean goesOn() {
        long now = loop.now();
        Next next = look(wire.unacknowledged(), now);
        if (next == Next.GO_ON) {
            arm();
        } else if (next == Next.CUT) {
            wire.resetOnClose();
        }
        return next == Next.GO_ON;
    }

    private Next look(int left, long nowNanos) {
        if (left <= 0) {
            boolean justTaken = unacknowledged > 0;
            unacknowledged = left;
            return before == Before.RESET ? Next.CLOSE : again(justTaken, nowNanos);
        }
        double seconds = (nowNanos - readNanos) / 1e9;
        if (left < unacknowledged && unacknowledged - left >= seconds * timeouts.writeBytesPerSecond()) {
            unacknowledged = left;
            readNanos = nowNanos;
        } else if (nowNanos - readNanos >= mostNanos()) {
            return Next.CUT;
        }
        lookNanos = nowNanos + LOOK_NANOS;
        return again(true, nowNanos);
    }

    private Next again(boolean goesOn, long nowNanos) {
        if (goesOn) {
            budget.again(nowNanos);
        }
        return goesOn ? Next.GO_ON : Next.CLOSE;
    }
}
