package ringfort.server.ring;

import java.util.ArrayDeque;
import ringfort.server.wire.WireUser;
import ringfort.sys.OnWorker;

/**
 * Connections whose handler has work to do, in the order in which it began. When a handler is still at work after a while, the
 * connection's socket is watched for a reset, so that the handler can be told. Most handlers are done sooner and cost no entry of
 * the ring. Its worker only.
 *
 * <p>The receive that is in flight is not enough. A multishot receive can miss what comes right behind bytes: of some 50,000 resets
 * behind a request one was never told of, while the receive waited on (Linux 6.18; liburing's issue 1549 has the same for a FIN). A
 * poll looks at the state of the socket after each wake-up and takes nothing from it, so it misses none.
 */
@OnWorker
final class Watches {
    /** A handler that is done within this time is not watched for. */
    static final long AFTER_NANOS = 20_000_000L;

    /** A socket that can be watched. Its worker only. */
    @OnWorker
    interface Socket {
        /**
         * Begins to watch if a handler of this user is still at work.
         *
         * @return false when the ring has no room
         */
        boolean watch(WireUser user);
    }

    private record Wish(Socket socket, WireUser user, long dueNanos) {}

    private final ArrayDeque<Wish> wishes = new ArrayDeque<>(); // the earliest first

    /** A handler has begun to work for this connection. */
    void add(Socket socket, WireUser user, long nowNanos) {
        wishes.add(new Wish(socket, user, nowNanos + AFTER_NANOS));
    }

    /** Begins to watch where it is time for that, as far as the ring has room. */
    void turn(long nowNanos) {
        for (Wish next = wishes.peek(); next != null && next.dueNanos - nowNanos <= 0; next = wishes.peek()) {
            if (!next.socket().watch(next.user())) {
                return;
            }
            wishes.remove();
        }
    }

    /** How long the worker may rest before the next is due; -1 = for ever. */
    long waitNanos(long nowNanos) {
        Wish next = wishes.peek();
        return next == null ? -1 : Math.max(0, next.dueNanos - nowNanos);
    }
}
