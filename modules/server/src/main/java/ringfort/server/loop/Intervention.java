package ringfort.server.loop;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.message.ByteSink;
import ringfort.server.exchange.Exchange;
import ringfort.server.metrics.CloseReason;
import ringfort.server.protocol.Protocol;
import ringfort.server.protocol.Protocols;
import ringfort.sys.OnWorker;

/**
 * What the watchdog does about a connection whose deadline passed while a handler held its worker. Used by the watchdog's
 * thread alone, and only inside the {@link HandlerGuard} of the connection's worker, whose state it reads and marks.
 *
 * <p>It ends only what the worker itself would end. A peer whose bytes already wait in the socket, or in completions that
 * were not looked at, was in time: only the worker was not there to read them. All that the watchdog does to a connection is
 * safe beside the worker's own operations and never waits ({@link Wire#peek}, {@link Wire#sendNow}, {@link Wire#shutdown}). The
 * worker, when it is back, meets what happened ({@link Enforced#meet}).
 *
 * <pre>
 *  phase    spared when                                                         else
 *  HANDSHAKE, as HEADER
 *  HEADER   what waits, behind what was received, ends the head                 shut down
 *  IDLE     something waits, which begins a head, and that head is not due yet  shut down
 *           or what waits ends it
 *  BODY     anything waits                                                      shut down; reset once a response has begun
 *  HANDLER  the handler has answered                                            503, FIN; ended if it cannot be sent
 *  WRITE    the peer took enough, or all, of what the kernel has; where         reset
 *           nothing is queued, and a window has no room, anything waits
 *  LINGER   the peer still takes what it was sent                               shut down; reset if that was to follow
 * </pre>
 *
 * While something is queued for the peer, only HANDLER and WRITE are enforced: for the others the worker may be the one that
 * is late.
 */
@OnWorker
final class Intervention {
    /** More than most heads have; of a longer one the end is not looked for. */
    private static final int PENDING_BYTES = 64 * 1024;

    private static final int ANSWER_BYTES = 1024;
    private static final Phase[] PHASES = Phase.values();

    private final byte[] pending = new byte[PENDING_BYTES];
    private final ByteSink sink = new ByteSink(ANSWER_BYTES);
    private final long headerNanos;

    /**
     * A connection that the watchdog ended.
     *
     * @param phase whose deadline was missed
     * @param lateNanos by how much
     * @param answered whether the peer was told, and got our FIN
     * @param cut whether it was in the middle of a response, and got a reset
     */
    @OnWorker
    record Enforced(Connection connection, Phase phase, long lateNanos, boolean answered, boolean cut) {
        /** The worker is back: before anything else happens to the connection, it meets what was done. */
        void meet() {
            connection.touch();
            connection.deadline().expired(phase, lateNanos);
            if (answered) {
                Protocol protocol = connection.protocol();
                if (protocol != null) {
                    protocol.abandon(new IOException("the handler was too late"));
                }
                connection.closeWhenSent(CloseReason.DEADLINE);
                connection.finSent();
            } else if (phase == Phase.WRITE) {
                connection.cutUnread();
            } else if (cut) {
                connection.cut(CloseReason.DEADLINE);
            } else {
                connection.destroy(CloseReason.DEADLINE, null);
            }
        }
    }

    /** @param headerNanos what a head may take; 0 is for ever */
    Intervention(long headerNanos) {
        this.headerNanos = headerNanos;
    }

    /** Ends the connection if a deadline of it has passed and nothing excuses its peer; null when it did not. */
    @Nullable Enforced enforce(Connection connection, HandlerGuard guard, Thread worker, long nowNanos) {
        if (connection.isGone() || !connection.deadline().isReached(nowNanos)) {
            return null;
        }
        for (Phase phase : PHASES) { // the first may be excused and hide another
            long late = lateNanos(connection, phase, nowNanos);
            if (late >= 0) {
                Enforced enforced = enforce(connection, phase, late, guard, worker, nowNanos);
                if (enforced != null) {
                    return enforced;
                }
            }
        }
        return null;
    }

    private static long lateNanos(Connection connection, Phase phase, long nowNanos) {
        Protocol protocol = connection.protocol();
        if (protocol != null) {
            return protocol.lateNanos(phase, nowNanos);
        }
        ConnectionDeadline deadline = connection.deadline();
        return deadline.phase() == phase ? nowNanos - deadline.dueNanos() : -1;
    }

    private @Nullable Enforced enforce(
            Connection connection, Phase phase, long late, HandlerGuard guard, Thread worker, long nowNanos) {
        if (phase == Phase.HANDLER) {
            return handler(connection, late, guard, worker);
        } else if (phase == Phase.WRITE) {
            return takes(connection, nowNanos) ? null : end(connection, phase, late);
        } else if (connection.hasOutput() || lingersOn(connection, phase, nowNanos)) {
            return null;
        }
        int count = connection.isOpen() ? connection.wire().peek(connection, pending) : 0;
        return switch (phase) {
            case HANDSHAKE, HEADER -> endsHead(connection, count) ? null : end(connection, phase, late);
            case IDLE -> idle(connection, count, late);
            default -> count > 0 ? null : end(connection, phase, late);
        };
    }

    /** The deadline of a linger is only when to look next, as long as the peer takes what it was sent. */
    private static boolean lingersOn(Connection connection, Phase phase, long nowNanos) {
        Lingering lingering = connection.lingering();
        return phase == Phase.LINGER && lingering != null && !lingering.isOver(nowNanos);
    }

    private Enforced end(Connection connection, Phase phase, long late) {
        return new Enforced(connection, phase, late, false, end(connection, false));
    }

    /** Ends both directions; in the middle of a response by a reset, since a FIN would make it look whole. */
    private boolean end(Connection connection, boolean begun) {
        Protocol protocol = connection.protocol();
        Lingering lingering = connection.lingering();
        boolean midway =
                begun || (protocol != null && protocol.isMidway()) || (lingering != null && lingering.isBeforeReset());
        if (midway) {
            connection.wire().reset();
        } else {
            sayFarewell(connection, protocol);
            connection.wire().shutdown();
        }
        return midway;
    }

    private void sayFarewell(Connection connection, @Nullable Protocol protocol) {
        if (protocol != null && connection.isOpen()) {
            sink.reset();
            protocol.farewell(sink);
            int length = sink.length();
            if (length > 0 && connection.wire().sendNow(sink.array(), length)) {
                connection.loop().counters().sentOutside.add(length);
            }
        }
    }

    // What the peer has sent.

    private boolean endsHead(Connection connection, int count) {
        if (count == pending.length) {
            return true; // more may wait, and end it
        }
        Protocol protocol = connection.protocol();
        if (protocol != null) {
            return protocol.completesHead(pending, count);
        }
        Protocols atRest = connection.protocols();
        return atRest.completesHead(pending, count);
    }

    /** A first byte that waits began a head, in time, as far as is known; that has its budget, and then is late itself. */
    private @Nullable Enforced idle(Connection connection, int count, long late) {
        if (count == 0) {
            return end(connection, Phase.IDLE, late);
        }
        boolean headIsLate = headerNanos > 0 && late >= headerNanos;
        return headIsLate && !endsHead(connection, count) ? end(connection, Phase.HEADER, late - headerNanos) : null;
    }

    // What the peer has taken.

    private boolean takes(Connection connection, long nowNanos) {
        if (!connection.hasOutput()) {
            return connection.wire().peek(connection, pending) > 0;
        }
        connection.deadline().credit();
        return lateNanos(connection, Phase.WRITE, nowNanos) < 0
                || connection.wire().unacknowledged() == 0;
    }

    // What the peer is waiting for.

    private @Nullable Enforced handler(Connection connection, long late, HandlerGuard guard, Thread worker) {
        Protocol protocol = connection.protocol();
        Exchange exchange = protocol == null ? null : protocol.awaitedExchange();
        if (exchange != null && exchange.answer() != null) {
            return null; // it is the worker that is late
        }
        sink.reset();
        boolean answered = protocol != null && answer(connection, protocol);
        boolean cut = !answered && end(connection, sink.length() > 0); // part of the answer may have left
        if (answered) {
            connection.wire().finish(); // not both directions: bytes that still come would reset what was said
        }
        if (exchange != null) {
            exchange.givenUp();
            interrupt(exchange, guard, worker);
        }
        return new Enforced(connection, Phase.HANDLER, late, answered, cut);
    }

    private boolean answer(Connection connection, Protocol protocol) {
        if (!protocol.lastWord(sink) || sink.length() > ANSWER_BYTES) {
            return false;
        }
        int length = sink.length();
        boolean sent = connection.wire().sendNow(sink.array(), length);
        if (sent) {
            connection.loop().counters().sentOutside.add(length);
        }
        return sent;
    }

    /** An inline handler has the worker's own thread, which clears the mark when it is back. */
    private static void interrupt(Exchange exchange, HandlerGuard guard, Thread worker) {
        if (exchange.thread().thread() != worker) {
            exchange.thread().interrupt();
        } else if (guard.isRunning(exchange.thread())) {
            worker.interrupt();
        }
    }
}
