package ringfort.server.loop;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import ringfort.sys.OnWorker;

/**
 * Sockets of peers that were turned away with an answer and our FIN. They stay open for a second. A peer sends its request without
 * looking first, and a socket that is closed answers that with a reset, so the peer would learn nothing of the 503. Its worker only.
 *
 * <p>Only so many are kept. Above that the oldest is closed at once: an attacker that is turned away again and again costs no more
 * than these.
 */
@OnWorker
public final class TurnedAway {
    /** Sockets that are kept at once. */
    static final int MOST = 256;

    /** How long each of them is kept. */
    static final long KEPT_NANOS = 1_000_000_000L;

    private record Kept(@OnWorker Runnable close, long untilNanos) {}

    private final ArrayDeque<Kept> sockets = new ArrayDeque<>(MOST + 1); // the oldest first

    /** Keeps nothing yet. */
    public TurnedAway() {}

    /** Keeps a socket for a while; {@code close} is run once, now where no memory is left to keep it. */
    public void keep(@OnWorker Runnable close, long nowNanos) {
        boolean kept = false;
        try {
            kept = sockets.add(new Kept(close, nowNanos + KEPT_NANOS));
        } finally {
            if (!kept) {
                close.run();
            }
        }
        if (sockets.size() > MOST) {
            sockets.remove().close().run();
        }
    }

    /** Closes those whose time is over. */
    void turn(long nowNanos) {
        for (Kept oldest = sockets.peek();
                oldest != null && oldest.untilNanos - nowNanos <= 0;
                oldest = sockets.peek()) {
            sockets.remove();
            oldest.close().run();
        }
    }

    /** How long the worker may rest before the next is to be closed. */
    long waitNanos(long nowNanos) {
        @Nullable Kept oldest = sockets.peek();
        return oldest == null ? Long.MAX_VALUE : Math.max(0, oldest.untilNanos - nowNanos);
    }

    /** The worker ends. */
    void end() {
        while (!sockets.isEmpty()) {
            sockets.remove().close().run();
        }
    }
}
