package ringfort.server.loop;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import ringfort.api.ServerOptions;
import ringfort.server.metrics.Counters;
import ringfort.sys.OffWorker;

/**
 * What all workers of a server hold for their peers, in all, and how near that is to the limit. Any thread.
 *
 * <p>Each worker counts by itself and publishes its sum in steps ({@link Shedding}); the sums are added here when a worker
 * looks, which is rare while memory is not short. So the total is behind by a step for each worker at most.
 *
 * <pre>
 *   of the limit   level         what workers do                                          until below
 *   3/4            SHORT         queues for handlers are full sooner; send buffers small  5/8
 *   7/8            SHEDDING      connections are given up, in the order of {@link ringfort.server.metrics.Shed}      3/4
 *   all            FULL          new connections are answered 503                         15/16
 * </pre>
 *
 * <p>Send buffers are native memory and have a limit of their own, half as large; the nearer of the two limits decides.
 */
public final class Ledger {
    /** The heap divided by this is the limit, unless an option names one. */
    public static final int HEAP_SHARE = 2;

    /** The limit divided by this is that of send buffers. */
    public static final int BUFFER_SHARE = 2;

    /** How near the limit is. */
    enum Level {
        CALM,
        SHORT,
        SHEDDING,
        FULL
    }

    /** A worker, which is woken when connections are to be given up, or one of its idle ones is wanted. */
    interface Member {
        /** The level has risen; any thread. */
        @OffWorker
        void memoryIsShort();

        /** Another worker has a new connection and no place for it; any thread. */
        @OffWorker
        void placeIsWanted();
    }

    private record Account(Member member, Counters counters) {}

    private final long mostBytes; // 0 for no limit
    private final List<Account> accounts = new CopyOnWriteArrayList<>();
    private volatile Level level = Level.CALM; // written by any worker; the last look counts

    /** @param mostBytes 0 for no limit */
    public Ledger(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** The limit that the options mean, in bytes; 0 for none. */
    public static long limit(ServerOptions options) {
        return options.maxMemory() == ServerOptions.AUTO
                ? Runtime.getRuntime().maxMemory() / HEAP_SHARE
                : options.maxMemory();
    }

    /** A worker joins, before it starts. */
    void join(Member member, Counters counters) {
        accounts.add(new Account(member, counters));
    }

    /** How near the limit was at the last look of any worker. */
    Level level() {
        return level;
    }

    /** Adds up, and tells how near the limit is; wakes the workers when connections are to be given up. */
    Level look() {
        if (mostBytes == 0) {
            return Level.CALM;
        }
        Level before = level;
        Level now = next(before, usedBytes());
        if (now != before) {
            level = now;
            if (now.compareTo(Level.SHEDDING) >= 0 && before.compareTo(Level.SHEDDING) < 0) {
                accounts.forEach(account -> account.member.memoryIsShort());
            }
        }
        return now;
    }

    /** Asks all workers but one to give up an idle connection. */
    void askForPlace(Member but) {
        for (Account account : accounts) {
            if (!account.member.equals(but)) {
                account.member.placeIsWanted();
            }
        }
    }

    /** What counts against the limit: what is held, or the send buffers where these are nearer to their limit. */
    private long usedBytes() {
        long held = 0;
        long buffers = 0;
        for (Account account : accounts) {
            held += account.counters.heldBytes.get();
            buffers += account.counters.usedBufferBytes.get();
        }
        return Math.max(held, buffers * BUFFER_SHARE);
    }

    /** How much is to be freed until shedding ends, of {@code ownBytes} that a worker holds of all. */
    long shareOfExcess(long ownBytes) {
        long used = usedBytes();
        long excess = used - mostBytes / 4 * 3;
        return excess <= 0 ? 0 : Math.max(1, (long) ((double) excess * Math.min(ownBytes, used) / used));
    }

    private Level next(Level before, long used) {
        if (used >= mostBytes || (before == Level.FULL && used >= mostBytes / 16 * 15)) {
            return Level.FULL;
        }
        if (used >= mostBytes / 8 * 7 || (before.compareTo(Level.SHEDDING) >= 0 && used >= mostBytes / 4 * 3)) {
            return Level.SHEDDING;
        }
        boolean isShort = used >= mostBytes / 4 * 3 || (before != Level.CALM && used >= mostBytes / 8 * 5);
        return isShort ? Level.SHORT : Level.CALM;
    }
}
