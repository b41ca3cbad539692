package ringfort.budget;

import org.jspecify.annotations.Nullable;

/**
 * How long each phase of a connection, or of one stream, may take: turns what a protocol sees into deadlines. Arming is
 * idempotent, and nothing but waiting time and rates is ever counted again. One thread at a time; it reads no clock.
 *
 * <p>A protocol calls it while it handles an event, and {@link #publish} once at the end of that. When the deadline in the
 * slot has passed, the protocol asks {@link #fired} which phase is due.
 */
public final class Budget {
    private final Timeouts timeouts;
    private final PhaseDeadlines deadlines;
    private @Nullable WaitBudget body; // of a request that has content, until its response is complete
    private final WaitBudget writeRate = new WaitBudget();
    private long headAtNanos;
    private long bodyNanos;
    private long idleNanos;
    private boolean
            exchanging; // from a complete head until the peer has taken the response: only then do bytes taken earn
    private boolean responseDone; // complete: when the peer has taken it, the next one has a full grace
    private boolean idleBehindWrite; // idle begins when the peer has taken the response
    private boolean drainBehindWrite; // so does the time for the unread rest of a request
    private @Nullable LingerBudget linger; // while what the peer sends is dropped

    /** Nothing is due yet; {@code slot} is told by {@link #publish}. */
    public Budget(Timeouts timeouts, DeadlineSlot slot) {
        this.timeouts = timeouts;
        deadlines = new PhaseDeadlines(slot);
        idleNanos = timeouts.idleNanos();
        fillWrite();
    }

    private void fillWrite() {
        writeRate.fill(timeouts.writeGraceNanos(), Timeouts.capacity(timeouts.writeNanos()));
    }

    /** Goes on with a connection of which nothing is due but what its slot holds. */
    public void resume(DeadlineSlot slot, @Nullable Phase armed, long deadlineNanos) {
        deadlines.resume(slot, armed, deadlineNanos);
    }

    /** Forgets all deadlines, without telling the slot: the connection is over. {@link #resume} goes on with another. */
    public void reset() {
        body = null;
        fillWrite();
        exchanging = false;
        responseDone = false;
        idleNanos = timeouts.idleNanos();
        allOff();
    }

    /** Whether nobody waits for anything but a request. */
    public boolean isAtRest() {
        return body == null && !writeRate.waiting() && !responseDone;
    }

    /** A head is due: from accept, or from the first byte of a later one. */
    public void headExpected(long nowNanos) {
        notIdle();
        arm(Phase.HEADER, timeouts.headerNanos(), nowNanos);
    }

    /** A head is complete. */
    public void headComplete(boolean hasBody, long nowNanos) {
        headAtNanos = nowNanos;
        exchanging = true;
        bodyNanos = timeouts.bodyNanos();
        if (hasBody) {
            var wait = new WaitBudget();
            wait.fill(bodyStartNanos(), Timeouts.capacity(bodyNanos));
            body = wait;
        }
        deadlines.off(Phase.HEADER);
        notIdle();
        arm(Phase.HANDLER, timeouts.handlerNanos(), nowNanos);
    }

    /** What the bucket of the content holds at the start: the grace, or all where nothing is earned. */
    private long bodyStartNanos() {
        return timeouts.hasBodyRate() ? timeouts.bodyGraceNanos() : Timeouts.capacity(bodyNanos);
    }

    /** Another time for the content of this request; what has been waited stays waited. */
    public void overrideBody(long nanos) {
        bodyNanos = Timeouts.bounded(nanos);
        WaitBudget wait = body;
        if (wait != null) {
            wait.resize(bodyStartNanos(), Timeouts.capacity(bodyNanos));
            setBody(wait);
        }
    }

    /** Another time for the handler of this request, from its head on. */
    public void overrideHandler(long nanos) {
        deadlines.off(Phase.HANDLER);
        arm(Phase.HANDLER, Timeouts.bounded(nanos), headAtNanos);
    }

    /** Whether we wait for the peer to send content. */
    public void waitForBody(boolean waiting, long nowNanos) {
        WaitBudget wait = body;
        if (wait == null) {
            return;
        } else if (waiting) {
            wait.begin(nowNanos);
        } else {
            wait.end(nowNanos);
        }
        setBody(wait);
    }

    /** Whether the peer is waited for to send content. */
    public boolean waitsForBody() {
        WaitBudget wait = body;
        return wait != null && wait.waiting();
    }

    /** The peer has sent content. */
    public void received(long bytes, long nowNanos) {
        WaitBudget wait = body;
        if (wait != null && timeouts.hasBodyRate()) {
            wait.earn(bytes, timeouts.bodyBytesPerSecond(), nowNanos);
            setBody(wait);
        }
    }

    private void setBody(WaitBudget wait) {
        deadlines.off(Phase.BODY);
        if (wait.waiting() && (timeouts.hasBodyRate() || bodyNanos > 0)) {
            deadlines.set(Phase.BODY, wait.deadlineNanos());
        }
    }

    /** The handler has answered, or nobody waits for it any more. */
    public void handlerDone() {
        deadlines.off(Phase.HANDLER);
    }

    /** Whether we wait for the peer to take bytes of the response. */
    public void waitForWrite(boolean waiting, long nowNanos) {
        if (waiting) {
            writeRate.begin(nowNanos);
            if (deadlines.isSet(Phase.IDLE)) { // the response was complete before its first byte was sent
                deadlines.off(Phase.IDLE);
                idleBehindWrite = true;
            } else if (linger != null) {
                notLingering();
                drainBehindWrite = true;
            }
        } else {
            writeRate.end(nowNanos);
            if (responseDone) {
                responseDone = false;
                exchanging = false;
                fillWrite();
            }
            if (idleBehindWrite) {
                idle(nowNanos);
            } else if (drainBehindWrite) {
                linger(nowNanos);
            }
        }
        setWrite();
    }

    /** The peer has taken bytes of the response. */
    public void sent(long bytes, long nowNanos) {
        if (timeouts.hasWriteRate() && (exchanging || writeRate.waiting())) {
            writeRate.earn(bytes, timeouts.writeBytesPerSecond(), nowNanos);
            setWrite();
        }
    }

    private void setWrite() {
        deadlines.off(Phase.WRITE);
        if (writeRate.waiting() && timeouts.hasWriteRate()) {
            deadlines.set(Phase.WRITE, writeRate.deadlineNanos());
        }
    }

    /** The response is complete: the handler and the content of its request are due no more. */
    public void responseDone() {
        deadlines.off(Phase.HANDLER);
        deadlines.off(Phase.BODY);
        body = null;
        responseDone = true;
        if (!writeRate.waiting()) {
            fillWrite();
        }
    }

    /** Nothing is under way, or will be once the peer has taken the response. */
    public void idle(long nowNanos) {
        notLingering();
        idleBehindWrite = writeRate.waiting();
        if (!idleBehindWrite) {
            arm(Phase.IDLE, idleNanos, nowNanos);
        }
    }

    /** Another protocol: of what was due only the writing goes on, and idling is of another length. */
    public void detached(long nanos) {
        boolean writing = deadlines.isSet(Phase.WRITE);
        allOff();
        body = null;
        responseDone = false;
        idleNanos = Timeouts.bounded(nanos);
        if (writing) {
            setWrite();
        }
    }

    /** Whether the other protocol waits for bytes of the peer. Saying it again changes nothing. */
    public void waitForTunnel(boolean waiting, long nowNanos) {
        if (waiting) {
            idle(nowNanos);
        } else {
            notIdle();
        }
    }

    /** Bytes went to the peer of a tunnel: nobody idled. */
    public void tunnelMoved(long nowNanos) {
        if (deadlines.isSet(Phase.IDLE)) {
            deadlines.off(Phase.IDLE);
            idle(nowNanos);
        }
    }

    private void notIdle() {
        idleBehindWrite = false;
        deadlines.off(Phase.IDLE);
    }

    /** Whether there is a bound on the time in which what the peer still sends is dropped. */
    public boolean boundsLinger() {
        return timeouts.lingerNanos() > 0;
    }

    /** Whatever the peer still sends of its request is dropped; its time begins when it has taken the response. */
    public void drain(long nowNanos) {
        if (writeRate.waiting()) {
            drainBehindWrite = true;
        } else {
            linger(nowNanos);
        }
    }

    /** Whatever the peer still sends is dropped, and its time begins now. */
    public void linger(long nowNanos) {
        drainBehindWrite = false;
        if (boundsLinger() && linger == null) {
            var begun = new LingerBudget(timeouts, nowNanos);
            linger = begun;
            deadlines.set(Phase.LINGER, begun.deadlineNanos());
        }
    }

    /** So many bytes came and were dropped. */
    public void dropped(long bytes, long nowNanos) {
        LingerBudget begun = linger;
        if (begun != null) {
            begun.dropped(bytes, nowNanos);
            deadlines.set(Phase.LINGER, begun.deadlineNanos());
        }
    }

    private void notLingering() {
        drainBehindWrite = false;
        linger = null;
        deadlines.off(Phase.LINGER);
    }

    /** Nothing more is read: what is due to the peer's sending is off, what is due to our answer stays. */
    public void readingDone() {
        deadlines.off(Phase.HEADER);
        deadlines.off(Phase.BODY);
        notIdle();
    }

    /** Nothing is due any more. */
    public void allOff() {
        idleBehindWrite = false;
        drainBehindWrite = false;
        linger = null;
        deadlines.allOff();
    }

    /** The phase whose deadline came first and has been reached, switched off; or null. The slot is to be told anew. */
    public @Nullable Phase fired(long nowNanos) {
        deadlines.fired();
        Phase due = deadlines.due(nowNanos);
        if (due != null) {
            deadlines.off(due);
        }
        return due;
    }

    /** How long ago the deadline of a phase was reached; -1 when it was not, or none is set. */
    public long lateNanos(Phase phase, long nowNanos) {
        return deadlines.lateNanos(phase, nowNanos);
    }

    /** Tells the slot, when anything changed. */
    public void publish() {
        deadlines.publish();
    }

    /** Arms a phase, unless it is off or armed already. */
    private void arm(Phase phase, long nanos, long nowNanos) {
        if (nanos > 0 && !deadlines.isSet(phase)) {
            deadlines.set(phase, nowNanos + nanos);
        }
    }
}
