package ringfort.server.protocol;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import ringfort.api.ServerOptions;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.h1.H1State;
import ringfort.h1.Limits;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/**
 * The {@link Http1} objects of one worker that no connection needs at the moment. The one used last is used next, so that it
 * is still in the processor's cache. Its worker only.
 */
@OnWorker
public final class Http1Pool implements Protocols {
    /** More than this many at once are a burst, whose memory is not kept. */
    private static final int MOST_SPARE = 1024;

    /** An {@link Http1} with all that belongs to it, while it holds no bytes: the sum of their fields, rounded up. */
    static final int STATE_BYTES = 2048;

    private final WorkerRoom room;
    private final Limits limits;
    private final H1State untouched; // as of a connection that has sent nothing
    private final ArrayDeque<Http1> spare = new ArrayDeque<>();
    private int lent;

    /** A pool that is still empty. */
    public Http1Pool(WorkerRoom room) {
        this.room = room;
        this.limits = limits(room.context().options());
        this.untouched = new H1State(limits, room.context().timeouts(), new NoSlot());
    }

    @Override
    public Protocol take(ProtocolHost host, boolean first, @Nullable Phase armed, long deadlineNanos) {
        Http1 taken = spare.pollLast();
        if (taken == null) {
            taken = new Http1(room, limits);
        }
        lent++;
        taken.resume(host, first, armed, deadlineNanos);
        return taken;
    }

    @Override
    public void give(Protocol protocol) {
        lent--;
        if (protocol instanceof Http1 http1 && spare.size() < MOST_SPARE) {
            if (!http1.isAtRest()) {
                http1.renew();
            }
            assert http1.isAtRest() : "given back while a message is under way";
            spare.addLast(http1);
        }
    }

    @Override
    public long lentBytes() {
        return (long) lent * STATE_BYTES;
    }

    /** Reads a head for a protocol that HTTP/1 may hand a connection to. It has no deadline. */
    public H1State probe() {
        return new H1State(limits, room.context().timeouts(), new NoSlot());
    }

    @Override
    public boolean completesHead(byte[] pending, int count) {
        return untouched.completesHead(pending, 0, count);
    }

    @OffWorker
    private static Limits limits(ServerOptions o) {
        return new Limits(
                o.maxRequestLine(),
                o.maxHead(),
                o.maxHeaders(),
                o.maxTrailer(),
                o.maxTrailers(),
                o.maxChunkExtension(),
                o.maxBody(),
                o.maxDrain());
    }

    private static final class NoSlot implements DeadlineSlot {
        @Override
        public void arm(Phase phase, long deadlineNanos) {}

        @Override
        public void clear() {}
    }
}
