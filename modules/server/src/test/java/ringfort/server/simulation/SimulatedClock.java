package ringfort.server.simulation;

import ringfort.timers.RunningTicker;
import ringfort.timers.Ticker;

/** A clock that the simulation moves, and that moves a little by itself each time it is read, as if code took time. */
final class SimulatedClock implements Ticker {
    private static final long JUST_NANOS = 10_000_000;

    private final Dice dice;
    private final long startNanos;
    private final int mostMicrosPerReading;
    private final RunningTicker running;
    private volatile long elapsedNanos; // written by the worker's thread; handlers that outlive the worker read it
    private long stalledUntilNanos = Long.MIN_VALUE / 2;
    private boolean passing; // time passes by more than a reading

    SimulatedClock(Dice dice, long startNanos, int mostMicrosPerReading) {
        this.dice = dice;
        this.startNanos = startNanos;
        this.mostMicrosPerReading = mostMicrosPerReading;
        this.running = new RunningTicker(this);
    }

    /** The server's clock. */
    RunningTicker running() {
        return running;
    }

    @Override
    public long nanos() {
        if (mostMicrosPerReading > 0 && !passing) {
            move(dice.below(mostMicrosPerReading) * 1_000L);
        }
        return startNanos + elapsedNanos;
    }

    /** Since the simulation began, with the time in which the process was stopped; reading this takes no time. */
    long elapsedNanos() {
        return elapsedNanos;
    }

    /** Time passes, and the process runs. */
    void advance(long nanos) {
        passing = true;
        for (long left = nanos; left > 0; left -= RunningTicker.BEAT_NANOS) {
            move(Math.min(left, RunningTicker.BEAT_NANOS));
            running.beat();
        }
        passing = false;
    }

    /** Time passes, and the process runs, but for the worker. */
    void stall(long nanos) {
        advance(nanos);
        stalledUntilNanos = elapsedNanos;
    }

    /** Whether the worker has gone on so lately that the kernel may not have told it of everything. */
    boolean isJustBehindStall() {
        return elapsedNanos - stalledUntilNanos < JUST_NANOS;
    }

    /** Time passes, and the process is stopped. */
    void stop(long nanos) {
        move(nanos);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void move(long nanos) {
        elapsedNanos += nanos;
    }
}
