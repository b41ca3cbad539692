package ringfort.server.protocol;

import java.io.IOException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import ringfort.budget.Phase;
import ringfort.message.ByteSink;
import ringfort.server.exchange.Exchange;
import ringfort.server.wire.Outbox;
import ringfort.sys.OnWorker;

/**
 * What the bytes of one connection mean. A protocol stands above a {@link ProtocolHost}, its connection, and knows no
 * descriptor. Its worker only.
 *
 * <p>Events only take note and {@linkplain ProtocolHost#touch touch} the host; {@link #advance}, once in each turn in which
 * the connection was touched, does what has become possible. The exception is {@link #received}: the bytes are the worker's
 * and are gone afterwards, so the protocol goes as far with them as it can.
 */
@OnWorker
public interface Protocol {
    /** What is to be done about a deadline that was reached. */
    enum Verdict {
        /** Nothing: it was cleared or moved meanwhile. */
        NOT_DUE,
        /** {@link Protocol#answerLate} answers it. The connection closes in order, unless others are served on it. */
        ANSWER,
        /** Close without a word. */
        CLOSE,
        /** Cut: the peer must see that the response is not whole. */
        CUT
    }

    /** What is to be sent. */
    Outbox out();

    /** Bytes came; {@code buffer} is not kept. */
    void received(byte[] buffer, int from, int to);

    /** Whether bytes of the peer would be of use now. */
    boolean takesInput();

    /** So many bytes of {@link #out} were taken, of which so many count as progress of the peer. */
    void sent(int bytes, long progress);

    /** Whether the kernel has not taken all that is to be sent. It is also told each time that it has. */
    void sendWaits(boolean waits);

    /** The peer has taken more of what the kernel has. */
    void acknowledged(long bytes);

    /** Does what has become possible: takes what handlers left, fills {@link #out}, goes on with bytes that had to wait. */
    void advance();

    /**
     * Whether {@link #advance} could do more at once. It leaves some for the next turn so that this one does not get long, and a
     * send may have made room since.
     */
    boolean canAdvance();

    /** What is kept for the peer takes so much of the heap: bytes that came, and bytes that are still to be sent. */
    long heldBytes();

    /**
     * The server is short of memory and gives this connection up: it is answered 503 where no response has begun, and cut
     * elsewhere.
     *
     * @return false when there is nothing to give up: the request waits here to be looked at, or none has begun
     */
    boolean shed();

    /** The deadline in the host's slot has passed. */
    Verdict expired(long nowNanos);

    /** Answers, after {@link Verdict#ANSWER}, and closes where nothing else goes on. */
    void answerLate();

    /** Whether nothing is under way: the connection may be given up, and nothing is lost. */
    boolean isAtRest();

    /**
     * The turn is over. What a connection does not need at rest is given back here.
     *
     * @return whether the connection can go on without this object ({@link Protocols#give}); it is at rest then
     */
    default boolean rest() {
        return isAtRest();
    }

    /** Whether nothing is under way but what is still to be sent. */
    boolean waitsForRequest();

    /** Whether the deadline of LINGER, on a connection that stays open, is for the rest of a request that is dropped. */
    boolean dropsRest();

    /** Whether a handler works for the peer. */
    boolean awaitsHandler();

    /** Handlers that these threads run will never answer: what was asked of them is given up. */
    void giveUp(Predicate<? super Thread> handlers);

    /** The server stops: the connection ends in order as soon as nothing is under way on it. Said again it changes nothing. */
    void drain();

    /**
     * Writes what the peer is told when its connection is closed and nothing is owed to it; the transport sends it at once or not at
     * all. Also asked by the watchdog.
     */
    default void farewell(ByteSink sink) {}

    /** Nothing more is read. */
    void stopReading();

    /** Handlers that still work for the connection are told that their answers are not wanted any more. */
    void abandon(IOException cause);

    /** The connection is gone: as {@link #abandon}, and no deadline is armed from now on. */
    void end(@Nullable IOException cause);

    // Beside a worker that a handler holds: asked by the watchdog, which then has the worker's state to itself.

    /** The exchange whose answer is not whole; of several the one whose handler is late; null when there is none. */
    @Nullable Exchange awaitedExchange();

    /** How long ago the deadline of a phase was reached; -1 when it was not, or none is set. */
    long lateNanos(Phase phase, long nowNanos);

    /** Whether {@code pending[0, count)}, bytes that wait unread, complete the head or the handshake that is being read. */
    boolean completesHead(byte[] pending, int count);

    /** Whether a response has begun and was not given to the kernel whole: a FIN would make it look whole. */
    boolean isMidway();

    /** Writes a whole answer to the late exchange into {@code sink}; false when it would come behind other bytes. */
    boolean lastWord(ByteSink sink);
}
