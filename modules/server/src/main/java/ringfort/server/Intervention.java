package ringfort.server;

import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.message.ByteSink;
import ringfort.message.Refusal;
import ringfort.sys.Libc;
import ringfort.sys.Linux;
import ringfort.sys.NativeMemory;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;
import ringfort.sys.Sockets;

/**
 * What the watchdog does about a connection whose deadline passed while a handler held its worker. Used by the watchdog's
 * thread alone, and only inside the {@link Hold} of the connection's worker, whose state it reads and marks.
 *
 * <p>It ends nothing that the worker, were it there, would not end: who is late because of us is spared. Everything it does
 * to a socket is safe beside the ring and beside epoll, and never waits: {@code recv} that peeks, {@code send} on a socket
 * that has nothing under way, {@code shutdown}. The worker, when it is back, meets what happened
 * ({@link Connection#endEnforced}).
 *
 * <pre>
 *  phase    spared when                                                         else
 *  HEADER   what waits, behind what was received, ends the head                 shut down
 *  IDLE     the same; or something waits and was not due for a header budget    shut down
 *  BODY     anything waits                                                      shut down
 *  HANDLER  the handler has answered                                            503, FIN; shut down if it cannot be sent
 *  WRITE    the peer took enough, or all, of what the kernel has                shut down
 *  LINGER   the rest of a body waits                                            shut down
 * </pre>
 *
 * While something is queued for the peer, what it owes us can wait: it is the write deadline that counts, or we are late.
 */
@OnWorker
final class Intervention implements AutoCloseable {
    /** More than a head may have: what is not complete by then is refused anyway. */
    private static final int PENDING_BYTES = 64 * 1024;

    private static final int ANSWER_BYTES = 1024;
    private static final Phase[] PHASES = Phase.values();
    private static final Refusal TOO_LATE = new Refusal(503, "handler too late");

    private final NativeMemory memory = new NativeMemory();
    private final long peeked = memory.allocate(PENDING_BYTES, 64);
    private final long answer = memory.allocate(ANSWER_BYTES, 64);
    private final byte[] pending = new byte[PENDING_BYTES];
    private final ByteSink sink = new ByteSink(ANSWER_BYTES);
    private final ResponseContent content;
    private final long headerNanos;

    Intervention(ServerContext context) {
        content = new ResponseContent(context);
        headerNanos = context.timeouts.headerNanos();
    }

    /** Ends the connection if a deadline of it has passed and nothing excuses its peer; true if it did. */
    boolean enforce(Connection connection, long nowNanos) {
        if (!connection.isDestroyed() && connection.slot.isDue(nowNanos)) {
            for (Phase phase : PHASES) { // the first may be excused and hide another
                long late = connection.h1().lateNanos(phase, nowNanos);
                if (late >= 0 && enforce(connection, phase, late, nowNanos)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean enforce(Connection connection, Phase phase, long late, long nowNanos) {
        if (phase == Phase.HANDLER) {
            return handler(connection, late);
        } else if (phase == Phase.WRITE) {
            return !takes(connection, nowNanos) && end(connection, phase, late);
        } else if (connection.hasOutput()) {
            return false;
        }
        int count = connection.isClosing() ? 0 : pending(connection);
        return switch (phase) {
            case HEADER -> !endsHead(connection, count) && end(connection, phase, late);
            case IDLE -> idle(connection, count, late);
            default -> count == 0 && end(connection, phase, late);
        };
    }

    private static boolean end(Connection connection, Phase phase, long late) {
        connection.slot.enforced(phase, late, false);
        Sockets.shutdown(connection.fd);
        return true;
    }

    // What the peer has sent.

    /** Copies what came and the worker has not looked at, from completions and from the socket; returns how many bytes. */
    private int pending(Connection connection) {
        int count = connection.worker.pendingInput(connection, pending);
        if (count < PENDING_BYTES) {
            int flags = Linux.MSG_PEEK | Linux.MSG_DONTWAIT;
            long more = Libc.recv(connection.fd, peeked, PENDING_BYTES - count, flags);
            if (more > 0) {
                NativeMemory.copyOut(peeked, pending, count, (int) more);
                count += (int) more;
            }
        }
        return count;
    }

    private boolean endsHead(Connection connection, int count) {
        return connection.h1().completesHead(pending, 0, count);
    }

    /** A first byte that waits began a head, in time, as far as we know; that has its budget, and then is late itself. */
    private boolean idle(Connection connection, int count, long late) {
        if (count == 0) {
            return end(connection, Phase.IDLE, late);
        }
        boolean headIsLate = headerNanos > 0 && late >= headerNanos;
        return headIsLate && !endsHead(connection, count) && end(connection, Phase.HEADER, late - headerNanos);
    }

    // What it has taken.

    private static boolean takes(Connection connection, long nowNanos) {
        connection.slot.creditAcknowledged(nowNanos);
        return connection.h1().lateNanos(Phase.WRITE, nowNanos) < 0 || Sockets.unsentBytes(connection.fd) == 0;
    }

    // What it is waiting for.

    private boolean handler(Connection connection, long late) {
        Exchange exchange = connection.exchange();
        if (exchange != null && exchange.response() != null) {
            return false; // it is the worker who is late
        }
        boolean answered = exchange != null && !connection.hasOutput() && answer(connection, exchange.head.isHead());
        connection.slot.enforced(Phase.HANDLER, late, answered);
        if (answered) {
            Libc.shutdown(connection.fd, Linux.SHUT_WR); // not both: bytes that still come would reset what was said
        } else {
            Sockets.shutdown(connection.fd);
        }
        if (exchange != null) {
            exchange.givenUp();
            interrupt(connection.worker, exchange);
        }
        return true;
    }

    /** Nothing is under way to this socket, so that nobody else's bytes can come in between. */
    private boolean answer(Connection connection, boolean isHead) {
        sink.reset();
        content.refusal(sink, TOO_LATE, isHead);
        int length = sink.length();
        if (length > ANSWER_BYTES) {
            return false;
        }
        NativeMemory.copyIn(sink.array(), 0, length, answer);
        long sent = Libc.send(connection.fd, answer, length, Linux.MSG_DONTWAIT | Linux.MSG_NOSIGNAL);
        if (sent > 0) {
            connection.worker.counters.sentOutside.add(sent);
        }
        return sent == length;
    }

    /** An inline handler has the worker's own thread, which clears the mark when it is back. */
    private static void interrupt(Worker worker, Exchange exchange) {
        @Nullable Thread handler = exchange.thread();
        if (handler != null && handler != worker.thread()) {
            handler.interrupt();
        } else if (worker.hold.isRunning(exchange)) {
            worker.thread().interrupt();
        }
    }

    @Override
    @OffWorker
    public void close() {
        memory.close();
    }
}
