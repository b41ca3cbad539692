package ringfort.h2;

import org.jspecify.annotations.Nullable;
import ringfort.budget.Budget;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Earliest;
import ringfort.budget.Phase;
import ringfort.message.Refusal;

/**
 * How long each phase of a connection and of its streams may take: turns what {@link Connection} sees into deadlines, of
 * which the earliest is in the connection's slot. One thread at a time. Arming what is armed changes nothing.
 */
final class Clock {
    /** What is due on the connection itself. */
    enum Due {
        /** The preface and the SETTINGS behind it. */
        OPENING,
        /** The acknowledgement of our SETTINGS. */
        SETTINGS,
        /** The rest of a head. */
        BLOCK,
        /** A stream, when none is open. */
        IDLE,
        /** That the peer takes what we write. */
        WRITE,
        /** That a handler reads, of those whose unread content holds the connection's window. */
        STARVED,
        /** The answer to the PING between two GOAWAY. */
        ROUND_TRIP,
        /** The end of all streams, after the second GOAWAY. */
        DRAIN,
        /** The end of what the peer still sends. */
        LINGER
    }

    private static final Due[] DUES = Due.values();

    private final H2Timeouts timeouts;
    private final Earliest earliest;
    private final Earliest.@Nullable Node[] nodes = new Earliest.@Nullable Node[DUES.length];
    private @Nullable Budget writing; // made when the peer first keeps us waiting
    private boolean writingUsed;

    Clock(H2Timeouts timeouts, DeadlineSlot slot) {
        this.timeouts = timeouts;
        earliest = new Earliest(slot);
    }

    Earliest earliest() {
        return earliest;
    }

    H2Timeouts timeouts() {
        return timeouts;
    }

    @SuppressWarnings("EnumOrdinal") // as EnumMap does; the index never leaves this object
    private Earliest.Node node(Due due) {
        Earliest.Node node = nodes[due.ordinal()];
        if (node == null) {
            node = earliest.node(due);
            nodes[due.ordinal()] = node;
        }
        return node;
    }

    private void arm(Due due, Phase phase, long nanos, long nowNanos) {
        Earliest.Node node = node(due);
        if (nanos > 0 && node.phase() == null) {
            node.arm(phase, nowNanos + nanos);
        }
    }

    void off(Due due) {
        node(due).clear();
    }

    void opening(long nowNanos) {
        arm(Due.OPENING, Phase.HEADER, timeouts.shared().headerNanos(), nowNanos);
    }

    void settings(long nowNanos) {
        arm(Due.SETTINGS, Phase.HEADER, timeouts.settingsNanos(), nowNanos);
    }

    /** Whether part of a head has come. Idling is over with its first octet. */
    void block(boolean started, long nowNanos) {
        if (started) {
            arm(Due.BLOCK, Phase.HEADER, timeouts.shared().headerNanos(), nowNanos);
            off(Due.IDLE);
        } else {
            off(Due.BLOCK);
        }
    }

    void idle(boolean idle, long nowNanos) {
        if (idle) {
            arm(Due.IDLE, Phase.IDLE, timeouts.shared().idleNanos(), nowNanos);
        } else {
            off(Due.IDLE);
        }
    }

    void roundTrip(long nowNanos) {
        arm(Due.ROUND_TRIP, Phase.LINGER, timeouts.roundTripNanos(), nowNanos);
    }

    void drain(long nowNanos) {
        arm(Due.DRAIN, Phase.LINGER, timeouts.drainNanos(), nowNanos);
    }

    void linger(long nowNanos) {
        arm(Due.LINGER, Phase.LINGER, timeouts.shared().lingerNanos(), nowNanos);
    }

    /** A stream's content has been unread since {@code sinceNanos}, and other streams cannot send because of it. */
    void starved(boolean starved, long sinceNanos) {
        if (!starved) {
            off(Due.STARVED);
        } else {
            arm(Due.STARVED, Phase.BODY, timeouts.shared().bodyNanos(), sinceNanos);
        }
    }

    /** Whether the connection waits for the peer to take octets, or to give room for them. */
    void writing(boolean waiting, boolean nothingLeft, long nowNanos) {
        Budget budget = writing;
        if (budget == null) {
            if (!waiting) {
                return;
            }
            budget = new Budget(timeouts.ofConnection(), node(Due.WRITE));
            writing = budget;
        }
        writingUsed |= waiting;
        budget.waitForWrite(waiting, nowNanos);
        if (nothingLeft && !waiting && writingUsed) {
            budget.responseDone(); // all was taken: what is written next has a full grace
            writingUsed = false;
        }
        budget.publish();
    }

    void written(long octets, long nowNanos) {
        Budget budget = writing;
        if (budget != null) {
            budget.sent(octets, nowNanos);
            budget.publish();
        }
    }

    private Budget budget(H2Stream stream) {
        Budget budget = stream.budget;
        if (budget == null) {
            budget = new Budget(timeouts.ofStream(), stream.deadline);
            budget.headComplete(stream.remoteOpen && !stream.asksForTunnel, stream.headAtNanos);
            stream.budget = budget;
        }
        return budget;
    }

    /** A request is there. */
    void opened(H2Stream stream, long nowNanos) {
        stream.headAtNanos = nowNanos;
        stream.idleSinceNanos = nowNanos;
        if (stream.remoteOpen || timeouts.shared().handlerNanos() > 0) {
            budget(stream).publish();
        }
    }

    void override(H2Stream stream, long bodyNanos, long handlerNanos) {
        Budget budget = budget(stream);
        if (handlerNanos >= 0 && !stream.responseStarted) {
            budget.overrideHandler(handlerNanos);
        }
        if (bodyNanos >= 0) {
            budget.overrideBody(bodyNanos);
        }
        budget.publish();
    }

    /** Whether the peer may send content of a stream, and has not sent all. */
    void body(H2Stream stream, boolean mayBeSent, long nowNanos) {
        Budget budget = stream.budget;
        if (budget != null) {
            budget.waitForBody(
                    mayBeSent && stream.remoteOpen && !stream.awaitsContinue && !stream.dropsContent, nowNanos);
            budget.publish();
        }
    }

    void received(H2Stream stream, int octets, long nowNanos) {
        Budget budget = stream.budget;
        if (budget != null) {
            budget.received(octets, nowNanos);
            budget.publish();
        }
    }

    /** The response has started, or nothing more is waited for. */
    void responded(H2Stream stream) {
        Budget budget = stream.budget;
        if (budget != null) {
            budget.handlerDone();
            budget.publish();
        }
    }

    /** Whether content of a stream waits for room in the peer's window. */
    void stalled(H2Stream stream, boolean stalled, long nowNanos) {
        if (stalled || stream.budget != null) {
            Budget budget = budget(stream);
            if (stream.responseStarted) {
                budget.handlerDone();
            }
            budget.waitForWrite(stalled, nowNanos);
            budget.publish();
        }
    }

    /** The peer has given room for content of a stream. */
    void credit(H2Stream stream, int octets, long nowNanos) {
        Budget budget = stream.budget;
        if (budget != null) {
            budget.sent(octets, nowNanos);
            budget.publish();
        }
    }

    /** The stream is a tunnel from here on. */
    void tunnelled(H2Stream stream, long idleNanos) {
        Budget budget = budget(stream);
        budget.detached(idleNanos);
        budget.publish();
    }

    /** Whether the handler of a tunnel waits for octets of the peer. */
    void tunnelWaits(H2Stream stream, boolean waiting, long nowNanos) {
        Budget budget = budget(stream);
        budget.waitForTunnel(waiting, nowNanos);
        budget.publish();
    }

    /** Octets of a tunnel were written. */
    void tunnelMoved(H2Stream stream, long nowNanos) {
        Budget budget = budget(stream);
        budget.tunnelMoved(nowNanos);
        budget.publish();
    }

    void closed(H2Stream stream) {
        stream.budget = null;
        stream.deadline.clear();
    }

    /** The end: nothing is due but what is written, until the caller lingers. */
    void allOff() {
        for (Due due : DUES) {
            if (due != Due.WRITE && due != Due.LINGER) {
                off(due);
            }
        }
    }

    void everythingOff() {
        allOff();
        off(Due.WRITE);
        off(Due.LINGER);
        writing = null;
    }

    /** What is due, and no longer armed; null when nothing is. A stream, or a {@link Due}. */
    @Nullable Object due(long nowNanos) {
        Earliest.Node node = earliest.due(nowNanos);
        if (node == null) {
            return null;
        } else if (!(node.owner() instanceof H2Stream)) {
            node.clear();
        }
        return node.owner();
    }

    /** What a stream's deadline was for; it is off then. */
    @Nullable Phase fired(H2Stream stream, long nowNanos) {
        Budget budget = stream.budget;
        if (budget == null) {
            stream.deadline.clear();
            return null;
        }
        Phase phase = budget.fired(nowNanos);
        budget.publish();
        return phase;
    }

    static Refusal refusal(Phase phase) {
        return phase == Phase.HANDLER
                ? new Refusal(503, "handler too late")
                : new Refusal(408, "request content too late");
    }
}
