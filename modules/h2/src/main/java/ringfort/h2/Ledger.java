package ringfort.h2;

import org.jspecify.annotations.Nullable;

/**
 * The work that a peer has made without an answer being of use to it, on one connection. One thread at a time.
 *
 * <p>Each kind of work has an account. An account that is overdrawn ends the connection with
 * {@link ErrorCode#ENHANCE_YOUR_CALM}, and {@link #overdrawn()} names it, for a metric. Accounts are filled by time, or by
 * honest use: a limit that only time fills is a limit on speed, and one that only use fills is a limit on waste.
 */
final class Ledger {
    private static final double NANOS_PER_SECOND = 1e9;

    /** What an account holds at first and at most, and what fills it. */
    private static final class Account {
        final double most;
        final double perSecond;
        double left;
        long sinceNanos;

        Account(double most, double perSecond) {
            this.most = most;
            this.perSecond = perSecond;
            left = most;
        }

        boolean charge(double amount, long nowNanos) {
            if (perSecond > 0) {
                double earned = Math.max(0, nowNanos - sinceNanos) * perSecond / NANOS_PER_SECOND;
                left = Math.min(most, left + earned);
                sinceNanos = nowNanos;
            }
            left -= amount;
            return left >= 0;
        }

        void refill(double amount) {
            left = Math.min(most, left + amount);
        }
    }

    private static final int MOST_CONTINUATIONS = 8; // of one block
    private static final int MOST_EMPTY_FRAMES = 10; // one after the other
    private static final int MOST_QUEUED_REPLIES = 100;
    private static final int SMALL_DATA = 256;
    private static final int PRIORITIES_PER_STREAM = 10;
    private static final int UPDATES_PER_STREAM = 2;
    private static final int UPDATES_PER_DATA = 20;
    private static final int MOST_SAVED = 100_000; // frames that use has earned, so that a long life earns no flood

    private final Account resets = new Account(200, 33);
    private final Account refusals = new Account(1000, 33);
    private final Account control = new Account(100, 10);
    private final Account unknown = new Account(100, 10);
    private final Account dropped = new Account(16 << 20, 1 << 20);
    private final Account priorities = new Account(MOST_SAVED, 0);
    private final Account windowUpdates = new Account(MOST_SAVED, 0);
    private final Account smallData;
    private int emptyFrames;
    private @Nullable Excess overdrawn;

    Ledger(int smallDataBytes) {
        smallData = new Account(smallDataBytes, 0);
        priorities.left = 100;
        windowUpdates.left = 100;
    }

    /** The account that was overdrawn first, or null. */
    @Nullable Excess overdrawn() {
        return overdrawn;
    }

    private boolean judged(boolean fits, Excess excess) {
        if (!fits && overdrawn == null) {
            overdrawn = excess;
        }
        return fits;
    }

    /** A stream ended without use, by the peer or by its fault. False when there were too many, as in all that follow. */
    boolean reset(long nowNanos) {
        return judged(resets.charge(1, nowNanos), Excess.RESETS);
    }

    /** A stream was refused before the peer could know how many it may open. */
    boolean refused(long nowNanos) {
        return judged(refusals.charge(1, nowNanos), Excess.REFUSED_STREAMS);
    }

    /** PING or SETTINGS, which is answered; {@code queued} answers have not been written. */
    boolean reply(int queued, long nowNanos) {
        return judged(control.charge(1, nowNanos), Excess.CONTROL_FRAMES)
                && judged(queued <= MOST_QUEUED_REPLIES, Excess.QUEUED_REPLIES);
    }

    /** A frame of an unknown type, or one that means nothing any more. */
    boolean meaningless(long nowNanos) {
        return judged(unknown.charge(1, nowNanos), Excess.MEANINGLESS_FRAMES);
    }

    /** Content for a stream that we have reset: a peer may have sent some before it knew. */
    boolean dropped(int octets, long nowNanos) {
        return judged(dropped.charge(octets, nowNanos), Excess.DROPPED_DATA);
    }

    /** PRIORITY or PRIORITY_UPDATE. */
    boolean priority(long nowNanos) {
        return judged(priorities.charge(1, nowNanos), Excess.PRIORITY_FRAMES);
    }

    boolean windowUpdate(long nowNanos) {
        return judged(windowUpdates.charge(1, nowNanos), Excess.WINDOW_UPDATES);
    }

    /** A stream was opened. */
    void opened() {
        priorities.refill(PRIORITIES_PER_STREAM);
        windowUpdates.refill(UPDATES_PER_STREAM);
        unknown.refill(1); // the peer may reset a stream that has just ended
    }

    /** A DATA frame was sent. */
    void dataSent() {
        windowUpdates.refill(UPDATES_PER_DATA);
    }

    /** CONTINUATION number {@code count} of a block. */
    boolean continuation(int count) {
        return judged(count <= MOST_CONTINUATIONS, Excess.CONTINUATIONS);
    }

    /** A DATA or CONTINUATION frame that ends nothing. */
    boolean unfinished(boolean empty) {
        emptyFrames = empty ? emptyFrames + 1 : 0;
        return judged(emptyFrames <= MOST_EMPTY_FRAMES, Excess.EMPTY_FRAMES);
    }

    /** What content of so many octets, which ends nothing, costs beside itself; to be given back when it was consumed. */
    static int overhead(int octets) {
        return Math.max(0, SMALL_DATA - octets);
    }

    boolean smallData(int overhead, long nowNanos) {
        return judged(smallData.charge(overhead, nowNanos), Excess.SMALL_DATA);
    }

    void smallDataConsumed(long overhead) {
        smallData.refill((double) overhead);
    }

    /** Something is above a bound of its own. */
    void above(Excess bound) {
        judged(false, bound);
    }
}
