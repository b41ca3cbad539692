package ringfort.server.loop;

import org.jspecify.annotations.Nullable;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.server.protocol.Protocol;
import ringfort.server.wire.AcknowledgedBytes;
import ringfort.server.wire.Wire;
import ringfort.server.wire.WireUser;
import ringfort.sys.OnWorker;

/**
 * The one deadline of a connection: what its protocol wants, and what the worker's {@link Timekeeper} knows of it.
 *
 * <p>What is wanted changes with every event, and is carried over to the keeper once, when the turn ends ({@link #settle}): a
 * request that comes and goes within one turn costs nothing. A phase counts as armed when the keeper has learned of it.
 *
 * <p>Its worker's, except while the watchdog looks ({@link Intervention}).
 */
@OnWorker
final class ConnectionDeadline extends Timed implements DeadlineSlot {
    /** A connection, as its deadline knows it. */
    @OnWorker
    interface Owner extends WireUser {
        /** The worker of the connection. */
        Loop loop();

        /** The index of the connection. */
        int index();

        /** How the connection's bytes move. */
        Wire wire();

        /** What they mean; null while nothing is under way. */
        @Nullable Protocol protocol();

        /** Whether the connection still reads. */
        boolean isOpen();

        /** The deadline was reached, as far as the keeper knows. */
        void deadlinePassed();

        /** A deadline was missed by so much: it is counted and told. */
        void expired(Phase phase, long lateNanos);
    }

    private final Owner owner;
    private @Nullable Phase phase; // what is wanted; null for nothing
    private @Nullable Phase settled; // what the keeper knows
    private long dueNanos;
    private boolean changed;
    private long receivedBytes;
    private @Nullable LastLook lastLook; // from when a deadline is found reached until it is off or lies ahead
    private @Nullable AcknowledgedBytes acknowledged; // while the peer is waited for to read, where the wire can tell

    ConnectionDeadline(Owner owner) {
        this.owner = owner;
    }

    @Override
    public int index() {
        return owner.index();
    }

    @Override
    public void passed() {
        owner.deadlinePassed();
    }

    @Override
    public void arm(Phase next, long deadlineNanos) {
        phase = next;
        dueNanos = deadlineNanos;
        if (lastLook != null && deadlineNanos - owner.loop().now() > 0) {
            lastLook = null;
        }
        changed();
    }

    /** Arms for so long from now on, without a protocol; 0 is for ever. */
    void armFor(Phase next, long nanos) {
        if (nanos > 0) {
            arm(next, owner.loop().now() + nanos);
        } else {
            clear();
        }
    }

    @Override
    public void clear() {
        phase = null;
        lastLook = null;
        changed();
    }

    /** What is wanted has changed, or the keeper has let go of this deadline although it is not over. */
    void changed() {
        changed = true;
        owner.touch();
    }

    /** What is armed now; null for nothing. */
    @Nullable Phase phase() {
        return phase;
    }

    /** What the keeper knows; null for nothing. */
    @Nullable Phase settled() {
        return settled;
    }

    /** When it is due; meaningful while a phase is armed. */
    long dueNanos() {
        return dueNanos;
    }

    /** Whether something is armed and was reached. */
    boolean isReached(long nowNanos) {
        return phase != null && dueNanos - nowNanos <= 0;
    }

    /** Carries over to the keeper what is wanted. */
    void settle() {
        if (!changed) {
            return;
        }
        changed = false;
        if (phase != settled) {
            settledIs(phase);
        }
        Timekeeper keeper = owner.loop().timekeeper();
        if (phase == null) {
            keeper.disarm(this);
        } else {
            if (phase == Phase.WRITE) {
                mark();
            }
            keeper.arm(this, dueNanos);
        }
        assert settled == phase : settled + " is settled, and " + phase + " is wanted";
    }

    /** The keeper says that the deadline was reached: what is to be done about it. What is to be done at all is counted. */
    Protocol.Verdict judge() {
        long now = owner.loop().now();
        if (phase == Phase.WRITE && isReached(now)) {
            credit(); // may move it, and bring another to the front
        }
        Phase passed = phase;
        long due = dueNanos;
        Protocol.Verdict verdict =
                passed == null || !isReached(now) || isLookedAt(passed) ? Protocol.Verdict.NOT_DUE : judge(passed, now);
        if (passed == null || verdict == Protocol.Verdict.NOT_DUE) {
            changed(); // the keeper has let go of it
            return Protocol.Verdict.NOT_DUE;
        }
        // A reading of its own: the turn's may be as old as all that the turn has done before.
        expired(passed, owner.loop().context().ticker().nanos() - due);
        return verdict;
    }

    /** So many bytes of the peer were read. */
    void received(int bytes) {
        receivedBytes += bytes;
    }

    /** How many bytes of the peer were read so far. */
    long receivedBytes() {
        return receivedBytes;
    }

    /** Whether the peer may have done what is due, and the worker has still to see it. */
    private boolean isLookedAt(Phase passed) {
        if (passed == Phase.HANDLER) {
            return false;
        }
        LastLook look = lastLook;
        boolean first = look == null;
        if (look == null) {
            int waiting = owner.wire().peek(owner, owner.loop().scratch());
            look = new LastLook(owner.loop().now(), receivedBytes + waiting);
            lastLook = look;
        }
        if (passed == Phase.WRITE && owner.hasOutput()) { // else it is room in a window that the peer has not given
            // It may have taken all, and the kernel has yet to say so. For want of memory that can take a while.
            long sinceNanos = owner.loop().now() - look.atNanos();
            long mostNanos = owner.loop().context().timeouts().writeGraceNanos();
            return first || (sinceNanos < mostNanos && owner.wire().unacknowledged() == 0);
        }
        return look.isUnread(receivedBytes);
    }

    /** Whether a deadline was reached, and what had come by then is still to be read. */
    boolean isLookedAt() {
        return lastLook != null;
    }

    private Protocol.Verdict judge(Phase passed, long nowNanos) {
        Protocol protocol = owner.protocol();
        return protocol == null || (passed == Phase.LINGER && !owner.isOpen())
                ? Protocol.Verdict.CLOSE // at rest, or lingering
                : protocol.expired(nowNanos);
    }

    private void settledIs(@Nullable Phase next) {
        Phase last = settled;
        settled = next;
        var counters = owner.loop().counters();
        if (last != null) {
            counters.phase(last).cleared.add(1);
        }
        if (next != null) {
            counters.phase(next).armed.add(1);
        }
    }

    /** The deadline of a phase was missed by so much. */
    void expired(Phase passed, long lateNanos) {
        if (passed != settled) {
            settledIs(passed); // armed within this turn, or replaced while the keeper was told of another
        }
        settled = null;
        owner.expired(passed, lateNanos);
    }

    // How much the peer reads. The kernel has room for more only in large steps; what the peer has acknowledged tells
    // sooner.

    private void mark() {
        int unacknowledged = owner.wire().unacknowledged();
        if (unacknowledged >= 0) {
            AcknowledgedBytes known = acknowledged;
            if (known == null) {
                known = new AcknowledgedBytes();
                acknowledged = known;
            }
            known.mark(unacknowledged);
        }
    }

    /** The kernel took so many bytes; returns how many of them are progress of the peer that is not known yet. */
    long sent(int bytes) {
        AcknowledgedBytes known = acknowledged;
        return known == null ? bytes : known.given(bytes);
    }

    /** The kernel has taken all there was. */
    void allSent() {
        acknowledged = null;
    }

    /** Lets the peer have the time it earned by what it read, although the kernel has reported no room for more. */
    void credit() {
        int unacknowledged = owner.wire().unacknowledged();
        AcknowledgedBytes known = acknowledged;
        Protocol protocol = owner.protocol();
        if (unacknowledged < 0 || known == null || protocol == null) {
            return;
        }
        long bytes = known.credit(unacknowledged);
        if (bytes > 0) {
            protocol.acknowledged(bytes);
        }
    }

    /** The connection is gone. */
    void end() {
        phase = null;
        lastLook = null;
        changed = false;
        owner.loop().timekeeper().clear(this);
        settledIs(null);
    }
}
