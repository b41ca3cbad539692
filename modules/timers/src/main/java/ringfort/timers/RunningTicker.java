package ringfort.timers;

/**
 * A ticker that counts only while the process runs. When the process was stopped, the machine was paused, or no thread of the
 * process got a processor, what others did meanwhile cannot be told from the clock of this machine: peers were on time, and
 * nobody was there to see it. So that time is left out, and every deadline on this ticker moves by as much.
 *
 * <p>A thread that does nothing else calls {@link #beat} every {@link #BEAT_NANOS}. If a reading comes more than
 * {@link #ABSENCE_NANOS} after the last beat, then no thread ran in between, and what is over that is left out. The thread that
 * finds it first says so for all; it need not be the one that beats. A thread that runs on, while the one that beats gets no
 * processor, reads the clock often, so that next to nothing is left out then.
 *
 * <pre>
 *   beat   beat   beat      (stopped)        reading
 *    |      |      |───────|══════════════════|──►      ══ is left out
 *                   100 ms
 * </pre>
 *
 * Any thread. Readings never step back. Without beats all waiting is taken for absence, so this is not for a process that has
 * no thread for it.
 */
public final class RunningTicker implements Ticker {
    /** From one beat to the next. */
    public static final long BEAT_NANOS = 25_000_000;

    /** Without a sign of life for longer than this, the process was not running. */
    public static final long ABSENCE_NANOS = 100_000_000;

    private final Ticker ticker;
    private volatile Epoch epoch;

    /** The time between two absences. */
    private static final class Epoch {
        final long absentNanos; // in all, before it
        volatile long beatNanos; // the last sign of life, on the ticker below

        Epoch(long absentNanos, long beatNanos) {
            this.absentNanos = absentNanos;
            this.beatNanos = beatNanos;
        }
    }

    /**
     * Begins with the reading of another ticker.
     *
     * @param ticker goes on whether or not the process runs, as {@link Ticker#system()} does
     */
    public RunningTicker(Ticker ticker) {
        this.ticker = ticker;
        this.epoch = new Epoch(0, ticker.nanos());
    }

    @Override
    public long nanos() {
        // In this order: a thread that is stopped in between then finds a reading that is far behind the beat.
        Epoch current = epoch;
        long beat = current.beatNanos;
        long reading = ticker.nanos();
        return reading - beat > ABSENCE_NANOS ? afterAbsence(reading) : reading - current.absentNanos;
    }

    /** The process runs. To be called every {@link #BEAT_NANOS}, by a thread that waits for nothing else. */
    public void beat() {
        Epoch current = epoch;
        long beat = current.beatNanos;
        long reading = ticker.nanos();
        if (reading - beat > ABSENCE_NANOS) {
            afterAbsence(reading);
        } else {
            current.beatNanos = reading;
        }
    }

    private synchronized long afterAbsence(long reading) {
        Epoch current = epoch;
        long over = reading - current.beatNanos - ABSENCE_NANOS;
        if (over > 0) { // else another thread was here first
            try {
                current = new Epoch(current.absentNanos + over, reading);
                epoch = current;
            } catch (OutOfMemoryError e) {
                current.beatNanos =
                        reading; // nothing is left out: better a deadline that is early than a clock that fails
            }
        }
        // Another thread may have read the ticker later and been here first: not before what it has returned.
        return Math.max(reading - current.beatNanos, 0) + current.beatNanos - current.absentNanos;
    }

    /** How much was left out so far: a reading of the ticker below is this much ahead of one of this. */
    public long absentNanos() {
        return epoch.absentNanos;
    }

    @Override
    public String toString() {
        return "RunningTicker[absent " + absentNanos() + " ns]";
    }
}
