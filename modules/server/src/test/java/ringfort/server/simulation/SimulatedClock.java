package ringfort.server.simulation;

import ringfort.timers.Ticker;

/** A clock that the simulation moves, and that moves a little by itself each time it is read, as if code took time. */
final class SimulatedClock implements Ticker {
    private final Dice dice;
    private final long startNanos;
    private final int mostMicrosPerReading;
    private volatile long elapsedNanos; // written by the worker's thread; handlers that outlive the worker read it

    SimulatedClock(Dice dice, long startNanos, int mostMicrosPerReading) {
        this.dice = dice;
        this.startNanos = startNanos;
        this.mostMicrosPerReading = mostMicrosPerReading;
    }

    @Override
    public long nanos() {
        if (mostMicrosPerReading > 0) {
            advance(dice.below(mostMicrosPerReading) * 1_000L);
        }
        return startNanos + elapsedNanos;
    }

    /** Since the simulation began; reading this takes no time. */
    long elapsedNanos() {
        return elapsedNanos;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void advance(long nanos) {
        elapsedNanos += nanos;
    }
}
