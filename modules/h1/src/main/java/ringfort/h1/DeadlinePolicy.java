package ringfort.h1;

import org.jspecify.annotations.Nullable;

/**
 * How long each phase of a connection may take: turns what {@link H1State} sees into deadlines. Arming is idempotent,
 * and nothing but waiting time and rates is ever counted again.
 */
final class DeadlinePolicy {
    private final Timeouts timeouts;
    private final Deadlines deadlines;
    private @Nullable BodyWait body; // of a request that has content, until its response is complete
    private final WaitBudget writeRate = new WaitBudget();
    private long headAtNanos;
    private long bodyNanos;
    private long idleNanos;
    private boolean responseDone; // complete: when the peer has taken it, the next one has a full grace
    private boolean idleBehindWrite; // idle begins when the peer has taken the response

    /** How long we may wait for content: in all, and by its rate. */
    private static final class BodyWait {
        final WaitBudget time = new WaitBudget();
        final WaitBudget rate = new WaitBudget();
    }

    DeadlinePolicy(Timeouts timeouts, DeadlineSlot slot) {
        this.timeouts = timeouts;
        deadlines = new Deadlines(slot);
        idleNanos = timeouts.idleNanos();
        writeRate.fill(timeouts.writeGraceNanos());
    }

    /** Goes on with a connection of which nothing is due but what its slot holds. */
    void resume(DeadlineSlot slot, @Nullable Phase armed, long deadlineNanos) {
        deadlines.resume(slot, armed, deadlineNanos);
    }

    /** Whether nobody waits for anything but a request. */
    boolean isAtRest() {
        return body == null && !writeRate.waiting() && !responseDone;
    }

    /** A head is due: from accept, or from the first byte of a later one. */
    void headExpected(long nowNanos) {
        notIdle();
        arm(Phase.HEADER, timeouts.headerNanos(), nowNanos);
    }

    /** A head is complete. */
    void headComplete(boolean hasBody, long nowNanos) {
        headAtNanos = nowNanos;
        bodyNanos = timeouts.bodyNanos();
        if (hasBody) {
            var wait = new BodyWait();
            wait.time.fill(bodyNanos);
            wait.rate.fill(timeouts.bodyGraceNanos());
            body = wait;
        }
        deadlines.off(Phase.HEADER);
        notIdle();
        arm(Phase.HANDLER, timeouts.handlerNanos(), nowNanos);
    }

    /** Another time for the content of this request; what has been waited stays waited. */
    void overrideBody(long nanos) {
        bodyNanos = Timeouts.bounded(nanos);
        BodyWait wait = body;
        if (wait != null) {
            wait.time.resize(bodyNanos);
            setBody(wait);
        }
    }

    /** Another time for the handler of this request, from its head on. */
    void overrideHandler(long nanos) {
        deadlines.off(Phase.HANDLER);
        arm(Phase.HANDLER, Timeouts.bounded(nanos), headAtNanos);
    }

    /** Whether we wait for the peer to send content. */
    void waitForBody(boolean waiting, long nowNanos) {
        BodyWait wait = body;
        if (wait == null) {
            return;
        } else if (waiting) {
            wait.time.begin(nowNanos);
            wait.rate.begin(nowNanos);
        } else {
            wait.time.end(nowNanos);
            wait.rate.end(nowNanos);
        }
        setBody(wait);
    }

    boolean waitsForBody() {
        BodyWait wait = body;
        return wait != null && wait.time.waiting();
    }

    /** The peer has sent content. */
    void received(long bytes, long nowNanos) {
        BodyWait wait = body;
        if (wait != null && timeouts.bodyBytesPerSecond() > 0) {
            wait.rate.earn(bytes, timeouts.bodyBytesPerSecond(), nowNanos);
            setBody(wait);
        }
    }

    private void setBody(BodyWait wait) {
        deadlines.off(Phase.BODY);
        if (wait.time.waiting()) {
            boolean inAll = bodyNanos > 0;
            boolean rate = timeouts.bodyGraceNanos() > 0 && timeouts.bodyBytesPerSecond() > 0;
            if (inAll && (!rate || wait.time.deadlineNanos() - wait.rate.deadlineNanos() < 0)) {
                deadlines.set(Phase.BODY, wait.time.deadlineNanos());
            } else if (rate) {
                deadlines.set(Phase.BODY, wait.rate.deadlineNanos());
            }
        }
    }

    /** The handler has answered, or nobody waits for it any more. */
    void handlerDone() {
        deadlines.off(Phase.HANDLER);
    }

    /** Whether we wait for the peer to take bytes of the response. */
    void waitForWrite(boolean waiting, long nowNanos) {
        if (waiting) {
            writeRate.begin(nowNanos);
            if (deadlines.isSet(Phase.IDLE)) { // the response was complete before its first byte was sent
                deadlines.off(Phase.IDLE);
                idleBehindWrite = true;
            }
        } else {
            writeRate.end(nowNanos);
            if (responseDone) {
                responseDone = false;
                writeRate.fill(timeouts.writeGraceNanos());
            }
            if (idleBehindWrite) {
                idle(nowNanos);
            }
        }
        setWrite();
    }

    /** The peer has taken bytes of the response. */
    void sent(long bytes, long nowNanos) {
        if (timeouts.writeBytesPerSecond() > 0) {
            writeRate.earn(bytes, timeouts.writeBytesPerSecond(), nowNanos);
            setWrite();
        }
    }

    private void setWrite() {
        deadlines.off(Phase.WRITE);
        if (writeRate.waiting() && timeouts.writeGraceNanos() > 0 && timeouts.writeBytesPerSecond() > 0) {
            deadlines.set(Phase.WRITE, writeRate.deadlineNanos());
        }
    }

    /** The response is complete: the handler and the content of its request are due no more. */
    void responseDone() {
        deadlines.off(Phase.HANDLER);
        deadlines.off(Phase.BODY);
        body = null;
        responseDone = true;
        if (!writeRate.waiting()) {
            writeRate.fill(timeouts.writeGraceNanos());
        }
    }

    /** Nothing is under way, or will be once the peer has taken the response. */
    void idle(long nowNanos) {
        deadlines.off(Phase.LINGER);
        idleBehindWrite = writeRate.waiting();
        if (!idleBehindWrite) {
            arm(Phase.IDLE, idleNanos, nowNanos);
        }
    }

    /** Another protocol: of what was due only the writing goes on, and idling is of another length. */
    void detached(long nanos) {
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
    void waitForTunnel(boolean waiting, long nowNanos) {
        if (waiting) {
            idle(nowNanos);
        } else {
            notIdle();
        }
    }

    /** Bytes went to the peer of a tunnel: nobody idled. */
    void tunnelMoved(long nowNanos) {
        if (deadlines.isSet(Phase.IDLE)) {
            deadlines.off(Phase.IDLE);
            idle(nowNanos);
        }
    }

    private void notIdle() {
        idleBehindWrite = false;
        deadlines.off(Phase.IDLE);
    }

    /** Whatever the peer still sends is dropped. */
    void linger(long nowNanos) {
        arm(Phase.LINGER, timeouts.lingerNanos(), nowNanos);
    }

    /** Nothing more is read: what is due to the peer's sending is off, what is due to our answer stays. */
    void readingDone() {
        deadlines.off(Phase.HEADER);
        deadlines.off(Phase.BODY);
        notIdle();
    }

    void allOff() {
        idleBehindWrite = false;
        deadlines.allOff();
    }

    /** The phase whose deadline came first and has been reached, switched off; or null. The slot is to be told anew. */
    @Nullable Phase fired(long nowNanos) {
        deadlines.fired();
        Phase due = deadlines.due(nowNanos);
        if (due != null) {
            deadlines.off(due);
        }
        return due;
    }

    /** How long ago the deadline of a phase was reached; -1 when it was not, or none is set. */
    long lateNanos(Phase phase, long nowNanos) {
        return deadlines.lateNanos(phase, nowNanos);
    }

    /** Tells the slot, when anything changed. */
    void publish() {
        deadlines.publish();
    }

    /** Arms a phase, unless it is off or armed already. */
    private void arm(Phase phase, long nanos, long nowNanos) {
        if (nanos > 0 && !deadlines.isSet(phase)) {
            deadlines.set(phase, nowNanos + nanos);
        }
    }
}
