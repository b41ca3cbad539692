package ringfort.server.simulation;

import org.jspecify.annotations.Nullable;

/** What all parts of one simulated seed share: its chance, its clock, its trace, and where a broken invariant is told. */
final class Trial {
    private static final int TRACE_LINES = 200;

    private final long seed;
    private final Break broken;
    private final boolean verbose;
    private final Dice dice;
    private final boolean mild;
    private final SimulatedClock clock;
    private final Faults faults;
    private final java.util.ArrayDeque<String> last = new java.util.ArrayDeque<>();
    private long hash = 1;
    private int steps;
    private boolean sheds;
    private volatile @Nullable String failure;
    private volatile @Nullable Throwable cause;

    Trial(long seed, Break broken, boolean verbose) {
        this.seed = seed;
        this.broken = broken;
        this.verbose = verbose;
        dice = new Dice(seed);
        long start = dice.oneIn(4) ? Long.MAX_VALUE - dice.millis(60_000) : dice.any() >> 2;
        clock = new SimulatedClock(dice, start, dice.pick(0, 5, 50));
        mild = dice.oneIn(3);
        faults = new Faults(this, mild ? 0 : dice.pick(0, 0, 400, 60));
    }

    /** Whether neither the machine nor the server's end disturbs: peers that do nothing odd are then served whole. */
    boolean isMild() {
        return mild;
    }

    /** Memory is short from the start: connections may be given up. */
    void sheds() {
        sheds = true;
    }

    /** Whether connections may be given up for want of memory. */
    boolean mayShed() {
        return sheds;
    }

    Dice dice() {
        return dice;
    }

    SimulatedClock clock() {
        return clock;
    }

    Faults faults() {
        return faults;
    }

    boolean breaks(Break what) {
        return broken == what;
    }

    /** One turn of the worker. */
    void step() {
        steps++;
    }

    int steps() {
        return steps;
    }

    /** Something happened; the same seed has the same trace. */
    void trace(String what) {
        hash = 31 * hash + what.hashCode();
        String line = clock.elapsedNanos() / 1_000 + " us  " + what;
        if (verbose) {
            System.out.println(line);
        }
        last.add(line);
        if (last.size() > TRACE_LINES) {
            last.remove();
        }
    }

    /** Tells two runs apart. */
    long hash() {
        return hash;
    }

    /** An invariant is broken; the first time counts. Any thread. */
    void fail(String what) {
        fail(what, null);
    }

    void fail(String what, @Nullable Throwable why) {
        if (failure == null) {
            cause = why;
            failure = what;
            if (verbose) {
                System.out.println("BROKEN: " + what);
            }
        }
    }

    boolean hasFailed() {
        return failure != null;
    }

    @Nullable String failure() {
        return failure;
    }

    /** The account of a seed that failed. */
    AssertionError account() {
        var said = new StringBuilder("seed " + seed + ", step " + steps + ": " + failure
                + "\nreplay: bench/simulate --seed " + seed + "\nwhat happened last:");
        last.forEach(line -> said.append("\n  ").append(line));
        return new AssertionError(said.toString(), cause);
    }
}
