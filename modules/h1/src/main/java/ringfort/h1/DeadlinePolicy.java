package ringfort.h1;

import org.jspecify.annotations.Nullable;

/**
 * How long each phase of a connection may take: turns what {@link H1State} sees into deadlines. Arming is idempotent,
 * and nothing but waiting time and rates is ever counted again.
 */
final class DeadlinePolicy {
    private final Timeouts timeouts;
    private final Deadlines deadlines;
    private final WaitBudget bodyTime = new WaitBudget();
    private final WaitBudget bodyRate = new WaitBudget();
    private final WaitBudget writeRate = new WaitBudget();
    private long headAtNanos;
    private long bodyNanos;
    private long idleNanos;
    private boolean responseDone; // complete: when the peer has taken it, the next one has a full grace
    private boolean idleBehindWrite; // idle begins when the peer has taken the response

    DeadlinePolicy(Timeouts timeouts, DeadlineSlot slot) {
        this.timeouts = timeouts;
        deadlines = new Deadlines(slot);
        idleNanos = timeouts.idleNanos();
        writeRate.fill(timeouts.writeGraceNanos());
    }

    /** A head is due: from accept, or from the first byte of a later one. */
    void headExpected(long nowNanos) {
        notIdle();
        arm(Phase.HEADER, timeouts.headerNanos(), nowNanos);
    }

    /** A head is complete. */
    void headComplete(long nowNanos) {
        headAtNanos = nowNanos;
        bodyNanos = timeouts.bodyNanos();
        bodyTime.fill(bodyNanos);
        bodyRate.fill(timeouts.bodyGraceNanos());
        deadlines.off(Phase.HEADER);
        notIdle();
        arm(Phase.HANDLER, timeouts.handlerNanos(), nowNanos);
    }

    /** Another time for the content of this request; what has been waited stays waited. */
    void overrideBody(long nanos) {
        bodyNanos = Timeouts.bounded(nanos);
        bodyTime.resize(bodyNanos);
        setBody();
    }

    /** Another time for the handler of this request, from its head on. */
    void overrideHandler(long nanos) {
        deadlines.off(Phase.HANDLER);
        arm(Phase.HANDLER, Timeouts.bounded(nanos), headAtNanos);
    }

    /** Whether we wait for the peer to send content. */
    void waitForBody(boolean waiting, long nowNanos) {
        if (waiting) {
            bodyTime.begin(nowNanos);
            bodyRate.begin(nowNanos);
        } else {
            bodyTime.end(nowNanos);
            bodyRate.end(nowNanos);
        }
        setBody();
    }

    boolean waitsForBody() {
        return bodyTime.waiting();
    }

    /** The peer has sent content. */
    void received(long bytes, long nowNanos) {
        if (timeouts.bodyBytesPerSecond() > 0) {
            bodyRate.earn(bytes, timeouts.bodyBytesPerSecond(), nowNanos);
            setBody();
        }
    }

    private void setBody() {
        deadlines.off(Phase.BODY);
        if (bodyTime.waiting()) {
            boolean inAll = bodyNanos > 0;
            boolean rate = timeouts.bodyGraceNanos() > 0 && timeouts.bodyBytesPerSecond() > 0;
            if (inAll && (!rate || bodyTime.deadlineNanos() - bodyRate.deadlineNanos() < 0)) {
                deadlines.set(Phase.BODY, bodyTime.deadlineNanos());
            } else if (rate) {
                deadlines.set(Phase.BODY, bodyRate.deadlineNanos());
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
        } else if (writeRate.waiting()) {
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
        bodyTime.stop();
        bodyRate.stop();
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
        bodyTime.stop();
        bodyRate.stop();
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
