package ringfort.server.loop;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import ringfort.server.exchange.Carrier;
import ringfort.server.loop.Ledger.Level;
import ringfort.server.metrics.CloseReason;
import ringfort.server.metrics.Counters;
import ringfort.server.metrics.Shed;
import ringfort.server.protocol.Protocol;
import ringfort.server.wire.BufferPool;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/**
 * What one worker holds for its peers, and the connections it gives up when that is too much for the server as a whole, or
 * when all places are taken. Its worker only.
 *
 * <p>A connection's cost is settled once in each turn in which it was touched. The sum is published when it has changed by
 * {@link #STEP_BYTES}, or after {@link #LOOK_NANOS}, so that a request which comes and goes costs additions and comparisons.
 */
@OnWorker
final class Shedding implements Ledger.Member {
    /** A connection on which nothing is under way: its objects here and in the wire, and its deadline. */
    static final int CONNECTION_BYTES = 512;

    /** The sum is published when it has changed by this much. */
    static final int STEP_BYTES = 256 * 1024;

    /** The sum is published at least so often while the worker is awake. */
    static final long LOOK_NANOS = 50_000_000L;

    /** Connections given up in one turn, for each reason. */
    static final int MOST_PER_TURN = 256;

    /** While connections are to be given up the worker sleeps no longer than this. */
    private static final long AGAIN_NANOS = 10_000_000L;

    private final Loop loop;
    private final Carrier carrier;
    private final Ledger ledger;
    private final Counters counters;
    private final BufferPool buffers;
    private final ConnectionTable connections;
    private final Candidates candidates;
    private final AtomicBoolean asked = new AtomicBoolean(); // for an idle connection, by another worker
    private long told; // what connections hold, as they were settled last
    private long publishedHeld;
    private long publishedUsed;
    private long publishedBuffers;
    private long lookedNanos;

    /** @param carrier the worker as other threads see it */
    Shedding(Loop loop, Carrier carrier, Ledger ledger, BufferPool buffers, ConnectionTable connections) {
        this.loop = loop;
        this.ledger = ledger;
        this.counters = loop.counters();
        this.buffers = buffers;
        this.connections = connections;
        this.candidates = new Candidates(connections);
        this.carrier = carrier;
        ledger.join(this, counters);
    }

    // What connections hold.

    /** A connection was settled, and holds so much now. */
    void settled(Settleable connection, long heldBytes) {
        connection.settledNanos = loop.now();
        if (heldBytes != connection.heldBytes) {
            told += heldBytes - connection.heldBytes;
            connection.heldBytes = heldBytes;
        }
    }

    /** What the worker holds of the heap. */
    long heldBytes() {
        return told + buffers.shared().bytes() + loop.lentBytes() + (long) connections.size() * CONNECTION_BYTES;
    }

    // The turn.

    /** Publishes what is held, and gives up what the server cannot keep; once in each turn. */
    void turn(long nowNanos) {
        buffers.trim(nowNanos);
        long held = heldBytes();
        long used = buffers.usedBytes();
        if (ledger.level() == Level.CALM
                && Math.abs(held - publishedHeld) < STEP_BYTES
                && Math.abs(used - publishedUsed) < STEP_BYTES
                && nowNanos - lookedNanos < LOOK_NANOS) {
            return;
        }
        lookedNanos = nowNanos;
        publish(held, used);
        Level level = ledger.look();
        buffers.setShort(level != Level.CALM);
        loop.context().setShort(level != Level.CALM);
        if (level.compareTo(Level.SHEDDING) >= 0) {
            shed(level, Math.max(held, used * Ledger.BUFFER_SHARE), nowNanos);
        }
    }

    private void publish(long held, long used) {
        counters.heldBytes.add(held - publishedHeld);
        counters.usedBufferBytes.add(used - publishedUsed);
        publishedHeld = held;
        publishedUsed = used;
        long all = buffers.allocatedBytes();
        if (all != publishedBuffers) {
            counters.bufferBytes.add(all - publishedBuffers);
            publishedBuffers = all;
        }
    }

    /** The worker has ended, and holds nothing any more. */
    void end() {
        assert connections.size() > 0 || (told == 0 && buffers.shared().bytes() == 0)
                : told + " bytes are held for no connection";
        publish(0, 0);
        ledger.look();
    }

    /** How long the worker may sleep; {@link Long#MAX_VALUE} for ever. */
    long waitNanos(long nowNanos) {
        long wait = buffers.trimWaitNanos(nowNanos);
        if (ledger.level().compareTo(Level.SHEDDING) >= 0) {
            wait = Math.min(wait, AGAIN_NANOS);
        }
        // What was not published yet, since it changed too little, is published soon after the last request.
        return Math.abs(heldBytes() - publishedHeld) > 0 || buffers.allocatedBytes() != publishedBuffers
                ? Math.min(wait, Math.max(0, lookedNanos + LOOK_NANOS - nowNanos))
                : wait;
    }

    // Giving up.

    private void shed(Level level, long own, long nowNanos) {
        long excess = ledger.shareOfExcess(own);
        if (excess <= 0) {
            return;
        }
        candidates.look(nowNanos, loop.context().timeouts());
        long left = shed(Shed.IDLE, candidates.idle(), excess);
        left = shed(Shed.SLOW, candidates.slow(), left);
        left = shed(Shed.HEAD, candidates.heads(), left);
        if (level == Level.FULL) {
            shed(Shed.UNREAD, candidates.unread(), left);
        }
    }

    /** Gives up connections, the first of the list first; returns what is still to be freed. */
    private long shed(Shed why, List<Connection> from, long excess) {
        long left = excess;
        for (int i = 0; i < from.size() && i < MOST_PER_TURN && left > 0; i++) {
            Connection connection = from.get(i);
            long freed = freedBytes(connection);
            left -= shed(connection, why) ? freed : 0;
        }
        return left;
    }

    private static long freedBytes(Connection connection) {
        int buffer = connection.hasOutput() ? BufferPool.LARGE_BYTES : 0;
        return CONNECTION_BYTES + connection.heldBytes + buffer;
    }

    private boolean shed(Connection connection, Shed why) {
        Protocol protocol = connection.protocol();
        if (protocol == null || protocol.isAtRest()) {
            connection.closeIdle(CloseReason.SHED);
        } else if (why == Shed.SLOW && connection.hasOutput()) {
            connection.cut(CloseReason.SHED); // the kernel would keep what its peer does not read
        } else if (!protocol.shed()) {
            return false;
        }
        counters.shed(why).add(1);
        return true;
    }

    // Places.

    /**
     * All places are taken and a new connection is there: gives up the one that was idle for the longest time. Where this worker
     * has none, it asks the others, so that the next connection finds a place.
     */
    boolean makePlace() {
        boolean made = giveUpPlace();
        if (!made) {
            ledger.askForPlace(this);
        }
        return made;
    }

    private boolean giveUpPlace() {
        Connection oldest = candidates.oldestIdle(loop.now());
        if (oldest != null) {
            shed(oldest, Shed.PLACE);
        }
        return oldest != null;
    }

    // What other workers ask.

    @Override
    @OffWorker
    public void memoryIsShort() {
        carrier.execute(() -> {}); // it looks at the ledger in each turn
    }

    @Override
    @OffWorker
    public void placeIsWanted() {
        if (!asked.getAndSet(true)) {
            carrier.execute(() -> {
                asked.set(false);
                giveUpPlace();
            });
        }
    }
}
